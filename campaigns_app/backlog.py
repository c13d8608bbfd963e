"""While much waits in the inbox, what follows from several chunks is found out together: to ask all definitions about
everybody costs more than to store what they did, and of who did something in each chunk it is asked once. That is done
in a transaction of its own, which first takes the people and accounts of all of them.

What waited in the inbox waits here as long again, or four times as long as the last look took, so that looking takes a
fifth of the time; five seconds at most. What ends a run by a rule ends it at once.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from campaigns_app import exits, notice
from signals_app import again, unnoticed
from signals_app.ahead import Chunk
from signals_app.ingest import Stored
from signals_app.knowing.surely import NOT_THEIRS
from signals_app.subjects import Subject
from signals_app.triggered import Batch, Used
from signals_app.unnoticed import Kept
from signals_app.usage import Change
from upsell_project.lib import bulk, clock
from upsell_project.lib.errors import told, where

MOST_SECONDS = 5.0
TIMES_A_LOOK = 4
MOST_EVENTS = 64_000
MOST_BYTES = 20 * 1024 * 1024
"""Of bodies: what waits is kept in memory."""
MOST_BYTES_AN_EVENT = 1_000
"""What is larger fills the memory before it saves anything."""

log = logging.getLogger(__name__)


class Backlog:
    """What one job took in, and has not looked at yet."""

    last_took = 0.0
    """Seconds of the last look of this process, whichever job it was."""

    def __init__(self) -> None:
        self._kept: list[Kept] = []
        self._next: list[Kept] = []
        self._later = False
        self._until = 0.0
        self._bytes = 0

    def has_room(self, chunk: Chunk, items: int) -> bool:
        """Whether what this chunk of so many items brings may wait for the next one."""
        if not self._kept:
            wait = max(_waited(chunk), TIMES_A_LOOK * Backlog.last_took)
            self._until = time.monotonic() + min(MOST_SECONDS, wait)
            self._bytes = 0
        self._bytes += chunk.size
        few = sum(len(one.batch.stored) for one in self._kept) < MOST_EVENTS and self._bytes < MOST_BYTES
        heavy = chunk.size > MOST_BYTES_AN_EVENT * items
        return few and not heavy and time.monotonic() < self._until

    def take(self, new: Batch, now: datetime, *, later: bool) -> None:
        """In the transaction that stored it. What nothing else waits with is looked at in it, too, unless `later`."""
        self._later = later
        if later or self._kept:
            exits.from_batch(new, (), now)
            self._next = [*self._kept, unnoticed.keep(new)]
        else:
            notice.batch(new, now)
            self._next = []

    def committed(self) -> None:
        self._kept = self._next
        if self._kept:
            unnoticed.lighten(self._kept[-1])
        if not self._later:
            self.finish()

    def finish(self) -> None:
        """Look at what still waits. If that fails, it is tried again as what was left."""
        kept, self._kept = self._kept, []
        began = time.monotonic()
        try:
            if kept:
                _notice(kept, clock.now())
                Backlog.last_took = time.monotonic() - began
        except Exception as error:
            log.warning("what waited could not be looked at together (%s)", told(error))


def look_at_what_was_left() -> None:
    """What a worker stored that died, or failed, before it was looked at. If that fails, person by person."""
    try:
        while (id := unnoticed.claim()) is not None:
            _look(id)
    except Exception as error:
        log.error("what was left waits: %s\n%s", told(error), where(error))


def _look(id: int) -> None:
    now = clock.now()
    kept = unnoticed.read(id)
    try:
        _look_at(kept, now)
    except NOT_THEIRS:
        unnoticed.give_back(id)
        raise


def _look_at(kept: Kept, now: datetime) -> None:
    try:
        _notice([kept], now)
    except NOT_THEIRS:
        raise
    except Exception as error:
        count = len(kept.batch.stored)
        log.warning("%s events could not be looked at together (%s)", count, told(error))
        _one_by_one([Kept(kept.id, one) for one in _by_person(kept.batch)], now)
        unnoticed.done([kept.id])


def _one_by_one(parts: Sequence[Kept], now: datetime) -> None:
    """Raises where it is not theirs, or none of them can be looked at: then they wait."""
    failed = 0
    for one in parts:
        try:
            _notice([one], now, waits=True)
        except NOT_THEIRS:
            raise
        except Exception as error:
            failed += 1
            if failed == len(parts):
                raise
            count = len(one.batch.stored)
            log.error("%s events were not looked at: %s\n%s", count, told(error), where(error))
            people = (Subject(person, None) for person in one.batch.people)
            accounts = (Subject(None, account) for account in one.batch.accounts)
            again.later((None, subject) for subject in (*people, *accounts))


@transaction.atomic
def _notice(kept: Sequence[Kept], now: datetime, *, waits: bool = False) -> None:
    """`waits`: there is more of it to look at."""
    # It need not wait for the disk: what a dying PostgreSQL loses of it waits still.
    bulk.run("SET LOCAL synchronous_commit TO off")
    notice.batch(unnoticed.held(kept, now), now)
    if not waits:
        unnoticed.done([one.id for one in kept])


def _by_person(batch: Batch) -> list[Batch]:
    """What each did, used and said; and what changed of accounts, whoever said it."""
    stored: dict[int | None, list[Stored]] = defaultdict(list)
    used: dict[int | None, list[Change | Used]] = defaultdict(list)
    for one in batch.stored:
        stored[one.person_id].append(one)
    for change in batch.changes:
        used[change.last.person_id].append(change)
    parts = [Batch(those, used[person], _brought(those, batch)) for person, those in stored.items()]
    return [*parts, Batch((), (), batch.changed_accounts)] if batch.changed_accounts else parts


def _brought(stored: Sequence[Stored], batch: Batch) -> set[int]:
    """The accounts whose facts changed by these."""
    return batch.changed_accounts & {
        one.account_id for one in stored if one.account_id and one.item.account_traits
    }


def _waited(chunk: Chunk) -> float:
    """Seconds that the newest of it waited in the inbox."""
    return (clock.now() - max(one.received_at for one in chunk.envelopes)).total_seconds()
