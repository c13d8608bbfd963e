"""Wake-ups: "there is work", said over Redis to whichever worker is free. They carry no facts and may be lost.

PostgreSQL knows what is due; the dispatcher repeats a lost wake-up within a second. So a nudge never fails its caller,
and while Redis is away it costs one short attempt a second per process.
"""

import logging
import time
from functools import cache

from django.conf import settings
from django.db import close_old_connections, transaction
from django.utils.module_loading import import_string
from django_rq import get_queue
from redis.exceptions import RedisError
from rq import Queue

from upsell_project.lib import impatient

QUEUE = "upsell"
PAUSE_WHEN_DOWN = 1.0
HURRY_SECONDS = 0.5
FAILURE_TTL = 7 * 86_400
# A wake-up that waits this long was lost with its worker or its queue: say it again.
WAITING_SECONDS = 30

log = logging.getLogger(__name__)
_down_until = float("-inf")
# Jobs whose mark may have been set without a wake-up behind it: the next one is said in any case.
_unsure: set[str] = set()


@cache
def the_queue() -> Queue:
    """One queue and one kept connection per process."""
    return get_queue(QUEUE)


@cache
def _hurried() -> Queue:
    """The same for those who have no time: a Redis that hangs may hold them up for half a second, not more."""
    patient = the_queue()
    return Queue(
        QUEUE,
        default_timeout=patient._default_timeout,
        connection=impatient.redis(HURRY_SECONDS),
        serializer=patient.serializer,
    )


def nudge(job: str) -> None:
    """Ask for `job` (a key of settings.JOBS) to be run, after the current transaction commits."""
    # No partial: Django asks for its name when it fails.
    transaction.on_commit(lambda: nudge_now(job), robust=True)


def nudge_now(job: str) -> None:
    """Enqueue `job` unless a wake-up for it already waits; says nothing when Redis is away."""
    global _down_until
    if time.monotonic() < _down_until:
        return
    try:
        queue = _hurried()
        if queue.connection.set(_waiting(job), 1, nx=job not in _unsure, ex=WAITING_SECONDS):
            seconds = settings.LONG_JOBS.get(job)
            queue.enqueue(run, job, result_ttl=0, failure_ttl=FAILURE_TTL, job_timeout=seconds)
        _unsure.discard(job)
    except (RedisError, OSError) as error:
        _unsure.add(job)
        _down_until = time.monotonic() + PAUSE_WHEN_DOWN
        log.warning("no wake-up for %s, Redis does not answer: %s", job, type(error).__name__)


def others_wait(job: str) -> bool:
    """Whether another job than this one waits for a worker; no, while Redis is away."""
    marks = [_waiting(other) for other in settings.JOBS if other != job]
    try:
        return bool(_hurried().connection.exists(*marks))
    except (RedisError, OSError):
        return False


def run(job: str) -> None:
    """What the worker executes. The mark goes first: work that comes up from here on needs a new wake-up."""
    the_queue().connection.delete(_waiting(job))
    close_old_connections()
    try:
        import_string(settings.JOBS[job])()
    finally:
        close_old_connections()


def _waiting(job: str) -> str:
    return f"upsell:waiting:{job}"
