"""Objects appended by COPY read like those that `bulk_create` made."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from offers_app.models import Decision, Offer, Product, Proposition
from people_app.models import Account
from tests.build import a_person, an_account
from upsell_project.lib import bulk
from upsell_project.lib.gates import Code

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 10, 10, 0, 0, 123_456, tzinfo=UTC)
TEXT = 'quote " backslash \\ tab \t line \n é 漢 \U0001f600 \\N %s'


def decisions(**fields: Any) -> list[Decision]:
    person, account = a_person(), an_account()
    shown: dict[str, Any] = {"candidates": [{TEXT: [1, 2.5, 2**70, None, True, {"x": TEXT}]}], "reason": TEXT}
    return [
        Decision(at=NOW, person=person, account=account, outcome="held", gate=Code.CAP, seed=2**52, **shown),
        Decision(at=NOW, person=person, outcome=Decision.Outcome.HOLDOUT, next_eligible_at=NOW, **fields),
    ]


def columns(row: Decision) -> dict[str, Any]:
    found = Decision.objects.filter(pk=row.pk).values().get()
    return {name: value for name, value in found.items() if name != "id"}


def test_each_column_reads_as_it_was() -> None:
    rows = decisions()
    bulk.insert(rows)
    others = Decision.objects.bulk_create(decisions_of(rows))
    assert [columns(one) for one in rows] == [columns(one) for one in others]


def decisions_of(rows: list[Decision]) -> list[Decision]:
    names = [one.attname for one in Decision._meta.concrete_fields if not one.primary_key]
    return [Decision(**{name: getattr(row, name) for name in names}) for row in rows]


def test_each_has_its_key_and_is_saved() -> None:
    rows = decisions()
    bulk.insert(rows)
    assert [row._state.adding for row in rows] == [False, False]
    rows[1].reason = "changed"
    rows[1].save()
    later = Decision.objects.create(at=NOW, person=rows[0].person, outcome="held")
    assert [*Decision.objects.order_by("pk")] == [*rows, later]
    assert Decision.objects.get(pk=rows[1].pk).reason == "changed"


def test_a_key_that_was_made_before_stays() -> None:
    (decision, _), offer = decisions(), Offer.objects.create(slug="pro", name="Pro")
    bulk.insert([decision])
    at: dict[str, Any] = {"ready_at": NOW, "expires_at": NOW}
    one = Proposition(
        decision=decision, person=decision.person, offer=offer, topic="x", channel="in_app", **at
    )
    key = one.pk
    with CaptureQueriesContext(connection) as captured:
        bulk.insert([one])
    assert (len(captured), one.pk) == (1, key)
    assert Proposition.objects.get() == one


def test_numbers_with_places_keep_them() -> None:
    product = Product.objects.create(slug="pro", name="Pro", kind="plan", code="pro")
    bulk.insert([Offer(slug="pro", name="Pro", product=product, value=Decimal("12.30"), live=True)])
    found = Offer.objects.get()
    assert (found.value, found.cost, found.live) == (Decimal("12.30"), Decimal(0), True)
    assert found.product == product


def test_nothing_is_no_statement() -> None:
    with CaptureQueriesContext(connection) as captured:
        bulk.insert(list(Account.objects.none()[:0]))
    assert len(captured) == 0
