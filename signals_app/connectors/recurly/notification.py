"""Classic notifications hold the whole objects: `{"new_subscription_notification": {...}}` or the same in XML."""

from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Any
from xml.parsers import expat

from signals_app.connectors.base import elements, from_iso, identifier, members, present, words
from signals_app.connectors.recurly.objects import (
    account_ids,
    currency_of,
    facts_of,
    happened,
    told,
)
from signals_app.connectors.shared.billing import ONE_OFF
from signals_app.incoming import Incoming, digest, short_id
from upsell_project.lib import money

_DEEPEST = 16
_HAPPENED = {
    "canceled_subscription": "Cancellation Requested",
    "expired_subscription": "Subscription Cancelled",
    "subscription_paused": "Subscription Paused",
    "subscription_resumed": "Subscription Resumed",
    "failed_payment": "Payment Failed",
}
_OWED = {
    "successful_payment": "paid",
    "failed_payment": "past_due",
    "past_due_invoice": "past_due",
    "past_due_charge_invoice": "past_due",
    "paid_charge_invoice": "paid",
}


class Unreadable(ValueError):
    """Not XML that we take; the text says why, without its content."""


def read(kind: str, said: dict[str, Any], body: bytes, received_at: datetime) -> list[Incoming]:
    """`kind` without `_notification`. There is no event id: a repeated body is the same event."""
    ids = account_ids(_account(members(said.get("account"))))
    if not ids:
        return []
    message_id, at = f"sha256:{digest(body.decode(errors='replace'))}", _time(kind, said, received_at)
    facts = _facts(kind, said, received_at)
    items = [told(message_id, at, ids, facts)] if facts else []
    email = identifier(members(said.get("account")).get("email")).lower()
    name, properties = _named(kind, said)
    if name:
        items.append(happened(short_id(f"{message_id}:2"), at, ids, name, properties))
    return [replace(item, lookup={"email": email} if email else {}) for item in items]


def _named(kind: str, said: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    sub = members(said.get("subscription"))
    plan = identifier(members(sub.get("plan")).get("plan_code"))
    if kind in ("new_subscription", "updated_subscription") and from_iso(sub.get("trial_ends_at")):
        trial = {"product": plan, "ends_at": words(sub.get("trial_ends_at"))}
        return ("Trial Started", trial) if kind == "new_subscription" else ("", {})
    if kind == "renewed_subscription":
        cents, currency = _cents(sub.get("total_amount_in_cents")), currency_of(sub)
        return "Subscription Renewed", {"amount": cents, "currency": currency, "product": plan}
    bill = members(said.get("transaction"))
    paid = {"amount": _cents(bill.get("amount_in_cents")), "currency": currency_of(bill)} if bill else {}
    return _HAPPENED.get(kind, ""), {**paid, "product": plan}


def _facts(kind: str, said: dict[str, Any], received_at: datetime) -> dict[str, Any]:
    sub, account = members(said.get("subscription")), members(said.get("account"))
    uuid = identifier(sub.get("uuid"))
    if uuid:
        return {"subscriptions": {uuid: facts_of(_subscription(sub), received_at)}}
    if kind in _OWED:
        bill = members(said.get("transaction")) or members(said.get("invoice"))
        id = identifier(bill.get("subscription_id")) or ONE_OFF
        return {"subscriptions": {id: {"invoice_status": _OWED[kind]}}}
    return present(name=words(account.get("company_name")))


def _account(account: dict[str, Any]) -> dict[str, Any]:
    return {"code": account.get("account_code")}


def _subscription(sub: dict[str, Any]) -> dict[str, Any]:
    """In the words of the v3 API."""
    plan = members(sub.get("plan"))
    add_ons = [members(one) for one in elements(sub.get("subscription_add_ons"))]
    return {
        **sub,
        "plan": {"code": plan.get("plan_code")},
        "add_ons": [{"add_on": {"code": one.get("add_on_code")}} for one in add_ons],
        "subtotal": _cents(sub.get("total_amount_in_cents")),
    }


def _cents(value: Any) -> str | None:
    """Classic amounts are in hundredths, whatever the currency."""
    amount = money.read(value)
    return None if amount is None else str((amount / 100).quantize(Decimal("0.01")))


def _time(kind: str, said: dict[str, Any], received_at: datetime) -> datetime:
    sub, bill = members(said.get("subscription")), members(said.get("transaction"))
    names = {
        "new_subscription": sub.get("activated_at"),
        "canceled_subscription": sub.get("canceled_at"),
        "expired_subscription": sub.get("expires_at"),
        "renewed_subscription": sub.get("current_period_started_at"),
    }
    return min(from_iso(names.get(kind) or bill.get("date")) or received_at, received_at)


def from_xml(body: bytes) -> dict[str, Any]:
    """`<a><b type="integer">1</b></a>` as `{"a": {"b": 1}}`. No document type is taken, so no entity can grow or reach
    out. Raises Unreadable."""
    reader = _Reader()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(body, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise Unreadable(str(error) if isinstance(error, Unreadable) else "the body is not XML") from None
    return reader.root


def _refuse(*_: object) -> None:
    raise Unreadable("the body has a document type, which is not taken")


class _Reader:
    def __init__(self) -> None:
        self.root: dict[str, Any] = {}
        self._open: list[tuple[dict[str, Any] | list[Any], dict[str, str]]] = [(self.root, {})]
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self._open) > _DEEPEST:
            raise Unreadable("the body is nested too deeply")
        self._open.append(([] if attributes.get("type") == "array" else {}, attributes))
        self._text = []

    def text(self, data: str) -> None:
        self._text.append(data)

    def end(self, name: str) -> None:
        value, attributes = self._open.pop()
        holder = self._open[-1][0]
        found: Any = value if value or isinstance(value, list) else _leaf("".join(self._text), attributes)
        if isinstance(holder, list):
            holder.append(found)
        else:
            holder[name] = found
        self._text = []


def _leaf(text: str, attributes: dict[str, str]) -> Any:
    if attributes.get("nil") in ("true", "nil"):
        return None
    cleaned = text.strip()
    if attributes.get("type") == "integer":
        return (
            int(cleaned)
            if cleaned.isascii() and cleaned.removeprefix("-").isdigit() and len(cleaned) < 16
            else None
        )
    return cleaned == "true" if attributes.get("type") == "boolean" else cleaned
