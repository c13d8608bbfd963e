"""The movable clock: from due time to due time, so that a day that is skipped is a day that happened."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db.models import Min, Q

from campaigns_app import dispatch, sweeps
from campaigns_app.models import Delivery, Enrollment
from signals_app import scores, segments
from signals_app.models import Envelope
from upsell_project.lib import bulk, clock
from upsell_project.lib.models import ClockOffset

PATIENCE_SECONDS = 60.0
HOP = timedelta(seconds=60)
LOCAL_DAY = timedelta(hours=23)
"""The shortest there is: with a stop as often, what goes by days is looked for on each day of each zone."""
LOCK = 5_171_893_104  # of this database, while its clock is being moved
_moved_at = float("-inf")


class NotASandbox(Exception):
    """The clock of a real deployment does not move."""


class NobodyWorks(Exception):
    """Work became due and no worker took it."""


def advance(span: timedelta, settle: Callable[[], None] | None = None) -> datetime:
    """Move the product's clock on by `span` and return its new time.

    It stops a minute after a run becomes due, and lets the workers finish all that was due by then first (`settle`
    waits for them): so a thing happens up to a minute late, never out of order with what follows. Sweeps, segments and
    scores, which are due hourly, have their turn at each stop and at least once a local day: in a long jump what they
    find is found up to a day late. A second caller waits for the first. Raises NotASandbox, NobodyWorks, or ValueError
    for a span that is not positive.
    """
    _refuse_outside_sandbox()
    if span <= timedelta(0):
        raise ValueError("the clock only moves forward; use reset to go back to real time")
    with _alone():
        _advance(span, settle or wait_for_workers)
        if settle is None:
            everybody_knows()
    return clock.now()


def _advance(span: timedelta, settle: Callable[[], None]) -> None:
    settle()
    target = clock.now() + span
    while (due := next_due()) <= target:
        _set(max(min(due + HOP, target) - clock.real(), clock.offset()))
        settle()
    _set(max(target - clock.real(), clock.offset()))
    settle()


def reset() -> datetime:
    """Back to real time."""
    _refuse_outside_sandbox()
    with _alone():
        _set(timedelta(0))
    return clock.now()


def next_due() -> datetime:
    """The next moment at which a run wakes, or time itself is to be looked at."""
    active = Enrollment.objects.filter(state=Enrollment.State.ACTIVE)
    wakes: datetime | None = active.aggregate(at=Min("wake_at"))["at"]
    looked = clock.now() + LOCAL_DAY - HOP
    return min(wakes, looked) if wakes else looked


def wait_for_workers() -> None:
    """Hand what is due to the workers and return when it is done."""
    gives_up = time.monotonic() + PATIENCE_SECONDS
    if busy():
        everybody_knows()
    while busy():
        dispatch.look()
        if time.monotonic() > gives_up:
            raise NobodyWorks(
                "Work is due and no worker takes it. Is `make run` (or `manage.py run_worker`) running?"
            )
        time.sleep(0.05)


def everybody_knows() -> None:
    """Web processes and workers keep the offset for a moment; what they decide from here on must use the new one."""
    time.sleep(max(0.0, _moved_at + clock.CACHE_SECONDS - time.monotonic()))


def busy() -> bool:
    """Whether anything is due or under way right now. Mail, envelopes and sweeps that failed and rest are not."""
    now, real = clock.now(), clock.real()
    resting = Q(lease_until__gt=real) & ~Q(error="")
    waits = Envelope.objects.filter(~resting, state=Envelope.State.PENDING).exists()
    due = Enrollment.objects.filter(state=Enrollment.State.ACTIVE, wake_at__lte=now).exists()
    going = Q(state__in=[Delivery.State.CLAIMED, Delivery.State.SENDING])
    out = going | Q(state=Delivery.State.INTENDED) & (Q(retry_at=None) | Q(retry_at__lte=real))
    return waits or due or Delivery.objects.filter(out).exists() or _time_is_looked_at()


def _time_is_looked_at() -> bool:
    return scores.waiting() or segments.waiting() or sweeps.waiting()


@contextmanager
def _alone() -> Iterator[None]:
    """Of two who move the clock, the second waits."""
    gives_up = time.monotonic() + PATIENCE_SECONDS
    while not bulk.select("SELECT pg_try_advisory_lock(%s)", LOCK)[0][0]:
        if time.monotonic() > gives_up:
            raise NobodyWorks("Somebody else is moving the clock. Try again when that is done.")
        time.sleep(0.1)
    clock.forget()
    try:
        yield
    finally:
        bulk.select("SELECT pg_advisory_unlock(%s)", LOCK)


def _refuse_outside_sandbox() -> None:
    if not settings.SANDBOX:
        raise NotASandbox("The clock moves only in a sandbox: set SANDBOX=true.")


def _set(offset: timedelta) -> None:
    global _moved_at
    seconds = ceil(offset.total_seconds())
    if timedelta(seconds=seconds) == clock.offset():
        return
    ClockOffset.objects.update_or_create(pk=1, defaults={"seconds": seconds})
    clock.forget()
    _moved_at = time.monotonic()
