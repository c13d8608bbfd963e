"""What accounts have and pay: said by anybody in any order, also before anybody knows whose it is."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from people_app import entitlements, facts, identify
from people_app.models import Account, Entitlement, Person, PlanPrice
from signals_app.incoming import Incoming
from tests.build import a_person, an_account

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("time")]
START = datetime(2026, 3, 1, tzinfo=UTC)


def item(kind: str = "group", minute: float = 0, **fields: Any) -> Incoming:
    return Incoming(kind=kind, message_id="m", occurred_at=START + timedelta(minutes=minute), **fields)


def resolve(*items: Incoming, source: str = "http") -> identify.Resolved:
    return identify.resolve(list(items), source, START + timedelta(days=1))


def stripe(minute: float, name: str = "", **traits: Any) -> Incoming:
    ids = {"stripe_customer_id": "cus_1"}
    said = {"account_traits": {**traits, **ids}} if traits else {"name": name}
    return item("group" if traits else "track", minute, account_ids=ids, active=False, **said)


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
    waiting = Account.objects.get()
    assert (waiting.group_id, str(waiting.mrr)) == (None, "49.00")
    named = item(minute=5, group_id="acme", account_traits={"stripe_customer_id": "cus_1", "currency": "USD"})
    changed = resolve(named).changed_accounts
    found = acme()
    assert changed == {found.pk}
    assert (str(found.mrr), found.invoice_status, found.plan) == ("49.00", "past_due", "pro")
    assert (found.currency, found.cancelling) == ("USD", True)
    at = (START + timedelta(minutes=2)).isoformat(timespec="microseconds")
    assert found.provenance["mrr"] == {"at": at, "source": "stripe"}
    assert Entitlement.objects.get(account=found).cap == 9
    waiting.refresh_from_db()
    assert waiting.merged_into == found


def test_a_customer_named_in_the_same_batch_waits_for_nothing() -> None:
    named = stripe(2, subscription_status="active")
    named.group_id = "acme"
    resolve(stripe(1, mrr="49.00"), named, source="stripe")
    assert str(acme().mrr) == "49.00"
    assert Account.objects.filter(merged_into=None).count() == 1


def test_a_customer_that_moves_takes_along_what_was_said_of_it() -> None:
    resolve(item(minute=1, group_id="acme", account_traits={"stripe_customer_id": "cus_1"}))
    resolve(stripe(2, mrr="49.00", limits={"exports": 9}), source="stripe")
    resolve(item(minute=3, group_id="bolt", account_traits={"stripe_customer_id": "cus_1"}))
    bolt = Account.objects.get(group_id="bolt")
    assert (acme().mrr, str(bolt.mrr)) == (None, "49.00")
    assert list(Entitlement.objects.values_list("account", "cap")) == [(bolt.pk, Decimal(9))]


def test_what_staff_typed_holds_until_there_is_newer_news() -> None:
    account = an_account("acme")
    entitlements.say(account.pk, {"plan": "special"}, START + timedelta(minutes=5), "staff")
    resolve(item(minute=1, group_id="acme", account_traits={"plan": "pro"}))
    assert (acme().plan, acme().provenance["plan"]["source"]) == ("special", "staff")
    resolve(item(minute=6, group_id="acme", account_traits={"plan": "pro"}))
    assert acme().plan == "pro"


def test_a_price_that_staff_map_later_says_the_plan_at_once() -> None:
    resolve(stripe(1, billing_price_keys=["price_pro"]), source="stripe")
    PlanPrice.objects.create(price_key="price_pro", plan="pro")
    assert entitlements.reprice("price_pro")[0].keys() == {Account.objects.get().pk}
    assert Account.objects.get().plan == "pro"


def test_two_subscriptions_are_summed_in_any_order() -> None:
    one = {"status": "active", "mrr": "49.00", "currency": "eur", "seats": 3}
    two = {"status": "active", "mrr": "10.00", "currency": "eur", "seats": 2}
    resolve(stripe(1, subscriptions={"a": one}), stripe(2, subscriptions={"b": two}), source="stripe")
    assert (str(Account.objects.get().mrr), Account.objects.get().traits["seats"]) == ("59.00", 5)
    resolve(stripe(3, subscriptions={"b": {"status": "canceled"}}), source="stripe")
    assert str(Account.objects.get().mrr) == "49.00"


def seats() -> Any:
    """The limit of seats; empty when none is known."""
    return entitlements.of([Account.objects.get().pk]).get((Account.objects.get().pk, "seats"), "")


def live(seats: int, **more: Any) -> dict[str, Any]:
    return {"status": "active", "seats": seats, **more}


def test_seats_that_anybody_says_are_the_limit_of_seats() -> None:
    resolve(item(group_id="acme", account_traits={"seats": 10, "seats_used": 9}))
    assert (seats(), acme().seats_used, acme().traits["seats"]) == (10, 9, 10)
    resolve(item(minute=1, group_id="acme", account_traits={"limits": {"seats": 12}}))
    assert seats() == 12
    resolve(item(minute=2, group_id="acme", account_traits={"seats": "15"}))
    assert seats() == 15


@pytest.mark.parametrize("value", [0, -1, None, True, "many", [5], 1e300])
def test_seats_that_are_no_number_of_them_are_no_limit(value: Any) -> None:
    resolve(item(group_id="acme", account_traits={"seats": value, "plan": "pro"}))
    assert (seats(), acme().plan) == ("", "pro")


def test_what_a_subscription_sells_is_the_limit_of_seats() -> None:
    resolve(stripe(1, subscriptions={"a": live(7), "b": live(2)}), source="stripe")
    assert seats() == 9
    resolve(stripe(2, subscriptions={"a": {"status": "canceled"}}), source="stripe")
    assert seats() == 2
    resolve(stripe(3, subscriptions={"b": {"status": "canceled"}}), source="stripe")
    assert seats() == "", "nothing is sold any more"


def test_a_quantity_of_one_says_nothing_of_seats() -> None:
    resolve(stripe(1, subscriptions={"a": live(1)}), source="stripe")
    assert seats() == ""


def test_what_is_sold_overrules_no_limit_that_somebody_says() -> None:
    resolve(stripe(1, subscriptions={"a": live(7)}), stripe(2, limits={"seats": 50}), source="stripe")
    resolve(stripe(3, subscriptions={"a": {"mrr": "70.00"}}), source="stripe")
    assert seats() == 50
    resolve(stripe(4, limits={"seats": None}), source="stripe")
    assert seats() is None, "unlimited"
    entitlements.say(Account.objects.get().pk, {}, START + timedelta(hours=1), "staff", {"seats"})
    assert seats() == "", "staff know of none"


def test_add_ons_of_live_subscriptions_are_the_accounts() -> None:
    resolve(stripe(1, addons=["training"]), source="stripe")
    both = {"a": live(1, addons=["reports"]), "b": live(1, addons=["audit", "reports"])}
    resolve(stripe(2, subscriptions=both), source="stripe")
    assert Account.objects.get().addons == ["audit", "reports"]
    resolve(stripe(3, subscriptions={"b": {"status": "canceled"}}), source="stripe")
    assert Account.objects.get().addons == ["reports"]
    resolve(stripe(4, subscriptions={"a": {"addons": []}}), source="stripe")
    assert Account.objects.get().addons == ["training"], "what was said beside subscriptions"


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
