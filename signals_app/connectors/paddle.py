"""Paddle Billing notifications: subscriptions, transactions and customers.

Source: paddle-python-sdk 1.16.1 (`PaddleSignature.py`, `Verifier.py`, `EventTypeName.py`) for signature and types,
developer.paddle.com for the shapes. Paddle's SDKs refuse a signature after 5 seconds, which fails behind any queue or
slow network: here it is 300 seconds, and a repeated `event_id` changes nothing. Paddle Classic (form bodies with
`p_signature`, RSA) is another product and is refused.
Unverified: how often and how long Paddle retries, and the answer time it allows.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    HookRequest,
    Parsed,
    elements,
    from_iso,
    identifier,
    members,
    present,
    words,
)
from signals_app.connectors.shared import billing
from signals_app.connectors.shared.billing import ONE_OFF, PAYING, Facts, Named
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import Timed
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import money

_SIGNATURE = Timed("paddle-signature", "ts", "h1", between=";", joint=b":")
_ENDED = frozenset({"canceled"})
_HAPPENED = {
    "subscription.paused": "Subscription Paused",
    "subscription.resumed": "Subscription Resumed",
    "subscription.canceled": "Subscription Cancelled",
}
_INVOICES = {
    "transaction.paid": "paid",
    "transaction.completed": "paid",
    "transaction.past_due": "past_due",
    "transaction.payment_failed": "past_due",
    "transaction.canceled": None,
}


class Paddle(JsonConnector):
    kind: ClassVar[str] = "paddle"
    label: ClassVar[str] = "Paddle Billing"
    freshness: ClassVar[timedelta | None] = timedelta(seconds=300)
    beta: ClassVar[str] = (
        "Paddle's retry schedule is from general knowledge; Paddle Classic is not supported."
    )
    setup: ClassVar[str] = (
        "Under Developer tools, Notifications, add this URL as a destination for subscription.*, transaction.* and "
        "customer.*; store its secret key (pdl_ntfset_...) here. Put account_id into the custom data of checkouts."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        if _SIGNATURE.header not in request.headers and b"p_signature=" in request.body:
            raise BadSignature("this is Paddle Classic, which is not supported: only Paddle Billing is")
        self.refuse_stale(_SIGNATURE.check(request, secrets), now)

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        kind, data = words(said.get("event_type")), members(said.get("data"))
        if not kind:
            return arrival.unusable("the body is not a Paddle event", "event_type")
        facts, happened = _read(kind, data)
        if not facts and not happened:
            return Parsed()
        occurred_at, id = from_iso(said.get("occurred_at")), words(said.get("event_id"))
        if not id or occurred_at is None:
            return arrival.unusable("the event has no id or no time", "" if id else "event_id")
        items = billing.items(id, _addressed(kind, data, arrival.at(occurred_at)), facts, happened)
        for item in items:
            if item.name == "Cancellation Requested":
                item.message_id = _cancelled_once(data)
        return Parsed(items)


def _cancelled_once(sub: dict[str, Any]) -> str:
    """Every later update repeats that the subscription is going to be cancelled."""
    at = words(members(sub.get("scheduled_change")).get("effective_at"))
    return short_id(f"{identifier(sub.get('id'))}:cancel:{at}")


def _addressed(kind: str, data: dict[str, Any], occurred_at: datetime) -> Incoming:
    its_own = kind.startswith("customer.")
    customer = identifier(data.get("id" if its_own else "customer_id"))
    ours = members(data.get("custom_data"))
    email = identifier(data.get("email")).lower() if its_own else ""
    return Incoming(
        kind="track",
        message_id="",
        occurred_at=occurred_at,
        user_id=identifier(ours.get("user_id")) or None,
        group_id=identifier(ours.get("account_id")) or None,
        lookup={"email": email} if email else {},
        account_ids={"paddle_customer_id": customer} if customer else {},
        active=False,
    )


def _read(kind: str, data: dict[str, Any]) -> tuple[Facts, list[Named]]:
    if kind.startswith("subscription."):
        return _subscription(kind, data)
    if kind in _INVOICES:
        return _transaction(kind, data)
    if kind in ("customer.created", "customer.updated", "customer.imported"):
        name = words(data.get("name"))
        return {"name": name} if name else {}, []
    return {}, []


def _subscription(kind: str, sub: dict[str, Any]) -> tuple[Facts, list[Named]]:
    id = identifier(sub.get("id"))
    if not id:
        return {}, []
    facts = {"subscriptions": {id: facts_of(sub)}}
    happened: list[Named] = [(_HAPPENED[kind], _bought(sub))] if kind in _HAPPENED else []
    if facts["subscriptions"][id]["cancel_at_period_end"]:
        happened.append(("Cancellation Requested", _bought(sub)))
    # A subscription that starts with a trial is told of twice: as created and as trialing.
    if kind == "subscription.trialing":
        happened.append(("Trial Started", {**_bought(sub), "ends_at": _trial_ends_at(sub)}))
    return facts, happened


def facts_of(sub: dict[str, Any]) -> Facts:
    """One subscription's facts; `mrr` is the list price a month, without taxes and discounts."""
    status, currency = words(sub.get("status"))[:30], _currency(sub)
    period, change = members(sub.get("current_billing_period")), members(sub.get("scheduled_change"))
    cancelling = change.get("action") == "cancel"
    amount = _monthly(sub) if status in PAYING else Decimal(0)
    renews_at = _iso(sub.get("next_billed_at")) or _iso(period.get("ends_at"))
    facts = {
        "status": status,
        "billing_period": _period(sub),
        "seats": max((_quantity(line) for line in _lines(sub)), default=None),
        "currency": currency,
        "trial_ends_at": _trial_ends_at(sub),
        "period_started_at": _iso(period.get("starts_at")),
        "invoice_status": "past_due" if status == "past_due" else None,
    }
    return present(**facts) | {
        "price_keys": [] if status in _ENDED else _price_keys(sub),
        "addons": [] if status in _ENDED else _add_ons(sub),
        "cancel_at_period_end": cancelling,
        "renews_at": None if cancelling or status in _ENDED else renews_at,
        "mrr": None if amount is None else money.major(amount, currency),
    }


def _bought(sub: dict[str, Any]) -> dict[str, Any]:
    return billing.bought(_price_keys(sub), members(sub.get("custom_data")))


def _transaction(kind: str, bill: dict[str, Any]) -> tuple[Facts, list[Named]]:
    """`paid` and `completed` follow each other: the second one tells what happened, the first one is a fact."""
    status = _INVOICES[kind]
    id, currency = identifier(bill.get("subscription_id")) or ONE_OFF, _currency(bill)
    totals = members(members(bill.get("details")).get("totals"))
    total = money.read(totals.get("grand_total"))
    amount = None if total is None else money.major(total, currency)
    said = {"amount": amount, "currency": currency, "invoice_id": identifier(bill.get("id"))}
    happened: list[Named] = []
    if kind == "transaction.payment_failed":
        happened.append(("Payment Failed", said))
    elif kind == "transaction.completed" and bill.get("origin") == "subscription_recurring":
        happened.append(("Subscription Renewed", said))
    elif kind == "transaction.completed" and bill.get("origin") in ("web", "api", "subscription_charge"):
        bought = _bought(bill)
        happened.append(
            ("Order Completed", {**bought, **said, "order_id": said["invoice_id"], "revenue": amount})
        )
    return {"subscriptions": {id: {"invoice_status": status}}}, happened


def _lines(holder: dict[str, Any]) -> list[dict[str, Any]]:
    return [members(line) for line in elements(holder.get("items"))]


def _price_keys(holder: dict[str, Any]) -> list[str]:
    prices = [members(line.get("price")) for line in _lines(holder)]
    return billing.distinct(identifier(price.get(name)) for price in prices for name in ("id", "product_id"))


def _add_ons(sub: dict[str, Any]) -> list[str]:
    prices = [members(line.get("price")) for line in _lines(sub)]
    return billing.add_ons(members(price.get("custom_data")) for price in prices)


def _quantity(line: dict[str, Any]) -> int:
    return max(billing.whole(line.get("quantity", 1)) or 0, 0)


def _rhythm(holder: dict[str, Any]) -> tuple[str, int]:
    cycle = members(holder.get("billing_cycle"))
    interval, count = words(cycle.get("interval")), cycle.get("frequency")
    whole = billing.whole(count) or 0
    return interval if interval in money.MONTHS else "", whole if 0 < whole < 1000 else 1


def _period(sub: dict[str, Any]) -> str | None:
    return billing.period(*_rhythm(sub))


def _monthly(sub: dict[str, Any]) -> Decimal | None:
    """In minor units; None when the rhythm or a recurring item's amount cannot be read."""
    interval, count = _rhythm(sub)
    lines = [line for line in _lines(sub) if line.get("recurring") is not False]
    amounts = [
        money.read(members(members(line.get("price")).get("unit_price")).get("amount")) for line in lines
    ]
    if not interval or not lines or None in amounts:
        return None
    total = sum((amount or 0) * _quantity(line) for amount, line in zip(amounts, lines, strict=True))
    return Decimal(total) / (money.MONTHS[interval] * count)


def _trial_ends_at(sub: dict[str, Any]) -> str | None:
    ends = [_iso(members(line.get("trial_dates")).get("ends_at")) for line in _lines(sub)]
    return min(filter(None, ends), default=None)


def _currency(holder: dict[str, Any]) -> str:
    return billing.currency(words(holder.get("currency_code")))


def _iso(value: Any) -> str | None:
    return billing.iso(from_iso(value))
