"""The only outbound HTTP client: kept connections, time-outs, a size limit, no redirects and no private addresses.

The address is judged after it was resolved and is the one that is connected to, so no name server can swap it between.
"""

import ipaddress
import os
import socket
import time
from collections.abc import Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import UTC
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import httpcore
from django.conf import settings

from upsell_project.lib import clock

CONNECT_SECONDS = 3.0
READ_SECONDS = 6.0
TOTAL_SECONDS = 12.0
MAX_ANSWER = 5 * 1024 * 1024
LONGEST_WAIT = 3_600.0


class Forbidden(Exception):
    """We do not go there: not https, or an address inside our own network."""


class Unreachable(Exception):
    """No answer that could be used: refused, reset, too slow or too large. May be tried again."""


class Unsent(Unreachable):
    """Not a byte of it was sent: there was no connection."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    wait: float | None
    """Seconds that the server asks us to wait (`Retry-After`), at most an hour."""
    headers: Mapping[str, str] = field(default_factory=dict)
    """Names in lower case."""


def get(url: str, headers: Mapping[str, str], seconds: float | None = None) -> Answer:
    """One GET. Raises Forbidden and Unreachable, whose texts hold neither URL nor headers. `seconds`: as for `post`."""
    return ask("GET", url, headers, None, seconds)


def post(url: str, headers: Mapping[str, str], body: bytes, seconds: float | None = None) -> Answer:
    """One POST, as `get`. After Unreachable it may have been taken. `seconds`: how long the whole of it may take, from
    the address on: more for who thinks long, less where somebody waits for a page."""
    return ask("POST", url, headers, body, seconds)


def ask(
    method: str, url: str, headers: Mapping[str, str], body: bytes | None, seconds: float | None = None
) -> Answer:
    """One request. Raises Forbidden, Unsent, and Unreachable for what may have been taken."""
    _refuse_plain(url)
    until = time.monotonic() + (seconds or TOTAL_SECONDS)
    connect = min(CONNECT_SECONDS, seconds or CONNECT_SECONDS)
    limits = {"connect": connect, "read": seconds or READ_SECONDS, "write": READ_SECONDS, "pool": connect}
    wanted = list({"User-Agent": "Upsell", **headers}.items())
    token = _until.set(until)
    try:
        with _pool(os.getpid()).stream(
            method, url, headers=wanted, content=body, extensions={"timeout": limits}
        ) as response:
            answered = _within(response.iter_stream(), until)
            return Answer(response.status, answered, _wait(response.headers), _named(response.headers))
    except (TypeError, ValueError, httpcore.LocalProtocolError) as error:
        # UnicodeError is a ValueError. Trying again does not help.
        raise Forbidden(f"the URL or the key cannot be sent ({type(error).__name__})") from None
    except (httpcore.ConnectError, httpcore.ConnectTimeout, httpcore.PoolTimeout) as error:
        raise Unsent(type(error).__name__) from None
    except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
        raise Unreachable(type(error).__name__) from None
    finally:
        _until.reset(token)


def _within(chunks: Iterable[bytes], until: float) -> bytes:
    body = bytearray()
    for chunk in chunks:
        body += chunk
        if len(body) > MAX_ANSWER:
            raise Unreachable(f"the answer is larger than {MAX_ANSWER} bytes")
        if time.monotonic() > until:
            raise Unreachable("the answer took too long")
    return bytes(body)


def _named(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in headers}


def _wait(headers: Iterable[tuple[bytes, bytes]]) -> float | None:
    """Seconds, or a date."""
    said = next(
        (value.decode("latin-1").strip() for name, value in headers if name.lower() == b"retry-after"), ""
    )
    try:
        if said.isascii() and said.isdecimal():
            return min(float(said[:9]), LONGEST_WAIT)
        at = parsedate_to_datetime(said)
        seconds = (at.replace(tzinfo=at.tzinfo or UTC) - clock.real()).total_seconds()
    except (ValueError, OverflowError):
        return None
    return min(max(seconds, 0.0), LONGEST_WAIT)


def _refuse_plain(url: str) -> None:
    """Keys do not travel in the clear, except to hosts that the deployment names itself."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise Forbidden("this is no URL") from None
    default = {"http": 80, "https": 443}.get(parts.scheme)
    if not host or default is None:
        raise Forbidden("this is no URL of a web server")
    if parts.scheme != "https" and not _allowed(host, port or default):
        raise Forbidden("the API must be at an https:// address")


def _allowed(host: str, port: int) -> bool:
    allowed = settings.OUTBOUND_ALLOWED_HOSTS
    return host in allowed or f"{host}:{port}" in allowed


class _Guarded(httpcore.SyncBackend):
    """Connects to addresses of the public internet, and to those that the deployment allows."""

    def connect_tcp(self, host: str, port: int, *more: Any, **named: Any) -> httpcore.NetworkStream:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(type(error).__name__) from None
        addresses = {str(one[4][0]) for one in found}
        if not _allowed(host, port) and not all(map(_public, addresses)):
            raise Forbidden("the host is at an address inside a private network")
        address = sorted(addresses, key=_by_family)[0]
        return _Timed(super().connect_tcp(address, port, *more, **named))


class _Timed(httpcore.NetworkStream):
    """No read waits past the end of the whole request: a time-out per read alone lets headers drip for ever."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _until.get() - time.monotonic()
        if left <= 0:
            raise Unreachable("the answer took too long")
        return self._inner.read(max_bytes, left if timeout is None else min(timeout, left))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: Any, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        left = max(_until.get() - time.monotonic(), 0.1)
        least = left if timeout is None else min(timeout, left)
        return _Timed(self._inner.start_tls(ssl_context, server_hostname, least))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


_until: ContextVar[float] = ContextVar("until")


def _public(address: str) -> bool:
    """Of IPv6 only global unicast, and what stands for an IPv4 address is judged as that."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address):
        inner = found.ipv4_mapped or found.sixtofour
        if found in _NAT64:
            inner = ipaddress.IPv4Address(found.packed[-4:])
        if inner is None and found not in _UNICAST:
            return False
        found = inner or found
    return bool(found.is_global) and not found.is_multicast


_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_UNICAST = ipaddress.IPv6Network("2000::/3")


def _by_family(address: str) -> bool:
    """IPv4 first: many hosts have no way out by IPv6."""
    return ":" in address


@lru_cache(maxsize=1)
def _pool(_process: int) -> httpcore.ConnectionPool:
    """One for each process: connections do not survive a fork."""
    return httpcore.ConnectionPool(
        max_connections=8, keepalive_expiry=30.0, network_backend=_Guarded(), retries=0
    )
