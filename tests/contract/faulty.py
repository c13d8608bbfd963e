"""A network that fails on schedule: a proxy that refuses requests or cuts connections, before or after the server
has taken the request."""

import http.client
import json
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain, repeat
from urllib.parse import urlsplit

OK, LATE_503, LATE_CUT = "ok", "503 after", "cut after"
FAULTS = ("503", LATE_CUT, "429", LATE_503, "cut")
SCHEDULE = tuple(step for fault in FAULTS for step in (fault, OK))
"""Then it has become a sound network."""


class Network(ThreadingHTTPServer):
    """`seen` counts what was done to requests."""

    daemon_threads = True

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = urlsplit(target)
        self.steps, self.lock = chain(SCHEDULE, repeat(OK)), threading.Lock()
        self.seen: Counter[str] = Counter()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def next(self) -> str:
        with self.lock:
            step = next(self.steps)
            self.seen[step] += 1
            return step

    def handle_error(self, request: object, client_address: object) -> None:
        """Connections that were cut on purpose are no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Network

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        step = self.server.next()
        passed = self._pass_on(body) if step in (OK, LATE_503, LATE_CUT) else None
        if step in ("cut", LATE_CUT):
            self._cut()
        elif passed and step == OK:
            self._answer(*passed)
        else:
            status = 429 if step == "429" else 503
            told = {"code": status, "message": step, "error": step, "status": 0}
            headers = [("Content-Type", "application/json"), ("Retry-After", "1")]
            self._answer(status, headers, json.dumps(told).encode())

    do_GET = do_POST

    def _pass_on(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        connection = http.client.HTTPConnection(self.server.target.netloc, timeout=60)
        headers = {name: value for name, value in self.headers.items() if name.lower() != "connection"}
        connection.request(self.command, self.path, body, headers)
        answer = connection.getresponse()
        kept = [
            (name, value)
            for name, value in answer.getheaders()
            if name.lower() in ("content-type", "retry-after")
        ]
        try:
            return answer.status, kept, answer.read()
        finally:
            connection.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        for name, value in [*headers, ("Content-Length", str(len(body)))]:
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def _cut(self) -> None:
        """A reset, not an orderly end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):
            self.rfile.close()
            self.connection.close()

    def log_message(self, format: str, *args: object) -> None:
        """Silent."""


@contextmanager
def faulty(target: str) -> Iterator[Network]:
    """A network in front of `target` (a URL)."""
    network = Network(target)
    thread = threading.Thread(target=network.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield network
    finally:
        network.shutdown()
        thread.join()
        network.server_close()
