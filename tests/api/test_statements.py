"""A page costs the same number of SQL statements however many rows it holds."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns_app.api.urls import RESOURCES
from campaigns_app.models import ApiKey
from tests.api.caller import Caller, one_of_each
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db

MOST = 5  # the key, the rows, and at most three kinds of rows inside them


@pytest.mark.usefixtures("time")  # else the sandbox's clock is read now and then
def test_the_number_of_statements_is_constant(viewer: Caller) -> None:
    """Neither is this the request that notes, once a minute, when a key was used."""
    one_of_each()
    viewer.get("/api/offers/")
    ApiKey.objects.update(last_used_at=clock.real() + timedelta(days=1))
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
