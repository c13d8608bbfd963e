"""Looks at PostgreSQL and says "there is work" for whatever is due. Several may run; a lost wake-up is said again."""

import logging
import os
import socket
import time
from collections.abc import Callable
from datetime import timedelta
from threading import Event, Thread

from django.db import DatabaseError, InterfaceError, close_old_connections, connection

from campaigns_app import advance, outbox, sweeps
from offers_app import drafts, learn
from offers_app.checkout import work
from people_app import erasure, settling
from signals_app import back_tests, ingest, lookups, partitions, scores, segments, unnoticed, usage
from upsell_project.lib import clock, queue
from upsell_project.lib.models import Heartbeat

POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 5.0
HOUSE_SECONDS = 3600.0
ALERTS_SECONDS = 60.0
DUE: dict[str, Callable[[], bool]] = {
    "back_tests": back_tests.waiting,
    "checkouts": work.waiting,
    "drafts": drafts.waiting,
    "erasures": erasure.waiting,
    "inbox": lambda: ingest.waiting() or settling.waiting() or unnoticed.waiting(),
    "learning": learn.waiting,
    "lookups": lookups.waiting,
    "steps": advance.waiting,
    "outbox": outbox.waiting,
    "recounts": usage.recounts_waiting,
    "scores": scores.waiting,
    "segments": segments.waiting,
    "sweeps": sweeps.waiting,
    "trainings": scores.trainings_waiting,
}

log = logging.getLogger(__name__)


def look() -> list[str]:
    """Nudge each job that has work due, and return their names."""
    busy = [job for job, waiting in DUE.items() if waiting()]
    for job in busy:
        queue.nudge_now(job)
    return busy


def run(stop: Event) -> None:
    """Until stopped. A database that is away is waited for. Once a minute sources are looked at."""
    looked = time.monotonic()
    while not stop.wait(POLL_SECONDS):
        try:
            look()
            if time.monotonic() - looked >= ALERTS_SECONDS:
                looked = time.monotonic()
                queue.nudge_now("alerts")
        except (DatabaseError, InterfaceError) as error:
            log.warning("PostgreSQL does not answer: %s", type(error).__name__)
            connection.close()
            stop.wait(1.0)


def keep_house_in_background() -> None:
    """At once and then hourly, in a thread of its own: deleting takes as long as it takes, wake-ups do not wait."""
    Thread(target=_keep_house, daemon=True).start()


def _keep_house() -> None:
    while True:
        try:
            if kept := partitions.keep_house():
                log.info("kept house: %s", kept)
        except (DatabaseError, InterfaceError) as error:
            log.warning("could not keep house: %s", type(error).__name__)
        connection.close()
        time.sleep(HOUSE_SECONDS)


def beat_in_background(kind: str) -> None:
    """Show signs of life from a thread of its own, so that a long job does not look like a dead worker."""
    Thread(target=_beat, args=(kind,), daemon=True).start()


def _beat(kind: str) -> None:
    name = f"{kind}:{socket.gethostname()}:{os.getpid()}"
    while True:
        try:
            now = clock.real()
            Heartbeat.objects.update_or_create(name=name, defaults={"kind": kind, "at": now})
            Heartbeat.objects.filter(at__lt=now - timedelta(hours=1)).delete()
        except (DatabaseError, InterfaceError):
            close_old_connections()
            connection.close()
        time.sleep(HEARTBEAT_SECONDS)
