"""When a window begins, by the wall clock of whoever is asked about: days have 23 to 25 hours where clocks change."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from upsell_project.lib.rules.facts import Unit, Window


def start(window: Window, now: datetime, zone: str, billing_from: datetime | None = None) -> datetime:
    """The first moment of the window that ends at `now`, in UTC. `billing_from`: when the present period began; where
    that is not known the month stands for it. A rolling window is open at its far end: what happened exactly 14 days
    ago is not within 14 days.
    """
    if window.unit in (Unit.HOURS, Unit.DAYS):
        length = timedelta(**{window.unit.value: window.length}) - timedelta.resolution
        return (now - length).astimezone(UTC)
    if window.unit is Unit.BILLING and billing_from is not None:
        return billing_from.astimezone(UTC)
    here = ZoneInfo(zone)
    today = now.astimezone(here).date()
    first = today
    if window.unit is Unit.WEEK:
        first = today - timedelta(days=today.weekday())
    elif window.unit in (Unit.MONTH, Unit.BILLING):
        first = today.replace(day=1)
    return datetime.combine(first, time.min, here).astimezone(UTC)


def longest(window: Window) -> timedelta:
    """No window of this sort reaches back further: what has to be read to answer for people everywhere."""
    if window.unit in (Unit.HOURS, Unit.DAYS):
        return timedelta(**{window.unit.value: window.length})
    days = {Unit.DAY: 1, Unit.WEEK: 7, Unit.MONTH: 31, Unit.BILLING: 366}[window.unit]
    return timedelta(days=days, hours=2)
