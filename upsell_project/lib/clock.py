"""The only place that asks the time.

`now()` is the product's time: in a sandbox it can be moved, and replay and tests can freeze it. `real()` is wall
time, for leases, heartbeats, retries, signatures, tokens and sessions, which must not move with the sandbox.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection

CACHE_SECONDS = 0.5

_frozen: ContextVar[datetime | None] = ContextVar("frozen", default=None)
_cached: tuple[float, timedelta] = (float("-inf"), timedelta(0))


def real() -> datetime:
    """Wall time, aware, UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """The product's time, aware, UTC."""
    return _frozen.get() or real() + offset()


def offset() -> timedelta:
    """How far the product's time is ahead of wall time; zero outside a sandbox."""
    global _cached
    frozen_at = _frozen.get()
    if frozen_at:
        return frozen_at - real()
    if not settings.SANDBOX:
        return timedelta(0)
    read_at, value = _cached
    if time.monotonic() - read_at > CACHE_SECONDS:
        value = _read()
        _cached = (time.monotonic(), value)
    return value


def forget() -> None:
    """Read the offset afresh at the next call."""
    global _cached
    _cached = (float("-inf"), timedelta(0))


def _read() -> timedelta:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seconds FROM sandbox_clock WHERE id = 1")
        row = cursor.fetchone()
    return timedelta(seconds=row[0] if row else 0)


@contextmanager
def frozen(at: datetime) -> Iterator[None]:
    """Within the block the product's time stands at `at` (this thread or task only)."""
    token = _frozen.set(at)
    try:
        yield
    finally:
        _frozen.reset(token)
