"""Meters: how much of each resource an account used in a calendar month of its own zone."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal, InvalidOperation
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from people_app.models import Account
from signals_app.ingest import Stored
from signals_app.models import Meter, MeterTotal
from upsell_project.lib import bulk

Key = tuple[int, str, date]
_MOST = Decimal(10) ** 12


@dataclass(slots=True)
class Change:
    """A total that moved: to what, and by which event last."""

    account_id: int
    resource: str
    period: date
    used: Decimal
    last: Stored


def add(stored: Sequence[Stored], resource_of: Sequence[Meter]) -> list[Change]:
    """Count new events on their meters and return each total that moved. One statement for all of them."""
    by_event: dict[str, list[Meter]] = defaultdict(list)
    for meter in resource_of:
        by_event[meter.event].append(meter)
    counted = [
        one for one in stored if one.account_id and one.item.kind == "track" and one.item.name in by_event
    ]
    if not counted:
        return []
    zones = zones_of({one.account_id for one in counted if one.account_id})
    amounts: dict[Key, Decimal] = defaultdict(Decimal)
    last: dict[Key, Stored] = {}
    for one in counted:
        for meter in by_event[one.item.name]:
            key = (
                one.account_id or 0,
                meter.resource,
                month(one.item.occurred_at, zones.get(one.account_id or 0, "")),
            )
            amounts[key] += _amount(meter, one)
            if key not in last or last[key].item.occurred_at <= one.item.occurred_at:
                last[key] = one
    return [Change(*key, used, last[key]) for key, used in _write(amounts, last)]


def _write(amounts: dict[Key, Decimal], last: dict[Key, Stored]) -> list[tuple[Key, Decimal]]:
    rows = bulk.execute(
        "INSERT INTO signals_app_metertotal AS t (account_id, resource, period, used, last_event_at)"
        " SELECT account, resource, period, greatest(least(used, 999999999999999), -999999999999999), at"
        " FROM json_to_recordset(%s)"
        " AS r(account bigint, resource text, period date, used numeric, at timestamptz)"
        " ON CONFLICT (account_id, resource, period)"
        " DO UPDATE SET used = greatest(least(t.used + excluded.used, 999999999999999), -999999999999999),"
        " last_event_at = greatest(t.last_event_at, excluded.last_event_at)"
        " RETURNING account_id, resource, period, used",
        [
            {
                "account": account,
                "resource": resource,
                "period": period,
                "used": amounts[key],
                "at": last[key].item.occurred_at,
            }
            for key in sorted(amounts)
            for account, resource, period in [key]
        ],
    )
    return [((account, resource, period), used) for account, resource, period, used in rows]


def _amount(meter: Meter, one: Stored) -> Decimal:
    if meter.aggregate == Meter.Aggregate.COUNT:
        return Decimal(1)
    value = one.item.properties.get(meter.property)
    try:
        amount = (
            Decimal(str(value))
            if isinstance(value, int | float | str) and not isinstance(value, bool)
            else Decimal(0)
        )
    except InvalidOperation:
        return Decimal(0)
    # Compared as it is: even abs() of "1e99999999" raises.
    usable = amount.is_finite() and -_MOST < amount < _MOST
    return amount.quantize(Decimal("0.001")) if usable else Decimal(0)


def month(at: datetime, zone: str) -> date:
    """First day of the calendar month of `at` in `zone`; UTC when unknown."""
    try:
        local = at.astimezone(ZoneInfo(zone) if zone else UTC)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        local = at.astimezone(UTC)
    return local.date().replace(day=1)


def merge(kept: int, gone: int) -> None:
    """Two accounts turned out to be one: what each used is what they used together."""
    bulk.select(
        "WITH gone AS (DELETE FROM signals_app_metertotal WHERE account_id = %s"
        " RETURNING resource, period, used, last_event_at)"
        " INSERT INTO signals_app_metertotal AS t (account_id, resource, period, used, last_event_at)"
        " SELECT %s, resource, period, used, last_event_at FROM gone"
        " ON CONFLICT (account_id, resource, period)"
        " DO UPDATE SET used = greatest(least(t.used + excluded.used, 999999999999999), -999999999999999),"
        " last_event_at = greatest(t.last_event_at, excluded.last_event_at) RETURNING 1",
        gone,
        kept,
    )


def zones_of(account_ids: Iterable[int]) -> dict[int, str]:
    return dict(Account.objects.filter(pk__in=account_ids).values_list("pk", "timezone"))


def totals(account_ids: Iterable[int], now: datetime) -> dict[tuple[int, str], tuple[Decimal, datetime]]:
    """What is used of each resource in the current month, and when that last moved, by (account, resource)."""
    accounts = dict(Account.objects.filter(pk__in=account_ids).values_list("pk", "timezone"))
    periods = {account: month(now, zone) for account, zone in accounts.items()}
    rows = MeterTotal.objects.filter(account_id__in=accounts, period__in=set(periods.values()))
    return {
        (row.account_id, row.resource): (row.used, row.last_event_at)
        for row in rows
        if row.period == periods[row.account_id]
    }
