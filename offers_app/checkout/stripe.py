"""Stripe: Checkout for who buys anew, the billing portal for who changes what they have.

Source: stripe-python 16.1.0, compared request by request in tests/contract/test_checkout_sdk.py; docs.stripe.com for
Checkout, portal flows and idempotency. A Checkout session may last from 30 minutes to 24 hours; an address of the
portal is void after 5 minutes unless it was opened. Results are kept under their key for at least 24 hours and said
again, so the same order makes the same session. What comes back by webhook is read by signals_app/connectors/stripe.
Unverified: a real account's settings of the portal, which must permit changes of plan.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar
from urllib.parse import quote, quote_plus

from offers_app.checkout.base import (
    Api,
    Elsewhere,
    Order,
    Owned,
    Provider,
    Ready,
    Refused,
    listed,
    web_address,
)
from offers_app.checkout.compare import ONCE, Figures, every

VERSION = "2026-10-28.endive"
PORTAL_SECONDS = 240
_LANGUAGES = frozenset({"da", "de", "en", "es", "fi", "fr", "it", "ja", "nl", "pl", "pt", "sv", "tr", "zh"})


class Stripe(Provider):
    kind: ClassVar[str] = "stripe"
    address: ClassVar[str] = "https://api.stripe.com"

    def begin(self, order: Order, api: Api, *, again: bool) -> Ready:
        if order.existing == "portal":
            return _portal(order, api, {})
        line = _line_to_change(order, api)
        self.refuse_another_price(order, api)
        return _change(order, api, *line) if line else _session(order, api)

    def test(self, api: Api) -> None:
        _get(api, "/v1/prices?limit=1")

    def charged(self, price: str, api: Api) -> list[Figures]:
        """A trial is sent with the order, so it is not for the price to say."""
        said = _get(api, f"/v1/prices/{quote(price, safe='')}")
        cycle = said.get("recurring")
        if said.get("active") is False:
            raise Refused("this price is archived")
        if not isinstance(cycle, dict):
            return [listed(_amount(said), said.get("currency"), ONCE)]
        if cycle.get("usage_type") == "metered":
            raise Refused("this price is by use, and has no one amount")
        period = every(str(cycle.get("interval")), cycle.get("interval_count") or 1)
        return [listed(_amount(said), said.get("currency"), period)]


def _amount(price: Mapping[str, Any]) -> Any:
    """Null for tiers, and for what the customer chooses."""
    return price.get("unit_amount_decimal") or price.get("unit_amount")


def _session(order: Order, api: Api) -> Ready:
    said = _post(api, "/v1/checkout/sessions", session_of(order), order.key)
    expires_at = said.get("expires_at")
    until = expires_at if isinstance(expires_at, int) else order.expires_at
    return Ready(web_address(said.get("url")), str(said.get("id", ""))[:255], until)


def session_of(order: Order) -> dict[str, Any]:
    """The parameters of a Checkout session. Amounts are the price's own: none is sent."""
    line: dict[str, Any] = {"price": order.price, "quantity": order.quantity}
    if order.adjustable:
        line["adjustable_quantity"] = {"enabled": True, "minimum": 1}
    return {
        "mode": order.mode,
        "line_items": [line],
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        "expires_at": order.expires_at,
        "locale": order.language if order.language in _LANGUAGES else "auto",
        "metadata": order.ours,
        **({"client_reference_id": order.account_id} if order.account_id else {}),
        **({"customer": order.customer} if order.customer else {}),
        **({"discounts": [_discount(order)]} if order.discount else {}),
        **(
            _subscription(order)
            if order.mode == "subscription"
            else {"payment_intent_data": {"metadata": order.ours}}
        ),
    }


def _subscription(order: Order) -> dict[str, Any]:
    data: dict[str, Any] = {"metadata": order.ours}
    more: dict[str, Any] = {}
    if order.trial_days:
        data["trial_period_days"] = order.trial_days
        if order.trial_without_card:
            data["trial_settings"] = {"end_behavior": {"missing_payment_method": "cancel"}}
            more["payment_method_collection"] = "if_required"
    return {"subscription_data": data, **more}


def _discount(order: Order) -> dict[str, str]:
    return {"promotion_code" if order.discount.startswith("promo_") else "coupon": order.discount}


def _line_to_change(order: Order, api: Api) -> tuple[str, str] | None:
    """Subscription and item that the price replaces; None where nothing is there to be changed."""
    if not order.customer or order.mode != "subscription":
        return None
    query = f"/v1/subscriptions?customer={quote(order.customer, safe='')}&limit=100"
    begun = [one for one in _list(_get(api, query)) if one.get("status") in _LIVE]
    lines = [(one, line) for one in begun for line in _list(one.get("items"))]
    if any(_has(line, order) for _, line in lines):
        raise Owned
    if not begun or order.existing == "beside":
        return None
    if len(lines) != 1 or len(begun) != 1:
        raise Elsewhere("they have several subscriptions or items, which the portal cannot change")
    sub, line = lines[0]
    return str(sub.get("id")), str(line.get("id"))


_LIVE = frozenset({"active", "trialing", "past_due", "unpaid", "paused"})


def _has(line: Mapping[str, Any], order: Order) -> bool:
    price, quantity = line.get("price"), line.get("quantity")
    same = isinstance(price, dict) and price.get("id") == order.price
    return same and (not isinstance(quantity, int) or quantity >= order.quantity)


def _change(order: Order, api: Api, subscription: str, item: str) -> Ready:
    """The portal keeps no metadata for us, so the subscription is marked first; nothing else of it is touched."""
    path = f"/v1/subscriptions/{quote(subscription, safe='')}"
    _post(api, path, {"metadata": order.ours}, f"{order.key}:mark")
    return _portal(order, api, change_of(order, subscription, item))


def change_of(order: Order, subscription: str, item: str) -> dict[str, Any]:
    """The portal's page on which this one change is confirmed, with what it costs."""
    confirm: dict[str, Any] = {
        "subscription": subscription,
        "items": [{"id": item, "price": order.price, "quantity": order.quantity}],
    }
    if order.discount:
        confirm["discounts"] = [_discount(order)]
    return {
        "flow_data": {
            "type": "subscription_update_confirm",
            "subscription_update_confirm": confirm,
            "after_completion": {"type": "redirect", "redirect": {"return_url": order.success_url}},
        }
    }


def _portal(order: Order, api: Api, flow: Mapping[str, Any]) -> Ready:
    if not order.customer:
        raise Elsewhere("no customer of Stripe is known for this account")
    # It shows bills: only who is signed in to the app is led there, not whoever was forwarded a mail.
    if not flow and not order.in_app:
        raise Elsewhere("the portal is opened from the app only")
    wanted = {"customer": order.customer, "return_url": order.cancel_url, **flow}
    said = _post(api, "/v1/billing_portal/sessions", wanted, f"{order.key}:portal")
    created = said.get("created")
    until = (created if isinstance(created, int) else order.asked_at) + PORTAL_SECONDS
    return Ready(web_address(said.get("url")), str(said.get("id", ""))[:255], until)


def _get(api: Api, path: str) -> dict[str, Any]:
    return api.call("GET", path, _headers(api))


def _post(api: Api, path: str, said: Mapping[str, Any], key: str) -> dict[str, Any]:
    headers = {
        **_headers(api),
        "Content-Type": "application/x-www-form-urlencoded",
        "Idempotency-Key": key,
    }
    return api.call("POST", path, headers, encoded(said))


def _headers(api: Api) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.key}", "Stripe-Version": VERSION}


def encoded(said: Mapping[str, Any]) -> bytes:
    """Stripe's form: `line_items[0][price]=price_1`, truth as `true`."""
    return "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in _flat("", said)).encode()


def _flat(at: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _flat(f"{at}[{name}]" if at else name, inner)
    elif isinstance(value, Sequence) and not isinstance(value, str):
        for place, inner in enumerate(value):
            yield from _flat(f"{at}[{place}]", inner)
    else:
        yield at, str(value).lower() if isinstance(value, bool) else str(value)


def _quoted(text: str) -> str:
    """Brackets stay, in values too: as the SDK does."""
    return quote_plus(text, safe="[]")


def _list(found: Any) -> list[dict[str, Any]]:
    data = found.get("data") if isinstance(found, dict) else None
    if not isinstance(data, list):
        raise Refused("it listed nothing")
    return [one for one in data if isinstance(one, dict)]
