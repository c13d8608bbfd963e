"""How much one sender may send: events per source, requests and unknown keys per IP address, counted by the second.

Each process counts for itself, so a limit holds without Redis too. A process that uses more than a fiftieth of one
adds its count to Redis, at most ten times a second in one round trip, and learns what the others used. So with Redis
the limit is exceeded by at most a fiftieth of it and what arrives within 0.1 seconds, per process; without Redis each
process holds to the limit alone. A refused second is over in a second. Real time decides, not the sandbox clock.
"""

import ipaddress
import logging
import time
from collections.abc import Callable
from contextvars import ContextVar
from functools import cache, lru_cache
from threading import Lock

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from redis import Redis
from redis.exceptions import RedisError

from upsell_project.lib import clock, impatient

TOO_FAST = "Too much at once. Send it again in a second."
RETRY_AFTER = 1
FLUSH_SECONDS = 0.1
PAUSE_WHEN_DOWN = 1.0
REDIS_SECONDS = 0.1
QUIET = 50
FREE_SECONDS = 0.005

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
log = logging.getLogger(__name__)
_caller: ContextVar[str] = ContextVar("caller", default="")


class Rates:
    """Counts of the current second."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._second = 0
        self._here: dict[str, int] = {}
        self._told: dict[str, int] = {}
        self._elsewhere: dict[str, int] = {}
        self._loud: set[str] = set()
        self._next_flush = float("-inf")

    def take(self, name: str, count: int, limit: int) -> bool:
        """Count what was sent and return True, or False where the limit of this second was reached before."""
        with self._lock:
            self._begin(int(clock.real().timestamp()))
            if self._used(name) >= limit:
                return False
            self._here[name] = self._here.get(name, 0) + count
            if self._here[name] * QUIET > limit:
                self._loud.add(name)
                self._tell()
            return True

    def spent(self, name: str, limit: int) -> bool:
        """Whether the limit of this second is reached."""
        with self._lock:
            self._begin(int(clock.real().timestamp()))
            return self._used(name) >= limit

    def _used(self, name: str) -> int:
        return self._here.get(name, 0) + self._elsewhere.get(name, 0)

    def _begin(self, second: int) -> None:
        """A new second begins empty, so that memory is bounded by what arrives in one."""
        if second != self._second:
            self._second = second
            for counts in (self._here, self._told, self._elsewhere, self._loud):
                counts.clear()

    def _tell(self) -> None:
        """Add to Redis what was counted since, and read what all have counted."""
        if time.monotonic() < self._next_flush:
            return
        self._next_flush = time.monotonic() + FLUSH_SECONDS
        names = list(self._loud)
        try:
            with _redis().pipeline(transaction=False) as pipeline:
                for name in names:
                    key = f"upsell:rate:{name}:{self._second}"
                    pipeline.incrby(key, self._here[name] - self._told.get(name, 0))
                    pipeline.expire(key, 5)
                totals = pipeline.execute()[::2]
        except (RedisError, OSError) as error:
            self._next_flush = time.monotonic() + PAUSE_WHEN_DOWN
            log.warning("rates are counted in this process alone, Redis: %s", type(error).__name__)
            return
        for name, total in zip(names, totals, strict=True):
            self._told[name] = self._here[name]
            self._elsewhere[name] = int(total) - self._here[name]


_rates = Rates()


class PerAddress:
    """Before anything is read, whoever asks."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return too_fast(request) or self.get_response(request)


def too_fast(request: HttpRequest) -> HttpResponse | None:
    """Count a request of this address; the refusal where there were too many in this second."""
    address = address_of(request)
    _caller.set(address)
    if _rates.take(f"address:{address}", 1, settings.REQUESTS_PER_ADDRESS):
        return None
    body = {"code": "overloaded", "message": TOO_FAST}
    return JsonResponse(body, status=429, headers={"Retry-After": str(RETRY_AFTER)})


def pay(seconds: float) -> None:
    """Explaining what is wrong takes long: beyond a few milliseconds whoever sent it pays with requests of this second.

    So one address gets a tenth of a process for it, however small the bodies that inflate to it.
    """
    limit = settings.REQUESTS_PER_ADDRESS
    price = int((seconds - FREE_SECONDS) * 10 * limit)
    if price > 0:
        _rates.take(f"address:{_caller.get()}", price, limit)


def may_send(source_id: int, events: int) -> bool:
    """Count the events of a source; False when it sent too many in this second already."""
    return _rates.take(f"source:{source_id}", events, settings.EVENTS_PER_SOURCE)


def may_guess() -> bool:
    """Whether whoever asks may name another key that is not known here."""
    return not _rates.spent(f"unknown:{_caller.get()}", settings.UNKNOWN_KEYS_PER_ADDRESS)


def guessed() -> None:
    """The key that was named is nobody's."""
    _rates.take(f"unknown:{_caller.get()}", 1, settings.UNKNOWN_KEYS_PER_ADDRESS)


def address_of(request: HttpRequest) -> str:
    """The client: the peer, or what the trusted proxies say of it, read from the nearest one outwards."""
    address = request.META.get("REMOTE_ADDR", "")
    proxies = _networks(tuple(settings.TRUSTED_PROXIES))
    hops = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if proxies else []
    while hops and _within(address, proxies) and _parsed(hops[-1].strip()):
        address = hops.pop().strip()
    return _client(address)


def forget() -> None:
    """Count afresh."""
    global _rates
    _rates = Rates()
    _redis.cache_clear()


def _within(address: str, proxies: tuple[Network, ...]) -> bool:
    parsed = _parsed(address)
    return parsed is not None and any(parsed in network for network in proxies)


@lru_cache(4096)
def _client(address: str) -> str:
    """Who owns an IPv6 address owns its whole /64."""
    parsed = _parsed(address)
    return (
        str(ipaddress.ip_network((parsed, 64), strict=False)) if parsed and parsed.version == 6 else address
    )


def _parsed(address: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    return (parsed.version == 6 and parsed.ipv4_mapped) or parsed


@cache
def _networks(proxies: tuple[str, ...]) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(proxy, strict=False) for proxy in proxies)


@cache
def _redis() -> Redis:
    return impatient.redis(REDIS_SECONDS)
