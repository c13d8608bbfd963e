"""What each type of event says: facts about the account, and things that happened (name, properties)."""

from collections.abc import Callable
from typing import Any

from signals_app.connectors.base import identifier, words
from signals_app.connectors.stripe.subscription import (
    PAYING,
    UNPAID,
    Facts,
    as_it_was,
    bought,
    cancelling,
    currency_of,
    decimal,
    facts_of,
    iso,
    metadata_of,
    money,
    monthly,
    reason,
    reference,
)

Named = tuple[str, dict[str, Any]]
Reader = Callable[[dict[str, Any], dict[str, Any]], tuple[Facts, list[Named]]]


def _created(sub: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    happened: list[Named] = []
    if sub.get("status") == "trialing":
        ends_at = iso(sub.get("trial_end"))
        happened.append(("Trial Started", {**bought(sub), "ends_at": ends_at}))
    return facts_of(sub), happened


def _updated(sub: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    facts = facts_of(sub)
    happened: list[Named] = []
    status, status_before = words(sub.get("status")), words(before.get("status"))
    if status_before in UNPAID and status == "active":
        facts["invoice_status"] = "paid"
    if status_before == "trialing" and status != "trialing":
        happened.append(("Trial Ended", {**bought(sub), "converted": status in PAYING}))
    if cancelling(sub) and not cancelling({**sub, **before}):
        happened.append(("Cancellation Requested", bought(sub) | reason(sub)))
    now, then = monthly(sub), monthly(as_it_was(sub, before))
    if now is not None and then is not None and now > then and before.get("currency") is None:
        currency = currency_of(sub)
        risen = {"mrr_delta": decimal(now - then, currency), "mrr": decimal(now, currency)}
        happened.append(("Plan Upgraded", {**bought(sub), **risen, "currency": currency}))
    return facts, happened


def _deleted(sub: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    ended = {"billing_price_keys": [], "cancel_at_period_end": False, "renews_at": None}
    happened: list[Named] = [("Subscription Cancelled", bought(sub) | reason(sub))]
    trial_end, ended_at = sub.get("trial_end"), sub.get("ended_at")
    if isinstance(trial_end, int) and isinstance(ended_at, int) and ended_at <= trial_end:
        happened.append(("Trial Ended", {**bought(sub), "converted": False}))
    return facts_of({**sub, "status": "canceled"}) | ended, happened


def _trial_will_end(sub: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    return facts_of(sub), []


def _paid(invoice: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    if invoice.get("billing_reason") != "subscription_cycle":
        return {"invoice_status": "paid"}, []
    currency = currency_of(invoice)
    renewed = {"amount": money(invoice.get("amount_paid"), currency), "currency": currency}
    return {"invoice_status": "paid"}, [("Subscription Renewed", renewed)]


def _payment_failed(invoice: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    return {"invoice_status": "past_due"}, []


def _checked_out(session: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    if session.get("payment_status") == "unpaid":
        return {}, []
    metadata, currency = metadata_of(session), currency_of(session)
    customer = reference(session.get("customer"))
    order = {
        "order_id": words(session.get("id")),
        "revenue": money(session.get("amount_total"), currency),
        "currency": currency,
        "mode": words(session.get("mode")),
        "proposition_id": identifier(metadata.get("proposition_id")),
        "offer_id": identifier(metadata.get("offer_id")),
    }
    return {"stripe_customer_id": customer} if customer else {}, [("Order Completed", order)]


READERS: dict[str, Reader] = {
    "customer.subscription.created": _created,
    "customer.subscription.updated": _updated,
    "customer.subscription.deleted": _deleted,
    "customer.subscription.trial_will_end": _trial_will_end,
    "invoice.paid": _paid,
    "invoice.payment_failed": _payment_failed,
    "checkout.session.completed": _checked_out,
}
