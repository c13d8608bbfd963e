"""Spans of time and moments as people say them."""

from datetime import datetime
from decimal import Decimal

DAY, SHOWN_AS_DAYS = 24, 48


def hours(number: int) -> str:
    """`1 hour`, `36 hours`, from 48 on in days: `7 days`, `2 days and 6 hours`."""
    if number < SHOWN_AS_DAYS:
        return counted(number, "hour")
    days, rest = divmod(number, DAY)
    return counted(days, "day") + (f" and {counted(rest, 'hour')}" if rest else "")


def percent(share: Decimal) -> str:
    """`100 %`, `92.5 %` of a share from 0 to 1."""
    return f"{float(share) * 100:.4g} %"


def moment(at: datetime) -> str:
    """`2026-03-10 10:00 UTC`; without a zone where it has none."""
    return f"{at:%Y-%m-%d %H:%M %Z}".rstrip()


def counted(number: int, what: str, several: str = "") -> str:
    """`1 person`, `2 people`."""
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"
