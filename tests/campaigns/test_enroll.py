"""Who may start a playbook: each refusal with its closed code, its reason and its figures."""

from datetime import timedelta
from decimal import Decimal

import pytest

from campaigns_app import advance, enroll, playbook_files
from campaigns_app.models import Cooldown, Enrollment, Playbook
from consent_app import ledger
from offers_app.models import Decision, HoldoutAssignment, Proposition
from people_app.models import Account, Membership, Person
from signals_app.models import SignalDefinition
from tests.build import an_account
from tests.campaigns.gates import ENTRY
from tests.conftest import Time
from tests.engine import (
    MORNING,
    a_signal,
    account_of,
    act,
    begun,
    cap,
    enrolled,
    last_decision,
    offer_of,
    somebody,
    work,
)
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def morning(time: Time, settings: pytest.FixtureRequest) -> None:
    settings.HOLDOUT_PERCENT = 0  # type: ignore[attr-defined]
    time.set(MORNING)


def refused(person: Person, slug: str = "usage-limit-near") -> Decision:
    """The stored refusal of one more signal."""
    runs = Enrollment.objects.count()
    enroll.from_signals([a_signal(person, account_of(person), slug)], clock.now())
    assert Enrollment.objects.count() == runs
    decision = last_decision(person)
    assert decision.outcome == "excluded"
    assert decision.playbook == "power-user-upsell"
    assert decision.gates[-1]["gate"] == decision.gate
    assert [gate["passed"] for gate in decision.gates] == [True] * (len(decision.gates) - 1) + [False]
    assert decision.reason.endswith(".")
    return decision


def test_it_works() -> None:
    person = somebody()
    run = enrolled(person)
    assert (run.state, run.person, run.account) == ("active", person, account_of(person))
    assert run.wake_at == run.entered_at == MORNING
    assert not Decision.objects.exists(), "to enter is not yet a decision about an offer"


def test_a_playbook_that_is_off_lets_nobody_in_but_goes_on_for_who_is_inside(time: Time) -> None:
    inside, outside = somebody(), somebody()
    run = begun(inside)
    Playbook.objects.update(live=False)
    assert refused(outside).gate == "playbook_off"
    time.move(hours=12)
    work()
    run.refresh_from_db()
    assert run.state == "active"
    assert offer_of(run).channel == "email"


def test_a_person_in_several_accounts_without_a_named_one_is_refused() -> None:
    person = somebody()
    enroll.from_signals([a_signal(person, None)], clock.now())
    assert last_decision(person).gate == "no_account"


def test_an_anonymous_visitor_is_refused() -> None:
    person = somebody()
    Person.objects.filter(pk=person.pk).update(user_id=None)
    assert refused(person).gate == "unknown_person"


def test_a_signal_for_nobody_starts_nothing() -> None:
    enroll.from_signals([a_signal(None, an_account())], clock.now())
    assert not Enrollment.objects.exists()
    assert not Decision.objects.exists()


@pytest.mark.parametrize(("needed", "enters"), [("0.800", True), ("0.801", False)])
def test_confidence_is_enough_when_it_reaches_the_bound(needed: str, enters: bool) -> None:
    SignalDefinition.objects.update(confidence="0.8")
    version = Playbook.objects.get().live_version
    assert version
    version.minimum_confidence = Decimal(needed)
    version.save()
    person = somebody()
    if enters:
        enrolled(person)
    else:
        decision = refused(person)
        assert decision.gate == "low_confidence"
        assert (decision.input["value"], decision.threshold["value"]) == (0.8, 0.801)


def test_nobody_is_in_the_same_playbook_twice() -> None:
    person = somebody()
    enrolled(person)
    assert refused(person, "premium-feature-frequent").gate == "already_enrolled"


def test_two_signals_of_one_batch_start_one_run() -> None:
    person = somebody()
    signals = [
        a_signal(person, account_of(person), slug)
        for slug in ("usage-limit-near", "premium-feature-frequent")
    ]
    enroll.from_signals(signals, clock.now())
    assert Enrollment.objects.count() == 1
    assert last_decision(person).gate == "already_enrolled"


def test_a_parked_run_still_counts_as_running() -> None:
    person = somebody()
    run = enrolled(person)
    Enrollment.objects.filter(pk=run.pk).update(state="parked")
    assert refused(person).gate == "already_enrolled"


def test_it_may_start_again_when_the_days_since_its_end_are_over(time: Time) -> None:
    person = somebody()
    run = begun(person)
    enroll.exit_one(run.pk, "clicked")
    time.move(days=30, seconds=-1)
    decision = refused(person)
    assert decision.gate == "reentry"
    assert decision.next_eligible_at == MORNING + timedelta(days=30)
    time.move(seconds=1)
    enrolled(person)


def test_a_run_that_showed_nothing_bars_no_other(time: Time) -> None:
    person = somebody()
    run = enrolled(person)
    Account.objects.update(invoice_status="past_due")
    advance.due()
    run.refresh_from_db()
    assert run.end_reason == "unpaid"
    Account.objects.update(invoice_status="paid")
    enrolled(person, "premium-feature-frequent")


def test_a_run_that_showed_nothing_to_the_control_group_counts(time: Time) -> None:
    person = somebody()
    drawn = {"held_out": True, "percent": 10, "assigned_at": MORNING}
    HoldoutAssignment.objects.create(account=account_of(person), **drawn)
    assert begun(person).end_reason == "holdout"
    assert refused(person).gate == "reentry"


def test_what_was_met_on_the_way_in_is_kept() -> None:
    run = enrolled(somebody())
    assert [gate["gate"] for gate in run.entry_gates] == ENTRY
    assert all(gate["passed"] for gate in run.entry_gates)


@pytest.mark.parametrize("case", ["owned", "limit raised"])
def test_an_offer_that_its_account_outgrew_is_withdrawn_when_that_is_known(time: Time, case: str) -> None:
    (ana, grown), (_, same) = ((p, begun(p)) for p in (somebody(), somebody()))
    time.move(hours=1)
    account = account_of(ana)
    if case == "owned":
        Account.objects.filter(pk=account.pk).update(plan="Pro")
    else:
        cap(account, 100)
    enroll.recheck([account.pk])
    assert advance.due() == 1
    grown.refresh_from_db()
    assert grown.end_reason == ("already_owned" if case == "owned" else "no_longer_relevant")
    assert list(Proposition.objects.filter(state="live")) == [offer_of(same)]


def test_who_still_needs_the_offer_keeps_it_and_waits_as_long_as_before() -> None:
    run = begun(somebody())
    enroll.recheck([run.account_id])
    assert advance.due() == 1
    run.refresh_from_db()
    assert (run.state, run.wake_at) == ("active", MORNING + timedelta(hours=12))


def test_a_held_mail_goes_with_its_reason(time: Time) -> None:
    time.set(MORNING + timedelta(hours=4))
    run = begun(somebody())
    time.move(hours=12)
    advance.due()
    Account.objects.filter(pk=run.account_id).update(plan="Pro")
    enroll.recheck([run.account_id])
    advance.due()
    run.refresh_from_db()
    assert run.end_reason == "already_owned"
    assert not Proposition.objects.filter(state="live").exists()


def test_only_runs_with_a_live_offer_are_looked_at_again() -> None:
    run = begun(somebody())
    Proposition.objects.update(state="answered")
    enroll.recheck([run.account_id])
    enroll.recheck([])
    assert not advance.waiting()


def test_an_erased_person_is_refused() -> None:
    person = somebody()
    Person.objects.filter(pk=person.pk).update(erased_at=clock.now())
    assert refused(person).gate == "erased"


def test_a_snooze_is_respected_until_it_ends(time: Time) -> None:
    person = somebody()
    ledger.snooze(person, 7, "test")
    decision = refused(person)
    assert decision.gate == "snoozed"
    assert decision.next_eligible_at == MORNING + timedelta(days=7)
    time.move(days=7)
    enrolled(person)


def test_do_not_disturb_is_respected() -> None:
    person = somebody()
    ledger.do_not_disturb(person, MORNING + timedelta(days=21), "test")
    assert refused(person).gate == "do_not_disturb"


def test_of_several_cooldowns_the_longest_counts(time: Time) -> None:
    person = somebody()
    for outcome, days in (("ignored", 14), ("no_engagement", 21), ("dismissed", 14)):
        Cooldown.objects.create(
            person=person, outcome=outcome, until=MORNING + timedelta(days=days), set_at=MORNING
        )
    time.move(days=15)
    decision = refused(person)
    assert (decision.gate, decision.input["value"]) == ("cooldown", "no_engagement")
    assert decision.next_eligible_at == MORNING + timedelta(days=21)


def test_a_lifted_cooldown_bars_nobody() -> None:
    person = somebody()
    Cooldown.objects.create(
        person=person,
        outcome="ignored",
        until=MORNING + timedelta(days=14),
        set_at=MORNING,
        lifted_at=MORNING,
    )
    enrolled(person)


def test_a_cooldown_of_another_person_bars_nobody() -> None:
    person, other = somebody(), somebody()
    Cooldown.objects.create(person=other, outcome="x", until=MORNING + timedelta(days=9), set_at=MORNING)
    enrolled(person)


def test_exit_ends_a_person_everywhere_and_an_account_for_everybody() -> None:
    account = an_account(caps={"exports": 20})
    ana, ben, cleo = somebody(account=account), somebody(account=account), somebody()
    other = an_account(caps={"exports": 20})
    Membership.objects.create(person=ana, account=other, joined_at=MORNING)
    runs = {person.pk: enrolled(person) for person in (ana, ben, cleo)}
    assert enroll.exit(reason="test", person_id=ana.pk) == 1
    assert set(Enrollment.objects.filter(state="active")) == {runs[ben.pk], runs[cleo.pk]}
    assert enroll.exit(reason="test", person_id=ana.pk, account_id=account.pk) == 1
    assert enroll.exit(reason="test", person_id=cleo.pk, keep=runs[cleo.pk].pk) == 0
    assert set(Enrollment.objects.filter(state="active")) == {runs[cleo.pk]}


def test_exit_by_topic_ends_only_what_offers_that_topic() -> None:
    person = somebody()
    run = begun(person)
    assert enroll.exit(reason="opted_out", person_id=person.pk, topic="seats") == 0
    assert enroll.exit(reason="opted_out", person_id=person.pk, topic="upgrades") == 1
    run.refresh_from_db()
    assert run.end_reason == "opted_out"


def test_the_version_is_pinned_for_who_is_inside(time: Time) -> None:
    person = somebody()
    run = begun(person)
    playbook = Playbook.objects.get(slug="power-user-upsell")
    first = playbook.live_version
    steps = [{"action": {"pause_days": 1}}, {"exit": {"reason": "completed"}}]
    playbook_files.publish(playbook, {"goal_event": "Plan Upgraded", "steps": steps})
    later = enrolled(somebody())
    assert later.version.number == 2
    time.move(hours=12)
    work()
    run.refresh_from_db()
    assert run.version == first
    assert offer_of(run).channel == "email", "the old steps go on as they were"
    later.refresh_from_db()
    assert later.end_reason == "completed"


def test_a_dismissed_run_leaves_no_way_back_in_for_14_days(time: Time) -> None:
    person = somebody()
    run = begun(person)
    act(person, offer_of(run), "dismissed")
    enroll.exit_one(run.pk, "completed")
    Playbook.objects.update(live=True)
    version = run.version
    version.reentry_days = 0
    version.save()
    decision = refused(person)
    assert (decision.gate, decision.next_eligible_at) == ("cooldown", MORNING + timedelta(days=14))
    advance.due()
