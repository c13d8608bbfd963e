"""Reading a subscription, whatever the API version that wrote it.

Since the "basil" versions the billing period is on the subscription's items and an invoice names its
subscription under `parent`; older pinned end points still send the former places. Which plan a price means is
decided later, from a table that staff edit.
"""

from decimal import Decimal
from typing import Any

from signals_app.connectors.base import elements, from_unix, identifier, members, present, words
from signals_app.connectors.shared import billing
from signals_app.connectors.shared.billing import PAYING, Facts, whole
from upsell_project.lib.money import MONTHS, major

UNPAID = frozenset({"past_due", "unpaid"})


def metadata_of(subject: dict[str, Any]) -> dict[str, Any]:
    """An invoice has its subscription's under `parent` (basil) or `subscription_details` (before)."""
    parent = members(members(subject.get("parent")).get("subscription_details"))
    before = members(subject.get("subscription_details"))
    own = members(subject.get("metadata"))
    return {**members(before.get("metadata")), **members(parent.get("metadata")), **own}


def told(sub: dict[str, Any], **changed: Any) -> Facts:
    """The facts of one subscription, as part of the account's: `{"subscriptions": {"sub_1": {...}}}`."""
    id = reference(sub.get("id"))
    return {"subscriptions": {id: facts_of(sub) | changed}} if id else {}


def facts_of(sub: dict[str, Any]) -> Facts:
    status, currency = status_of(sub), currency_of(sub)
    amount = monthly(sub) if status in PAYING else Decimal(0)
    started_at, renews_at = _period_bounds(sub)
    facts = {
        "status": status,
        "price_keys": _price_keys(sub),
        "addons": _add_ons(sub),
        "cancel_at_period_end": cancelling(sub),
        "billing_period": _period(sub),
        "seats": _seats(sub),
        "currency": currency,
        "trial_ends_at": iso(sub.get("trial_end")),
        "period_started_at": started_at,
        "invoice_status": "past_due" if status in UNPAID else None,
    }
    cleared = {
        "renews_at": None if cancelling(sub) else renews_at,
        "mrr": None if amount is None else major(amount, currency),
    }
    return present(**facts) | cleared


def status_of(sub: dict[str, Any]) -> str:
    """Collection that is paused leaves the subscription active at Stripe: nobody pays for it meanwhile."""
    status = words(sub.get("status"))[:30]
    return "paused" if status == "active" and members(sub.get("pause_collection")) else status


def _lines(sub: dict[str, Any]) -> list[dict[str, Any]]:
    return [members(line) for line in elements(members(sub.get("items")).get("data"))]


def _price(line: dict[str, Any]) -> dict[str, Any]:
    return members(line.get("price")) or members(line.get("plan"))


def _price_keys(sub: dict[str, Any]) -> list[str]:
    """Lookup key, price id and product id of every item, in the order of the subscription."""
    prices = [_price(line) for line in _lines(sub)]
    names = ("lookup_key", "id", "product")
    return billing.distinct(reference(price.get(name)) for price in prices for name in names)


def _add_ons(sub: dict[str, Any]) -> list[str]:
    return billing.add_ons(members(_price(line).get("metadata")) for line in _lines(sub))


def bought(sub: dict[str, Any]) -> dict[str, Any]:
    return billing.bought(_price_keys(sub), metadata_of(sub))


def reason(sub: dict[str, Any]) -> dict[str, Any]:
    details = members(sub.get("cancellation_details"))
    return {name: words(details.get(name)) for name in ("reason", "feedback")}


def cancelling(sub: dict[str, Any]) -> bool:
    """Flexible billing schedules an end by `cancel_at` instead of the flag."""
    return sub.get("cancel_at_period_end") is True or from_unix(sub.get("cancel_at")) is not None


def _period_bounds(sub: dict[str, Any]) -> tuple[str | None, str | None]:
    """Start and end of the billing period that ends first."""
    bounds = [
        (ends_at, from_unix(one.get("current_period_start")))
        for one in [*_lines(sub), sub]
        if (ends_at := from_unix(one.get("current_period_end")))
    ]
    ends_at, started_at = min(bounds, key=lambda pair: pair[0], default=(None, None))
    return billing.iso(started_at), billing.iso(ends_at)


def iso(seconds: Any) -> str | None:
    return billing.iso(from_unix(seconds))


def _period(sub: dict[str, Any]) -> str | None:
    for price in map(_price, _lines(sub)):
        interval, count = _rhythm(price)
        if interval:
            return billing.period(interval, count)
    return None


def _rhythm(price: dict[str, Any]) -> tuple[str, int]:
    """`price.recurring` today, the price itself when it is a legacy `plan`."""
    recurring = members(price.get("recurring")) or price
    interval, count = recurring.get("interval"), recurring.get("interval_count")
    count = max(whole(count) or 1, 1)
    return (interval, count) if isinstance(interval, str) and interval in MONTHS else ("", count)


def _seats(sub: dict[str, Any]) -> int | None:
    """The largest quantity: add-ons are usually bought once, or once a seat."""
    quantities = [whole(line.get("quantity")) for line in _lines(sub)]
    return max((quantity for quantity in quantities if quantity is not None), default=None)


def as_it_was(sub: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The subscription with its items as in `previous_attributes`; an item not listed there was added."""
    if "items" in before:
        now = {words(line.get("id")): line for line in _lines(sub)}
        return {
            **sub,
            "items": {"data": [now.get(words(line.get("id")), {}) | line for line in _lines(before)]},
        }
    lines = _lines(sub)
    legacy: dict[str, Any] = {name: before[name] for name in ("quantity", "plan") if name in before}
    if "plan" in legacy:
        legacy["price"] = None
    return {**sub, "items": {"data": [line | legacy for line in lines[:1]] + lines[1:]}}


def monthly(sub: dict[str, Any]) -> Decimal | None:
    """List price a month in minor units, without discounts, taxes and metered use.

    None when there is no item, or one whose price is not a plain amount (tiers, fractions of a cent).
    """
    amounts = [_monthly_amount(line) for line in _lines(sub) if not _metered(line)]
    known = [amount for amount in amounts if amount is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(amounts) else None


def _monthly_amount(line: dict[str, Any]) -> Decimal | None:
    price = _price(line)
    interval, count = _rhythm(price)
    amount, quantity = whole(price.get("unit_amount", price.get("amount"))), whole(line.get("quantity", 1))
    if not interval or amount is None or quantity is None:
        return None
    return Decimal(amount) * quantity / (MONTHS[interval] * count)


def _metered(line: dict[str, Any]) -> bool:
    price = _price(line)
    return (members(price.get("recurring")) or price).get("usage_type") == "metered"


def currency_of(subject: dict[str, Any]) -> str:
    own = words(subject.get("currency"))
    found = own or next((words(_price(line).get("currency")) for line in _lines(subject)), "")
    return billing.currency(found)


def money(minor: Any, currency: str) -> str | None:
    amount = isinstance(minor, int) and not isinstance(minor, bool)
    return major(Decimal(minor), currency) if amount else None


def reference(value: Any) -> str:
    """An id, or the id inside an expanded object."""
    return identifier(members(value).get("id")) if isinstance(value, dict) else identifier(value)
