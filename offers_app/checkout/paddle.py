"""Paddle Billing: a transaction whose address opens the checkout.

Source: developer.paddle.com for transactions, subscriptions and errors. Paddle has no key of repetition: after an
answer that was lost, the transactions of that time are looked through for ours (`custom_data`) before another is made.
A transaction's trial is its price's, and its page of thanks is set in the checkout's page: neither is sent. Paddle has
no page on which a subscriber confirms another plan; they are led to the offer's own address.
Unverified: everything against a real account; shapes are from Paddle's documentation.
"""

import json
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote, urlencode

from offers_app.checkout.base import (
    Api,
    Elsewhere,
    KeyRefused,
    Later,
    NothingMade,
    Order,
    Owned,
    Provider,
    Ready,
    Refused,
    listed,
    web_address,
)
from offers_app.checkout.compare import ONCE, Figures, every

_EARLIER = 120
"""Seconds that Paddle's clock may be behind ours."""
_PAGES = 5
_DAYS = {"day": 1, "week": 7, "month": 30, "year": 365}


class Paddle(Provider):
    kind: ClassVar[str] = "paddle"
    voids: ClassVar[bool] = False
    address: ClassVar[str] = "https://api.paddle.com"

    def begin(self, order: Order, api: Api, *, again: bool) -> Ready:
        if order.existing == "portal":
            return _portal(order, api)
        _refuse_a_second(order, api)
        made = _made_before(order, api) if again else None
        said = made or _data(self._make(order, api))
        checkout = said.get("checkout")
        url = checkout.get("url") if isinstance(checkout, dict) else None
        if not url:
            raise Refused("the transaction has no address: set a default payment link at Paddle")
        return Ready(web_address(url), str(said.get("id", ""))[:255])

    def test(self, api: Api) -> None:
        _get(api, "/prices?per_page=1")

    def charged(self, price: str, api: Api) -> list[Figures]:
        """With what countries have instead: who buys from where is not known before. The trial is the price's."""
        said = _data(_get(api, f"/prices/{quote(price, safe='')}"))
        if said.get("status") == "archived":
            raise Refused("this price is archived")
        period, free = _cycle(said.get("billing_cycle")), _free_days(said.get("trial_period"))
        amounts = [said.get("unit_price"), *_overrides(said)]
        found = [one for one in amounts if isinstance(one, dict)]
        return [listed(one.get("amount"), one.get("currency_code"), period, free) for one in found]

    def _make(self, order: Order, api: Api) -> dict[str, Any]:
        """Nothing was made before: it was looked for, or this is the first try."""
        try:
            self.refuse_another_price(order, api)
            return _post(api, "/transactions", transaction_of(order))
        except KeyRefused:
            raise
        except Refused as error:
            raise NothingMade(str(error)) from None


def _overrides(price: dict[str, Any]) -> list[Any]:
    found = price.get("unit_price_overrides")
    rows = found if isinstance(found, list) else []
    return [one.get("unit_price") for one in rows if isinstance(one, dict)]


def _cycle(said: Any) -> str:
    """Null for what is paid once."""
    return every(str(said.get("interval")), said.get("frequency") or 1) if isinstance(said, dict) else ONCE


def _free_days(said: Any) -> int:
    if not isinstance(said, dict) or not isinstance(said.get("frequency"), int):
        return 0
    return int(said["frequency"]) * _DAYS.get(str(said.get("interval")), 0)


def transaction_of(order: Order) -> dict[str, Any]:
    said: dict[str, Any] = {
        "items": [{"price_id": order.price, "quantity": order.quantity}],
        "collection_mode": "automatic",
        "custom_data": order.ours,
        "customer_id": order.customer,
        "currency_code": order.currency,
        "discount_id": order.discount,
    }
    return {name: value for name, value in said.items() if value}


def _refuse_a_second(order: Order, api: Api) -> None:
    """Who subscribes already would pay twice."""
    if not order.customer or order.mode != "subscription":
        return
    query = urlencode(
        {"customer_id": order.customer, "status": "active,trialing,past_due,paused", "per_page": 50}
    )
    begun = _list(_get(api, f"/subscriptions?{query}"))
    lines = [line for one in begun for line in one.get("items") or () if isinstance(line, dict)]
    if any(_has(line, order) for line in lines):
        raise Owned
    if begun and order.existing == "change":
        raise Elsewhere("Paddle has no page on which a subscriber confirms another plan")


def _has(line: dict[str, Any], order: Order) -> bool:
    price, quantity = line.get("price"), line.get("quantity")
    same = isinstance(price, dict) and price.get("id") == order.price
    return same and (not isinstance(quantity, int) or quantity >= order.quantity)


def _made_before(order: Order, api: Api) -> dict[str, Any] | None:
    since = datetime.fromtimestamp(order.asked_at - _EARLIER, UTC).isoformat().replace("+00:00", "Z")
    query = {"origin": "api", "status": "draft,ready", "created_at[GTE]": since, "per_page": "30"}
    path = f"/transactions?{urlencode(query)}"
    for _ in range(_PAGES):
        try:
            said = _get(api, path)
            found = next((one for one in _list(said) if _is_ours(one, order)), None)
        except Refused as error:
            raise Later(f"it does not tell which transactions there are: {error}") from None
        path = _next(said, api)
        if found or not path:
            return found
    raise Later("there are too many transactions to find ours among them")


def _is_ours(transaction: dict[str, Any], order: Order) -> bool:
    ours = transaction.get("custom_data")
    return isinstance(ours, dict) and ours.get("proposition_id") == order.proposition_id


def _next(said: dict[str, Any], api: Api) -> str:
    """The path of the next page; an address of another host is not followed."""
    meta = said.get("meta")
    pages = meta.get("pagination") if isinstance(meta, dict) else None
    if not isinstance(pages, dict) or pages.get("has_more") is not True:
        return ""
    url = str(pages.get("next", ""))
    return url.removeprefix(api.base_url) if url.startswith(f"{api.base_url}/") else ""


def _portal(order: Order, api: Api) -> Ready:
    if not order.customer or not order.in_app:
        raise Elsewhere("the portal is opened from the app, for a customer that is known")
    said = _data(_post(api, f"/customers/{order.customer}/portal-sessions", {}))
    urls = said.get("urls")
    general = urls.get("general") if isinstance(urls, dict) else None
    url = general.get("overview") if isinstance(general, dict) else None
    return Ready(web_address(url), str(said.get("id", ""))[:255], order.asked_at + 240)


def _get(api: Api, path: str) -> dict[str, Any]:
    return api.call("GET", path, _headers(api))


def _post(api: Api, path: str, said: dict[str, Any]) -> dict[str, Any]:
    return api.call(
        "POST", path, _headers(api) | {"Content-Type": "application/json"}, json.dumps(said).encode()
    )


def _headers(api: Api) -> dict[str, str]:
    return {"Authorization": f"Bearer {api.key}", "Paddle-Version": "1"}


def _data(said: dict[str, Any]) -> dict[str, Any]:
    data = said.get("data")
    if not isinstance(data, dict):
        raise Refused("its answer holds no data")
    return data


def _list(said: dict[str, Any]) -> list[dict[str, Any]]:
    data = said.get("data")
    if not isinstance(data, list):
        raise Refused("it listed nothing")
    return [one for one in data if isinstance(one, dict)]
