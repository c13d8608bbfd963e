"""Each event once: its key is kept for at least 31 days, and looking it up costs the same however many there are.

Keys lie in partitions of 31 days, by the real time of *processing*. A transaction looks in the one before and inserts
into the current one, whose primary key also holds it back while another transaction has the same key in hand. At a
change of partition two transactions could each hold their own one for current. So on the first day of a partition keys
are inserted into the one before as well: whoever still works by yesterday's date, or by a clock that is behind, meets
them there; whoever is ahead meets them in the new one. They could only miss each other if a transaction took a day.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from upsell_project.lib import bulk

PERIOD = timedelta(days=31)
OVERLAP = timedelta(days=1)
# An event that was processed this long ago, or less, is recognized for certain.
KEPT = timedelta(days=30)
_EPOCH = date(1970, 1, 1)


def period(day: date) -> date:
    """The first day of the 31 days that hold this one."""
    return day - (day - _EPOCH) % PERIOD


def insert(rows: Iterable[Mapping[str, Any]], now: datetime) -> list[tuple[int, int, str]]:
    """Insert the events that were not inserted before, in one statement; return their (id, source, message).

    `rows`: the columns of `_EVENTS`, each (source, message) at most once. `now`: real time, UTC.
    """
    return bulk.execute(_statement(now.date()), rows)


def _statement(today: date) -> str:
    current = period(today)
    before = current - PERIOD
    parts = {"current": f"'{current}'", "before": f"'{before}'"}
    arbiters = _BOTH if today - current < OVERLAP else _ONE
    return f"{_ITEMS}{arbiters.format(**parts)}{_EVENTS}"


# The periods are written into the statement, so that PostgreSQL plans with two partitions and not with all. Keys are
# inserted in one order by everybody: two batches that share some wait for each other and do not deadlock.
_ITEMS = """
WITH item AS MATERIALIZED (
    SELECT r.*, encode(substr(sha256(convert_to(message, 'UTF8')), 1, 16), 'hex')::uuid AS digest
    FROM json_to_recordset(%s) AS r(n int, source bigint, message text, kind text, name text, person bigint,
        identity bigint, account bigint, properties jsonb, occurred timestamptz, received timestamptz)
)"""
_ONE = """, fresh AS (
    INSERT INTO signals_app_eventkey (digest, source_id, period)
    SELECT digest, source, {current} FROM item
    WHERE NOT EXISTS (SELECT 1 FROM signals_app_eventkey k
        WHERE k.digest = item.digest AND k.source_id = item.source AND k.period = {before})
    ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING digest, source_id
)"""
_BOTH = """, unseen AS (
    INSERT INTO signals_app_eventkey (digest, source_id, period) SELECT digest, source, {before} FROM item
    ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING digest, source_id
), fresh AS (
    INSERT INTO signals_app_eventkey (digest, source_id, period) SELECT digest, source_id, {current} FROM unseen
    ORDER BY 1, 2 ON CONFLICT DO NOTHING RETURNING digest, source_id
)"""
_EVENTS = """
INSERT INTO signals_app_event (source_id, message_id, kind, name, person_id, identity_id, account_id, properties,
    occurred_at, received_at)
SELECT item.source, message, kind, left(name, 200), person, identity, account, properties, occurred, received
FROM item JOIN fresh ON fresh.digest = item.digest AND fresh.source_id = item.source
ORDER BY n RETURNING id, source_id, message_id
"""
