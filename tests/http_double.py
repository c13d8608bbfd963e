"""Somebody else's HTTP API on this machine: a real server that answers as a test says, and keeps what it was asked."""

import json
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
    """Names in lower case."""
    said: Any
    """The body: of a form an object of strings, else what its JSON says."""
    body: str
    """Of bytes that are no UTF-8 with surrogates in their place."""


@dataclass
class Double:
    """`troubles`: statuses to answer instead, in turn; LOST does the work and says nothing. `ledger`: what it took, as
    a real provider would have sent or made it."""

    url: str = ""
    host: str = ""
    asked: list[Asked] = field(default_factory=list)
    troubles: list[int] = field(default_factory=list)
    headers: dict[str, str] = field(default_factory=dict)
    """Of each answer."""
    ledger: list[Any] = field(default_factory=list)
    lock: Any = field(default_factory=Lock)

    def answer(self, asked: Asked) -> tuple[int, Any]:
        """Status and JSON body (text as it is)."""
        raise NotImplementedError

    def read(self, body: str, kind: str) -> Any:
        if "form" in kind:
            return dict(parse_qsl(body, keep_blank_values=True, strict_parsing=bool(body)))
        return json.loads(body or "{}")

    def posts(self, path: str) -> list[Asked]:
        return [one for one in self.asked if (one.method, one.path) == ("POST", path)]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    double: Double

    def do_GET(self) -> None:
        self._do("GET")

    def do_POST(self) -> None:
        self._do("POST")

    def do_PUT(self) -> None:
        self._do("PUT")

    def do_PATCH(self) -> None:
        self._do("PATCH")

    def do_DELETE(self) -> None:
        self._do("DELETE")

    def _do(self, method: str) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        body = raw.decode("utf-8", "surrogateescape")
        headers = {name.lower(): value for name, value in self.headers.items()}
        said = self.double.read(body, headers.get("content-type", ""))
        url = urlsplit(self.path)
        asked = Asked(method, url.path, dict(parse_qsl(url.query)), headers, said, body)
        with self.double.lock:
            self.double.asked.append(asked)
            trouble = self.double.troubles.pop(0) if self.double.troubles else 0
            status, told = (trouble, {}) if trouble > 0 else self.double.answer(asked)
        if trouble == LOST:
            self.close_connection = True
            self.connection.close()
            return
        sent = told.encode() if isinstance(told, str) else json.dumps(told).encode()
        self.send_response(status)
        for name, value in {"Content-Length": str(len(sent)), **self.double.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(sent)

    def log_message(self, *_: Any) -> None:
        """Nothing: the test looks at what was asked."""


@contextmanager
def running(double: Double) -> Iterator[Any]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"double": double}))
    server.daemon_threads = True
    double.host = f"127.0.0.1:{server.server_address[1]}"
    double.url = f"http://{double.host}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield double
    finally:
        server.shutdown()
        server.server_close()
