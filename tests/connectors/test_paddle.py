"""Paddle Billing: every notification in the same words that Stripe's are told in."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from signals_app.connectors import CONNECTORS
from signals_app.connectors.base import BadSignature, HookRequest, Parsed
from signals_app.connectors.paddle import facts_of
from signals_app.incoming import Incoming
from tests.connectors import payload

PADDLE = CONNECTORS["paddle"]
NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
HAPPENED = datetime(2026, 3, 2, 9, 29, 54, tzinfo=UTC)


def read(name: str, **changed: Any) -> Parsed:
    event = payload.read("paddle", name)["body"]
    return PADDLE.parse(json.dumps({**event, **changed}).encode(), {}, NOW, "hook")


def items(name: str, **changed: Any) -> list[Incoming]:
    found = read(name, **changed)
    assert (found.rejected, found.wanted) == ([], [])
    return found.items


def subscription(item: Incoming) -> dict[str, Any]:
    assert (item.kind, item.group_id, item.active) == ("group", "acct_9", False)
    assert item.account_traits["paddle_customer_id"] == "ctm_01h8"
    found: dict[str, Any] = item.account_traits["subscriptions"]["sub_01h8"]
    return found


def test_it_works() -> None:
    (one,) = items("subscription-updated")
    assert subscription(one) == {
        "status": "active",
        "price_keys": ["pri_starter", "pro_starter"],
        "addons": [],
        "billing_period": "month",
        "seats": 9,
        "mrr": "171.00",
        "currency": "USD",
        "period_started_at": "2026-03-01T00:00:00Z",
        "renews_at": "2026-04-01T00:00:00Z",
        "cancel_at_period_end": False,
    }
    assert (one.message_id, one.occurred_at) == ("evt_01jnb6w3q7", HAPPENED)
    assert one.account_ids == {"paddle_customer_id": "ctm_01h8"}


def test_a_price_whose_custom_data_says_so_is_an_add_on() -> None:
    sub = {"status": "active", "items": [{"price": {"id": "pri_r", "custom_data": {"addon": "reports"}}}]}
    assert facts_of(sub)["addons"] == ["reports"]
    assert facts_of({**sub, "status": "canceled"})["addons"] == []


def test_a_trial_is_told_with_its_end_and_pays_nothing() -> None:
    facts, trial = items("subscription-trialing")
    assert subscription(facts)["trial_ends_at"] == "2026-03-15T00:00:00Z"
    assert (subscription(facts)["status"], subscription(facts)["mrr"]) == ("trialing", "0.00")
    assert (trial.name, trial.message_id) == ("Trial Started", "evt_trial:2")
    assert trial.properties["ends_at"] == "2026-03-15T00:00:00Z"


def test_a_scheduled_cancellation_is_told_once_however_often_it_is_repeated() -> None:
    facts, asked = items("cancellation-scheduled")
    assert (subscription(facts)["cancel_at_period_end"], subscription(facts)["renews_at"]) == (True, None)
    assert (asked.name, asked.message_id) == (
        "Cancellation Requested",
        "sub_01h8:cancel:2026-04-01T00:00:00Z",
    )
    _, again = items("cancellation-scheduled", event_id="evt_later")
    assert again.message_id == asked.message_id


def test_a_canceled_subscription_leaves_nothing() -> None:
    facts, gone = items("subscription-canceled")
    wanted: dict[str, Any] = {"status": "canceled", "mrr": "0.00", "price_keys": [], "renews_at": None}
    assert subscription(facts).items() >= wanted.items()
    assert (gone.name, gone.properties["product"]) == ("Subscription Cancelled", "pri_starter")


def test_yen_have_no_cents_and_what_is_bought_once_is_no_monthly_revenue() -> None:
    (one,) = items("subscription-yearly-yen")
    assert (subscription(one)["mrr"], subscription(one)["billing_period"]) == ("30000", "year")


@pytest.mark.parametrize(
    ("kind", "status", "name"),
    [
        ("transaction.completed", "paid", "Subscription Renewed"),
        ("transaction.paid", "paid", None),
        ("transaction.past_due", "past_due", None),
        ("transaction.payment_failed", "past_due", "Payment Failed"),
        ("transaction.canceled", None, None),
    ],
)
def test_a_transaction_says_whether_it_is_paid(kind: str, status: str | None, name: str | None) -> None:
    facts, *happened = items("transaction-completed", event_type=kind)
    assert subscription(facts) == {"invoice_status": status}
    assert [(one.name, one.properties) for one in happened] == (
        [(name, {"amount": "203.49", "currency": "USD", "invoice_id": "txn_1"})] if name else []
    )


def test_a_checkout_names_the_proposition_it_answers() -> None:
    data = payload.read("paddle", "transaction-completed")["body"]["data"]
    _, order = items("transaction-completed", data={**data, "origin": "web"})
    assert order.name == "Order Completed"
    wanted = {"order_id": "txn_1", "revenue": "203.49", "currency": "USD", "proposition_id": "prop_1"}
    assert order.properties.items() >= wanted.items()


def test_a_customer_is_found_by_address_and_named() -> None:
    (one,) = items("customer-updated")
    assert (one.kind, one.lookup) == ("group", {"email": "billing@initech.example"})
    assert one.account_traits == {"name": "Initech", "paddle_customer_id": "ctm_01h8"}


@pytest.mark.parametrize("kind", ["invoice.paid", "adjustment.created", "transaction.updated"])
def test_other_events_say_nothing(kind: str) -> None:
    assert read("transaction-completed", event_type=kind) == Parsed()


@pytest.mark.parametrize(
    ("changed", "path"), [({"event_id": None}, "event_id"), ({"event_type": 7.5}, "event_type")]
)
def test_an_event_without_its_name_or_id_is_kept_as_rejected(changed: dict[str, Any], path: str) -> None:
    found = read("subscription-updated", **changed)
    assert (found.items, [one.path for one in found.rejected]) == ([], [path])


def test_paddle_classic_is_refused_by_name() -> None:
    request = HookRequest("POST", "", {}, b"alert_name=subscription_created&p_signature=abc%3D")
    with pytest.raises(BadSignature, match="Paddle Classic"):
        PADDLE.verify(request, ["pdl_ntfset_x"], 0)
