"""How long something lasts that staff gave in hours or days. More than ten years counts as ten years: further from now
there may be no date, and one setting must not stop what comes in."""

from datetime import timedelta

MOST_DAYS = 3_650
MOST_HOURS = MOST_DAYS * 24


def hours(number: float) -> timedelta:
    return timedelta(hours=min(number, MOST_HOURS))


def days(number: float) -> timedelta:
    return timedelta(days=min(number, MOST_DAYS))
