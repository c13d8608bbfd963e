"""One person on one screen."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from campaigns_app.models import ContactPolicy
from consent_app.models import Suppression
from consent_app.permission import address_hash
from offers_app.models import HoldoutAssignment
from people_app.models import Person
from tests.admin.world import a_decision, a_delivery, a_world
from tests.build import a_person, an_account, an_event
from tests.conftest import Time
from upsell_project.lib import clock

pytestmark = pytest.mark.django_db


def _page(client: Client, person: Person, **query: str) -> str:
    answer = client.get(f"/admin/people_app/person/{person.pk}/change/", query)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_it_shows_use_against_the_limits_of_each_account(admin_client: Client, time: Time) -> None:
    page = _page(admin_client, a_world().person)
    assert "17 of 20 reports this month" in page
    assert 'value="85"' in page
    assert "VIP" in page


def test_addresses_are_masked(admin_client: Client, time: Time) -> None:
    page = _page(admin_client, a_world().person)
    assert "a***@e***.com" in page
    assert "anna@example.com" not in page


def test_it_shows_consent_pauses_signals_and_the_running_step(admin_client: Client, time: Time) -> None:
    page = _page(admin_client, a_world().person)
    assert "marketing on email, every topic" in page
    assert "Snooze</span> until 2026-03-13 10:00" in page
    assert "Usage limit near</a>" in page
    assert "Wait 12 h" in page
    assert "wakes 2026-03-10 22:00" in page


def test_it_counts_contacts_against_the_caps(admin_client: Client, time: Time) -> None:
    world = a_world()
    ContactPolicy.objects.create(
        version=2,
        caps=[{"channel": "*", "limit": 2, "hours": 24}],
        cooldown_days={},
        hours={},
        created_at=clock.now(),
    )
    a_delivery(world.enrollment, world.offer, 2, intended_at=time.now - timedelta(hours=25))
    assert "all channels, 24 h: 1 of 2" in _page(admin_client, world.person)


def test_why_no_offer_lists_the_gates_in_order_with_value_and_threshold(
    admin_client: Client, time: Time
) -> None:
    page = _page(admin_client, a_world().person)
    assert "2 contacts within 24 hours; the limit is 2." in page
    assert page.index('<th scope="row">opted out</th>') < page.index('<th scope="row">cap</th>')
    assert '<td data-label="Next possible:">2026-03-11 08:30 UTC</td>' in page


def test_held_out_suppressed_and_erased_are_said(admin_client: Client, time: Time) -> None:
    world = a_world()
    HoldoutAssignment.objects.update(held_out=True)
    hashed = address_hash("email", "anna@example.com")
    Suppression.objects.create(channel="email", address_hash=hashed, reason="complaint", at=time.now)
    Person.objects.update(erased_at=time.now)
    page = _page(admin_client, world.person)
    assert "held out: gets no offers" in page
    assert "suppressed: complaint" in page
    assert "<dt>Erased</dt>" in page


def test_the_time_line_goes_on_with_a_cursor(admin_client: Client, time: Time) -> None:
    person = a_world().person
    for number in range(60):
        an_event(person, f"Event {number}", ago=timedelta(minutes=number + 1))
    first = admin_client.get(f"/admin/people_app/person/{person.pk}/change/")
    assert len(first.context["timeline"]) == 50
    second = admin_client.get(
        f"/admin/people_app/person/{person.pk}/change/", {"before": first.context["older"]}
    )
    told = [entry for page in (first, second) for entry, *_ in page.context["timeline"]]
    assert [entry.data["name"] for entry in told if entry.kind == "event"][1:] == [
        f"Event {number}" for number in range(60)
    ]
    assert second.context["older"] is None


def test_a_broken_cursor_shows_the_newest_with_a_notice(admin_client: Client, time: Time) -> None:
    assert "This cursor is not valid" in _page(admin_client, a_world().person, before="nonsense")


def test_somebody_new_has_a_page_too(admin_client: Client, time: Time) -> None:
    page = _page(admin_client, Person.objects.create(first_seen_at=time.now, last_seen_at=time.now))
    assert "No account: account offers are not made." in page
    assert "Nothing has happened yet." in page


def test_what_others_typed_is_text(admin_client: Client, time: Time) -> None:
    person = a_person("u1", an_account("acme", name="<script>alert(1)</script>"))
    an_event(person, "<img src=x onerror=alert(1)>", note="</pre><script>alert(2)</script>")
    page = _page(admin_client, person)
    assert "<script>alert" not in page
    assert "<img src=x" not in page


def test_more_history_costs_no_more_statements(admin_client: Client, time: Time) -> None:
    world = a_world()
    url = f"/admin/people_app/person/{world.person.pk}/change/"
    admin_client.get(url)
    with CaptureQueriesContext(connection) as little:
        admin_client.get(url)
    for number in range(20):
        an_event(world.person, "Report Exported")
        a_decision(world.person)
        a_delivery(world.enrollment, world.offer, number + 2)
    with CaptureQueriesContext(connection) as much:
        admin_client.get(url)
    assert len(much) <= len(little)


@pytest.mark.parametrize("term", ["u1", "anon-7", "anna@example.com", "Anna@Example.com", "+4915112345678"])
def test_a_person_is_found_by_any_exact_name(term: str, admin_client: Client) -> None:
    person = a_person("u1", email="anna@example.com")
    person.identities.create(kind="anonymous", value="anon-7")
    person.contact_points.create(channel="sms", address="+4915112345678", changed_at=clock.now())
    a_person("u11", email="joanna@example.com")
    found = admin_client.get("/admin/people_app/person/", {"q": term}).context["cl"].result_list
    assert [row.pk for row in found] == [person.pk]
