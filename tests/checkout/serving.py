"""What the doubles of payment providers share: a real HTTP server that notes what it was asked and has its troubles."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

LOST = -1
"""A trouble: it is done, and the connection ends without an answer."""


@dataclass
class Asked:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    said: dict[str, Any]
    body: str


@dataclass
class Double:
    """`troubles`: statuses to answer instead, in turn; LOST does the work and says nothing. A look at one of `prices`,
    as the vendor keeps them, is noted in `looked_up` and not in `asked`, and meets no trouble but `price_trouble`."""

    url: str = ""
    host: str = ""
    asked: list[Asked] = field(default_factory=list)
    troubles: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    made: list[dict[str, Any]] = field(default_factory=list)
    subscriptions: list[dict[str, Any]] = field(default_factory=list)
    kept: dict[str, tuple[str, int, dict[str, Any]]] = field(default_factory=dict)
    prices: dict[str, dict[str, Any]] = field(default_factory=dict)
    looked_up: list[str] = field(default_factory=list)
    price_trouble: int = 0
    lock: Any = field(default_factory=Lock)

    def answer(self, asked: Asked) -> tuple[int, dict[str, Any]]:
        raise NotImplementedError

    def charges(
        self, price: str, amount: str, currency: str = "EUR", interval: str = "month", **more: Any
    ) -> None:
        """It has this price, of so many minor units; `interval` empty: paid once."""
        raise NotImplementedError

    def posts(self, path: str) -> list[Asked]:
        return [one for one in self.asked if (one.method, one.path) == ("POST", path)]


def nested(body: str) -> dict[str, Any]:
    """Stripe's form as the objects that it means; lists as objects by number."""
    found: dict[str, Any] = {}
    for name, value in parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body)):
        *above, last = re.findall(r"[^\[\]]+", name)
        at = found
        for part in above:
            at = at.setdefault(part, {})
        assert last not in at, f"{name} is said twice"
        at[last] = value
    return found


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    double: Double

    def do_GET(self) -> None:
        self._do("GET")

    def do_POST(self) -> None:
        self._do("POST")

    def _do(self, method: str) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0"))).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        form = "form" in headers.get("content-type", "")
        said = nested(body) if form else json.loads(body or "{}")
        url = urlsplit(self.path)
        asked = Asked(method, url.path, dict(parse_qsl(url.query)), headers, said, body)
        with self.double.lock:
            if found := re.fullmatch(r"(?:/v1)?/prices/([^/]+)", url.path):
                self.double.looked_up.append(found[1])
                trouble = self.double.price_trouble
            else:
                self.double.asked.append(asked)
                trouble = self.double.troubles.pop(0) if self.double.troubles else 0
            status, told = (trouble, {}) if trouble > 0 else self.double.answer(asked)
        if trouble == LOST:
            self.close_connection = True
            self.connection.close()
            return
        sent = json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(sent)), **self.double.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: Any) -> None:
        """Nothing: the test looks at what was asked."""


AT: dict[str, Double] = {}
"""Those that run, by address."""


@contextmanager
def running(double: Double) -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"double": double}))
    server.daemon_threads = True
    double.host = f"127.0.0.1:{server.server_address[1]}"
    double.url = f"http://{double.host}"
    AT[double.url] = double
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield double
    finally:
        del AT[double.url]
        server.shutdown()
        server.server_close()
