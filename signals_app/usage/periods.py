"""Which bucket a moment falls into, and which buckets count now. Pure but for `facts_of`."""

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from signals_app.models.meter import Meter, Window
from upsell_project.lib import bulk

ALWAYS = date(1970, 1, 1)
"""The period of what does not begin anew."""
_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS_A_MONTH = 30.44


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of an account's time: its zone, and when (UTC) and for how many months its bills run."""

    zone: str = ""
    anchor: datetime | None = None
    months: int | None = None


NOTHING_KNOWN = Facts()


def facts_of(account_ids: Iterable[int]) -> dict[int, Facts]:
    """One statement for all of them."""
    rows = bulk.select(
        "SELECT id, timezone, period_started_at, renews_at, billing_period FROM people_app_account"
        " WHERE id = ANY(%s)",
        bulk.array(sorted(set(account_ids))),
    )
    return {account: facts(zone, started, renews, period) for account, zone, started, renews, period in rows}


def facts(zone: str, started: datetime | None, renews: datetime | None, billing_period: str) -> Facts:
    """Billing runs from the start of the period, else its end; its length is what was said, else their distance."""
    months = _MONTHS.get(billing_period)
    anchor = started or renews
    if started and renews and started < renews:
        months = months or round((renews - started).days / _DAYS_A_MONTH) or None
        # A bill of the 31st is due on 28 February: of the two moments the one later in its month is the true one.
        anchor = max(started, renews, key=lambda at: at.astimezone(UTC).day)
    return Facts(zone, anchor.astimezone(UTC) if anchor else None, months)


def bucket(meter: Meter | None, at: datetime, known: Facts) -> date:
    """First day of the bucket in which `at` is counted."""
    if meter is None or meter.window == Window.CALENDAR:
        return month(at, known.zone)
    if meter.window == Window.ROLLING:
        return day(at, known.zone)
    return _bill(at, known) or month(at, known.zone)


def current(meter: Meter | None, now: datetime, known: Facts) -> tuple[date, date]:
    """The first and the last bucket that count now."""
    until = bucket(meter, now, known)
    if meter is None or meter.window != Window.ROLLING:
        return until, until
    return until - timedelta(days=(meter.days or 1) - 1), until


def period_of(meter: Meter | None, now: datetime, known: Facts) -> date:
    """What begins anew with each period; a rolling window never does."""
    if meter is not None and meter.window == Window.ROLLING:
        return ALWAYS
    return bucket(meter, now, known)


def label_of(meter: Meter | None) -> str:
    """As staff read it."""
    if meter is None or meter.window == Window.CALENDAR:
        return "this month"
    if meter.window == Window.BILLING:
        return "this billing period"
    return "today" if meter.days == 1 else f"in the last {meter.days} days"


def month(at: datetime, zone: str) -> date:
    """First day of the calendar month of `at` in `zone`; UTC when unknown."""
    return day(at, zone).replace(day=1)


def day(at: datetime, zone: str) -> date:
    """The day of `at` in `zone`; UTC when unknown."""
    try:
        return at.astimezone(_zone(zone)).date()
    except OverflowError:
        return at.date()


@lru_cache(maxsize=1024)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name) if name else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def _bill(at: datetime, known: Facts) -> date | None:
    """The day (UTC, in which providers bill) on which the billing period of `at` began."""
    if known.anchor is None or known.months is None:
        return None
    at = at.astimezone(UTC)
    distance = (at.year - known.anchor.year) * 12 + at.month - known.anchor.month
    steps = distance // known.months
    try:
        start = _shifted(known.anchor, steps * known.months)
        return (start if start <= at else _shifted(known.anchor, (steps - 1) * known.months)).date()
    except ValueError:
        return None


def _shifted(at: datetime, months: int) -> datetime:
    """The same day some months on, or the last one of a shorter month."""
    year, index = divmod(at.year * 12 + at.month - 1 + months, 12)
    if not 1 <= year <= 9999:
        raise ValueError(year)
    return at.replace(year=year, month=index + 1, day=min(at.day, monthrange(year, index + 1)[1]))
