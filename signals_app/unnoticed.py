"""What is stored and waits to be looked at for moments, so that it outlives whoever stored it.

Events are kept by their ids. Whoever stored them has them at hand; they are read anew where people or accounts turned
out to be one meanwhile, and where their worker died.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from people_app import homes
from signals_app.incoming import Incoming
from signals_app.ingest import Stored
from signals_app.models import Unnoticed
from signals_app.triggered import Batch
from upsell_project.lib import bulk, clock

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
_NOTHING: dict[str, Any] = {}


@dataclass(frozen=True, slots=True)
class Kept:
    """A batch that waits, and the row that says so."""

    id: int
    batch: Batch


def keep(new: Batch) -> Kept:
    """Note that this waits, in the transaction that stored it."""
    happened = [one.item.occurred_at for one in new.stored]
    ((id,),) = bulk.select(
        _KEEP,
        bulk.array(one.event_id for one in new.stored),
        min(happened, default=None),
        max(happened, default=None),
        bulk.array(sorted({one.person_id for one in new.stored if one.person_id})),
        bulk.array(sorted(new.changed_accounts | {one.account_id for one in new.changes})),
        clock.real() + LEASE,
    )
    return Kept(id, new)


def lighten(kept: Kept) -> None:
    """Of what waits nobody asks any more how somebody was named: that is half of the memory it takes."""
    for one in kept.batch.stored:
        item = one.item
        item.context = item.lookup = item.person_ids = item.account_ids = _NOTHING
        item.traits = item.traits or _NOTHING
        item.account_traits = item.account_traits or _NOTHING
        item.user_id = item.anonymous_id = item.previous_id = None


def moved(people: Collection[int], *, anybody: bool = False) -> None:
    """What these did (`anybody`: or nobody) is another's now: it is read anew before it is looked at."""
    bulk.run(_MOVED, sorted(people), anybody)


def join(kept: Sequence[Kept], new: Batch, now: datetime) -> Batch:
    """All of it as one batch; it waits no longer when the transaction ends. What another worker took is left to it."""
    rows = {id: row for id, *row in bulk.select(_TAKE, [one.id for one in kept])} if kept else {}
    waited = [one for one in kept if one.id in rows]
    batches = [_read(rows[one.id][1:], now) if rows[one.id][0] else one.batch for one in waited]
    return _together([*batches, new])


def waiting() -> bool:
    """Whether there is any whose worker is gone."""
    over = Unnoticed.objects.filter(lease_until__lt=clock.real(), attempts__lt=MAX_ATTEMPTS)
    return over.exists()


def claim() -> int | None:
    """One whose worker is gone. What its workers died of again and again is left."""
    now = clock.real()
    return next((id for (id,) in bulk.select(_CLAIM, now + LEASE, now, MAX_ATTEMPTS)), None)


def read(id: int, now: datetime) -> Batch:
    """As it is stored by now. An empty one where it waits no longer."""
    rows = bulk.select(_READ, id)
    return _read(rows[0], now) if rows else Batch(())


def done(id: int) -> None:
    Unnoticed.objects.filter(pk=id).delete()


def _together(batches: Sequence[Batch]) -> Batch:
    return Batch(
        [*chain.from_iterable(one.stored for one in batches)],
        [*chain.from_iterable(one.changes for one in batches)],
        set().union(*(one.changed_accounts for one in batches)),
        _facts(batches),
    )


def _facts(batches: Sequence[Batch]) -> dict[int, set[str]]:
    """Which facts changed in any of them; where one does not know, it is not known."""
    found: dict[int, set[str]] = {}
    unknown: set[int] = set()
    for one in batches:
        unknown |= one.changed_accounts - one.facts.keys()
        for account, facts in one.facts.items():
            found.setdefault(account, set()).update(facts)
    return {account: facts for account, facts in found.items() if account not in unknown}


def _read(row: Sequence[Any], now: datetime) -> Batch:
    """`row`: ids of events, when the first and the last happened, accounts. What was done without naming an account
    counts where the person is at home."""
    ids, since, until, accounts = row
    rows = bulk.select(_EVENTS, ids, since, until) if ids else []
    home = homes.of({person for _, person, account, *_ in rows if person and not account}, now, create=False)
    stored = [
        Stored(
            id,
            source,
            Incoming(kind, message, at, name, properties=json.loads(properties)),
            person,
            account or home.get(person),
        )
        for id, person, account, source, kind, message, at, name, properties in rows
    ]
    return Batch(stored, (), set(accounts))


_KEEP = """
INSERT INTO signals_app_unnoticed (event_ids, since, until, people, accounts, lease_until, moved, attempts)
VALUES (%s::bigint[], %s, %s, %s::bigint[], %s::bigint[], %s, false, 0) RETURNING id
"""
_MOVED = """
UPDATE signals_app_unnoticed SET moved = true WHERE NOT moved AND (people && %s::bigint[] OR %s)
"""
_TAKE = """
DELETE FROM signals_app_unnoticed WHERE id = ANY(%s)
RETURNING id, moved, CASE WHEN moved THEN event_ids END, since, until, accounts
"""
_READ = "SELECT event_ids, since, until, accounts FROM signals_app_unnoticed WHERE id = %s"
_CLAIM = """
UPDATE signals_app_unnoticed SET lease_until = %s, attempts = attempts + 1 WHERE id IN (
    SELECT id FROM signals_app_unnoticed WHERE lease_until < %s AND attempts < %s
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id
"""
_EVENTS = """
SELECT id, person_id, account_id, source_id, kind, message_id, occurred_at, name, properties FROM signals_app_event
WHERE id = ANY(%s) AND occurred_at BETWEEN %s AND %s ORDER BY id
"""
