"""A provider's API on this machine: a real HTTP server that notes what it is asked and answers what it is told."""

import json
import socket
import struct
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any

RESET = "reset"
SLOW = "slow"
ENDLESS = "endless"
DRIPPING = "dripping"
KEY = "pat-eu1-right"


@dataclass
class Told:
    status: int = 200
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)
    trouble: str = ""
    method: str = "GET"
    """Asked otherwise, it is 405."""
    reply: Callable[[bytes, str], "Told"] | None = None
    """Makes the answer of the body and its content type."""


class Api:
    """`told[path]` are the answers in turn, the last one for ever; without any it is 404."""

    def __init__(self) -> None:
        self.told: dict[str, list[Told]] = defaultdict(list)
        self.asked: list[str] = []
        self.keys: list[str] = []
        self.connections = 0
        self.url = ""
        self.host = ""
        self.closing = Event()

    def tell(self, path: str, *answers: Told) -> None:
        self.told[path] = list(answers)

    def answer(self, method: str, target: str, key: str, body: bytes = b"", content_type: str = "") -> Told:
        self.asked.append(target)
        self.keys.append(key)
        if key != f"Bearer {KEY}":
            return Told(401, {"message": "the key is unknown"})
        path = target.partition("?")[0]
        answers = self.told[path] or self.told[target]
        if not answers:
            return Told(404, {"message": "not here"})
        told = answers.pop(0) if len(answers) > 1 else answers[0]
        if told.method != method:
            return Told(405, {"message": f"not with {method}"})
        return told.reply(body, content_type) if told.reply else told


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    api: Api

    def setup(self) -> None:
        self.api.connections += 1
        super().setup()

    def do_GET(self) -> None:
        self._say(self.api.answer("GET", self.path, self.headers.get("Authorization", "")))

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        key, content_type = self.headers.get("Authorization", ""), self.headers.get("Content-Type", "")
        self._say(self.api.answer("POST", self.path, key, body, content_type))

    def _say(self, told: Told) -> None:
        if told.trouble == RESET:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self.connection.close()
            self.close_connection = True
            return
        if told.trouble == SLOW:
            self.api.closing.wait(5)
            self.close_connection = True
            return
        if told.trouble == ENDLESS:
            self._endless()
            return
        if told.trouble == DRIPPING:
            self._dripping()
            return
        body = told.body if isinstance(told.body, bytes) else json.dumps(told.body).encode()
        self.send_response(told.status)
        for name, value in {"Content-Length": str(len(body)), **told.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _endless(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.close_connection = True
        try:
            while not self.api.closing.is_set():
                self.wfile.write(b" " * 65_536)
        except OSError:
            time.sleep(0)

    def _dripping(self) -> None:
        """A byte of the headers at a time, each soon enough for a time-out per read."""
        self.close_connection = True
        try:
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not self.api.closing.wait(0.05):
                self.wfile.write(b"x")
        except OSError:
            time.sleep(0)

    def log_message(self, *_: Any) -> None:
        """Nothing: the test looks at what was asked."""


@contextmanager
def running() -> Iterator[Api]:
    """Until the block ends, on a free port of this machine."""
    api = Api()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"api": api}))
    server.daemon_threads = True
    api.host = f"127.0.0.1:{server.server_address[1]}"
    api.url = f"http://{api.host}"
    Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield api
    finally:
        api.closing.set()
        server.shutdown()
        server.server_close()
