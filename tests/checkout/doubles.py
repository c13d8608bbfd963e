"""Stripe and Paddle on this machine: real HTTP servers that refuse what the vendors refuse and keep what was made.

What Stripe is sent is compared with its own SDK's requests in tests/contract/test_checkout_sdk.py.
"""

import re
from typing import Any

from tests.checkout.serving import AT, LOST, Asked, Double, nested, running
from upsell_project.lib import clock

__all__ = ["AT", "LOST", "Asked", "Double", "PaddleDouble", "StripeDouble", "nested", "running"]

STRIPE_KEY, PADDLE_KEY = "sk_test_right", "pdl_sdbx_right"
VERSION = "2026-10-28.endive"


class StripeDouble(Double):
    def charges(
        self, price: str, amount: str, currency: str = "EUR", interval: str = "month", **more: Any
    ) -> None:
        """As docs.stripe.com/api/prices/object shows one."""
        cycle = {"interval": interval, "interval_count": more.pop("count", 1), "usage_type": "licensed"}
        self.prices[price] = {
            "id": price,
            "object": "price",
            "active": True,
            "billing_scheme": "per_unit",
            "currency": currency.lower(),
            "recurring": {**cycle, "trial_period_days": None} if interval else None,
            "type": "recurring" if interval else "one_time",
            "unit_amount": int(amount),
            "unit_amount_decimal": amount,
            **more,
        }

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if asked.headers.get("authorization") != f"Bearer {STRIPE_KEY}":
            return _stripe_error(401, "invalid_request_error", "Invalid API Key provided")
        if asked.headers.get("stripe-version") != VERSION:
            return _stripe_error(400, "invalid_request_error", "the version is missing")
        if asked.method == "GET":
            return self._read(asked)
        if asked.headers.get("content-type") != "application/x-www-form-urlencoded":
            return _stripe_error(400, "invalid_request_error", "not a form")
        return self._once(asked)

    def _once(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        """The first result of a key is said again; other parameters under it are an error; a 400 is not kept."""
        key = asked.headers.get("idempotency-key", "")
        if not 0 < len(key) <= 255:
            return _stripe_error(400, "invalid_request_error", "the key of repetition is missing")
        if key in self.kept:
            body, status, said = self.kept[key]
            return (
                (status, said) if body == asked.body else _stripe_error(400, "idempotency_error", "differs")
            )
        status, said = self._make(asked)
        if status < 300:
            self.kept[key] = asked.body, status, said
        return status, said

    def _read(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if asked.path == "/v1/prices":
            return 200, {"object": "list", "data": []}
        if asked.path == "/v1/subscriptions":
            mine = [one for one in self.subscriptions if one["customer"] == asked.query.get("customer")]
            return 200, {"object": "list", "data": mine, "has_more": False}
        if asked.path.startswith("/v1/prices/"):
            found = self.prices.get(asked.path.removeprefix("/v1/prices/"))
            return (
                (200, found)
                if found
                else _stripe_error(404, "invalid_request_error", "No such price", "price")
            )
        return _stripe_error(404, "invalid_request_error", "no such path")

    def _make(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if asked.path == "/v1/checkout/sessions":
            return self._session(asked.said)
        if asked.path == "/v1/billing_portal/sessions":
            return self._portal(asked.said)
        if found := re.fullmatch(r"/v1/subscriptions/(\w+)", asked.path):
            one = next(one for one in self.subscriptions if one["id"] == found[1])
            one["metadata"] = asked.said["metadata"]
            return 200, one
        return _stripe_error(404, "invalid_request_error", "no such path")

    def _session(self, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if wrong := _wrong_session(said):
            return _stripe_error(400, "invalid_request_error", "refused", wrong)
        number = len(self.made) + 1
        until = int(said.get("expires_at", 0))
        url = f"https://checkout.stripe.test/c/pay/cs_test_{number}"
        session = {
            "id": f"cs_test_{number}",
            "object": "checkout.session",
            "url": url,
            "expires_at": until,
            **said,
        }
        self.made.append(session | {"expires_at": until})
        return 200, session | {"expires_at": until}

    def _portal(self, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        if unknown := said.keys() - {"customer", "return_url", "flow_data", "locale"}:
            return _stripe_error(400, "invalid_request_error", "unknown", min(unknown))
        flow = said.get("flow_data")
        if flow:
            line = flow["subscription_update_confirm"]["items"]["0"]
            sub = flow["subscription_update_confirm"]["subscription"]
            known = {i["id"] for one in self.subscriptions if one["id"] == sub for i in one["items"]["data"]}
            if flow["type"] != "subscription_update_confirm" or line["id"] not in known:
                return _stripe_error(400, "invalid_request_error", "no such item", "flow_data")
        number = len(self.made) + 1
        made = {
            "id": f"bps_{number}",
            "object": "billing_portal.session",
            "created": int(clock.real().timestamp()),
        }
        self.made.append(made | {"url": f"https://billing.stripe.test/p/session/{number}", "said": said})
        return 200, self.made[-1]


_SESSION = {
    "mode", "line_items", "success_url", "cancel_url", "expires_at", "locale", "metadata", "client_reference_id",
    "customer", "discounts", "subscription_data", "payment_intent_data", "payment_method_collection",
}  # fmt: skip


def _wrong_session(said: dict[str, Any]) -> str:
    """The first parameter that Stripe would refuse."""
    if unknown := said.keys() - _SESSION:
        return min(unknown)
    if said.get("mode") not in ("payment", "subscription"):
        return "mode"
    if not str(said.get("line_items", {}).get("0", {}).get("price", "")).startswith("price_"):
        return "line_items[0][price]"
    if said["line_items"]["0"]["price"] == "price_gone":
        return "line_items[0][price]"
    ahead = int(said.get("expires_at", 0)) - clock.real().timestamp()
    if not 1_800 <= ahead <= 86_400:
        return "expires_at"
    other = "subscription_data" if said["mode"] == "payment" else "payment_intent_data"
    if other in said:
        return other
    urls = (said.get("success_url", ""), said.get("cancel_url", ""))
    return "" if all(url.startswith(("https://", "http://")) for url in urls) else "success_url"


def _stripe_error(status: int, kind: str, message: str, param: str = "") -> tuple[int, dict[str, Any]]:
    return status, {"error": {"type": kind, "message": message, **({"param": param} if param else {})}}


class PaddleDouble(Double):
    def charges(
        self, price: str, amount: str, currency: str = "EUR", interval: str = "month", **more: Any
    ) -> None:
        """As developer.paddle.com/api-reference/prices shows one."""
        self.prices[price] = {
            "id": price,
            "status": "active",
            "billing_cycle": {"interval": interval, "frequency": more.pop("count", 1)} if interval else None,
            "trial_period": None,
            "tax_mode": "account_setting",
            "unit_price": {"amount": amount, "currency_code": currency},
            "unit_price_overrides": [],
            **more,
        }

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        if asked.headers.get("authorization") != f"Bearer {PADDLE_KEY}":
            return _paddle_error(403, "authentication_malformed")
        if asked.headers.get("paddle-version") != "1":
            return _paddle_error(400, "unsupported_version")
        if asked.method == "GET":
            return self._read(asked)
        if asked.headers.get("content-type") != "application/json":
            return _paddle_error(415, "unsupported_media_type")
        if asked.path == "/transactions":
            return self._transaction(asked.said)
        if found := re.fullmatch(r"/customers/(ctm_\w+)/portal-sessions", asked.path):
            urls = {"general": {"overview": f"https://portal.paddle.test/{found[1]}"}}
            return 201, {"data": {"id": "cpls_1", "urls": urls}, "meta": {"request_id": "r"}}
        return _paddle_error(404, "not_found")

    def _read(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        pages = {"pagination": {"has_more": False, "next": ""}}
        if asked.path == "/prices":
            return 200, {"data": [], "meta": pages}
        if asked.path == "/subscriptions":
            wanted = asked.query["status"].split(",")
            mine = [one for one in self.subscriptions if one["customer_id"] == asked.query["customer_id"]]
            return 200, {"data": [one for one in mine if one["status"] in wanted], "meta": pages}
        if asked.path == "/transactions" and asked.query.get("created_at[GTE]"):
            return 200, {"data": list(self.made), "meta": pages}
        if found := self.prices.get(asked.path.removeprefix("/prices/")):
            return 200, {"data": found, "meta": {"request_id": "r"}}
        return _paddle_error(404, "not_found")

    def _transaction(self, said: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        unknown = said.keys() - {
            "items", "collection_mode", "custom_data", "customer_id", "currency_code", "discount_id",
        }  # fmt: skip
        line = (said.get("items") or [{}])[0]
        if (
            unknown
            or not str(line.get("price_id")).startswith("pri_")
            or not isinstance(line.get("quantity"), int)
        ):
            return _paddle_error(400, "invalid_field")
        number = len(self.made) + 1
        checkout = {"url": f"https://shop.test/pay?_ptxn=txn_{number}"}
        made = {
            "id": f"txn_{number}",
            "status": "draft",
            "checkout": checkout,
            "custom_data": said["custom_data"],
        }
        self.made.append(made)
        return 201, {"data": made, "meta": {"request_id": "r"}}


def _paddle_error(status: int, code: str) -> tuple[int, dict[str, Any]]:
    return status, {
        "error": {"type": "request_error", "code": code, "detail": "no"},
        "meta": {"request_id": "r"},
    }
