"""What accounts have and pay: said by anybody in any order, also before anybody knows whose it is."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from people_app import facts, identify, waiting
from people_app.models import Account, Entitlement, Person, PlanPrice, WaitingFacts
from signals_app.incoming import Incoming
from tests.build import a_person, an_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
START = datetime(2026, 3, 1, tzinfo=UTC)


def item(kind: str = "group", minute: float = 0, **fields: Any) -> Incoming:
    return Incoming(kind=kind, message_id="m", occurred_at=START + timedelta(minutes=minute), **fields)


def resolve(*items: Incoming, source: str = "http") -> identify.Resolved:
    return identify.resolve(list(items), source, START + timedelta(days=1))


def stripe(minute: float, name: str = "", **traits: Any) -> Incoming:
    lookup = {"stripe_customer_id": "cus_1"}
    said = {"account_traits": {**traits, **lookup}} if traits else {"name": name}
    return item("group" if traits else "track", minute, lookup=lookup, active=False, **said)


def acme() -> Account:
    return Account.objects.get(group_id="acme")


@pytest.mark.parametrize(
    "keys", [5, True, "price_pro", {}, [{}], [["x"]], [None, {"a": 1}], {"price_pro": 1}]
)
def test_price_keys_that_are_none_spoil_nothing(keys: object) -> None:
    an_account("acme", plan="basic")
    traits = {"billing_price_keys": keys, "industry": "mills"}
    resolve(item(user_id="ana", group_id="acme", account_traits=traits))
    assert (acme().plan, acme().industry) == ("basic", "mills")


@pytest.mark.parametrize("amount", ["1e99999999", "-1e99999999", "1e-99999999", "sNaN", "Infinity"])
def test_an_amount_beyond_reason_spoils_nothing(amount: str) -> None:
    resolve(
        item(group_id="acme", account_traits={"mrr": amount, "limits": {"exports": amount}, "plan": "pro"})
    )
    assert acme().plan == "pro"


def test_of_mixed_price_keys_the_texts_count() -> None:
    PlanPrice.objects.create(price_key="price_pro", plan="pro")
    resolve(item(group_id="acme", account_traits={"billing_price_keys": [{}, 7, "price_pro"]}))
    assert acme().plan == "pro"


@pytest.mark.parametrize("again", [stripe(9, cancelling=False), item("track", 9, name="Plan Upgraded")])
@pytest.mark.parametrize("order", [1, -1])
def test_a_cancellation_is_taken_back_by_newer_news_only(again: Incoming, order: int) -> None:
    again.group_id = "acme"
    for one in [item("track", 1, name="Cancellation Requested", group_id="acme"), again][::order]:
        resolve(one)
    assert not acme().cancelling
    resolve(item("track", 10, name="Cancellation Requested", group_id="acme"))
    resolve(item("track", 5, name="Subscription Renewed", group_id="acme"))
    assert acme().cancelling
    resolve(item("track", 11, name="Subscription Renewed", group_id="acme"))
    assert not acme().cancelling


def test_what_a_provider_says_outright_beats_what_its_event_implies() -> None:
    an_account("acme", stripe_customer_id="cus_1")
    resolve(stripe(1, cancel_at_period_end=True), stripe(1, "Plan Upgraded"), source="stripe")
    assert acme().cancelling


def test_a_subscription_that_ended_leaves_no_plan() -> None:
    PlanPrice.objects.create(price_key="price_pro", plan="pro")
    an_account("acme", stripe_customer_id="cus_1")
    resolve(stripe(2, billing_price_keys=[]), source="stripe")
    resolve(stripe(1, billing_price_keys=["price_pro"]), source="stripe")
    assert acme().plan == ""
    resolve(stripe(3, billing_price_keys=["price_pro"]), source="stripe")
    assert acme().plan == "pro"


def test_facts_of_an_unknown_customer_wait_until_an_account_has_it() -> None:
    PlanPrice.objects.create(price_key="price_pro", plan="pro")
    resolve(
        stripe(
            2, mrr="49.00", invoice_status="past_due", limits={"exports": 9}, billing_price_keys=["price_pro"]
        ),
        stripe(3, "Cancellation Requested"),
        source="stripe",
    )
    resolve(stripe(1, mrr="1.00", currency="eur"), source="stripe")
    assert WaitingFacts.objects.count() == 3
    named = item(minute=5, group_id="acme", account_traits={"stripe_customer_id": "cus_1", "currency": "USD"})
    changed = resolve(named).changed_accounts
    found = acme()
    assert changed == {found.pk}
    assert (str(found.mrr), found.invoice_status, found.plan) == ("49.00", "past_due", "pro")
    assert (found.currency, found.cancelling) == ("USD", True)
    assert found.provenance["mrr"] == {"at": (START + timedelta(minutes=2)).isoformat(), "source": "stripe"}
    assert Entitlement.objects.get(account=found).cap == 9
    assert not WaitingFacts.objects.exists()


def test_a_customer_named_in_the_same_batch_waits_for_nothing() -> None:
    named = stripe(2, subscription_status="active")
    named.group_id = "acme"
    resolve(stripe(1, mrr="49.00"), named, source="stripe")
    assert str(acme().mrr) == "49.00"
    assert not WaitingFacts.objects.exists()


def test_the_claims_that_wait_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "MOST", 2)
    for minute in range(4):
        resolve(stripe(minute, mrr=str(minute)), source="stripe")
    assert [one.facts["mrr"] for one in WaitingFacts.objects.order_by("pk")] == ["2", "3"]


def test_untyped_traits_are_bounded_in_number_and_size() -> None:
    traits: dict[str, Any] = {f"t{n}": n for n in range(facts.MOST_NAMES)}
    resolve(item("identify", user_id="ana", traits=traits))
    resolve(item(group_id="acme", account_traits=traits))
    more = {"t1": "x" * 9_000, "t2": {"a": ["x"] * 999}, "one_more": 1}
    resolve(
        item("identify", 1, user_id="ana", traits=more), item(minute=1, group_id="acme", account_traits=more)
    )
    for kept in (Person.objects.get().traits, acme().traits):
        assert kept == traits | {"t1": "x" * facts.MOST_BYTES}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("timezone", "Berlin"),
        ("country", "de"),
        ("country", "D1"),
        ("currency", "eur"),
        ("fiscal_year_end", "31-12"),
    ],
)
def test_staff_cannot_type_what_a_sender_could_not_say(field: str, value: str) -> None:
    fields: dict[str, Any] = {field: value}
    account = an_account("acme", **fields)
    with pytest.raises(ValidationError) as refused:
        account.full_clean()
    assert set(refused.value.message_dict) == {field}


def test_staff_may_type_what_fits() -> None:
    an_account(timezone="Europe/Berlin", country="DE", currency="EUR", fiscal_year_end="12-31").full_clean()
    with pytest.raises(ValidationError):
        a_person(timezone="Berlin").full_clean()
