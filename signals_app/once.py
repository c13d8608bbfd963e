"""Each event once: its key is kept for at least 31 days, and looking it up costs the same however many there are.

Keys lie in partitions of 31 days, by the real time of *processing*. A transaction looks in the one before and inserts
into the current one, whose primary key also holds it back while another transaction has the same key in hand. At a
change of partition two transactions could each hold their own one for current. So on the first day of a partition keys
are inserted into the one before as well: whoever still works by yesterday's date, or by a clock that is behind, meets
them there; whoever is ahead meets them in the new one. They could only miss each other if a transaction took a day.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import NamedTuple

from upsell_project.lib import bulk

PERIOD = timedelta(days=31)
OVERLAP = timedelta(days=1)
# An event that was processed this long ago, or less, is recognized for certain.
KEPT = timedelta(days=30)
_EPOCH = date(1970, 1, 1)
_COLUMNS = {
    "id": "int8",
    "source_id": "int8",
    "message_id": "varchar",
    "kind": "varchar",
    "name": "varchar",
    "person_id": "int8",
    "identity_id": "int8",
    "account_id": "int8",
    "properties": bulk.JSONB,
    "occurred_at": "timestamptz",
    "received_at": "timestamptz",
}
_PERSON, _NAME = (list(_COLUMNS).index(name) for name in ("person_id", "name"))


class New(NamedTuple):
    """What may be a new event, in the order of the columns above; `properties`: as `bulk.jsonb` has them."""

    source: int
    message: str
    kind: str
    name: str
    person: int | None
    identity: int | None
    account: int | None
    properties: bytes
    occurred: datetime
    received: datetime


def period(day: date) -> date:
    """The first day of the 31 days that hold this one."""
    return day - (day - _EPOCH) % PERIOD


def insert(rows: Sequence[New], now: datetime) -> list[int | None]:
    """Insert the events that were not inserted before. The id of each row, ascending; None where it was there.

    `rows`: each (source, message) at most once. `now`: real time, UTC.
    """
    keys = [(row.source, sha256(row.message.encode()).digest()[:16]) for row in rows]
    if not keys:
        return []
    taken = bulk.select(
        _statement(now.date()),
        _array(source for source, _ in keys),
        _array(digest.hex() for _, digest in keys),
    )
    fresh, ids = {(source, digest) for _, source, digest in taken}, iter(sorted(id for id, _, _ in taken))
    found = [next(ids) if key in fresh else None for key in keys]
    new = [(id, *row) for id, row in zip(found, rows, strict=True) if id]
    # What lies side by side in the indexes is written one after the other: that takes a quarter off the whole.
    new.sort(key=lambda row: (row[_PERSON] or 0, row[_NAME]))
    bulk.copy("signals_app_event", _COLUMNS, new)
    return found


def known(keys: Sequence[tuple[int, str]], now: datetime) -> set[tuple[int, str]]:
    """Those of these (source, message) that were taken; none that another transaction has in hand."""
    by_digest = {
        (source, sha256(message.encode()).digest()[:16]): (source, message) for source, message in keys
    }
    current = period(now.date())
    rows = bulk.select(
        _KNOWN.format(current=f"'{current}'", before=f"'{current - PERIOD}'"),
        _array(source for source, _ in by_digest),
        _array(digest.hex() for _, digest in by_digest),
    )
    return {by_digest[source, digest] for source, digest in rows}


def _array(values: Iterable[object]) -> str:
    """Of numbers and digests, which need no quotes: many times cheaper than the driver's own."""
    return f"{{{','.join(map(str, values))}}}"


def _statement(today: date) -> str:
    current = period(today)
    before = current - PERIOD
    parts = {"current": f"'{current}'", "before": f"'{before}'"}
    return (_BOTH if today - current < OVERLAP else _ONE).format(**parts)


# The periods are written into the statement, so that PostgreSQL plans with two partitions and not with all. Keys are
# inserted in one order by everybody: two batches that share some wait for each other and do not deadlock.
_ONE = """
INSERT INTO signals_app_eventkey (digest, source_id, period)
SELECT digest, source, {current} FROM unnest(%s::bigint[], %s::uuid[]) AS item(source, digest)
WHERE NOT EXISTS (SELECT 1 FROM signals_app_eventkey k
    WHERE k.digest = item.digest AND k.source_id = item.source AND k.period = {before})
ORDER BY 1, 2 ON CONFLICT DO NOTHING
RETURNING nextval('signals_app_event_id_seq'), source_id, uuid_send(digest)
"""
_BOTH = """
WITH unseen AS (
    INSERT INTO signals_app_eventkey (digest, source_id, period)
    SELECT digest, source, {before} FROM unnest(%s::bigint[], %s::uuid[]) AS item(source, digest)
    ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING digest, source_id
)
INSERT INTO signals_app_eventkey (digest, source_id, period) SELECT digest, source_id, {current} FROM unseen
ORDER BY 1, 2 ON CONFLICT DO NOTHING
RETURNING nextval('signals_app_event_id_seq'), source_id, uuid_send(digest)
"""
_KNOWN = """
SELECT k.source_id, uuid_send(k.digest) FROM unnest(%s::bigint[], %s::uuid[]) AS item(source, digest)
JOIN signals_app_eventkey k ON k.digest = item.digest AND k.source_id = item.source
    AND k.period IN ({before}, {current})
"""
