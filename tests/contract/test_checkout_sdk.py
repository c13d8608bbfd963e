"""What we send to Stripe is what its own SDK sends for the same parameters."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest
import stripe

from offers_app.checkout import stripe as adapter
from offers_app.checkout.base import Api, Later, Order
from tests.checkout.doubles import STRIPE_KEY, VERSION
from upsell_project.lib import http

Captured = list[tuple[str, str, dict[str, str], str]]
SESSION = {"id": "cs_1", "object": "checkout.session", "url": "https://checkout.stripe.test/1"}


@pytest.fixture
def server(settings: Any) -> Iterator[tuple[str, Captured]]:
    captured: Captured = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            captured.append(("POST", self.path, {k.lower(): v for k, v in self.headers.items()}, body))
            self._say(SESSION)

        def do_GET(self) -> None:
            captured.append(("GET", self.path, {k.lower(): v for k, v in self.headers.items()}, ""))
            line = {"id": "si_1", "price": {"id": "price_free"}, "quantity": 1}
            one = {"id": "sub_1", "status": "active", "items": {"object": "list", "data": [line]}}
            self._say({"object": "list", "data": [one], "has_more": False})

        def _say(self, said: dict[str, Any]) -> None:
            body = json.dumps(said).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    Thread(target=running.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    host = f"127.0.0.1:{running.server_address[1]}"
    settings.OUTBOUND_ALLOWED_HOSTS = [host]
    yield f"http://{host}", captured
    running.shutdown()
    running.server_close()


def order(**more: Any) -> Order:
    values: dict[str, Any] = {
        "key": "p1:1", "proposition_id": "p1", "offer": "pro-plan", "price": "price_pro", "mode": "subscription",
        "existing": "change", "quantity": 3, "adjustable": True, "trial_days": 14, "trial_without_card": True,
        "discount": "zwanzig", "currency": "EUR", "account_id": "acct/9 ü", "user_id": "u_9", "customer": "",
        "success_url": "https://app.test/ok?a=1&b=[x]", "cancel_url": "https://app.test/?back=1",
        "asked_at": 1_770_000_000, "expires_at": 1_770_050_000, "language": "de", "in_app": True, "fallback": "",
    }  # fmt: skip
    return Order(**values | more)


def api(url: str) -> Api:
    def send(method: str, url: str, headers: Any, body: bytes | None) -> http.Answer:
        return http.get(url, headers) if method == "GET" else http.post(url, headers, body or b"")

    return Api(STRIPE_KEY, url, send)


def sdk(url: str) -> stripe.StripeClient:
    return stripe.StripeClient(STRIPE_KEY, base_addresses={"api": url}, max_network_retries=0)


_OWN = {"host", "user-agent", "accept", "accept-encoding", "connection", "content-length"}


def alike(ours: Any, theirs: Any) -> None:
    """Method, path, each field in its order, and the headers that Stripe reads."""
    assert ours[:2] == theirs[:2]
    assert ours[3] == theirs[3]
    told = {
        name: value
        for name, value in theirs[2].items()
        if name not in _OWN and not name.startswith("x-stripe")
    }
    if theirs[0] == "GET":
        told.pop("content-type", None)
    assert {name: value for name, value in ours[2].items() if name not in _OWN} == told


def test_the_version_is_the_one_of_the_sdk() -> None:
    assert adapter.VERSION == stripe.api_version == VERSION


@pytest.mark.parametrize(
    "more", [{}, {"mode": "payment", "discount": "promo_1", "adjustable": False, "language": "xx"}]
)
def test_a_checkout_session(server: tuple[str, Captured], more: dict[str, Any]) -> None:
    url, captured = server
    one = order(**more)
    adapter.Stripe().begin(one, api(url), again=False)
    params: Any = adapter.session_of(one)
    sdk(url).v1.checkout.sessions.create(params, {"idempotency_key": one.key})
    alike(*captured)


def test_a_change_of_a_subscription(server: tuple[str, Captured]) -> None:
    url, captured = server
    one = order(customer="cus_9")
    adapter.Stripe().begin(one, api(url), again=False)
    client = sdk(url).v1
    params: Any = {"customer": "cus_9", "limit": 100}
    client.subscriptions.list(params)
    metadata: Any = {"metadata": one.ours}
    client.subscriptions.update("sub_1", metadata, {"idempotency_key": f"{one.key}:mark"})
    flow: Any = {"customer": "cus_9", "return_url": one.cancel_url, **adapter.change_of(one, "sub_1", "si_1")}
    client.billing_portal.sessions.create(flow, {"idempotency_key": f"{one.key}:portal"})
    ours, theirs = captured[:3], captured[3:]
    assert len(ours) == len(theirs) == 3
    for mine, its in zip(ours, theirs, strict=True):
        alike(mine, its)


@pytest.mark.parametrize("status", [409, 500, 503])
def test_conflicts_and_outages_are_sent_again_as_the_sdk_does(status: int) -> None:
    def answer(*_: Any) -> http.Answer:
        return http.Answer(status, b"{}", None)

    with pytest.raises(Later):
        Api("k", "", answer).call("GET", "/", {})
    client: Any = stripe.HTTPXClient if hasattr(stripe, "HTTPXClient") else stripe.RequestsClient
    assert client()._should_retry((b"", status, {}), None, 0, max_network_retries=1)
