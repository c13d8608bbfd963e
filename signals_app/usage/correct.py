"""Bring totals to what the events came to, some rows at a time: whoever counts waits for milliseconds.

Where something was counted since the two were compared, the difference is added, which is exact for sums. For the
newest value and the time of the newest event it is not always: then the account is to be counted once more.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db import transaction

from signals_app.models.meter import Aggregate
from signals_app.usage import due, past
from signals_app.usage.compare import Found, Kept
from signals_app.usage.counting import write_values
from signals_app.usage.tally import Key
from upsell_project.lib import bulk

ROWS = 2_000


def bring(found: Found, redefined: past.Redefined | None = None) -> None:
    """Only one at a time may compare and correct. `redefined`: the totals were counted by another definition."""
    grown: dict[Key, Decimal] = defaultdict(Decimal)
    for values in _chunks(_values(found)):
        with transaction.atomic():
            due.alone()
            for key, more in _change_values(values).items():
                grown[key] += more
    for keys in _chunks(iter(sorted(key for key in _keys(found) if _differs(found, key, grown)))):
        with transaction.atomic():
            due.alone()
            _change_totals(found, keys, grown, redefined)


def _chunks(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while chunk := list(islice(rows, ROWS)):
        yield chunk


def _values(found: Found) -> Iterator[tuple[Key, str, int]]:
    for key in sorted(found.tally.values):
        for digest, change in sorted(found.tally.values[key].items()):
            if change:
                yield key, digest, change


def _change_values(rows: Sequence[tuple[Key, str, int]]) -> dict[Key, Decimal]:
    values: dict[Key, dict[str, int]] = {}
    for key, digest, change in rows:
        values.setdefault(key, {})[digest] = change
    grown = write_values(values)
    bulk.execute(_FORGET, [_record(key) | {"digest": digest} for key, digest, _ in rows])
    return grown


def _keys(found: Found) -> set[Key]:
    return {*found.tally.at, *found.kept, *found.tally.values}


def _differs(found: Found, key: Key, grown: dict[Key, Decimal]) -> bool:
    was, at = found.kept.get(key), found.tally.at.get(key)
    if was is None or at is None or was.at != at:
        return True
    if _aggregate(found, key) == Aggregate.LAST:
        return not was.newest or found.tally.newest[key][1] != was.used
    return was.newest or key in grown or _came_to(found, key, grown) != was.used


def _aggregate(found: Found, key: Key) -> str:
    return found.meters[key.resource].aggregate


def _came_to(found: Found, key: Key, grown: dict[Key, Decimal]) -> Decimal:
    if _aggregate(found, key) == Aggregate.DISTINCT:
        return Decimal(found.told.get(key, 0)) + grown.get(key, 0)
    return found.tally.sums.get(key, Decimal(0))


def _change_totals(
    found: Found, keys: Sequence[Key], grown: dict[Key, Decimal], redefined: past.Redefined | None
) -> None:
    live = {
        Key(account, resource, period): Kept(used, at, newest, version)
        for account, resource, period, used, at, newest, version in bulk.execute(_LIVE, map(_record, keys))
    }
    put, gone, unsure = [], [], set()
    for key in keys:
        now, sure = _settle(found, key, live.get(key), grown)
        if not sure:
            unsure.add((found.root.get(key.account_id, key.account_id), key.resource))
        if now:
            put.append(_record(key) | {"used": now.used, "at": now.at, "newest": now.newest})
        else:
            gone.append(_record(key))
    if redefined:
        past.remember(redefined, found, {key: live[key] for key in keys if key in live and key in found.kept})
    bulk.execute(_DELETE, gone)
    bulk.execute(_PUT, put)
    for resource in sorted({resource for _, resource in unsure}):
        due.ask({account for account, of in unsure if of == resource}, resource)


def _record(key: Key) -> dict[str, Any]:
    return {"account": key.account_id, "resource": key.resource, "period": key.period}


def _settle(found: Found, key: Key, live: Kept | None, grown: dict[Key, Decimal]) -> tuple[Kept | None, bool]:
    """How the bucket is to be, and whether that is certain. None: it is not to be."""
    was = found.kept.get(key)
    if live is None and was is not None:
        # Its account was merged meanwhile: what was counted of it moved along, with what was wrong with it.
        return None, False
    if _aggregate(found, key) == Aggregate.LAST:
        return _newest(found, key, live, was)
    at, sure = _moment(found.tally.at.get(key), live, was)
    used = _came_to(found, key, grown) + (live.used if live else 0) - (was.used if was else 0)
    return (Kept(used, at, newest=False) if at else None), sure


def _moment(at: datetime | None, live: Kept | None, was: Kept | None) -> tuple[datetime | None, bool]:
    if live is None or (was and live.version == was.version):
        return at, True
    if was is None or live.at > was.at or (at and at >= was.at):
        return max(at or live.at, live.at), True
    return at or live.at, False


def _newest(found: Found, key: Key, live: Kept | None, was: Kept | None) -> tuple[Kept | None, bool]:
    found_one = found.tally.newest.get(key)
    held = (live.at, live.used) if live else None
    had = (was.at, was.used) if was else None
    sure = True
    if held is None or (was and live and live.version == was.version):
        best = found_one
    elif held != had:
        best = max(found_one or held, held)
    else:
        # Something was counted that was not newer than what is wrong.
        best, sure = found_one or held, bool(found_one and found_one >= held)
    return (Kept(best[1], best[0], newest=True) if best else None), sure


_KEY = "account bigint, resource text, period date"
_SAME = "t.account_id = r.account AND t.resource = r.resource AND t.period = r.period"
_LIVE = f"""
SELECT t.account_id, t.resource, t.period, t.used, t.last_event_at, t.newest, t.xmin::text
FROM json_to_recordset(%s) AS r({_KEY}) JOIN signals_app_metertotal t ON {_SAME}
"""
_DELETE = f"DELETE FROM signals_app_metertotal t USING json_to_recordset(%s) AS r({_KEY}) WHERE {_SAME}"
_PUT = f"""
INSERT INTO signals_app_metertotal (account_id, resource, period, used, last_event_at, newest)
SELECT account, resource, period, used, at, newest FROM json_to_recordset(%s)
    AS r({_KEY}, used numeric, at timestamptz, newest boolean)
ON CONFLICT (account_id, resource, period) DO UPDATE SET
    used = excluded.used, last_event_at = excluded.last_event_at, newest = excluded.newest
"""
_FORGET = f"""
DELETE FROM signals_app_metervalue t USING json_to_recordset(%s) AS r({_KEY}, digest text)
WHERE {_SAME} AND t.digest = r.digest AND t.seen = 0
"""
