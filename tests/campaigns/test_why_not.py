"""Why somebody did not get an offer about which nobody decided: derived from what is stored, and never nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from campaigns_app import advance, explain, plan
from campaigns_app.models import Cooldown, Enrollment, Playbook
from consent_app import ledger
from offers_app.models import Decision, HoldoutAssignment, Offer
from people_app.models import Person
from signals_app.models import SignalDefinition
from tests.build import a_person, a_source, an_account
from tests.conftest import Time
from tests.engine import a_signal, account_of, begun, enrolled, receive, somebody, starter, used
from upsell_project.lib import clock

__all__ = ["starter"]
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]
PRO: dict[str, Any] = {"offer": "pro-plan"}
POWER: dict[str, Any] = {"playbook": "power-user-upsell"}


def told(person: Person, **asked: Any) -> dict[str, Any]:
    found = explain.evaluations(person, **asked)
    assert found
    assert all(one["derived"] for one in found)
    return next(one for one in found if one["playbook"] in ("power-user-upsell", ""))


def gate(told: dict[str, Any], code: str) -> dict[str, Any]:
    (found,) = [one for one in told["gates"] if one["gate"] == code]
    return dict(found)


def test_no_signal_is_told_with_its_nearest_condition(time: Time) -> None:
    person = somebody()
    used(account_of(person), 9)
    said = told(person, **PRO)
    assert (said["gate"], said["outcome"], said["next_eligible_at"]) == ("no_signal", "excluded", None)
    assert said["reason"].startswith("No signal was found. The nearest is usage-limit-near: it asks for “")
    assert said["reason"].endswith("”, and it is 45 %.")
    closed = gate(said, "no_signal")
    assert closed["input"]["definition"] == "usage-limit-near"
    assert said["must_happen"] == "A signal must be found that begins the playbook."


@pytest.mark.parametrize("asked", [PRO, POWER, PRO | POWER])
def test_an_offer_or_a_playbook_is_never_answered_with_nothing(time: Time, asked: dict[str, Any]) -> None:
    for person in (
        somebody(),
        a_person("u_bare"),
        Person.objects.create(first_seen_at=time.now, last_seen_at=time.now),
    ):
        assert all(
            one["gate"] and one["reason"] and one["must_happen"]
            for one in explain.evaluations(person, **asked)
        )


def test_without_either_nothing_is_derived(time: Time) -> None:
    assert explain.evaluations(somebody()) == []


def test_an_unknown_offer_and_playbook_are_said(time: Time) -> None:
    person = somebody()
    (said,) = explain.evaluations(person, offer="nothing")
    assert (said["gate"], said["reason"]) == ("offer_off", "There is no offer nothing.")
    (said,) = explain.evaluations(person, playbook="nothing")
    assert (said["gate"], said["reason"]) == ("playbook_off", "There is no playbook nothing.")


def test_an_offer_that_no_playbook_proposes_is_said(time: Time) -> None:
    Offer.objects.create(slug="lonely", name="Lonely", live=True)
    (said,) = explain.evaluations(somebody(), offer="lonely")
    assert (said["gate"], said["reason"]) == (
        "no_candidate",
        "The offer lonely is no candidate of any playbook.",
    )
    (said,) = explain.evaluations(somebody(), offer="lonely", playbook="power-user-upsell")
    assert said["gate"] == "no_candidate"


def test_a_playbook_that_is_off_or_unpublished_is_said(time: Time) -> None:
    Playbook.objects.filter(slug="power-user-upsell").update(live=False)
    said = told(somebody(), **POWER)
    assert (said["gate"], said["reason"]) == (
        "playbook_off",
        "The playbook power-user-upsell is switched off.",
    )
    Playbook.objects.filter(slug="power-user-upsell").update(live_version=None)
    said = told(somebody(), **POWER)
    assert said["reason"] == "The playbook power-user-upsell was never published."


def test_a_definition_that_is_off_is_said(time: Time) -> None:
    SignalDefinition.objects.update(live=False)
    assert "is switched off: " in told(somebody(), **POWER)["reason"]


def test_the_control_group_is_told_and_nobody_is_drawn_by_asking(time: Time) -> None:
    person = somebody()
    told(person, **PRO)
    assert not HoldoutAssignment.objects.exists()
    HoldoutAssignment.objects.create(
        account=account_of(person), held_out=True, percent=10, assigned_at=time.now
    )
    said = told(person, **PRO)
    assert gate(said, "holdout")["passed"] is False
    assert "stays in the control group" in said["must_happen"]


def test_asking_writes_nothing(time: Time) -> None:
    person = somebody()
    with CaptureQueriesContext(connection) as ran:
        told(person, **PRO)
    verbs = {one["sql"].split(maxsplit=1)[0] for one in ran}
    assert verbs <= {"SELECT", "WITH", "SAVEPOINT", "RELEASE"}


def test_a_signal_that_began_nothing_is_told(time: Time) -> None:
    person = somebody()
    signal = a_signal(person, account_of(person))
    said = told(person, **PRO)
    assert gate(said, "no_signal")["input"] == {"signal": signal.pk, "definition": "usage-limit-near"}
    assert "began nothing" in said["reason"]


def test_a_signal_that_went_to_a_colleague_is_told(time: Time) -> None:
    person = somebody()
    colleague = a_person("u_colleague", account_of(person))
    a_signal(person, account_of(person))
    assert "went to somebody else of it" in told(colleague, **PRO)["reason"]


def test_a_refused_entry_is_the_reason_of_its_offers(time: Time) -> None:
    person = somebody()
    Cooldown.objects.create(
        person=person, outcome="declined", until=time.now + timedelta(days=9), set_at=time.now
    )
    with pytest.raises(Enrollment.DoesNotExist):
        enrolled(person)
    stored, stands = explain.evaluations(person, **PRO)
    assert (stored["derived"], stored["gate"], stored["offer"]) == (False, "cooldown", "")
    assert stored["next_eligible_at"] == time.now + timedelta(days=9)
    assert stored["must_happen"] == "The time of rest must pass (at the earliest 2026-03-19 10:00 UTC)."
    assert stands["derived"] and gate(stands, "cooldown")["passed"] is False


def test_a_run_that_waits_is_told_with_its_step_and_time(time: Time) -> None:
    person = somebody()
    run = begun(person)
    Decision.objects.all().delete()
    said = told(person, **PRO)
    assert (said["gate"], said["outcome"]) == ("waiting", "held")
    assert "stands at “Wait until clicked, at most 12 h” until 2026-03-10 22:00 UTC." in said["reason"]
    assert said["next_eligible_at"] == run.wake_at
    Enrollment.objects.update(state="parked")
    assert told(person, **PRO)["reason"].startswith("Its run is parked")


def test_every_closed_gate_is_told_and_the_latest_time_counts() -> None:
    """Rested until one day and paused until a later one: the later one."""
    with clock.frozen(clock.now()):
        person, now = somebody(), clock.now()
        begun(person)
        Decision.objects.all().delete()
        for outcome, days in (("declined", 9), ("ignored", 20)):
            Cooldown.objects.create(
                person=person, outcome=outcome, until=now + timedelta(days=days), set_at=now
            )
        said = told(person, **PRO)
        assert gate(said, "cooldown")["next_eligible_at"] == (now + timedelta(days=20)).isoformat()
        assert said["next_eligible_at"] == now + timedelta(days=20)


def test_the_offer_itself_is_asked_too(time: Time) -> None:
    person = somebody(account=an_account(plan="pro", caps={"exports": 20}))
    said = told(person, **PRO)
    assert gate(said, "already_owned")["reason"] == "The account already has Pro."
    assert "the account has it already" in said["must_happen"]


def test_of_the_past_only_what_can_be_rebuilt_is_said(time: Time) -> None:
    person = somebody()
    before = time.now
    time.move(days=2)
    a_signal(person, account_of(person))
    Cooldown.objects.create(
        person=person, outcome="declined", until=time.now + timedelta(days=9), set_at=time.now
    )
    said = told(person, at=before + timedelta(days=1), **PRO)
    assert said["at"] == before + timedelta(days=1)
    assert said["reason"].startswith("No signal that begins it was live at 2026-03-11 10:00 UTC.")
    gates = {one["gate"]: one["passed"] for one in said["gates"]}
    assert gates == {"no_signal": False, "opted_out": True, "no_consent": True, "holdout": True}
    assert any(one.startswith("Caps, open tickets") for one in said["not_known"])
    assert told(person, **PRO)["not_known"] == []
    early = told(person, at=before - timedelta(days=1), **PRO)
    assert early["gate"] == "playbook_off" and "was published later" in early["reason"]


def test_consent_of_then_is_rebuilt_from_what_they_said(time: Time) -> None:
    person = somebody()
    playbook = Playbook.objects.get(slug="power-user-upsell")
    step = next(one for one in plan.of(playbook.live_version_id or 0).nodes.values() if one.kind == "message")
    channel = step.config["channel"]
    ledger.withdraw(person, topic="upgrades", how="widget")
    time.move(days=2)
    ledger.grant(person, channels=[channel], topic="upgrades", how="preference_center")
    time.move(days=2)
    opted_out = told(person, at=time.now - timedelta(days=3), **PRO)
    assert (
        gate(opted_out, "opted_out")["reason"] == "They opted out of upgrades on all channels on 2026-03-10."
    )
    assert gate(told(person, at=time.now - timedelta(days=1), **PRO), "opted_out")["passed"]
    assert gate(told(person, **PRO), "opted_out")["passed"]


def test_a_pause_of_then_is_told_while_it_stands(time: Time) -> None:
    person = somebody()
    time.move(days=1)
    ledger.snooze(person, 30, "preference_center")
    time.move(days=3)
    assert not gate(told(person, at=time.now - timedelta(days=2), **PRO), "snoozed")["passed"]
    before = told(person, at=time.now - timedelta(days=3, hours=12), **PRO)
    assert "snoozed" not in [one["gate"] for one in before["gates"]]


def test_use_of_then_is_rebuilt_from_events(time: Time) -> None:
    """By now they are past the mark; then they were far from it."""
    person = a_person("ana", account=an_account("acme", caps={"exports": 20}), email="ana@corp.test")
    server = a_source("http")

    def exported(times: int) -> None:
        call = {"type": "track", "event": "Report Exported", "userId": person.user_id}
        receive(server, *({**call, "context": {"groupId": "acme"}} for _ in range(times)))

    exported(5)
    time.move(days=2)
    exported(12)
    said = told(person, at=time.now - timedelta(days=1), **PRO)
    assert said["reason"] == (
        "No signal that begins it was live at 2026-03-11 10:00 UTC. By what is stored, the nearest was"
        " usage-limit-near: it asks for “Exports used >= 80 % of the limit”, and then it was 25 %."
    )


def test_of_events_that_are_not_kept_any_more_no_use_is_made_up(time: Time, settings: Any) -> None:
    settings.EVENT_RETENTION_MONTHS = 2
    person = somebody()
    then = time.now
    time.move(days=70)
    said = gate(told(person, at=then + timedelta(hours=1), **PRO), "no_signal")
    assert said["reason"].endswith("What was used then is not known: its events are not kept any more.")


def test_at_is_what_was_in_force_then(time: Time) -> None:
    person = somebody()
    begun(person)
    first = explain.evaluations(person)
    time.move(hours=13)
    advance.due()
    assert len(explain.evaluations(person)) > 1
    assert explain.evaluations(person, at=time.now - timedelta(hours=5)) == first
    newest = explain.evaluations(person, at=time.now)
    assert len({(one["playbook"], one["offer"], one["channel"]) for one in newest}) == len(newest)
