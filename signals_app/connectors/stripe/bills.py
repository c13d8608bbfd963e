"""What events about invoices, checkouts, customers, entitlements and charges say."""

from typing import Any

from signals_app.connectors.base import elements, identifier, members, words
from signals_app.connectors.shared.billing import ONE_OFF, Facts, Named
from signals_app.connectors.stripe.events import Reader
from signals_app.connectors.stripe.subscription import currency_of, iso, metadata_of, money, reference


def _owed(invoice: dict[str, Any], status: str | None) -> Facts:
    """An invoice has its subscription under `parent` (basil) or at the top (before)."""
    parent = members(members(invoice.get("parent")).get("subscription_details"))
    id = reference(parent.get("subscription")) or reference(invoice.get("subscription")) or ONE_OFF
    return {"subscriptions": {id: {"invoice_status": status}}}


def _amount(invoice: dict[str, Any], name: str) -> dict[str, Any]:
    currency = currency_of(invoice)
    return {
        "amount": money(invoice.get(name), currency),
        "currency": currency,
        "invoice_id": reference(invoice.get("id")),
    }


def _paid(invoice: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    renewed = invoice.get("billing_reason") == "subscription_cycle"
    return _owed(invoice, "paid"), [("Subscription Renewed", _amount(invoice, "amount_paid"))] * renewed


def _payment_failed(invoice: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    retried = {
        "attempt": invoice.get("attempt_count"),
        "retried_at": iso(invoice.get("next_payment_attempt")),
    }
    return _owed(invoice, "past_due"), [("Payment Failed", {**_amount(invoice, "amount_due"), **retried})]


def _action_required(invoice: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    return _owed(invoice, "past_due"), [("Payment Action Required", _amount(invoice, "amount_due"))]


def _overdue(invoice: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    return _owed(invoice, "past_due"), []


def _voided(invoice: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    return _owed(invoice, None), []


def _upcoming(invoice: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    due_at = iso(invoice.get("next_payment_attempt")) or iso(invoice.get("period_end"))
    return {}, [("Invoice Upcoming", {**_amount(invoice, "amount_due"), "due_at": due_at})]


def _checkout(session: dict[str, Any]) -> dict[str, Any]:
    metadata, currency = metadata_of(session), currency_of(session)
    return {
        "order_id": words(session.get("id")),
        "revenue": money(session.get("amount_total"), currency),
        "currency": currency,
        "mode": words(session.get("mode")),
        "proposition_id": identifier(metadata.get("proposition_id")),
        "offer_id": identifier(metadata.get("offer_id")),
    }


def _checked_out(session: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    """Unpaid ones are told of again, as `async_payment_succeeded` or `_failed`."""
    if session.get("payment_status") == "unpaid":
        return {}, []
    customer = reference(session.get("customer"))
    return {"stripe_customer_id": customer} if customer else {}, [("Order Completed", _checkout(session))]


def _checkout_failed(session: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    said = _checkout(session)
    return {}, [("Payment Failed", {**said, "amount": said["revenue"]})]


def _checkout_expired(session: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    return {}, [("Checkout Expired", _checkout(session))]


def _customer(customer: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    country = words(members(customer.get("address")).get("country"))
    name = words(customer.get("business_name")) or words(customer.get("name"))
    id = reference(customer.get("id"))
    facts = {"stripe_customer_id": id, "name": name, "country": country}
    return {key: value for key, value in facts.items() if value} if id else {}, []


def _customer_deleted(customer: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    """Stripe ends the subscriptions with events of their own. Nobody asked for their data to be erased."""
    return {}, [("Billing Customer Deleted", {})]


def _features(summary: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    """The list is left alone when the event holds only its first page."""
    listed = members(summary.get("entitlements"))
    keys = [words(members(one).get("lookup_key")) for one in elements(listed.get("data"))]
    whole = listed.get("has_more") is not True and isinstance(listed.get("data"), list)
    return {"features": sorted({key for key in keys if key})} if whole else {}, []


def _refunded(charge: dict[str, Any], before: dict[str, Any]) -> tuple[Facts, list[Named]]:
    """`amount_refunded` adds up over several refunds of one charge; what it was before says how much this one is."""
    currency, total, then = currency_of(charge), charge.get("amount_refunded"), before.get("amount_refunded")
    known = all(isinstance(value, int) and not isinstance(value, bool) for value in (total, then))
    refund = {
        "amount": money(int(total or 0) - int(then or 0) if known else total, currency),
        "currency": currency,
        "charge_id": reference(charge.get("id")),
        "full": charge.get("refunded") is True,
    }
    return {}, [("Payment Refunded", refund)]


def disputed(charge: dict[str, Any], dispute: dict[str, Any]) -> Named:
    """A dispute names its charge only; the charge knows the customer."""
    currency = currency_of(dispute) or currency_of(charge)
    said = {
        "amount": money(dispute.get("amount", charge.get("amount")), currency),
        "currency": currency,
        "charge_id": reference(charge.get("id")),
        "reason": words(dispute.get("reason")),
    }
    return "Payment Disputed", said


READERS: dict[str, Reader] = {
    "invoice.paid": _paid,
    "invoice.payment_failed": _payment_failed,
    "invoice.payment_action_required": _action_required,
    "invoice.overdue": _overdue,
    "invoice.upcoming": _upcoming,
    "invoice.voided": _voided,
    "invoice.marked_uncollectible": _overdue,
    "checkout.session.completed": _checked_out,
    "checkout.session.async_payment_succeeded": _checked_out,
    "checkout.session.async_payment_failed": _checkout_failed,
    "checkout.session.expired": _checkout_expired,
    "customer.created": _customer,
    "customer.updated": _customer,
    "customer.deleted": _customer_deleted,
    "entitlements.active_entitlement_summary.updated": _features,
    "charge.refunded": _refunded,
}
