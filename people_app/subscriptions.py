"""The subscriptions of one account, and what they say together. Pure: no database, no clock.

Billing systems speak of one subscription at a time, in any order, and an account may have several. What was said is
kept per subscription and fact, the newest wins, and the account's own facts are computed from all of them:
`{"sub_1": {"status": "active", "mrr": "49.00", ...}, ...}` with any of `PARSERS`; None clears. An entry without a
status stands for invoices that belong to no subscription.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from people_app import facts

Subscription = Mapping[str, Any]

MOST_KEYS = 60
STATUSES = (
    "active",
    "past_due",
    "trialing",
    "unpaid",
    "paused",
    "canceled",
)
"""The best first. What never began (incomplete, incomplete_expired) gave nothing and takes nothing away."""
LIVE = frozenset({"active", "past_due", "trialing", "unpaid", "paused"})
PAYING = frozenset({"active", "past_due"})
NEVER_BEGAN = frozenset({"incomplete", "incomplete_expired"})
OF_INVOICES = frozenset({"invoice_status"})
_COURSE = (
    "incomplete",
    "trialing",
    "active",
    "past_due",
    "unpaid",
    "paused",
    "incomplete_expired",
    "canceled",
)


def _keys(value: Any) -> list[str]:
    if not isinstance(value, list):
        raise facts.Unusable
    return [key[:200] for key in value if isinstance(key, str)][:MOST_KEYS]


def _seats(value: Any) -> int:
    return max(facts.whole(value), 0)


PARSERS: dict[str, facts.Parser] = {
    "status": facts.text(30),
    "price_keys": _keys,
    "seats": _seats,
    "addons": facts.slugs,
    "mrr": lambda value: str(facts.money(value)),
    "currency": facts.currency,
    "billing_period": facts.one_of("month", "year"),
    "trial_ends_at": lambda value: facts.moment(value).isoformat(),
    "renews_at": lambda value: facts.moment(value).isoformat(),
    "period_started_at": lambda value: facts.moment(value).isoformat(),
    "cancel_at_period_end": facts.flag,
    "invoice_status": facts.one_of("paid", "past_due"),
}


def further(status: str) -> int:
    """How far on its way from incomplete to canceled: providers tell time in seconds, and change twice in one."""
    return _COURSE.index(status) if status in _COURSE else 0


_RESTS_ON = {"subscription_status": "status", "billing_price_keys": "price_keys"}


def combined(subscriptions: Mapping[str, Subscription]) -> dict[str, Any]:
    """Facts of the account, in the words of `entitlements.PARSERS`; None clears one.

    Plan, period and currency are the main one's (the best state, then the most money); seats and monthly revenue are
    summed over the live ones (revenue only in that currency), and their add-ons collected; it renews when the first of
    them does, and any unpaid invoice makes the account past due. When none is live, the plan is gone. A fact is said
    once any subscription said it, so that none is left behind from an earlier state; but that there is no add-on is
    not, as those may be sold without a subscription.
    """
    stated = [(id, one) for id, one in subscriptions.items() if one.get("status")]
    begun = [one for id, one in sorted(stated, key=_rank) if one["status"] not in NEVER_BEGAN]
    live = [one for one in begun if one["status"] in LIVE]
    others = [one for one in subscriptions.values() if not one.get("status")]
    found = {
        "subscription_status": (begun or [one for _, one in sorted(stated, key=_rank)] or [{}])[0].get(
            "status"
        ),
        "billing_price_keys": list(dict.fromkeys(key for one in live for key in one.get("price_keys") or ())),
        "cancel_at_period_end": bool(live and live[0].get("cancel_at_period_end")),
        "renews_at": min(filter(None, map(_renews_at, live)), default=None),
        "trial_ends_at": _trial_ends_at(begun),
        "mrr": _total(live, _first(begun, "currency")),
        "seats": sum(one.get("seats") or 0 for one in live),
        "addons": sorted({addon for one in live for addon in one.get("addons") or ()}),
        "invoice_status": _invoices(live + others) or _first(begun, "invoice_status"),
        **{name: _first(begun, name) for name in ("currency", "billing_period", "period_started_at")},
    }
    said = {name for one in begun for name in one}
    said |= OF_INVOICES & {name for one in subscriptions.values() for name in one}
    said |= {"status"} if stated else set()
    if not found["addons"]:
        said -= {"addons"}
    return {fact: value for fact, value in found.items() if _RESTS_ON.get(fact, fact) in said}


def _rank(entry: tuple[str, Subscription]) -> tuple[int, Decimal, str]:
    id, one = entry
    status = one["status"]
    return (STATUSES.index(status) if status in STATUSES else len(STATUSES)), -_mrr(one), id


def _mrr(one: Subscription) -> Decimal:
    return Decimal(one.get("mrr") or 0) if one.get("status") in PAYING else Decimal(0)


def _first(ranked: list[Subscription], name: str) -> Any:
    return next((one[name] for one in ranked if one.get(name) is not None), None)


def _renews_at(one: Subscription) -> str | None:
    return None if one.get("cancel_at_period_end") else one.get("renews_at")


def _trial_ends_at(begun: list[Subscription]) -> str | None:
    """When the first running trial ends, else when the last one ended."""
    running = [
        one["trial_ends_at"] for one in begun if one["status"] == "trialing" and one.get("trial_ends_at")
    ]
    return (
        min(running)
        if running
        else max((one.get("trial_ends_at") or "" for one in begun), default="") or None
    )


def _total(live: list[Subscription], currency: str | None) -> str | None:
    """None when there is something live and the amount of none of it is known."""
    same = [one for one in live if one.get("currency") == currency]
    unknown = same and all(one.get("mrr") is None for one in same)
    return None if unknown else str(sum(map(_mrr, same), Decimal("0.00")))


def _invoices(those: list[Subscription]) -> str | None:
    said = {one.get("invoice_status") for one in those}
    return "past_due" if "past_due" in said else "paid" if "paid" in said else None
