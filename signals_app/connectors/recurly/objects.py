"""Subscriptions, accounts and invoices as the v3 API shows them, and what they tell.

An object shows how things are, not what changed: what happened is told from the moments it names, if they are recent,
under a message id made of the object and that moment, so that reading it again tells nothing twice.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from signals_app.connectors.base import elements, from_iso, identifier, members, present, words
from signals_app.connectors.shared import billing
from signals_app.connectors.shared.billing import ONE_OFF, Facts
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import money

RECENT = timedelta(days=2)
_STATUS = {"canceled": "active", "expired": "canceled", "failed": "canceled", "future": "incomplete"}
"""At Recurly a canceled subscription runs to the end of its period, and an expired one is over."""
_INVOICE = {"paid": "paid", "closed": "paid", "past_due": "past_due", "failed": "past_due", "voided": None}
_MONTH_DAYS = Decimal("30.4375")


def account_ids(account: dict[str, Any]) -> dict[str, str]:
    """Merchants choose account codes; most take the id that their own product uses."""
    code = identifier(account.get("code"))
    return {"recurly_account_code": code, "group_id": code} if code else {}


def subscription(sub: dict[str, Any], received_at: datetime) -> list[Incoming]:
    id, ids = identifier(sub.get("id")), account_ids(members(sub.get("account")))
    if not id or not ids:
        return []
    at = _before(sub.get("updated_at"), received_at)
    return [
        told(f"{id}:{at.isoformat()}", at, ids, {"subscriptions": {id: facts_of(sub, received_at)}}),
        *(
            happened(f"{id}:{name}:{moment.isoformat()}", moment, ids, name, properties)
            for name, moment, properties in _moments(sub)
            if received_at - RECENT <= moment <= received_at
        ),
    ]


def account(account: dict[str, Any], received_at: datetime) -> list[Incoming]:
    id, ids = identifier(account.get("id")), account_ids(account)
    if not id or not ids:
        return []
    at = _before(account.get("updated_at"), received_at)
    owes = account.get("has_past_due_invoice")
    status = {"invoice_status": "past_due" if owes else "paid"}
    facts = {
        "name": words(account.get("company")),
        "country": words(members(account.get("address")).get("country")),
        "subscriptions": {ONE_OFF: status} if isinstance(owes, bool) else None,
    }
    return [told(f"{id}:{at.isoformat()}", at, ids, present(**facts))]


def invoice(bill: dict[str, Any], received_at: datetime) -> list[Incoming]:
    id, ids = identifier(bill.get("id")), account_ids(members(bill.get("account")))
    state, origin = words(bill.get("state")), words(bill.get("origin"))
    if not id or not ids or state not in _INVOICE:
        return []
    at = _before(bill.get("updated_at"), received_at)
    subs = [identifier(sub) for sub in elements(bill.get("subscription_ids"))] or [ONE_OFF]
    facts = {"subscriptions": {sub: {"invoice_status": _INVOICE[state]} for sub in subs if sub}}
    items = [told(f"{id}:{at.isoformat()}", at, ids, facts)]
    name = _name_of(state, origin)
    moment = _before(bill.get("closed_at"), at) if state == "paid" else at
    if name and moment >= received_at - RECENT:
        items.append(happened(f"{id}:{name}", moment, ids, name, _amount(bill, id)))
    return items


def _name_of(state: str, origin: str) -> str:
    if state in ("past_due", "failed"):
        return "Payment Failed"
    return (
        {"renewal": "Subscription Renewed", "purchase": "Order Completed"}.get(origin, "")
        if state == "paid"
        else ""
    )


def _amount(bill: dict[str, Any], id: str) -> dict[str, Any]:
    currency, total = currency_of(bill), money.read(bill.get("total"))
    amount = None if total is None else money.text(total, currency)
    return {"amount": amount, "revenue": amount, "currency": currency, "order_id": id, "invoice_id": id}


def facts_of(sub: dict[str, Any], received_at: datetime) -> Facts:
    """One subscription's facts; `mrr` is its subtotal a month: with its add-ons, without taxes."""
    status, currency = status_of(sub, received_at), currency_of(sub)
    ended, cancelling = status == "canceled", sub.get("state") == "canceled"
    months = _months(sub)
    amount = _monthly(sub, months) if status == "active" else Decimal(0)
    facts = {
        "status": status,
        "billing_period": ("year" if months >= 12 else "month") if months and status != "trialing" else None,
        "seats": _whole(sub.get("quantity")),
        "currency": currency,
        "trial_ends_at": _iso(sub.get("trial_ends_at")),
        "period_started_at": _iso(sub.get("current_period_started_at")),
    }
    renews = not ended and not cancelling and sub.get("auto_renew") is not False
    return present(**facts) | {
        "price_keys": [] if ended else _price_keys(sub),
        "addons": [] if ended else _add_ons(sub),
        "cancel_at_period_end": cancelling,
        "renews_at": _iso(sub.get("current_period_ends_at")) if renews else None,
        "mrr": None if amount is None else money.text(amount, currency),
    }


def status_of(sub: dict[str, Any], received_at: datetime) -> str:
    state, trial_ends_at = words(sub.get("state")), from_iso(sub.get("trial_ends_at"))
    status = _STATUS.get(state, state[:30])
    return "trialing" if status == "active" and trial_ends_at and trial_ends_at > received_at else status


def _moments(sub: dict[str, Any]) -> list[tuple[str, datetime, dict[str, Any]]]:
    keys = _price_keys(sub)
    bought = {"product": keys[0] if keys else None, "price_keys": keys}
    state = words(sub.get("state"))
    found = [
        ("Trial Started", sub.get("trial_started_at"), {"ends_at": _iso(sub.get("trial_ends_at"))}),
        ("Cancellation Requested", sub.get("canceled_at") if state == "canceled" else None, {}),
        ("Subscription Cancelled", sub.get("expires_at") if state == "expired" else None, {}),
        ("Subscription Paused", sub.get("paused_at") if state == "paused" else None, {}),
    ]
    return [
        (name, moment, present(**{**bought, **more}))
        for name, value, more in found
        if (moment := from_iso(value))
    ]


def _price_keys(sub: dict[str, Any]) -> list[str]:
    """The plan's code first, then those of the add-ons."""
    plan = members(sub.get("plan"))
    keys = [identifier(plan.get("code")), identifier(plan.get("id"))]
    return billing.distinct(keys + _add_ons(sub))


def _add_ons(sub: dict[str, Any]) -> list[str]:
    add_ons = [members(members(one).get("add_on")) for one in elements(sub.get("add_ons"))]
    return list(filter(None, (identifier(one.get("code")) for one in add_ons)))


def _months(sub: dict[str, Any]) -> Decimal:
    start, end = from_iso(sub.get("current_period_started_at")), from_iso(sub.get("current_period_ends_at"))
    days = (end - start).days if start and end else 0
    months = Decimal(max(days, 0)) / _MONTH_DAYS
    return Decimal(round(months)) if months > Decimal("0.85") else months


def _monthly(sub: dict[str, Any], months: Decimal) -> Decimal | None:
    amount = money.read(sub.get("subtotal"))
    return None if amount is None or not months else amount / months


def currency_of(holder: dict[str, Any]) -> str:
    return billing.currency(words(holder.get("currency")))


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**9 else None


def _before(value: Any, received_at: datetime) -> datetime:
    return min(from_iso(value) or received_at, received_at)


def _iso(value: Any) -> str | None:
    return billing.iso(from_iso(value))


def told(message_id: str, at: datetime, ids: dict[str, str], facts: Facts) -> Incoming:
    code = {"recurly_account_code": ids["recurly_account_code"]}
    return Incoming(
        "group", short_id(message_id), at, account_traits=facts | code, account_ids=ids, active=False
    )


def happened(
    message_id: str, at: datetime, ids: dict[str, str], name: str, properties: dict[str, Any]
) -> Incoming:
    return Incoming(
        "track",
        short_id(message_id),
        at,
        name,
        properties=present(**properties),
        account_ids=ids,
        active=False,
    )


READERS: dict[str, Callable[[dict[str, Any], datetime], list[Incoming]]] = {
    "subscription": subscription,
    "account": account,
    "invoice": invoice,
}
