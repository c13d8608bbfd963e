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

from upsell_project.lib import bulk

PERIOD = timedelta(days=31)
OVERLAP = timedelta(days=1)
# An event that was processed this long ago, or less, is recognized for certain.
KEPT = timedelta(days=30)
_EPOCH = date(1970, 1, 1)


def period(day: date) -> date:
    """The first day of the 31 days that hold this one."""
    return day - (day - _EPOCH) % PERIOD


def take(keys: Sequence[tuple[int, str]], now: datetime) -> list[int | None]:
    """Take these keys, (source, message) each at most once, for events that are new: ascending ids for them, None for
    those that were taken before. `now`: real time, UTC.
    """
    digests = [(source, sha256(message.encode()).digest()[:16]) for source, message in keys]
    if not digests:
        return []
    taken = bulk.select(
        _statement(now.date()),
        _array(source for source, _ in digests),
        _array(digest.hex() for _, digest in digests),
    )
    fresh, ids = {(source, digest) for _, source, digest in taken}, iter(sorted(id for id, _, _ in taken))
    return [next(ids) if key in fresh else None for key in digests]


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


# The periods are written into the statement, so that PostgreSQL plans with two partitions and not with all. Each key is
# looked up for itself (a scalar subquery): a join reads the whole partition before, where that is not very large. Keys
# are inserted in one order by everybody: two batches that share some wait for each other and do not deadlock.
_ONE = """
INSERT INTO signals_app_eventkey (digest, source_id, period)
SELECT digest, source, {current} FROM unnest(%s::bigint[], %s::uuid[]) AS item(source, digest)
WHERE (SELECT 1 FROM signals_app_eventkey k
    WHERE k.digest = item.digest AND k.source_id = item.source AND k.period = {before} LIMIT 1) IS NULL
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
