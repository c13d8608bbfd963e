"""All accounts measured anew for each score that is new, changed, or an hour old; in short steps, each a transaction.

A step holds the definition's row, so that one that is saved meanwhile begins afresh; and the accounts of which it
writes something, so that what is merged at the same moment has no score of its own afterwards. One step at a time.
"""

import time
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Q

from people_app.models import Account
from signals_app import again, knowing
from signals_app.models import Score, ScoreDefinition
from signals_app.scores import rules
from signals_app.scores.rules import Live
from signals_app.subjects import Subject
from upsell_project.lib import bulk, clock, queue

EVERY = timedelta(hours=1)
CHUNK = 1_000
SECONDS_A_JOB = 5.0
DROPPED_AT_ONCE = 10_000

Row = tuple[Decimal, dict[str, Any]]
"""A value, and what it is made of."""


def waiting() -> bool:
    """Whether a score is due."""
    return ScoreDefinition.objects.filter(_due(clock.now())).exists()


def run() -> None:
    """The job: work until nothing is due, but let other jobs have the worker after some seconds."""
    until = time.monotonic() + SECONDS_A_JOB
    while step():
        if time.monotonic() > until:
            queue.nudge_now("scores")
            return


@transaction.atomic
def step() -> bool:
    """Measure the next accounts for what is due, and note who is to be asked about those that now have another score.
    False if nothing is due, or somebody else is at it."""
    if not bulk.select(f"SELECT pg_try_advisory_xact_lock({_LOCK})")[0][0]:
        return False
    now = clock.now()
    due = _lead(now)
    if due is None:
        return False
    if not due.live:
        _drop(due)
        return True
    # What is known of an account is loaded once for all scores that stand at the same one. Those that are due soon go
    # along, so that from then on they are due together.
    rows = ScoreDefinition.objects.select_for_update(no_key=True).filter(live=True, upto=due.upto)
    lives = [rules.of(one) for one in rows.filter(_due(now, EVERY / 2)).order_by("pk")]
    for name, accounts in _measure(lives, due.upto, now).items():
        again.scored(name, accounts)
    return True


def _lead(now: datetime) -> ScoreDefinition | None:
    """The one that is due, before others one that was switched off, then the one that has come furthest."""
    rows = ScoreDefinition.objects.select_for_update(no_key=True).filter(_due(now))
    return min(rows.order_by("pk"), key=lambda one: (one.live, -one.upto), default=None)


def anew(definition_id: int) -> None:
    """It changed: the next pass begins with the first account."""
    ScoreDefinition.objects.filter(pk=definition_id).update(refreshed_at=clock.now() - EVERY, upto=0)
    queue.nudge("scores")


@transaction.atomic
def delete(definition: ScoreDefinition) -> None:
    """With the score of each account."""
    definition.delete()
    bulk.run("DELETE FROM signals_app_score WHERE name = %s", definition.slug)


def percent(definition: ScoreDefinition) -> int | None:
    """How far the pass that runs has come; None while none runs."""
    fresh = definition.refreshed_at and definition.refreshed_at > clock.now() - EVERY
    if not definition.live or (fresh and not definition.upto):
        return None
    last = Account.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    return min(99, definition.upto * 100 // last) if last else 0


def _due(now: datetime, after: timedelta = EVERY) -> Q:
    """Also after the clock was set back, and one that was switched off while accounts have it."""
    old = Q(refreshed_at=None) | Q(refreshed_at__lte=now - after) | Q(refreshed_at__gt=now) | Q(upto__gt=0)
    some = Q(refreshed_at__isnull=False) | Q(upto__gt=0)
    return (Q(live=True) & old) | (Q(live=False) & some)


def _measure(lives: Sequence[Live], after: int, now: datetime) -> dict[str, set[int]]:
    """By score, the accounts whose value is another than before."""
    accounts = [id for (id,) in bulk.select(_FOLLOWING, after, CHUNK)]
    last = accounts[-1] if len(accounts) == CHUNK else None
    wanted = values(lives, accounts, now)
    names = [one.definition.slug for one in lives]
    bulk.run(_DROP_OTHERS, names, after, last, last, accounts)
    changed = _write(wanted, _stored(names, accounts), now)
    for one in lives:
        row = ScoreDefinition.objects.filter(pk=one.definition.pk)
        row.update(**({"upto": last} if last is not None else {"upto": 0, "refreshed_at": now}))
    return changed


def values(lives: Sequence[Live], accounts: Sequence[int], now: datetime) -> dict[tuple[str, int], Row]:
    """By score and account. What cannot be read is no score, and of an account that cannot be read nothing is said."""
    readable = [one for one in lives if one.signs]
    facts = frozenset(fact for one in readable for fact in one.facts)
    known = knowing.load_each([knowing.Asked(Subject(None, account), facts) for account in accounts], now)
    return {
        (one.definition.slug, account): rules.scored(one, its)
        for account, its in zip(accounts, known, strict=True)
        if its is not None
        for one in readable
    }


def _stored(names: Sequence[str], accounts: Sequence[int]) -> dict[tuple[str, int], Row]:
    rows = Score.objects.filter(name__in=names, account__in=accounts)
    found = rows.values_list("name", "account_id", "value", "parts")
    return {(name, account): (value, parts) for name, account, value, parts in found}


def _write(
    wanted: Mapping[tuple[str, int], Row], stored: Mapping[tuple[str, int], Row], now: datetime
) -> dict[str, set[int]]:
    """Only what is another than before. `changed`: whose value is."""
    records = [
        {"account": account, "name": name, "value": value, "parts": parts, "now": now}
        for (name, account), (value, parts) in sorted(wanted.items(), key=lambda pair: pair[0][::-1])
        if stored.get((name, account)) != (value, parts)
    ]
    # Locked by a statement of its own, before the one that sees who is left.
    bulk.select(_HOLD, sorted({record["account"] for record in records}))
    changed: dict[str, set[int]] = defaultdict(set)
    for account, name in bulk.execute(_WRITE, records):
        was = stored.get((name, account))
        if was is None or was[0] != wanted[name, account][0]:
            changed[name].add(account)
    return dict(changed)


def _drop(definition: ScoreDefinition) -> None:
    """It was switched off: nobody has it, so that nothing goes by what was."""
    if len(bulk.select(_DROP, definition.slug, DROPPED_AT_ONCE)) < DROPPED_AT_ONCE:
        ScoreDefinition.objects.filter(pk=definition.pk).update(refreshed_at=None, upto=0)


_LOCK = "hashtext('signals_app.scores')"
_FOLLOWING = """
SELECT id FROM people_app_account WHERE id > %s AND merged_into_id IS NULL ORDER BY id LIMIT %s
"""
_HOLD = (
    "SELECT count(*) FROM (SELECT 1 FROM people_app_account WHERE id = ANY(%s) ORDER BY id FOR SHARE) held"
)
_WRITE = """
INSERT INTO signals_app_score AS s (account_id, name, value, parts, at)
SELECT r.account, r.name, r.value, r.parts, r.now
FROM json_to_recordset(%s) AS r(account bigint, name text, value numeric, parts jsonb, now timestamptz)
JOIN people_app_account a ON a.id = r.account AND a.merged_into_id IS NULL
ON CONFLICT (account_id, name) DO UPDATE SET value = excluded.value, parts = excluded.parts, at = excluded.at
RETURNING s.account_id, s.name
"""
_DROP_OTHERS = """
DELETE FROM signals_app_score WHERE name = ANY(%s) AND account_id > %s
    AND (%s::bigint IS NULL OR account_id <= %s) AND account_id <> ALL(%s)
"""
_DROP = """
DELETE FROM signals_app_score WHERE id IN (SELECT id FROM signals_app_score WHERE name = %s LIMIT %s) RETURNING 1
"""
