"""Time in slices: made ahead, dropped when they are older than is kept. Nothing here makes ingestion wait for long.

Rows outside all slices lie in the default partition (imported history, a sandbox clock that was moved, months in which
nobody kept house) and are moved when their slice is made. Days are UTC.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from django.conf import settings
from django.db import OperationalError, connection, transaction

from signals_app import once, usage
from upsell_project.lib import bulk, clock

AHEAD = 3
# No period is longer than a year. What was found in one that is over is found anew in the next.
PERIOD_IS_OVER = timedelta(days=400)
# Tables plan and lock worse with hundreds of partitions: beyond this many, old rows stay in the default one.
MOST = 120
# What is parked waits for a human so much longer than what is done is kept, but it may name people: not for ever.
PARKED_LONGER = timedelta(days=60)
LOCK_MILLISECONDS = 200
TRIES = 10
CHUNK = 5_000

log = logging.getLogger(__name__)


def month(day: date) -> date:
    return day.replace(day=1)


def week(day: date) -> date:
    return day - timedelta(days=day.weekday())


@dataclass(frozen=True, slots=True)
class Sliced:
    """A partitioned table. `start`: the first day of the slice that holds a day. `longest`: days of a slice, at most.

    `droppable`: what a row must be to be dropped by age.
    """

    table: str
    column: str
    start: Callable[[date], date]
    longest: int
    droppable: str = "true"

    def next(self, first: date) -> date:
        return self.start(first + timedelta(days=self.longest))

    def name(self, first: date) -> str:
        return f"{self.table}_{first:%Y%m%d}"

    @property
    def default(self) -> str:
        return f"{self.table}_default"


EVENTS = Sliced("signals_app_event", "occurred_at", month, 31)
ENVELOPES = Sliced("signals_app_envelope", "received_at", week, 7, "state = 'done'")
KEYS = Sliced("signals_app_eventkey", "period", once.period, once.PERIOD.days)
TABLES = (EVENTS, ENVELOPES, KEYS)


@dataclass(slots=True)
class Kept:
    """What was done. `failed`: slices that others held in use; the next round tries again."""

    made: list[str] = field(default_factory=list)
    dropped: list[str] = field(default_factory=list)
    deleted: int = 0
    failed: list[str] = field(default_factory=list)


def keep_house(patience: float = 5.0) -> Kept | None:
    """One round: make what is missing, drop what is too old. None when somebody else is at it.

    `patience`: seconds that one statement may take; moving many rows out of the default partition needs more, and
    readers of these rows wait as long.
    """
    with _alone() as alone:
        if not alone:
            return None
        kept = Kept()
        cuts = _cuts()
        kept.deleted += _give_up(cuts[ENVELOPES.table] - PARKED_LONGER)
        for sliced in TABLES:
            _make_all(sliced, cuts[sliced.table], kept, patience)
            _drop_all(sliced, cuts[sliced.table], kept)
        kept.deleted += _delete("signals_app_rejectedevent", "received_at", cuts[ENVELOPES.table], "true")
        kept.deleted += _delete("signals_app_detectorstate", "period", _today() - PERIOD_IS_OVER, _PAST_STATE)
        return kept


def _cuts() -> dict[str, date]:
    """What ends before this day is too old. A sandbox clock that runs ahead drops nothing that is young in truth."""
    today = _today()
    months = today.year * 12 + today.month - 1 - settings.EVENT_RETENTION_MONTHS
    return {
        EVENTS.table: date(months // 12, months % 12 + 1, 1),
        ENVELOPES.table: today - timedelta(days=settings.ENVELOPE_RETENTION_DAYS),
        KEYS.table: once.period(clock.real().date() - once.OVERLAP) - once.PERIOD,
    }


def _today() -> date:
    return min(clock.now(), clock.real()).astimezone(UTC).date()


def _give_up(cut: date) -> int:
    """What failed and nobody had read again in all that time. Each slice for itself: a ctid is one of its own."""
    tables = [ENVELOPES.default, *(ENVELOPES.name(first) for first in slices(ENVELOPES) if first < cut)]
    gone = sum(_delete(table, ENVELOPES.column, cut, "state = 'parked'") for table in tables)
    if gone:
        log.warning("%s parked envelopes from before %s were never read again and are deleted", gone, cut)
    return gone


def slices(sliced: Sliced) -> list[date]:
    """The first days of the slices there are, oldest first."""
    rows = bulk.select(
        "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid WHERE inhparent = %s::regclass",
        sliced.table,
    )
    ends = [name.removeprefix(f"{sliced.table}_") for (name,) in rows]
    return sorted(date.fromisoformat(end) for end in ends if end.isdigit())


def _make_all(sliced: Sliced, cut: date, kept: Kept, patience: float) -> None:
    there = set(slices(sliced))
    moments = {clock.real(), clock.now()} if sliced is not KEYS else {clock.real()}
    wanted = {first for moment in moments for first in _ahead(sliced, moment.astimezone(UTC).date())}
    wanted |= {first for first in _in_default(sliced) if first >= cut}
    for first in sorted(wanted - there, reverse=True)[: MOST - len(there)]:
        _try(lambda first=first: _make(sliced, first, patience), sliced.name(first), kept.made, kept)  # type: ignore[misc]


def _ahead(sliced: Sliced, today: date) -> Iterator[date]:
    first = sliced.start(today)
    for _ in range(AHEAD + 1):
        yield first
        first = sliced.next(first)


def _in_default(sliced: Sliced) -> set[date]:
    zone = "" if sliced is KEYS else " AT TIME ZONE 'UTC'"
    rows = bulk.select(f"SELECT DISTINCT ({sliced.column}{zone})::date FROM {sliced.default}")
    return {sliced.start(day) for (day,) in rows}


def _make(sliced: Sliced, first: date, patience: float) -> None:
    """Everybody waits while rows of this time are moved out of the default partition: a moment, as they are few.

    Attaching alone would let writers go on, but one that is just writing to the default partition would get an error.
    """
    name = sliced.name(first)
    bounds = [_bound(sliced, first), _bound(sliced, sliced.next(first))]
    with _impatient(patience) as execute:
        execute(
            f"CREATE TABLE {name} (LIKE {sliced.table} INCLUDING ALL EXCLUDING INDEXES EXCLUDING STATISTICS)"
        )
        execute(f"LOCK TABLE ONLY {sliced.table} IN SHARE ROW EXCLUSIVE MODE")
        execute(f"LOCK TABLE {sliced.default} IN ACCESS EXCLUSIVE MODE")
        execute(
            f"WITH moved AS (DELETE FROM {sliced.default} WHERE {sliced.column} >= %s AND {sliced.column} < %s"
            f" RETURNING *) INSERT INTO {name} SELECT * FROM moved",
            *bounds,
        )
        execute(f"ALTER TABLE {sliced.table} ATTACH PARTITION {name} FOR VALUES FROM (%s) TO (%s)", *bounds)


def _bound(sliced: Sliced, day: date) -> str:
    return f"{day}" if sliced is KEYS else f"{day} 00:00+00"


def _drop_all(sliced: Sliced, cut: date, kept: Kept) -> None:
    """A slice that still holds what waits for a worker or a human stays, without the rest of it."""
    old = [first for first in slices(sliced) if sliced.next(first) <= cut]
    if sliced is EVENTS and (old or _is_any_before(sliced.default, sliced.column, cut)):
        usage.dropped(datetime(cut.year, cut.month, cut.day, tzinfo=UTC))
    for first in old:
        name = sliced.name(first)
        if _undroppable(sliced, name):
            kept.deleted += _delete(name, sliced.column, cut, sliced.droppable)
        else:
            _try(lambda name=name: _drop(sliced, name), name, kept.dropped, kept)  # type: ignore[misc]
    kept.deleted += _delete(sliced.default, sliced.column, cut, sliced.droppable)


def _drop(sliced: Sliced, name: str) -> None:
    """Parent first, as readers lock them. What was put back between the two looks is seen by the second one."""
    with _impatient(5.0) as execute:
        execute(f"LOCK TABLE ONLY {sliced.table} IN ACCESS EXCLUSIVE MODE")
        execute(f"LOCK TABLE {name} IN ACCESS EXCLUSIVE MODE")
        if not _undroppable(sliced, name):
            execute(f"DROP TABLE {name}")


def _undroppable(sliced: Sliced, name: str) -> bool:
    return bool(bulk.select(f"SELECT EXISTS (SELECT 1 FROM {name} WHERE NOT ({sliced.droppable}))")[0][0])


def _is_any_before(table: str, column: str, cut: date) -> bool:
    return bool(bulk.select(f"SELECT EXISTS (SELECT 1 FROM {table} WHERE {column} < %s)", cut)[0][0])


def _delete(table: str, column: str, cut: date, droppable: str) -> int:
    """In chunks, so that no lock is held for long."""
    deleted, count = 0, CHUNK
    while count == CHUNK:
        rows = bulk.select(
            f"WITH gone AS (DELETE FROM {table} WHERE ctid = ANY(ARRAY(SELECT ctid FROM {table}"
            f" WHERE {column} < %s AND {droppable} LIMIT %s)) RETURNING 1) SELECT count(*) FROM gone",
            cut,
            CHUNK,
        )
        count = int(rows[0][0])
        deleted += count
    return deleted


def _try(act: Callable[[], None], name: str, done: list[str], kept: Kept) -> None:
    """Everybody who comes after a waiting lock waits too: so wait shortly, and rather try again."""
    for _ in range(TRIES):
        try:
            act()
        except OperationalError as error:
            log.info("%s is in use: %s", name, type(error.__cause__ or error).__name__)
            time.sleep(LOCK_MILLISECONDS / 1000)
        else:
            done.append(name)
            return
    kept.failed.append(name)


@contextmanager
def _impatient(seconds: float) -> Iterator[Callable[..., None]]:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = {LOCK_MILLISECONDS}")
        cursor.execute(f"SET LOCAL statement_timeout = {int(seconds * 1000)}")

        def execute(statement: str, *values: str) -> None:
            cursor.execute(statement, values)

        yield execute


@contextmanager
def _alone() -> Iterator[bool]:
    """One maintainer at a time, on all hosts."""
    alone = bool(bulk.select(f"SELECT pg_try_advisory_lock({_LOCK})")[0][0])
    try:
        yield alone
    finally:
        if alone:
            bulk.select(f"SELECT pg_advisory_unlock({_LOCK})")


_LOCK = "hashtext('signals_app.partitions')"
# What begins anew with no period is of the first day there is, and matters until it is armed again.
_PAST_STATE = f"""
period > '{usage.ALWAYS}' AND NOT EXISTS (SELECT FROM signals_app_signaldefinition d
    WHERE d.id = definition_id AND greatest(d.cooldown_hours, d.lifetime_hours) > {PERIOD_IS_OVER.days * 24})
"""
