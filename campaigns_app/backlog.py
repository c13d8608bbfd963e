"""While much waits in the inbox, what follows from several chunks is found out together: to ask all definitions about
everybody costs more than to store what they did, and of who did something in each chunk it is asked once.

Nothing is found later than twice the time that it waited in the inbox. What ends a run by a rule ends it at once.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from campaigns_app import exits, notice
from signals_app import unnoticed
from signals_app.ahead import Chunk
from signals_app.ingest import Stored
from signals_app.knowing.surely import NOT_THEIRS
from signals_app.triggered import Batch
from signals_app.unnoticed import Kept
from upsell_project.lib import clock
from upsell_project.lib.errors import told, where

MOST_SECONDS = 5.0
MOST_EVENTS = 48_000
MOST_BYTES = 15 * 1024 * 1024
"""Of bodies: what waits is kept in memory."""
MOST_BYTES_AN_EVENT = 1_000
"""What is larger fills the memory before it saves anything."""

log = logging.getLogger(__name__)


class Backlog:
    """What one job took in, and has not looked at yet."""

    def __init__(self) -> None:
        self._kept: list[Kept] = []
        self._next: list[Kept] = []
        self._until = 0.0
        self._bytes = 0

    def has_room(self, chunk: Chunk, items: int) -> bool:
        """Whether what this chunk of so many items brings may wait for the next one."""
        if not self._kept:
            self._until = time.monotonic() + min(MOST_SECONDS, _waited(chunk))
            self._bytes = 0
        self._bytes += chunk.size
        few = sum(len(one.batch.stored) for one in self._kept) < MOST_EVENTS and self._bytes < MOST_BYTES
        heavy = chunk.size > MOST_BYTES_AN_EVENT * items
        return few and not heavy and time.monotonic() < self._until

    def take(self, new: Batch, now: datetime, *, later: bool) -> None:
        """In the transaction that stored it."""
        if later:
            exits.from_batch(new, (), now)
            self._next = [*self._kept, unnoticed.keep(new)]
        else:
            notice.batch(unnoticed.join(self._kept, new, now), now)
            self._next = []

    def committed(self) -> None:
        self._kept = self._next
        if self._kept:
            unnoticed.lighten(self._kept[-1])

    def finish(self) -> None:
        """Look at what still waits, in a transaction of its own. If that fails, it is tried again as what was left."""
        if not self._kept:
            return
        try:
            with transaction.atomic():
                self.take(Batch(()), clock.now(), later=False)
        except Exception as error:
            log.warning("what waited could not be looked at together (%s)", told(error))
        self._kept = []


def look_at_what_was_left() -> None:
    """What a worker stored that died, or failed, before it was looked at. If that fails, person by person."""
    try:
        while (id := unnoticed.claim()) is not None:
            _look(id)
    except Exception as error:
        log.error("what was left waits: %s\n%s", told(error), where(error))


def _look(id: int) -> None:
    now = clock.now()
    batch = unnoticed.read(id, now)
    try:
        _notice(batch, now)
    except NOT_THEIRS:
        raise
    except Exception as error:
        log.warning("%s events could not be looked at together (%s)", len(batch.stored), told(error))
        _one_by_one(_by_person(batch), now)
    unnoticed.done(id)


def _one_by_one(batches: Sequence[Batch], now: datetime) -> None:
    """Raises where it is not theirs, or none of them can be looked at: then they wait."""
    failed = 0
    for one in batches:
        try:
            _notice(one, now)
        except NOT_THEIRS:
            raise
        except Exception as error:
            failed += 1
            if failed == len(batches):
                raise
            log.error("%s events were not looked at: %s\n%s", len(one.stored), told(error), where(error))


@transaction.atomic
def _notice(batch: Batch, now: datetime) -> None:
    notice.batch(batch, now)


def _by_person(batch: Batch) -> list[Batch]:
    """And what changed of accounts, for itself."""
    found: dict[int | None, list[Stored]] = defaultdict(list)
    for one in batch.stored:
        found[one.person_id].append(one)
    changed = [Batch((), (), batch.changed_accounts)] if batch.changed_accounts else []
    return [*map(Batch, found.values()), *changed]


def _waited(chunk: Chunk) -> float:
    """Seconds that the newest of it waited in the inbox."""
    return (clock.now() - max(one.received_at for one in chunk.envelopes)).total_seconds()
