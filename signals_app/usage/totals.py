"""What is used of each resource now."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from signals_app.models.meter import Aggregate, Meter, Recount, Window
from signals_app.usage.periods import Facts, current, facts_of
from upsell_project.lib import bulk


def totals(account_ids: Iterable[int], now: datetime) -> dict[tuple[int, str], tuple[Decimal, datetime]]:
    """What is used of each resource in the window of its meter, and when that last moved, by (account, resource).

    A calendar month where a resource has totals and no meter.
    """
    known = facts_of(account_ids)
    if not known:
        return {}
    meters = {meter.resource: meter for meter in Meter.objects.select_related("recount")}
    rows = bulk.execute(_TOTALS, _windows(known, meters, now), [*meters])
    found = {
        (account, resource): (newest if is_newest else used, at)
        for account, resource, used, at, newest, is_newest in rows
    }
    return found | _different(known, meters, found, now)


def _windows(
    known: Mapping[int, Facts], meters: Mapping[str, Meter], now: datetime
) -> Iterator[dict[str, Any]]:
    """One record for each account and window, with the meters that have it; none named: all others."""
    of: dict[tuple[str, int], list[Meter]] = defaultdict(list)
    for meter in meters.values():
        of[meter.window, (meter.days or 1) if meter.window == Window.ROLLING else 0].append(meter)
    for account, facts in known.items():
        for group in [[], *of.values()]:
            first, until = current(group[0] if group else None, now, facts)
            counted = [meter.resource for meter in group if not _counted_otherwise(meter, account)]
            if counted or not group:
                yield {"account": account, "first": first, "until": until, "resources": counted}


def _counted_otherwise(meter: Meter, account: int) -> bool:
    """Whether the totals of this account are still those of another definition: they would mean something else."""
    recount: Recount | None = getattr(meter, "recount", None)
    return recount is not None and recount.leaves_out(account)


def _different(
    known: Mapping[int, Facts],
    meters: Mapping[str, Meter],
    found: Mapping[tuple[int, str], tuple[Decimal, datetime]],
    now: datetime,
) -> dict[tuple[int, str], tuple[Decimal, datetime]]:
    """Values that differ over several days are not the sum of those that differ on each."""
    records = []
    for account, resource in found:
        meter = meters.get(resource)
        if meter and meter.aggregate == Aggregate.DISTINCT and meter.window == Window.ROLLING:
            first, until = current(meter, now, known[account])
            records.append({"account": account, "resource": resource, "first": first, "until": until})
    return {
        (account, resource): (Decimal(count), found[account, resource][1])
        for account, resource, count in bulk.execute(_DIFFERENT, records)
    }


_TOTALS = """
SELECT t.account_id, t.resource, sum(t.used), max(t.last_event_at),
    (array_agg(t.used ORDER BY t.last_event_at DESC, t.used DESC))[1], bool_or(t.newest)
FROM json_to_recordset(%s) AS r(account bigint, first date, until date, resources text[])
JOIN signals_app_metertotal t ON t.account_id = r.account AND t.period BETWEEN r.first AND r.until
WHERE t.resource = ANY(r.resources) OR (r.resources = '{}' AND NOT t.resource = ANY(%s))
GROUP BY t.account_id, t.resource
"""
_DIFFERENT = """
SELECT r.account, r.resource, count(DISTINCT t.digest) FROM json_to_recordset(%s)
    AS r(account bigint, resource text, first date, until date)
LEFT JOIN signals_app_metervalue t ON t.account_id = r.account AND t.resource = r.resource
    AND t.period BETWEEN r.first AND r.until AND t.seen > 0
GROUP BY r.account, r.resource
"""
