"""What is stored and waits to be looked at for moments, so that it outlives whoever stored it.

Whoever stored it has it at hand. Whose it is by now is read anew once its people and accounts are held, where anything
became another's meanwhile; the whole of it only where its worker died.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from typing import Any

from django.db import transaction
from django.db.models import F, QuerySet

from people_app import account_names, homes, identify
from signals_app.incoming import Incoming
from signals_app.ingest import Stored
from signals_app.models import Unnoticed
from signals_app.triggered import KINDS, Batch, Used
from upsell_project.lib import bulk, clock, queue

LEASE = timedelta(seconds=60)
MAX_ATTEMPTS = 5
_NOTHING: dict[str, Any] = {}
_SOMETHING: dict[str, Any] = {"": None}
"""What was said is kept on whom it was said of; here, that it was."""


@dataclass(slots=True)
class Kept:
    """A batch that waits, and the row that says so."""

    id: int
    batch: Batch
    moves: int | None = None
    """How often anything had become another's when it was stored; None: read anew whose it is."""


def keep(new: Batch) -> Kept:
    """Note that this waits, in the transaction that stored it."""
    happened = [one.item.occurred_at for one in new.stored]
    used = [Used(one.resource, one.last) for one in new.changes]
    ((id, moves),) = bulk.select(
        _KEEP,
        bulk.array(one.event_id for one in new.stored),
        min(happened, default=None),
        max(happened, default=None),
        bulk.json([(one.last.event_id, one.resource) for one in used]),
        bulk.array(one.event_id for one in new.stored if one.item.account_traits),
        bulk.array(one.event_id for one in new.stored if one.item.traits and one.item.kind in KINDS),
        bulk.array(sorted(new.changed_accounts)),
        clock.real() + LEASE,
    )
    return Kept(id, Batch(new.stored, used, new.changed_accounts, new.facts), moves)


def lighten(kept: Kept) -> None:
    """Of what waits nobody asks any more how somebody was named: that is half of the memory it takes."""
    for one in kept.batch.stored:
        item = one.item
        item.context = item.lookup = item.person_ids = item.account_ids = _NOTHING
        item.traits = item.traits or _NOTHING
        item.account_traits = item.account_traits or _NOTHING
        item.user_id = item.anonymous_id = item.previous_id = None


def moved() -> None:
    """Something that somebody did is another's now. In the transaction that moves it, with whose it was held."""
    bulk.select("SELECT nextval('signals_app_moves')")


def held(kept: Sequence[Kept], now: datetime) -> Batch:
    """All of it as one batch whose people and accounts are held until the transaction ends. What waits no longer,
    because another worker looked at it, is left out."""
    people: set[int] = set()
    accounts: set[int] = set()
    while True:
        batch = _together([one.batch for one in kept])
        people |= batch.people
        accounts |= batch.accounts
        with transaction.atomic():
            identify.lock(people)
            account_names.hold(accounts)
            kept = _up_to_date(kept, now)
            batch = _together([one.batch for one in kept])
            all_held = people >= batch.people and accounts >= batch.accounts
            transaction.set_rollback(not all_held)
        if all_held:
            return batch


def waiting() -> bool:
    """Whether there is any whose worker is gone."""
    over = Unnoticed.objects.filter(lease_until__lt=clock.real(), attempts__lt=MAX_ATTEMPTS)
    return over.exists()


def claim() -> int | None:
    """One whose worker is gone. What its workers died of again and again is left."""
    now = clock.real()
    return next((id for (id,) in bulk.select(_CLAIM, now + LEASE, now, MAX_ATTEMPTS)), None)


def read(id: int) -> Kept:
    """As it is stored by now. An empty one where it waits no longer."""
    rows = bulk.select(_READ, id)
    return Kept(id, _read(*rows[0]) if rows else Batch(()))


def done(ids: Collection[int]) -> None:
    """It waits no longer when the transaction ends. Last of all in it: who claims one holds its row."""
    Unnoticed.objects.filter(pk__in=ids).delete()


def give_back(id: int) -> None:
    """It was nobody's fault that it could not be looked at: the attempt does not count."""
    Unnoticed.objects.filter(pk=id, attempts__gt=0).update(attempts=F("attempts") - 1)


def given_up(rows: QuerySet[Unnoticed]) -> QuerySet[Unnoticed]:
    """Those that had all their attempts."""
    return rows.filter(attempts__gte=MAX_ATTEMPTS, lease_until__lt=clock.real())


def try_again(ids: Collection[int]) -> int:
    """Those that were given up are looked at now, with all their attempts. Returns how many."""
    chosen = given_up(Unnoticed.objects.filter(pk__in=ids))
    count = chosen.update(attempts=0, lease_until=clock.real())
    queue.nudge("inbox")
    return count


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


def _up_to_date(kept: Sequence[Kept], now: datetime) -> list[Kept]:
    """Those that still wait, whose they are by now."""
    if not kept:
        return []
    ((moves, there),) = bulk.select(_THERE, bulk.array(one.id for one in kept))
    still = [one for one in kept if one.id in there]
    for one in still:
        if one.moves != moves:
            one.batch = _whose(one.batch, now)
    return still


def _whose(batch: Batch, now: datetime) -> Batch:
    """What was done without naming an account counts where the person is at home."""
    happened = [one.item.occurred_at for one in batch.stored]
    ids = bulk.array(one.event_id for one in batch.stored)
    rows = bulk.select(_WHOSE, ids, min(happened), max(happened)) if happened else []
    whose = {id: (person, account) for id, person, account in rows}
    home = homes.of({person for _, person, account in rows if person and not account}, now, create=False)
    for one in batch.stored:
        one.person_id, account = whose.get(one.event_id, (None, None))
        one.account_id = account or home.get(one.person_id or 0)
    there = bulk.select(_FOLDED, bulk.array(batch.changed_accounts)) if batch.changed_accounts else []
    return Batch(batch.stored, batch.changes, {account for (account,) in there})


def _read(
    ids: Sequence[int],
    since: datetime | None,
    until: datetime | None,
    used: str,
    brought: Sequence[int],
    said: Sequence[int],
    accounts: Sequence[int],
) -> Batch:
    of_account, of_person = set(brought), set(said)
    rows = bulk.select(_EVENTS, bulk.array(ids), since, until) if ids else []
    stored = {
        id: Stored(
            id,
            source,
            Incoming(
                kind,
                message,
                at,
                name,
                # Where it counts, if it named an account. By which name is not kept.
                group_id=str(account) if account else None,
                properties=json.loads(properties),
                traits=_SOMETHING if id in of_person else _NOTHING,
                account_traits=_SOMETHING if id in of_account else _NOTHING,
            ),
            person,
            account,
        )
        for id, person, account, source, kind, message, at, name, properties in rows
    }
    changes = [Used(resource, stored[id]) for id, resource in json.loads(used) if id in stored]
    return Batch([*stored.values()], changes, set(accounts))


_KEEP = """
INSERT INTO signals_app_unnoticed (event_ids, since, until, used, brought, said, accounts, lease_until, attempts)
VALUES (%s::bigint[], %s, %s, %s::jsonb, %s::bigint[], %s::bigint[], %s::bigint[], %s, 0)
RETURNING id, (SELECT last_value FROM signals_app_moves)
"""
_THERE = """
SELECT (SELECT last_value FROM signals_app_moves),
    array(SELECT id FROM signals_app_unnoticed WHERE id = ANY(%s::bigint[]))
"""
_READ = """
SELECT event_ids, since, until, used::text, brought, said, accounts FROM signals_app_unnoticed WHERE id = %s
"""
_CLAIM = """
UPDATE signals_app_unnoticed SET lease_until = %s, attempts = attempts + 1 WHERE id IN (
    SELECT id FROM signals_app_unnoticed WHERE lease_until < %s AND attempts < %s
    ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id
"""
_EVENTS = """
SELECT id, person_id, account_id, source_id, kind, message_id, occurred_at, name, properties FROM signals_app_event
WHERE id = ANY(%s::bigint[]) AND occurred_at BETWEEN %s AND %s ORDER BY id
"""
_WHOSE = """
SELECT id, person_id, account_id FROM signals_app_event
WHERE id = ANY(%s::bigint[]) AND occurred_at BETWEEN %s AND %s
"""
_FOLDED = "SELECT coalesce(merged_into_id, id) FROM people_app_account WHERE id = ANY(%s::bigint[])"
