"""What closed periods came to by an earlier definition of their meter, where their events are gone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from signals_app.usage.compare import INSTANT, Found, Kept
from signals_app.usage.periods import current, day
from signals_app.usage.tally import Key
from upsell_project.lib import bulk


@dataclass(frozen=True, slots=True)
class Redefined:
    """`counted_as`: the definition by which totals were counted; events before `before` are gone."""

    counted_as: str
    before: datetime
    now: datetime


def remember(redefined: Redefined, found: Found, kept: Mapping[Key, Kept]) -> None:
    """Put aside those of these buckets that began while events are gone and that are closed. Twice does no harm."""
    rows = []
    for key, one in kept.items():
        root = found.root[key.account_id]
        facts = found.facts_of(root)
        open_since = current(found.meters[key.resource], redefined.now, facts)[0]
        if key.period <= day(redefined.before - INSTANT, facts.zone) and key.period < open_since:
            rows.append(
                {
                    "account": root,
                    "resource": key.resource,
                    "period": key.period,
                    "counted_as": redefined.counted_as,
                    "used": one.used,
                    "at": one.at,
                    "newest": one.newest,
                }
            )
    bulk.execute(_REMEMBER, rows)


def merge(kept: int, gone: int) -> None:
    """What both came to by the same definition is put together as well as that can still be done."""
    bulk.run(_MERGE, kept, gone)
    bulk.run("DELETE FROM signals_app_pasttotal WHERE account_id = %s", gone)


def in_words(definition: str) -> str:
    """What a meter was, from the text of `due.DEFINITION`: sum of rows of Exported where ..., calendar month."""
    _, event, where, aggregate, of, window, days = definition.split(chr(31))
    counted = {"count": "count", "sum": f"sum of {of}", "last": f"last {of}", "distinct": f"different {of}"}
    over = {"calendar": "calendar month", "billing": "billing period", "rolling": f"last {days} days"}
    only = "" if where == "{}" else f" where {where}"
    return f"{counted[aggregate]} of {event}{only}, {over[window]}"


_REMEMBER = """
INSERT INTO signals_app_pasttotal (account_id, resource, period, counted_as, used, last_event_at, newest)
SELECT account, resource, period, counted_as, used, at, newest FROM json_to_recordset(%s) AS r(account bigint,
    resource text, period date, counted_as text, used numeric, at timestamptz, newest boolean)
ON CONFLICT DO NOTHING
"""
# Values that were told apart in each of the two are not told apart any more.
_MERGE = """
INSERT INTO signals_app_pasttotal AS t (account_id, resource, period, counted_as, used, last_event_at, newest)
SELECT %s, resource, period, counted_as, used, last_event_at, newest FROM signals_app_pasttotal WHERE account_id = %s
ON CONFLICT (account_id, resource, period, counted_as) DO UPDATE SET
    used = CASE WHEN NOT excluded.newest THEN t.used + excluded.used
        WHEN excluded.last_event_at > t.last_event_at THEN excluded.used ELSE t.used END,
    last_event_at = greatest(t.last_event_at, excluded.last_event_at)
"""
