"""What people do with an offer that was decided on request counts as with any other."""

import json
import uuid
from typing import Any

import pytest
from django.test import Client

from campaigns_app import explain, privacy, requested, sweeps
from campaigns_app.models import Cooldown, Enrollment, Interaction
from offers_app.models import Decision, Proposition
from people_app import erasure
from people_app.models import Person
from signals_app.models import Answer
from tests.campaigns.deciding import Server, noticed, signal
from tests.conftest import Time
from tests.engine import MORNING, account_of, act, begun, receive, somebody, used
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0
    time.set(MORNING)


@pytest.fixture
def server() -> Server:
    return Server()


def cooldowns(person: Person) -> dict[str, int]:
    rows = Cooldown.objects.filter(person=person)
    return {row.outcome: (row.until - clock.now()).days for row in rows}


@pytest.mark.parametrize(
    ("kind", "data", "state", "rests"),
    [
        ("viewed", {}, "live", {}),
        ("clicked", {}, "live", {}),
        ("accepted", {}, "answered", {}),
        ("dismissed", {}, "answered", {"dismissed": 14}),
        ("declined", {}, "answered", {"declined": 30}),
        ("opted_out", {}, "answered", {"declined": 30}),
        ("snoozed", {"snooze_days": 7}, "answered", {}),
        ("feedback", {"answer": "intrusive"}, "answered", {"negative": 30}),
        ("feedback", {"answer": "helpful"}, "live", {}),
    ],
)
def test_each_answer_does_what_it_does_after_a_run(
    server: Server, kind: str, data: dict[str, Any], state: str, rests: dict[str, int]
) -> None:
    person, other = noticed(), noticed()
    offer, others = server.offered(person), server.offered(other)
    act(person, offer, kind, **data)
    offer.refresh_from_db()
    others.refresh_from_db()
    assert (offer.state, others.state) == (state, "live"), "nobody else's"
    assert cooldowns(person) == rests
    assert not cooldowns(other)


@pytest.mark.parametrize("before", [[], ["dismissed"], ["accepted"]])
def test_a_no_bars_the_offer_for_90_days_whatever_they_said_before(
    server: Server, time: Time, before: list[str]
) -> None:
    person = noticed()
    offer = server.offered(person)
    for kind in (*before, "declined"):
        act(person, offer, kind)
    time.move(days=31)
    used(account_of(person), 17)
    signal(person)
    said = server.ask(person, offers=["pro-plan"], template="smart-nudge")
    assert (said["gate"], said["offers"]) == ("dismissed_earlier", [])


@pytest.mark.parametrize(("kind", "left"), [("declined", "ended"), ("viewed", "live")])
def test_a_no_to_a_playbooks_offer_withdraws_what_was_decided_on_request(
    server: Server, kind: str, left: str
) -> None:
    person = somebody()
    run = begun(person)
    own = Proposition.objects.get(enrollment_id=run.pk)
    asked = Proposition.objects.get(pk=own.pk)
    asked.pk, asked.enrollment_id = uuid.uuid4(), None
    asked.save(force_insert=True)
    act(person, own, kind)
    asked.refresh_from_db()
    assert asked.state == left


def test_a_yes_ends_the_runs_of_the_account(server: Server) -> None:
    person = noticed()
    offer = server.offered(person)
    Proposition.objects.update(account=None)
    colleague = somebody(account=account_of(person))
    run = begun(colleague)
    assert run.state == "active"
    Proposition.objects.filter(pk=offer.pk).update(account=account_of(person))
    act(person, offer, "accepted")
    run.refresh_from_db()
    assert (run.state, run.end_reason) == ("finished", "accepted_elsewhere")


def test_seen_and_not_answered_until_it_is_over_is_ignored(server: Server, time: Time) -> None:
    person, unseen = noticed(), noticed()
    act(person, server.offered(person), "viewed")
    server.offered(unseen)
    assert not requested.waiting()
    time.move(days=7, seconds=1)
    assert sweeps.waiting() and requested.waiting()
    assert requested.expire() and not requested.expire()
    assert set(Proposition.objects.values_list("state", flat=True)) == {"ended"}
    assert (cooldowns(person), cooldowns(unseen)) == ({"ignored": 14}, {})
    assert Interaction.objects.filter(kind="ignored").count() == 1
    assert Answer.objects.filter(person=person, answer="ignored").exists()


def test_the_sweep_ends_them(server: Server, time: Time) -> None:
    server.offered(noticed())
    time.move(days=8)
    sweeps.run()
    assert Proposition.objects.get().state == "ended"


@pytest.mark.parametrize(
    ("named", "clicked", "credited"), [(True, False, 1), (False, True, 1), (False, False, 0)]
)
def test_a_purchase_is_credited_and_ends_it(
    server: Server, time: Time, named: bool, clicked: bool, credited: int
) -> None:
    person = noticed()
    offer = server.offered(person)
    if clicked:
        act(person, offer, "clicked")
    time.move(hours=1)
    properties = {"plan": "pro", **({"proposition_id": str(offer.pk)} if named else {})}
    call = {"type": "track", "event": "Plan Upgraded", "userId": person.user_id, "properties": properties}
    receive(server.source, call)
    offer.refresh_from_db()
    assert offer.state == ("answered" if named else "ended"), "who buys what it offered said yes to it"
    assert Interaction.objects.filter(kind="converted", proposition=offer).count() == credited


def test_staff_see_it_as_any_other(server: Server, admin_client: Client, time: Time) -> None:
    person = noticed()
    offer = server.offered(person)
    act(person, offer, "viewed")
    (told,) = explain.evaluations(person)
    assert (told["outcome"], told["offer"], told["playbook"]) == ("delivered", "pro-plan", "")
    pages = [
        f"/admin/people_app/person/{person.pk}/change/",
        "/admin/campaigns_app/delivery/",
        f"/admin/campaigns_app/delivery/{offer.delivery.pk}/change/",
        f"/admin/offers_app/decision/{offer.decision_id}/change/",
        f"/admin/offers_app/proposition/{offer.pk}/change/",
        f"/api/people/{person.user_id}/timeline/",
    ]
    for page in pages:
        assert admin_client.get(page).status_code in (200, 302, 404), page
    (delivery,) = json.loads(admin_client.get("/api/deliveries/").content)["results"]
    assert (delivery["enrollment"], delivery["playbook"]) == (None, None)


def test_the_links_work_for_who_got_it(server: Server, settings: Any) -> None:
    person = noticed()
    (offer,) = server.ask(person)["offers"]
    base = settings.PUBLIC_URL
    for name in ("why", "preferences", "unsubscribe"):
        assert Client().get(offer["links"][name].removeprefix(base)).status_code == 200, name
    assert Client().get(offer["links"]["cta"].removeprefix(base)).status_code in (200, 302)
    assert Client().post(offer["links"]["unsubscribe"].removeprefix(base)).status_code == 200
    assert Proposition.objects.get().state == "ended"
    assert server.ask(person)["gate"] == "opted_out"


def test_an_erased_person_leaves_no_context(server: Server) -> None:
    person = noticed()
    server.ask(person, context={"page": "Reports"}, id="one")
    erasure.begin(person.pk, clock.now(), "test")
    privacy.begin([person.pk])
    assert Proposition.objects.get().state == "ended"
    privacy.carry_out()
    assert Decision.objects.get().input == {}
    assert Proposition.objects.get().content == {}
    assert Enrollment.objects.count() == 0


def test_runs_of_others_are_left_alone_where_none_made_the_offer(server: Server) -> None:
    stranger = somebody()
    run = begun(stranger)
    person = noticed()
    act(person, server.offered(person), "declined")
    run.refresh_from_db()
    assert run.state == "active"
