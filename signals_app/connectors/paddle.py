"""Paddle Billing notifications: subscriptions, transactions and customers.

Source: paddle-python-sdk 1.16.1 (`PaddleSignature.py`, `Verifier.py`, `EventTypeName.py`) for signature and types,
developer.paddle.com for the shapes. Paddle's SDKs refuse a signature after 5 seconds, which fails behind any queue or
slow network: here it is 300 seconds, and a repeated `event_id` changes nothing. Paddle Classic (form bodies with
`p_signature`, RSA) is another product and is refused.
Unverified: how often and how long Paddle retries, and the answer time it allows.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    elements,
    from_iso,
    identifier,
    members,
    unusable,
    words,
)
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import money, signing, strict_json

Facts = dict[str, Any]
Named = tuple[str, dict[str, Any]]

_ELEMENT = re.compile(r"\s*(ts|h1)=([0-9a-f]{1,128})\s*")
_ENDED = frozenset({"canceled"})
_PAYING = frozenset({"active", "past_due"})
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
ONE_OFF = "one_off"


class Paddle(Connector):
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
        header = request.headers.get("paddle-signature", "")
        if not header and b"p_signature=" in request.body:
            raise BadSignature("this is Paddle Classic, which is not supported: only Paddle Billing is")
        parts = [_ELEMENT.fullmatch(part) for part in header.split(";")]
        times = [found[2] for found in parts if found and found[1] == "ts" and found[2].isdecimal()]
        given = [found[2] for found in parts if found and found[1] == "h1"]
        if len(times) != 1 or not given:
            raise BadSignature("no readable Paddle-Signature header")
        signed = (times[0].encode(), b":", request.body)
        expected = [signing.hex_mac(secret, *signed) for secret in signing.usable(secrets)]
        if not signing.any_same(expected, given):
            raise BadSignature("no active secret made this signature")
        self.refuse_stale(int(times[0]), now)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            event = members(strict_json.loads(body))
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        kind, data = words(event.get("event_type")), members(event.get("data"))
        if not kind:
            return unusable(body, "the body is not a Paddle event", "event_type")
        facts, happened = _read(kind, data)
        if not facts and not happened:
            return Parsed()
        occurred_at, id = from_iso(event.get("occurred_at")), words(event.get("event_id"))
        if not id or occurred_at is None:
            return unusable(body, "the event has no id or no time", "" if id else "event_id")
        blank = _addressed(kind, data, min(occurred_at, received_at))
        items = [replace(blank, kind="group", account_traits=facts | blank.account_ids)] if facts else []
        items += [replace(blank, name=name, properties=_present(said)) for name, said in happened]
        for position, item in enumerate(items, start=1):
            once = _cancelled_once(data) if item.name == "Cancellation Requested" else ""
            item.message_id = short_id(once or id + (f":{position}" if position > 1 else ""))
        return Parsed(items)


def _cancelled_once(sub: dict[str, Any]) -> str:
    """Every later update repeats that the subscription is going to be cancelled."""
    return f"{identifier(sub.get('id'))}:cancel:{words(members(sub.get('scheduled_change')).get('effective_at'))}"


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
    amount = _monthly(sub) if status in _PAYING else Decimal(0)
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
    return _present(facts) | {
        "price_keys": [] if status in _ENDED else _price_keys(sub),
        "addons": [] if status in _ENDED else _add_ons(sub),
        "cancel_at_period_end": cancelling,
        "renews_at": None if cancelling or status in _ENDED else renews_at,
        "mrr": None if amount is None else money.major(amount, currency),
    }


def _bought(sub: dict[str, Any]) -> dict[str, Any]:
    keys, ours = _price_keys(sub), members(sub.get("custom_data"))
    return {
        "product": keys[0] if keys else None,
        "price_keys": keys,
        "proposition_id": identifier(ours.get("proposition_id")),
        "offer_id": identifier(ours.get("offer_id")),
    }


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
    keys = [identifier(price.get(name)) for price in prices for name in ("id", "product_id")]
    return list(dict.fromkeys(filter(None, keys)))


def _add_ons(sub: dict[str, Any]) -> list[str]:
    """Paddle knows no add-ons: a price is one when its custom data says so, `{"addon": "reports"}`."""
    prices = [members(line.get("price")) for line in _lines(sub)]
    named = (identifier(members(price.get("custom_data")).get("addon")) for price in prices)
    return list(filter(None, named))


def _quantity(line: dict[str, Any]) -> int:
    count = line.get("quantity", 1)
    return count if isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 10**9 else 0


def _rhythm(holder: dict[str, Any]) -> tuple[str, int]:
    cycle = members(holder.get("billing_cycle"))
    interval, count = words(cycle.get("interval")), cycle.get("frequency")
    whole = count if isinstance(count, int) and not isinstance(count, bool) and 0 < count < 1000 else 1
    return (interval, whole) if interval in money.MONTHS else ("", whole)


def _period(sub: dict[str, Any]) -> str | None:
    interval, count = _rhythm(sub)
    return "year" if interval == "month" and count >= 12 else interval or None


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
    code = words(holder.get("currency_code"))
    return code.upper() if len(code) == 3 and code.isascii() else ""


def _iso(value: Any) -> str | None:
    moment = from_iso(value)
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _present(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None and value != ""}
