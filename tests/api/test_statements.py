"""A page costs the same number of SQL statements however many rows it holds."""

from collections.abc import Callable

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns_app.api.urls import RESOURCES
from tests.api.caller import Caller, one_of_each

pytestmark = pytest.mark.django_db

MOST = 5  # the key, the rows, and at most three kinds of rows inside them


def test_the_number_of_statements_is_constant(viewer: Caller) -> None:
    one_of_each()
    viewer.get("/api/offers/")
    few = {name: _count(lambda name=name: viewer.get(f"/api/{name}/")) for name in RESOURCES}  # type: ignore[misc]
    for _ in range(4):
        one_of_each()
    many = {name: _count(lambda name=name: viewer.get(f"/api/{name}/")) for name in RESOURCES}  # type: ignore[misc]
    assert many == few
    assert max(few.values()) <= MOST


def _count(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(connection) as queries:
        act()
    return len(queries)
