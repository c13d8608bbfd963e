"""What staff say of an account has the same consequences as when a source says it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from campaigns_app import corrections
from campaigns_app.models import Enrollment
from people_app import account_names, entitlements, facts
from people_app.models import Account, AccountName, Entitlement, PlanPrice
from signals_app import usage
from signals_app.models import DetectorState, MeterTotal, RecountDue, SignalDefinition, Ticket
from signals_app.usage import recount
from tests.build import a_source, an_account
from tests.conftest import Time
from tests.engine import begun, receive, somebody, used, work
from upsell_project.lib import clock

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("starter")]


@pytest.fixture(autouse=True)
def nobody_is_held_out(settings: Any, time: Time) -> None:
    settings.HOLDOUT_PERCENT = 0


def customer(value: str = "cus_1", **said: Any) -> Account:
    """Of whom only Stripe's id is known."""
    known = account_names.add_nameless({("stripe_customer_id", value)}, clock.now())
    name = known["stripe_customer_id", value]
    sayings = dict(entitlements._sayings(said, clock.now(), "stripe", 1))
    entitlements.show(entitlements._store({name.id: sayings}))
    return Account.objects.get(pk=name.account_id or 0)


def test_an_offer_whose_reason_is_gone_ends_at_once(time: Time) -> None:
    run = begun(somebody())
    time.move(minutes=5)
    corrections.say(run.account_id, {"limits": {"exports": "1000"}})
    work()
    run.refresh_from_db()
    assert (run.state, run.ended_at) == (Enrollment.State.FINISHED, clock.now())


def test_a_limit_that_staff_raise_arms_the_threshold_again() -> None:
    account = an_account(caps={"exports": 20})
    used(account, 17)
    definition = SignalDefinition.objects.get(slug="usage-limit-near")
    DetectorState.objects.create(
        definition=definition,
        account=account,
        part="exports",
        period=usage.month(clock.now(), ""),
        holds_since=clock.now(),
        fired_at=clock.now(),
    )
    corrections.say(account.pk, {"limits": {"exports": "1000"}})
    assert not DetectorState.objects.exists()


def test_another_time_zone_is_counted_anew(time: Time) -> None:
    source = a_source("http")
    call = {"type": "track", "event": "Report Exported", "userId": "ana", "context": {"groupId": "acme"}}
    at = datetime(2026, 2, 28, 23, 30, tzinfo=UTC) - clock.offset()
    receive(source, {**call, "timestamp": at.isoformat()})
    acme = Account.objects.get(group_id="acme")
    assert MeterTotal.objects.get(account=acme).period.month == 2
    corrections.say(acme.pk, {"timezone": "Europe/Berlin"})
    while recount.step():
        pass
    assert MeterTotal.objects.get(account=acme).period.month == 3
    assert not RecountDue.objects.exists()


def test_a_limit_is_taken_away_or_unlimited_until_something_newer_is_said(time: Time) -> None:
    account = customer(limits={"exports": 20, "seats": 3})
    time.move(minutes=1)
    corrections.say(account.pk, {"limits": {"seats": None}}, {"exports"})
    rows = Entitlement.objects.filter(account=account).values_list("resource", "cap", "source")
    assert list(rows) == [("seats", None, "staff")]
    entitlements.show([account.pk])
    assert Entitlement.objects.filter(account=account).count() == 1
    time.move(minutes=1)
    name = AccountName.objects.get(value="cus_1")
    sayings = dict(entitlements._sayings({"limits": {"exports": 30}}, clock.now(), "stripe", 1))
    entitlements.show(entitlements._store({name.pk: sayings}))
    assert entitlements.of([account.pk])[account.pk, "exports"] == 30


def test_a_price_of_another_plan_ends_what_sells_that_plan(time: Time) -> None:
    account = an_account(caps={"exports": 20})
    run = begun(somebody(account=account))
    known = account_names.add({("stripe_customer_id", "cus_2"): account.pk})
    sayings = dict(entitlements._sayings({"billing_price_keys": ["price_9"]}, clock.now(), "stripe", 1))
    entitlements.show(entitlements._store({one.id: sayings for one in known.values()}))
    time.move(minutes=5)
    PlanPrice.objects.create(price_key="price_9", plan="pro")
    corrections.reprice("price_9")
    account.refresh_from_db()
    assert account.plan == "pro"
    run.refresh_from_db()
    assert run.wake_at == clock.now()


def test_a_name_brings_what_was_said_and_kept_under_it(time: Time) -> None:
    acme, nobody = an_account("acme"), customer(subscription_status="past_due")
    used(nobody, 4)
    Ticket.objects.create(
        source=a_source(), external_id="1", account=nobody, problem=True, opened_at=clock.now()
    )
    time.move(minutes=1)
    assert corrections.name(acme.pk, "stripe_customer_id", "cus_1")
    acme.refresh_from_db()
    assert (acme.subscription_status, acme.provenance["subscription_status"]["source"]) == (
        "past_due",
        "stripe",
    )
    assert Account.objects.get(pk=nobody.pk).merged_into == acme
    assert Ticket.objects.get().account == acme
    assert MeterTotal.objects.get().account == acme


def test_a_name_of_another_account_moves_and_that_account_stays(time: Time) -> None:
    acme = an_account("acme")
    said = {"stripe_customer_id": "cus_1", "plan": "pro"}
    receive(a_source("http"), {"type": "group", "userId": "ana", "groupId": "bolt", "traits": said})
    time.move(minutes=1)
    corrections.say(acme.pk, {"stripe_customer_id": "cus_1"})
    bolt = Account.objects.get(group_id="bolt")
    assert AccountName.objects.get(value="cus_1").account == acme
    assert (bolt.merged_into, bolt.plan) == (None, "pro")
    time.move(minutes=1)
    receive(a_source("http"), {"type": "group", "userId": "ana", "groupId": "bolt", "traits": said})
    assert AccountName.objects.get(value="cus_1").account == bolt


@pytest.mark.parametrize(("kind", "value"), [("person", "1"), ("stripe_customer_id", ""), ("x", "y")])
def test_a_name_of_no_provider_is_refused(kind: str, value: str) -> None:
    with pytest.raises(facts.Unusable):
        corrections.name(an_account().pk, kind, value)
