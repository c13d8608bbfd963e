"""Staff say that two accounts are one: everything of the one that goes is the other's, and its runs end."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from campaigns_app import merges
from campaigns_app.models import Delivery, Enrollment
from offers_app.models import Decision, HoldoutAssignment, Proposition
from people_app import account_names, entitlements, homes
from people_app.models import Account, AccountName, Membership
from signals_app import usage
from signals_app.models import DetectorState, Event, Meter, MeterTotal, Signal, SignalDefinition, Ticket
from signals_app.usage import recount
from tests.build import a_person, a_source, an_account, an_event
from tests.conftest import Time
from tests.engine import a_signal, begun, enrolled, receive, somebody, used
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter", "time")]


@pytest.fixture(autouse=True)
def nobody_is_held_out(settings: Any) -> None:
    settings.HOLDOUT_PERCENT = 0


@pytest.fixture
def kept() -> Account:
    return an_account("acme")


@pytest.fixture
def gone() -> Account:
    return an_account("acme-old", caps={"exports": 20})


def said(account: Account, source: str, **facts: Any) -> None:
    """As a billing provider says it under its own name."""
    name = account_names.add({("stripe_customer_id", f"cus_{source}"): account.pk})
    sayings = dict(entitlements._sayings(facts, clock.now(), source, 1))
    entitlements.show(entitlements._store({one.id: sayings for one in name.values()}))


def total(account: Account) -> int:
    return int(sum(row.used for row in MeterTotal.objects.filter(account=account, resource="exports")))


def test_it_works(kept: Account, gone: Account) -> None:
    merges.by_hand(kept.pk, gone.pk)
    gone.refresh_from_db()
    assert gone.merged_into == kept
    assert not Account.objects.filter(pk=kept.pk).exclude(merged_into=None).exists()


def test_members_of_both_keep_their_newer_role(kept: Account, gone: Account, time: Time) -> None:
    ana, bob = a_person("ana", kept), a_person("bob", gone)
    Membership.objects.filter(person=ana).update(role="user", role_at=clock.now())
    newer = clock.now() + timedelta(hours=1)
    Membership.objects.create(person=ana, account=gone, role="admin", role_at=newer, joined_at=clock.now())
    merges.by_hand(kept.pk, gone.pk)
    rows = Membership.objects.order_by("person__user_id").values_list("person__user_id", "account_id", "role")
    assert list(rows) == [("ana", kept.pk, "admin"), ("bob", kept.pk, "")]
    assert homes.of([ana.pk, bob.pk], clock.now()) == {ana.pk: kept.pk, bob.pk: kept.pk}


def test_of_each_fact_and_limit_the_newest_counts_whichever_account_had_it(
    kept: Account, gone: Account, time: Time
) -> None:
    said(kept, "one", plan="free", mrr=10, limits={"exports": 5, "seats": 3})
    time.move(hours=1)
    said(gone, "two", plan="pro", limits={"exports": 50})
    time.move(hours=1)
    said(kept, "one", mrr=20)
    merges.by_hand(kept.pk, gone.pk)
    kept.refresh_from_db()
    assert (kept.plan, kept.mrr) == ("pro", Decimal(20))
    assert (kept.provenance["plan"]["source"], kept.provenance["mrr"]["source"]) == ("two", "one")
    limits: dict[Any, Any] = dict(entitlements.of([kept.pk, gone.pk]))
    assert limits == {(kept.pk, "exports"): 50, (kept.pk, "seats"): 3}


def test_what_comes_for_the_old_id_or_customer_counts_for_the_one_that_stayed(
    kept: Account, gone: Account, time: Time
) -> None:
    said(gone, "two", plan="pro")
    merges.by_hand(kept.pk, gone.pk)
    time.move(hours=1)
    source = a_source("http")
    receive(source, {"type": "group", "userId": "ana", "groupId": "acme-old", "traits": {"plan": "team"}})
    kept.refresh_from_db()
    assert kept.plan == "team"
    assert Membership.objects.get(person__user_id="ana").account == kept
    assert set(AccountName.objects.exclude(account=kept).values_list("account", flat=True)) == set()


def test_events_signals_tickets_offers_and_deliveries_move(kept: Account, gone: Account) -> None:
    person = somebody(account=gone)
    begun(person)
    an_event(person, "Report Exported")
    ticket = {"source": a_source(), "external_id": "1", "problem": True, "opened_at": clock.now()}
    Ticket.objects.create(account=gone, person=person, **ticket)
    merges.by_hand(kept.pk, gone.pk)
    for model in (Event, Signal, Ticket, Decision, Proposition, Delivery, Enrollment):
        rows: Any = model._default_manager.all()
        assert set(rows.values_list("account", flat=True)) == {kept.pk}, model


def test_runs_of_the_account_that_goes_end_and_no_others(kept: Account, gone: Account) -> None:
    person = somebody(account=gone)
    run = begun(person)
    other = enrolled(somebody(account=kept))
    elsewhere = an_account(caps={"exports": 20})
    Membership.objects.create(person=person, account=elsewhere, joined_at=clock.now())
    there = a_signal(person, elsewhere, "premium-feature-frequent")
    third = Enrollment.objects.create(
        playbook=run.playbook,
        version=run.version,
        person=somebody(account=elsewhere),
        account=elsewhere,
        signal=there,
        step_entered_at=clock.now(),
        entered_at=clock.now(),
    )
    merges.by_hand(kept.pk, gone.pk)
    run.refresh_from_db()
    assert (run.state, run.end_reason) == ("finished", "merged")
    assert not Proposition.objects.filter(enrollment_id=run.pk, state="live").exists()
    for one in (other, third):
        one.refresh_from_db()
        assert one.state == "active"


def test_what_the_two_used_is_counted_together_and_a_recount_agrees(kept: Account, gone: Account) -> None:
    source = a_source("http")
    track = {"type": "track", "event": "Report Exported", "userId": "ana"}
    receive(source, *[{**track, "context": {"groupId": "acme"}}] * 3)
    receive(source, *[{**track, "userId": "bob", "context": {"groupId": "acme-old"}}] * 4)
    # Ana acts in both from now on: what she does without naming one counts for neither, until they are one.
    receive(source, {**track, "context": {"groupId": "acme-old"}}, track, track)
    assert Meter.objects.filter(resource="exports", event="Report Exported").exists()
    assert (total(kept), total(gone)) == (3, 5)
    merges.by_hand(kept.pk, gone.pk)
    while recount.step():
        pass
    assert (total(kept), total(gone)) == (10, 0)


@pytest.mark.parametrize(("one", "other"), [(True, False), (False, True), (None, True), (False, False)])
def test_held_out_if_either_was(kept: Account, gone: Account, one: bool | None, other: bool) -> None:
    for account, held in ((kept, one), (gone, other)):
        if held is not None:
            HoldoutAssignment.objects.create(
                account=account, held_out=held, percent=10, assigned_at=clock.now()
            )
    merges.by_hand(kept.pk, gone.pk)
    assert HoldoutAssignment.objects.get(account=kept).held_out is (one or other or False)


def test_what_fired_for_one_has_fired_for_both(kept: Account, gone: Account) -> None:
    definition = SignalDefinition.objects.get(slug="usage-limit-near")
    period, now = usage.month(clock.now(), ""), clock.now()
    for account, resource in ((gone, "exports"), (gone, "seats"), (kept, "seats")):
        DetectorState.objects.create(
            definition=definition,
            account=account,
            part=resource,
            period=period,
            holds_since=now,
            fired_at=now,
        )
    merges.by_hand(kept.pk, gone.pk)
    left = DetectorState.objects.order_by("part").values_list("account", "part")
    assert list(left) == [(kept.pk, "exports"), (kept.pk, "seats")]


def test_the_preview_says_what_will_move_and_moves_nothing(kept: Account, gone: Account) -> None:
    person = somebody(account=gone)
    begun(person)
    used(gone, 3)
    HoldoutAssignment.objects.filter(account=gone).update(held_out=True)
    seen = merges.preview(kept, gone)
    assert dict(seen.moves)["members"] == 1
    assert (dict(seen.moves)["runs of playbooks"], seen.ends, seen.held_out) == (1, 1, True)
    gone.refresh_from_db()
    assert (gone.merged_into, Membership.objects.get(person=person).account) == (None, gone)


def test_what_makes_no_sense_is_refused(kept: Account, gone: Account) -> None:
    person = a_person("solo", kept)
    personal = Account.objects.create(personal_of=person, created_at=clock.now())
    third = an_account("third", merged_into=gone)
    for one, other in ((kept, kept), (kept, third), (third, kept), (personal, kept)):
        with pytest.raises(merges.Refused):
            merges.by_hand(one.pk, other.pk)
    with pytest.raises(merges.Refused):
        merges.by_hand(kept.pk, 0)
    merges.by_hand(kept.pk, personal.pk)
    assert Account.objects.get(pk=personal.pk).merged_into == kept
