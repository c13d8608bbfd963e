"""Stripe's invoices, checkouts, customers, entitlements and charges, each as exactly what it means here."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import Parsed, Question, Wanted
from signals_app.incoming import Incoming
from tests.connectors import payload

STRIPE = CONNECTORS["stripe"]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def parsed(event: Any) -> Parsed:
    return STRIPE.parse(json.dumps(event).encode(), {}, NOW)


def items(name: str) -> list[Incoming]:
    found = parsed(payload.read("stripe", name)["event"])
    assert found.rejected == []
    return found.items


def subscription(item: Incoming, id: str = "sub_1") -> dict[str, Any]:
    found: dict[str, Any] = item.account_traits["subscriptions"][id]
    return found


def test_a_paid_renewal_and_a_failed_payment_change_the_invoice_status() -> None:
    facts, renewed = items("invoice-renewed")
    assert facts.account_traits == {
        "subscriptions": {"sub_1": {"invoice_status": "paid"}},
        "stripe_customer_id": "cus_9",
    }
    assert (renewed.name, renewed.properties) == (
        "Subscription Renewed",
        {"amount": "588.00", "currency": "EUR", "invoice_id": "in_1"},
    )
    assert renewed.group_id == "acct_9"
    facts, failed = items("invoice-failed")
    assert subscription(facts) == {"invoice_status": "past_due"}
    assert (failed.name, failed.properties["amount"]) == ("Payment Failed", "588.00")
    assert failed.properties["retried_at"] == "2026-03-05T09:30:00Z"


@pytest.mark.parametrize(
    ("kind", "status", "names"),
    [
        ("invoice.payment_action_required", "past_due", ["Payment Action Required"]),
        ("invoice.overdue", "past_due", []),
        ("invoice.marked_uncollectible", "past_due", []),
        ("invoice.voided", None, []),
    ],
)
def test_what_else_happens_to_an_invoice(kind: str, status: str | None, names: list[str]) -> None:
    event = payload.read("stripe", "invoice-failed")["event"]
    facts, *happened = parsed({**event, "type": kind}).items
    assert subscription(facts) == {"invoice_status": status}
    assert [one.name for one in happened] == names


def test_an_invoice_of_no_subscription_or_an_older_one_is_told_apart() -> None:
    event = payload.read("stripe", "invoice-failed")["event"]
    del event["data"]["object"]["parent"]
    assert parsed(event).items[0].account_traits["subscriptions"] == {
        "one_off": {"invoice_status": "past_due"}
    }
    event["data"]["object"]["subscription"] = "sub_7"
    assert parsed(event).items[0].account_traits["subscriptions"] == {"sub_7": {"invoice_status": "past_due"}}


def test_an_invoice_to_come_says_when_and_how_much() -> None:
    event = payload.read("stripe", "invoice-failed")["event"]
    (upcoming,) = parsed({**event, "type": "invoice.upcoming"}).items
    wanted = {"amount": "588.00", "due_at": "2026-03-05T09:30:00Z"}
    assert (upcoming.name, upcoming.properties.items() >= wanted.items()) == ("Invoice Upcoming", True)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("customer.subscription.paused", "Subscription Paused"),
        ("customer.subscription.resumed", "Subscription Resumed"),
    ],
)
def test_a_pause_is_told(kind: str, name: str) -> None:
    event = payload.read("stripe", "seats-raised")["event"]
    facts, told = parsed({**event, "type": kind}).items
    assert (subscription(facts)["seats"], told.name) == (12, name)


def test_paused_collection_is_a_pause_that_nobody_pays_for() -> None:
    event = payload.read("stripe", "seats-raised")["event"]
    event["data"]["object"]["pause_collection"] = {"behavior": "void", "resumes_at": None}
    event["data"]["previous_attributes"] = {"pause_collection": None}
    facts, paused = parsed(event).items
    assert (subscription(facts)["status"], subscription(facts)["mrr"]) == ("paused", "0.00")
    assert paused.name == "Subscription Paused"


@pytest.mark.parametrize("kind", ["pending_update_applied", "pending_update_expired"])
def test_a_pending_update_is_only_a_fact(kind: str) -> None:
    event = payload.read("stripe", "seats-raised")["event"]
    (facts,) = parsed({**event, "type": f"customer.subscription.{kind}"}).items
    assert subscription(facts)["seats"] == 12


@pytest.mark.parametrize(
    ("kind", "paid", "name"),
    [
        ("checkout.session.completed", "unpaid", None),
        ("checkout.session.async_payment_succeeded", "paid", "Order Completed"),
        ("checkout.session.async_payment_failed", "unpaid", "Payment Failed"),
        ("checkout.session.expired", "unpaid", "Checkout Expired"),
    ],
)
def test_a_checkout_counts_once_it_is_paid(kind: str, paid: str, name: str | None) -> None:
    event = payload.read("stripe", "checkout-completed")["event"]
    event["data"]["object"]["payment_status"] = paid
    tracked = [one for one in parsed({**event, "type": kind}).items if one.kind == "track"]
    assert [one.name for one in tracked] == ([name] if name else [])
    assert all(one.properties["proposition_id"] == "prop_1" for one in tracked)


def test_a_customer_is_the_account_and_their_address_finds_it() -> None:
    (facts,) = items("customer-updated")
    assert (facts.kind, facts.group_id, facts.lookup) == (
        "group",
        "acct_9",
        {"email": "billing@initech.example"},
    )
    assert facts.account_ids == {"stripe_customer_id": "cus_9"}
    assert facts.account_traits == {"stripe_customer_id": "cus_9", "name": "Initech GmbH", "country": "DE"}


def test_a_deleted_customer_is_told_and_nobody_is_erased() -> None:
    event = payload.read("stripe", "customer-updated")["event"]
    (told,) = parsed({**event, "type": "customer.deleted"}).items
    assert (told.kind, told.name) == ("track", "Billing Customer Deleted")


def test_entitlements_are_the_features_of_the_account() -> None:
    (facts,) = items("entitlements-updated")
    assert facts.account_traits == {"features": ["api_access", "sso"], "stripe_customer_id": "cus_9"}
    event = payload.read("stripe", "entitlements-updated")["event"]
    event["data"]["object"]["entitlements"]["has_more"] = True
    assert parsed(event).items == []


def test_a_second_refund_is_told_by_what_it_added() -> None:
    (refund,) = items("charge-refunded")
    assert (refund.name, refund.account_ids) == ("Payment Refunded", {"stripe_customer_id": "cus_9"})
    assert refund.properties == {"amount": "20.00", "currency": "EUR", "charge_id": "ch_1", "full": False}


def test_a_dispute_asks_for_its_charge_which_says_whose_it_is() -> None:
    found = parsed(payload.read("stripe", "dispute-created")["event"])
    assert (found.items, found.wanted) == ([], [Wanted("charge", "ch_1")])
    question = STRIPE.question(found.wanted[0], "https://api.stripe.com", "rk_live_1")
    assert question == Question(
        "https://api.stripe.com/v1/charges/ch_1", {"Authorization": "Bearer rk_live_1"}
    )
    charge = payload.read("stripe", "charge-refunded")["event"]["data"]["object"] | {"disputed": True}
    (disputed,) = STRIPE.parse(json.dumps(charge).encode(), {}, NOW, "read:charge").items
    assert (disputed.name, disputed.message_id) == ("Payment Disputed", "ch_1:disputed")
    assert disputed.account_ids == {"stripe_customer_id": "cus_9"}


@pytest.mark.parametrize("wanted", [Wanted("charge", "ch_1/../../v1/customers"), Wanted("customer", "cus_9")])
def test_nothing_else_is_asked_for(wanted: Wanted) -> None:
    assert STRIPE.question(wanted, "https://api.stripe.com", "k") is None
