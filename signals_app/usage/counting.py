"""The writers of totals that count nothing anew: whatever they do may be done in any order.

They share a lock that a recount takes alone. Facts and meters are read under it, so whatever was counted by old ones is
committed before a recount looks.
"""

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from people_app.item import Move
from signals_app.ingest import Stored
from signals_app.models.meter import Aggregate, Meter
from signals_app.usage import due, past
from signals_app.usage.periods import NOTHING_KNOWN, Facts, facts_of
from signals_app.usage.tally import Change, Key, Newest, Tally, by_event
from upsell_project.lib import bulk

MOST_MOVED = 5_000
_ROWS_A_STATEMENT = 20_000


def meters() -> list[Meter]:
    """The meters as they hold until this transaction ends: no recount begins meanwhile."""
    due.share()
    return list(Meter.objects.order_by("pk"))


def add(stored: Sequence[Stored], meters: Sequence[Meter]) -> list[Change]:
    """Count new events on their meters and return each total that moved, once for everybody who moved it.

    One statement writes all of them, and one more the values of meters that tell values apart.
    """
    wanted = by_event(meters)
    counted = [
        one for one in stored if one.account_id and one.item.kind == "track" and one.item.name in wanted
    ]
    if not counted:
        return []
    due.share()
    known = facts_of(one.account_id for one in counted if one.account_id)
    tally = Tally()
    last: dict[tuple[Key, int | None], Stored] = {}
    for one in counted:
        account = one.account_id or 0
        for meter in wanted[one.item.name]:
            key = tally.count(
                account,
                known.get(account, NOTHING_KNOWN),
                meter,
                one.item.occurred_at,
                one.item.properties,
            )
            by = (key, one.person_id)
            if key and (by not in last or last[by].item.occurred_at <= one.item.occurred_at):
                last[key, one.person_id] = one
    totals = dict(write(tally))
    return [Change(*key, totals[key], one) for (key, _), one in last.items()]


def write(tally: Tally) -> list[tuple[Key, Decimal]]:
    """Add a tally to what is stored, and return where each of its totals stands then."""
    amounts = tally.sums | write_values(tally.values)
    rows = bulk.execute(_ADD, [_row(key, amounts, tally) for key in sorted(tally.at)])
    return [(Key(account, resource, period), used) for account, resource, period, used in rows]


def _row(key: Key, amounts: Mapping[Key, Decimal], tally: Tally) -> dict[str, Any]:
    newest = tally.newest.get(key)
    return {
        "account": key.account_id,
        "resource": key.resource,
        "period": key.period,
        "used": newest[1] if newest else amounts.get(key, Decimal(0)),
        "at": newest[0] if newest else tally.at[key],
        "newest": newest is not None,
    }


def write_values(values: Mapping[Key, Mapping[str, int]]) -> dict[Key, Decimal]:
    """By how many values each bucket grew (or shrank, when what was counted is taken back)."""
    grown: dict[Key, Decimal] = defaultdict(Decimal)
    records = [
        {
            "account": key.account_id,
            "resource": key.resource,
            "period": key.period,
            "digest": name,
            "seen": values[key][name],
        }
        for key in sorted(values)
        for name in sorted(values[key])
    ]
    for start in range(0, len(records), _ROWS_A_STATEMENT):
        rows = bulk.execute(_ADD_VALUES, records[start : start + _ROWS_A_STATEMENT])
        for account, resource, period, name, seen in rows:
            key = Key(account, resource, period)
            grown[key] += (seen > 0) - (seen - values[key][name] > 0)
    return grown


def move(moves: Sequence[Move]) -> None:
    """What people did without naming an account counts elsewhere from now on. Call it before their new events are
    stored, with `person_id` as their stored events have it at that moment.

    Exact for what is stored and counted: two transactions must not change the home of one person at once. What is much
    is counted anew instead, soon, so that nobody waits for it here.
    """
    moves = [one for one in moves if one.old != one.new]
    if not moves:
        return
    wanted = by_event(meters())
    accounts = {account for one in moves for account in (one.old, one.new) if account}
    known = facts_of(accounts)
    tally = Tally()
    newest: dict[Key, Newest] = {}
    for number, (index, name, at, properties) in enumerate(_events_of(moves, wanted)):
        if number == MOST_MOVED:
            due.ask(accounts)
            return
        one = moves[index]
        for meter in wanted[name]:
            if one.new:
                tally.count(one.new, known.get(one.new, NOTHING_KNOWN), meter, at, properties)
            if one.old:
                _take_back(tally, newest, one.old, known.get(one.old, NOTHING_KNOWN), meter, at, properties)
    write(tally)
    bulk.run(_FORGET_VALUES, sorted({one.old for one in moves if one.old}))
    _recount_newest(newest)


def _take_back(
    tally: Tally,
    newest: dict[Key, Newest],
    account: int,
    known: Facts,
    meter: Meter,
    at: datetime,
    properties: Mapping[str, Any],
) -> None:
    if meter.aggregate != Aggregate.LAST:
        tally.count(account, known, meter, at, properties, times=-1)
        return
    alone = Tally()
    if key := alone.count(account, known, meter, at, properties):
        newest[key] = max(newest.get(key, alone.newest[key]), alone.newest[key])


def _events_of(
    moves: Sequence[Move], wanted: Mapping[str, Any]
) -> Iterator[tuple[int, str, datetime, dict[str, Any]]]:
    """(index of the move, event, time, properties) of what they did without naming an account."""
    records = [
        {"index": index, "person": one.person_id, "identity": one.identity_id}
        for index, one in enumerate(moves)
    ]
    if not wanted:
        return
    for index, name, at, properties in bulk.stream(
        _EVENTS, bulk.json(records), sorted(wanted), MOST_MOVED + 1
    ):
        yield index, name, at, json.loads(properties)


def _recount_newest(taken: Mapping[Key, Newest]) -> None:
    """Where the value that went away was the newest one, the one before it is looked for in the events."""
    rows = bulk.execute(
        "SELECT t.account_id, t.resource FROM signals_app_metertotal t JOIN json_to_recordset(%s)"
        " AS r(account bigint, resource text, period date, at timestamptz) ON t.account_id = r.account"
        " AND t.resource = r.resource AND t.period = r.period WHERE t.last_event_at <= r.at",
        [
            {"account": key.account_id, "resource": key.resource, "period": key.period, "at": taken[key][0]}
            for key in sorted(taken)
        ],
    )
    for resource in {resource for _, resource in rows}:
        due.ask({account for account, of in rows if of == resource}, resource)


def merge(kept: int, gone: int) -> None:
    """Two accounts turned out to be one: what each used is what they used together."""
    distinct = {meter.resource for meter in meters() if meter.aggregate == Aggregate.DISTINCT}
    tally = Tally()
    for resource, period, used, at, newest in bulk.select(_TAKE_TOTALS, gone):
        key = Key(kept, resource, period)
        tally.at[key] = at
        if newest:
            tally.newest[key] = (at, used)
        elif resource not in distinct:
            tally.sums[key] = used
    for resource, period, name, seen in bulk.select(_TAKE_VALUES, gone):
        key = Key(kept, resource, period)
        if key in tally.at:
            tally.values.setdefault(key, {})[name] = seen
    write(tally)
    past.merge(kept, gone)
    known = facts_of([kept, gone])
    if known.get(kept) != known.get(gone) or due.unsettled(gone):
        due.ask([kept])


_ADD = """
INSERT INTO signals_app_metertotal AS t (account_id, resource, period, used, last_event_at, newest)
SELECT account, resource, period, used, at, newest FROM json_to_recordset(%s)
    AS r(account bigint, resource text, period date, used numeric, at timestamptz, newest boolean)
ON CONFLICT (account_id, resource, period) DO UPDATE SET
    used = CASE WHEN NOT excluded.newest THEN t.used + excluded.used
        WHEN (excluded.last_event_at, excluded.used) > (t.last_event_at, t.used) THEN excluded.used
        ELSE t.used END,
    last_event_at = greatest(t.last_event_at, excluded.last_event_at)
RETURNING account_id, resource, period, used
"""
_ADD_VALUES = """
INSERT INTO signals_app_metervalue AS t (account_id, resource, period, digest, seen)
SELECT account, resource, period, digest, seen FROM json_to_recordset(%s)
    AS r(account bigint, resource text, period date, digest text, seen bigint)
ON CONFLICT (account_id, resource, period, digest) DO UPDATE SET seen = t.seen + excluded.seen
RETURNING account_id, resource, period, digest, seen
"""
_EVENTS = """
SELECT r.index, e.name, e.occurred_at, e.properties
FROM json_to_recordset(%s) AS r(index int, person bigint, identity bigint)
JOIN signals_app_event e ON e.person_id = r.person AND e.account_id IS NULL
    AND (r.identity IS NULL OR e.identity_id = r.identity)
WHERE e.kind = 'track' AND e.name = ANY(%s) LIMIT %s
"""
_FORGET_VALUES = "DELETE FROM signals_app_metervalue WHERE account_id = ANY(%s) AND seen = 0"
_TAKE_TOTALS = (
    "DELETE FROM signals_app_metertotal WHERE account_id = %s"
    " RETURNING resource, period, used, last_event_at, newest"
)
_TAKE_VALUES = (
    "DELETE FROM signals_app_metervalue WHERE account_id = %s RETURNING resource, period, digest, seen"
)
