"""A small closed-loop HTTP client: kept connections, raw sockets, so that it costs the machine little."""

import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(slots=True)
class Measured:
    """Requests a second, and the times of single requests in milliseconds."""

    per_second: float
    median_ms: float
    p99_ms: float
    failed: int
    count: int


def request(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of one HTTP/1.1 request."""
    lines = [
        f"{method} {path} HTTP/1.1",
        "Host: 127.0.0.1",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode() + body


def run(port: int, requests: Sequence[bytes], connections: int, seconds: float) -> Measured:
    """Send `requests` round and round over so many connections for so long."""
    times: list[float] = []
    failed: list[int] = []
    until = time.monotonic() + seconds
    threads = [
        threading.Thread(
            target=_loop, args=(port, requests[n::connections] or requests, until, times, failed)
        )
        for n in range(connections)
    ]
    started = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - started
    ordered = sorted(times) or [0.0]
    return Measured(
        len(times) / took,
        ordered[len(ordered) // 2] * 1000,
        ordered[int(len(ordered) * 0.99)] * 1000,
        sum(failed),
        len(times),
    )


def _loop(port: int, requests: Sequence[bytes], until: float, times: list[float], failed: list[int]) -> None:
    own: list[float] = []
    bad = turn = 0
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while time.monotonic() < until:
            started = time.monotonic()
            connection.sendall(requests[turn % len(requests)])
            bad += _answer(connection) not in (b"200", b"202")
            own.append(time.monotonic() - started)
            turn += 1
    times += own
    failed.append(bad)


def _answer(connection: socket.socket) -> bytes:
    """Read one response whole; return its status."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length")
    )
    while len(body) < length:
        body += _more(connection)
    return head[9:12]


def _more(connection: socket.socket) -> bytes:
    chunk = connection.recv(65536)
    if not chunk:
        raise ConnectionError("the server closed the connection")
    return chunk
