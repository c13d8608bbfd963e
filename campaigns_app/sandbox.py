"""The movable clock: from due time to due time, so that a day that is skipped is a day that happened."""

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from math import ceil

from django.conf import settings
from django.db.models import Min, Q

from campaigns_app import dispatch
from campaigns_app.models import Delivery, Enrollment
from signals_app.models import Envelope
from upsell_project.lib import clock
from upsell_project.lib.models import ClockOffset

PATIENCE_SECONDS = 60.0
HOP = timedelta(milliseconds=1)


class NotASandbox(Exception):
    """The clock of a real deployment does not move."""


class NobodyWorks(Exception):
    """Work became due and no worker took it."""


def advance(span: timedelta, settle: Callable[[], None] | None = None) -> datetime:
    """Move the product's clock on by `span` and return its new time.

    It stops at every moment at which something becomes due and lets the workers finish that first (`settle` waits for
    them). Raises NotASandbox, NobodyWorks, or ValueError for a span that is not positive.
    """
    _refuse_outside_sandbox()
    if span <= timedelta(0):
        raise ValueError("the clock only moves forward; use reset to go back to real time")
    settle = settle or wait_for_workers
    settle()
    target = clock.now() + span
    while (due := next_due()) is not None and due <= target:
        _set(max(due + HOP - clock.real(), clock.offset()))
        settle()
    _set(max(target - clock.real(), clock.offset()))
    settle()
    return clock.now()


def reset() -> datetime:
    """Back to real time."""
    _refuse_outside_sandbox()
    _set(timedelta(0))
    return clock.now()


def next_due() -> datetime | None:
    """The next moment at which a run wakes."""
    active = Enrollment.objects.filter(state=Enrollment.State.ACTIVE)
    moment: datetime | None = active.aggregate(at=Min("wake_at"))["at"]
    return moment


def wait_for_workers() -> None:
    """Hand what is due to the workers and return when it is done."""
    gives_up = time.monotonic() + PATIENCE_SECONDS
    # Web processes and workers keep the offset for a moment; what they decide from here on must use the new one.
    time.sleep(clock.CACHE_SECONDS)
    while busy():
        dispatch.look()
        if time.monotonic() > gives_up:
            raise NobodyWorks(
                "Work is due and no worker takes it. Is `make run` (or `manage.py run_worker`) running?"
            )
        time.sleep(0.05)


def busy() -> bool:
    """Whether anything is due or under way right now."""
    waits = Envelope.objects.filter(state=Envelope.State.PENDING).exists()
    now = clock.now()
    due = Enrollment.objects.filter(state=Enrollment.State.ACTIVE, wake_at__lte=now).exists()
    going = Q(state__in=[Delivery.State.CLAIMED, Delivery.State.SENDING])
    out = going | Q(state=Delivery.State.INTENDED, attempts=0)
    return waits or due or Delivery.objects.filter(out).exists()


def _refuse_outside_sandbox() -> None:
    if not settings.SANDBOX:
        raise NotASandbox("The clock moves only in a sandbox: set SANDBOX=true.")


def _set(offset: timedelta) -> None:
    ClockOffset.objects.update_or_create(pk=1, defaults={"seconds": ceil(offset.total_seconds())})
    clock.forget()
