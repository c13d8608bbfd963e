"""Lists stay quick however long the tables are."""

import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from signals_app.admin.events import EventAdmin
from signals_app.models import Event
from tests.admin.world import a_delivery, a_signal, a_world, an_interaction
from tests.build import a_person, an_account, an_event
from upsell_project.lib import admin_base

pytestmark = pytest.mark.django_db
HOT = [
    "signals_app/event",
    "signals_app/envelope",
    "signals_app/rejectedevent",
    "signals_app/signal",
    "offers_app/decision",
    "offers_app/proposition",
    "campaigns_app/delivery",
    "campaigns_app/interaction",
    "campaigns_app/enrollment",
    "people_app/person",
    "people_app/account",
]


@pytest.mark.parametrize("table", HOT)
def test_no_hot_table_is_counted_whole(table: str, admin_client: Client) -> None:
    a_world()
    with CaptureQueriesContext(connection) as queries:
        admin_client.get(f"/admin/{table}/")
    name = table.replace("/", "_")
    counts = [q["sql"] for q in queries if "COUNT(" in q["sql"] and f'FROM "{name}"' in q["sql"]]
    assert counts
    assert all(re.search(r"LIMIT \d+\) ", sql) for sql in counts), counts


@pytest.mark.parametrize("table", HOT)
def test_more_rows_cost_no_more_statements(table: str, admin_client: Client) -> None:
    world = a_world()
    admin_client.get(f"/admin/{table}/")
    with CaptureQueriesContext(connection) as few:
        admin_client.get(f"/admin/{table}/")
    for number in range(5):
        person = a_person(account=an_account())
        an_event(person, "Report Exported")
        a_signal(person, world.definition)
        an_interaction(a_delivery(world.enrollment, world.offer, number + 2))
    with CaptureQueriesContext(connection) as many:
        admin_client.get(f"/admin/{table}/")
    assert len(many) == len(few)


def test_beyond_the_bound_the_length_is_estimated(monkeypatch: pytest.MonkeyPatch) -> None:
    person = a_person("u1")
    for _ in range(30):
        an_event(person, "Report Exported")
    monkeypatch.setattr(admin_base, "COUNTED_EXACTLY", 10)
    rows = Event.objects.order_by("-pk")
    with CaptureQueriesContext(connection) as queries:
        assert EventAdmin.paginator(rows, 5).count >= 11
    assert "reltuples" in queries[-1]["sql"]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE signals_app_event")
    assert EventAdmin.paginator(rows, 5).count == 30
    assert 11 <= EventAdmin.paginator(rows.filter(name="Report Exported"), 5).count <= 40
    assert EventAdmin.paginator(rows.filter(name="Nothing"), 5).count == 0


def test_a_later_page_opens(admin_client: Client) -> None:
    person = a_person("u1")
    for _ in range(60):
        an_event(person, "Report Exported")
    page = admin_client.get("/admin/signals_app/event/", {"p": 2}).context["cl"]
    assert len(page.result_list) == 10
