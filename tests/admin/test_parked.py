"""What failed too often waits for staff, who have it tried again, and that is noted."""

from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.db.models import Model
from django.test import Client

from campaigns_app.models import Enrollment
from signals_app import unnoticed
from signals_app.models import Envelope, Unnoticed
from tests.admin.world import World, a_world
from upsell_project.lib import clock, queue

pytestmark = pytest.mark.django_db
RUNS, ENVELOPES = "/admin/campaigns_app/enrollment/", "/admin/signals_app/envelope/"
UNNOTICED = "/admin/signals_app/unnoticed/"


def parked_run(world: World) -> Enrollment:
    Enrollment.objects.filter(pk=world.enrollment.pk).update(state="parked", attempts=5, error="Broken")
    return world.enrollment


def parked_envelope(world: World) -> Envelope:
    return Envelope.objects.create(
        source=world.source,
        call="track",
        body=b"{}",
        received_at=clock.now(),
        state="parked",
        attempts=5,
        error="Broken",
        lease_until=clock.real(),
    )


def again(client: Client, url: str, row: Model, **more: str) -> str:
    chosen = {"action": "try_again", "_selected_action": [str(row.pk)], **more}
    return client.post(url, chosen, follow=True).content.decode()


def given_up(world: World) -> Unnoticed:
    return Unnoticed.objects.create(event_ids=[], accounts=[], lease_until=clock.real(), attempts=5)


@pytest.fixture
def nudged(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    jobs: list[str] = []
    monkeypatch.setattr(queue, "nudge", jobs.append)
    return jobs


@pytest.mark.parametrize(
    ("park", "url", "state", "job", "question"),
    [
        (parked_run, RUNS, "active", "steps", "1 parked runs will go on"),
        (parked_envelope, ENVELOPES, "pending", "inbox", "1 envelopes will be read again"),
    ],
)
def test_it_asks_and_then_tries_again(
    admin_client: Client, nudged: list[str], park: Any, url: str, state: str, job: str, question: str
) -> None:
    row = park(a_world())
    assert question in again(admin_client, url, row)
    row.refresh_from_db()
    assert (row.state, nudged) == ("parked", [])
    again(admin_client, url, row, confirmed="yes")
    row.refresh_from_db()
    assert (row.state, row.attempts, row.lease_until, row.error) == (state, 0, None, "")
    assert nudged == [job]
    assert LogEntry.objects.get(object_id=str(row.pk)).change_message == "Try again"


def test_what_was_given_up_is_looked_at_again(admin_client: Client, nudged: list[str]) -> None:
    row = given_up(a_world())
    assert "1 that were given up will be looked at again" in again(admin_client, UNNOTICED, row)
    row.refresh_from_db()
    assert (row.attempts, nudged) == (unnoticed.MAX_ATTEMPTS, [])
    again(admin_client, UNNOTICED, row, confirmed="yes")
    row.refresh_from_db()
    assert row.attempts == 0 and row.lease_until <= clock.real()
    assert nudged == ["inbox"]
    assert LogEntry.objects.get(object_id=str(row.pk)).change_message == "Look again"


def test_what_is_being_looked_at_is_left_to_whoever_does(admin_client: Client, nudged: list[str]) -> None:
    row = given_up(a_world())
    Unnoticed.objects.filter(pk=row.pk).update(lease_until=clock.real() + unnoticed.LEASE)
    assert "0 that were given up" in again(admin_client, UNNOTICED, row)
    assert unnoticed.try_again([row.pk]) == 0


def test_a_run_stays_parked_where_the_playbook_runs_for_them_already(
    admin_client: Client, nudged: list[str]
) -> None:
    row = parked_run(a_world())
    other = Enrollment.objects.get(pk=row.pk)
    signal = other.signal
    signal.pk, signal.dedupe_key = None, "another"
    signal.save(force_insert=True)
    other.pk, other.state, other.signal = None, "active", signal
    other.save(force_insert=True)
    again(admin_client, RUNS, row, confirmed="yes")
    row.refresh_from_db()
    assert row.state == "parked"


def test_their_number_is_in_the_side_bar(admin_client: Client) -> None:
    world = a_world()
    parked_run(world)
    parked_envelope(world)
    parked_envelope(world)
    page = admin_client.get("/admin/")
    items = [item for group in page.context["sidebar_navigation"] for item in group["items"]]
    badges = {item["title"]: item["badge"] for item in items if "badge" in item}
    assert (badges["Parked runs"], badges["Parked envelopes"]) == ("1", "2")


def test_who_may_only_look_may_not_have_it_looked_at_again(client: Client) -> None:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename="view_unnoticed"))
    client.force_login(user)
    row = given_up(a_world())
    again(client, UNNOTICED, row, confirmed="yes")
    row.refresh_from_db()
    assert row.attempts == unnoticed.MAX_ATTEMPTS


@pytest.mark.parametrize(("park", "url"), [(parked_run, RUNS), (parked_envelope, ENVELOPES)])
def test_who_may_only_look_may_not_decide(client: Client, park: Any, url: str) -> None:
    user = User.objects.create_user("sam", is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_enrollment", "view_envelope"]))
    client.force_login(user)
    row = park(a_world())
    again(client, url, row, confirmed="yes")
    row.refresh_from_db()
    assert row.state == "parked"
