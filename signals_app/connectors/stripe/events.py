"""What each event about a subscription says: facts about the account, and things that happened (name, properties)."""

from collections.abc import Callable
from typing import Any

from signals_app.connectors.base import words
from signals_app.connectors.shared.billing import PAYING, Facts, Named
from signals_app.connectors.stripe.subscription import (
    UNPAID,
    as_it_was,
    bought,
    cancelling,
    currency_of,
    iso,
    monthly,
    reason,
    status_of,
    told,
)
from upsell_project.lib.money import major

Reader = Callable[[dict[str, Any], dict[str, Any]], tuple[Facts, list[Named]]]


def _created(sub: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    happened: list[Named] = []
    if sub.get("status") == "trialing":
        ends_at = iso(sub.get("trial_end"))
        happened.append(("Trial Started", {**bought(sub), "ends_at": ends_at}))
    return told(sub), happened


def _updated(sub: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    status, status_before = words(sub.get("status")), words(before.get("status"))
    settled = {"invoice_status": "paid"} if status_before in UNPAID and status == "active" else {}
    happened: list[Named] = []
    if status_before == "trialing" and status != "trialing":
        happened.append(("Trial Ended", {**bought(sub), "converted": status in PAYING}))
    if cancelling(sub) and not cancelling({**sub, **before}):
        happened.append(("Cancellation Requested", bought(sub) | reason(sub)))
    if "pause_collection" in before and status == "active":
        resumed = status_of(sub) == "active"
        happened.append(("Subscription Resumed" if resumed else "Subscription Paused", bought(sub)))
    return told(sub, **settled), happened + _change(sub, before)


def _change(sub: dict[str, Any], before: dict[str, Any]) -> list[Named]:
    """More or less money a month than before; a change of currency is neither."""
    now, then = monthly(sub), monthly(as_it_was(sub, before))
    if now is None or then is None or now == then or before.get("currency") is not None:
        return []
    currency = currency_of(sub)
    change = {"mrr_delta": major(now - then, currency), "mrr": major(now, currency), "currency": currency}
    return [("Plan Upgraded" if now > then else "Plan Downgraded", {**bought(sub), **change})]


def _deleted(sub: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    happened: list[Named] = [("Subscription Cancelled", bought(sub) | reason(sub))]
    trial_end, ended_at = sub.get("trial_end"), sub.get("ended_at")
    if isinstance(trial_end, int) and isinstance(ended_at, int) and ended_at <= trial_end:
        happened.append(("Trial Ended", {**bought(sub), "converted": False}))
    facts = told({**sub, "status": "canceled"}, price_keys=[], cancel_at_period_end=False, renews_at=None)
    return facts, happened


def _facts_only(sub: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    return told(sub), []


def _paused(sub: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    return told(sub), [("Subscription Paused", bought(sub))]


def _resumed(sub: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    return told(sub), [("Subscription Resumed", bought(sub))]


READERS: dict[str, Reader] = {
    "customer.subscription.created": _created,
    "customer.subscription.updated": _updated,
    "customer.subscription.deleted": _deleted,
    "customer.subscription.paused": _paused,
    "customer.subscription.resumed": _resumed,
    "customer.subscription.trial_will_end": _facts_only,
    "customer.subscription.pending_update_applied": _facts_only,
    "customer.subscription.pending_update_expired": _facts_only,
}
