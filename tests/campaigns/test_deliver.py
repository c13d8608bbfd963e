"""The door out: every gate in the decided order, and what each refusal records."""

from datetime import timedelta

import pytest
from django.db.models import F

from campaigns_app import advance
from campaigns_app.models import ContactPolicy, Cooldown, Delivery, Enrollment, StaffTask
from consent_app import permission
from consent_app.models import Suppression
from offers_app.models import Decision, HoldoutAssignment, Proposition, Treatment
from people_app.models import Person
from tests.build import an_account
from tests.campaigns.gates import ALL, CONTACT, ENTRY, bar
from tests.conftest import Time
from tests.engine import (
    MORNING,
    a_signal,
    account_of,
    begun,
    cap,
    enrolled,
    last_decision,
    offer_of,
    somebody,
    touches,
    used,
    work,
)
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: pytest.FixtureRequest) -> None:
    settings.HOLDOUT_PERCENT = 0  # type: ignore[attr-defined]
    time.set(MORNING)


def codes(decision: Decision) -> list[str]:
    return [gate["gate"] for gate in decision.gates]


def test_it_works() -> None:
    person = somebody()
    run = begun(person)
    decision = last_decision(person)
    assert codes(decision) == [*ENTRY, *ALL], "how it began, and every gate of its first offer"
    assert all(gate["passed"] for gate in decision.gates)
    assert (decision.outcome, decision.gate, decision.channel, decision.offer) == (
        "delivered",
        "",
        "in_app",
        "pro-plan",
    )
    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.intended_at, delivery.sent_at) == ("accepted", MORNING, MORNING)
    assert delivery.proof["caps"][0] == {
        "channel": "in_app",
        "hours": 24,
        "limit": 1,
        "before": 0,
        "after": 1,
    }
    assert delivery.proof["holdout"]["held_out"] is False
    assert delivery.proof["policy_version"] == 1
    offer = offer_of(run)
    assert (offer.state, offer.placement, offer.expires_at) == (
        "live",
        "app-banner",
        MORNING + timedelta(days=7),
    )
    assert offer.evidence["used"] == 17


def test_the_mail_carries_the_ground_on_which_it_is_sent(time: Time) -> None:
    person = somebody()
    begun(person)
    time.move(hours=12)
    work()
    mail = Delivery.objects.get(channel="email")
    record = person.permissions.get(channel="email").record_id
    assert mail.proof["consent"]["consent_record"] == record
    assert mail.proof["local_time"] == "2026-03-10T19:00:00+01:00"
    assert [c["before"] for c in mail.proof["caps"]] == [0, 1, 1, 1]


ENDS = {
    "erased",
    "opted_out",
    "snoozed",
    "do_not_disturb",
    "problem_ticket",
    "unpaid",
    "cancelling",
    "account_busy",
    "cap",
    "cooldown",
    "already_owned",
    "no_longer_relevant",
    "holdout",
}
# These cannot fail for a banner.
OF_MAIL = ("no_evidence", "no_consent", "suppressed", "channel_unavailable", "quiet_hours")
TESTED = [code for code in ALL if code not in OF_MAIL]


@pytest.mark.parametrize("code", TESTED)
def test_each_gate_stops_it_at_its_place_and_says_why(code: str) -> None:
    person = somebody()
    run = enrolled(person)
    bar(code, person)
    advance.due()
    decision = last_decision(person)
    assert decision.gate == code
    met = [*ENTRY, *ALL[: ALL.index(code) + 1]]
    assert codes(decision) == met
    assert [gate["passed"] for gate in decision.gates] == [True] * (len(met) - 1) + [False]
    assert decision.reason
    assert decision.outcome == ("holdout" if code == "holdout" else "excluded")
    assert not Delivery.objects.filter(person=person).exists()
    run.refresh_from_db()
    assert run.end_reason == (code if code in ENDS else "")


@pytest.mark.parametrize("earlier", range(len(TESTED) - 1))
def test_of_two_closed_gates_the_earlier_one_is_met(earlier: int) -> None:
    first, second = TESTED[earlier], TESTED[earlier + 1]
    person = somebody()
    enrolled(person)
    for code in sorted((first, second), key="account_busy".__ne__):
        bar(code, person)
    advance.due()
    assert last_decision(person).gate == first


def mailed(person: Person, time: Time) -> Decision:
    """What became of the mail, twelve hours after the banner."""
    begun(person)
    time.move(hours=12)
    advance.due()
    decision = last_decision(person)
    assert decision.channel == "email"
    return decision


def test_mail_needs_a_ground(time: Time) -> None:
    decision = mailed(somebody(consent=()), time)
    assert (decision.gate, decision.outcome) == ("no_consent", "excluded")
    assert codes(decision) == CONTACT[:4]


def test_mail_needs_an_address(time: Time) -> None:
    person = somebody()
    person.contact_points.filter(channel="email").update(dead_at=MORNING)
    assert mailed(person, time).gate == "no_contact_point"


def test_a_suppressed_address_is_not_written_to(time: Time) -> None:
    person = somebody()
    address = person.contact_points.get(channel="email").address
    Suppression.objects.create(
        channel="email",
        address_hash=permission.address_hash("email", address),
        reason="complaint",
        at=MORNING,
    )
    assert mailed(person, time).gate == "suppressed"


def test_quiet_hours_hold_a_mail_and_every_gate_is_met_on_the_way(time: Time) -> None:
    time.set(MORNING + timedelta(hours=4))
    person = somebody()
    decision = mailed(person, time)
    opens = MORNING + timedelta(hours=25)
    assert (decision.outcome, decision.gate, decision.next_eligible_at) == ("held", "quiet_hours", opens)
    assert codes(decision) == ALL, "in the decided order, the holdout last"
    assert [g["gate"] for g in decision.gates if not g["passed"]] == ["quiet_hours"]
    mail = Delivery.objects.get(channel="email")
    assert (mail.state, mail.send_after, mail.intended_at, mail.sent_at) == ("held", opens, None, None)
    assert Enrollment.objects.get().wake_at == opens


def test_without_zone_and_country_a_mail_is_held_for_a_day(time: Time) -> None:
    decision = mailed(somebody(timezone="", country=""), time)
    assert (decision.outcome, decision.gate) == ("held", "zone_unknown")
    mail, tomorrow = Delivery.objects.get(channel="email"), MORNING + timedelta(hours=36)
    assert (mail.state, mail.send_after, decision.next_eligible_at) == ("held", tomorrow, tomorrow)


def test_who_opted_out_is_told_so_whatever_the_account_owns() -> None:
    person = somebody()
    enrolled(person)
    bar("already_owned", person)
    bar("opted_out", person)
    advance.due()
    assert (last_decision(person).gate, last_decision(person).offer) == ("opted_out", "pro-plan")


def test_in_quiet_hours_the_control_group_is_still_recorded_as_such(time: Time) -> None:
    time.set(MORNING + timedelta(hours=4))
    person = somebody()
    begun(person)
    HoldoutAssignment.objects.filter(account=account_of(person)).update(held_out=True)
    time.move(hours=12)
    advance.due()
    decision = last_decision(person)
    assert (decision.outcome, decision.gate) == ("holdout", "holdout")
    assert codes(decision) == ALL


def test_a_cap_says_when_the_next_contact_may_be(time: Time) -> None:
    ContactPolicy.objects.update(caps=[{"channel": "*", "limit": 1, "hours": 24}])
    decision = mailed(somebody(), time)
    assert (decision.gate, decision.next_eligible_at) == ("cap", MORNING + timedelta(hours=24))
    assert decision.threshold["value"] == [{"channel": "*", "limit": 1, "hours": 24}]


def test_two_people_of_one_account_in_one_batch_share_one_live_offer() -> None:
    account = an_account(caps={"exports": 20})
    ana, ben = somebody(account=account), somebody(account=account)
    enrolled(ana)
    enrolled(ben)
    advance.due()
    assert [last_decision(p).gate for p in (ana, ben)] == ["", "account_busy"]
    assert last_decision(ben).gates[-1]["input"] == [Enrollment.objects.get(person=ana).pk]


def test_an_expired_or_answered_offer_leaves_the_account_free(time: Time) -> None:
    account = an_account(caps={"exports": 20})
    begun(somebody(account=account))
    Proposition.objects.update(expires_at=clock.now())
    begun(somebody(account=account))
    assert Delivery.objects.count() == 2
    Proposition.objects.update(state="answered", expires_at=F("expires_at") + timedelta(days=9))
    begun(somebody(account=account))
    assert Delivery.objects.count() == 3


def test_the_control_group_is_contacted_by_nothing(time: Time) -> None:
    person = somebody(account=an_account(caps={"exports": 20}, tier="vip"))
    HoldoutAssignment.objects.create(
        account=account_of(person), held_out=True, percent=10, assigned_at=MORNING
    )
    run = enrolled(person)
    for _ in range(10):
        work()
        time.move(hours=12)
    assert not Delivery.objects.exists()
    assert not StaffTask.objects.exists()
    decision = Decision.objects.get()
    assert (decision.outcome, codes(decision)) == ("holdout", [*ENTRY, *ALL])
    run.refresh_from_db()
    assert run.end_reason == "holdout"
    assert not Cooldown.objects.exists()


def test_words_that_miss_a_value_are_not_sent_and_the_run_goes_on(time: Time) -> None:
    Treatment.objects.filter(channel="in_app").update(headline="Hi {{ person.nickname }},")
    person = somebody()
    run = enrolled(person)
    advance.due()
    assert "nickname" in last_decision(person).reason
    time.move(hours=12)
    advance.due()
    run.refresh_from_db()
    assert [channel for channel, _ in touches(person)] == ["email"]


def test_fresh_figures_are_shown_not_those_of_the_signal() -> None:
    person = somebody()
    run = enrolled(person)
    used(account_of(person), 19)
    cap(account_of(person), 25)
    advance.due()
    offer = offer_of(run)
    assert offer.content["why"] == "You've exported 19 of 25 reports this month"


def test_a_signal_that_expired_is_no_reason(time: Time) -> None:
    person = somebody()
    enrolled(person, "premium-feature-frequent")
    time.move(days=7)
    advance.due()
    assert last_decision(person).gate == "no_longer_relevant"


def test_no_evidence_no_offer() -> None:
    person = somebody()
    run = enrolled(person, "premium-feature-frequent")
    run.signal.evidence = {}
    run.signal.save()
    advance.due()
    assert last_decision(person).gate == "no_evidence"
    assert a_signal(person, account_of(person)).evidence
