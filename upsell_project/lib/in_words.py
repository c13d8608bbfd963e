"""Spans of time as people say them."""

DAY, SHOWN_AS_DAYS = 24, 48


def hours(number: int) -> str:
    """`1 hour`, `36 hours`, from 48 on in days: `7 days`, `2 days and 6 hours`."""
    if number < SHOWN_AS_DAYS:
        return counted(number, "hour")
    days, rest = divmod(number, DAY)
    return counted(days, "day") + (f" and {counted(rest, 'hour')}" if rest else "")


def counted(number: int, what: str, several: str = "") -> str:
    """`1 person`, `2 people`."""
    return f"{number:,} {what if number == 1 else several or f'{what}s'}"
