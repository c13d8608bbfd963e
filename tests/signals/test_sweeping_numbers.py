"""Numbers are compared by PostgreSQL as rules compare them."""

from datetime import UTC, datetime
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from django.db import connection

from signals_app.sweeping import numbers
from signals_app.sweeping.asking import Asking
from upsell_project.lib.rules.facts import Of, Op
from upsell_project.lib.rules.judging import COMPARE

pytestmark = pytest.mark.django_db
VALUES: tuple[Any, ...] = (-1, 0, 1, Decimal("0.5"), Decimal("1.0"), 2)
COMPARED: list[tuple[Op, Any]] = [
    *product((Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN, Op.IS, Op.IS_NOT), VALUES),
    (Op.IS, "1"),
    (Op.IS, True),
    (Op.IS_NOT, "1"),
    (Op.ONE_OF, (0, 2)),
    (Op.ONE_OF, ("x", True, 1)),
    (Op.ONE_OF, ("x",)),
    (Op.BETWEEN, (0, 1)),
]


@pytest.mark.parametrize(("op", "value"), COMPARED)
@pytest.mark.parametrize("wanted", [True, False])
def test_it_is_as_rules_compare(op: Op, value: Any, wanted: bool) -> None:
    asking = Asking(Of.ACCOUNT, datetime(2026, 3, 10, tzinfo=UTC), None)
    condition = numbers.compared("x.n", op, value, wanted, asking)
    sql = f"SELECT x.n FROM unnest(%(numbers)s::numeric[]) x(n) WHERE {condition}"
    with connection.cursor() as cursor:
        cursor.execute(sql, asking.parameters | {"numbers": [Decimal(one) for one in VALUES]})
        found = [row[0] for row in cursor.fetchall()]
    assert found == [one for one in VALUES if COMPARE[op](one, value) is wanted]


@pytest.mark.parametrize(("op", "value"), [one for one in COMPARED if one[0] is not Op.ONE_OF])
@pytest.mark.parametrize("wanted", [True, False])
def test_what_only_nothing_is(op: Op, value: Any, wanted: bool) -> None:
    fitting = [count for count in range(5) if COMPARE[op](count, value) is wanted]
    if numbers.only_zero(op, value, wanted):
        assert fitting == [0]
    assert numbers.at_zero(op, value, wanted) is (0 in fitting)
