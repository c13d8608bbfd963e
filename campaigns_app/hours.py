"""Quiet hours: when a person's own clock allows contact. Pure.

Only instants are compared and each is shown on the person's wall clock, so neither a skipped nor a repeated
hour needs a rule: in a gap the window opens with the first minute that exists; in a repeated hour both passes
count alike.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

LOOK_AHEAD = timedelta(days=4)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`opens_at` (UTC) is the next instant that is allowed; None when it already is or cannot be known.

    `zone` is the one whose clock decided; None when no zone is known.
    """

    allowed: bool
    opens_at: datetime | None = None
    zone: str | None = None


def window(
    channel_hours: tuple[int, int] | None, zone: str | None, country_zones: Sequence[str], at: datetime
) -> Verdict:
    """Whether `at` lies within the hours `[from, to)` of the person's day.

    Without a known `zone` every zone of the country must allow it. Raises ValueError for impossible hours.
    """
    if channel_hours is None:
        return Verdict(True, None, zone or None)
    start, end = channel_hours
    if not 0 <= start < end <= 24:
        raise ValueError(f"not hours of a day: {start} to {end}")
    names = [zone] if zone and _known(zone) else [name for name in country_zones if _known(name)]
    if not names:
        return Verdict(False)
    return _common(start, end, names, at.astimezone(UTC))


def local(zone: str, at: datetime) -> str:
    """`at` on the wall clock of `zone`, ISO 8601 with its offset: for the proof of a send."""
    return at.astimezone(ZoneInfo(zone)).isoformat()


@lru_cache(maxsize=1)
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def _known(zone: str) -> bool:
    return zone in _names()


def _common(start: int, end: int, names: Sequence[str], at: datetime) -> Verdict:
    """Go from one zone's opening to the next until all are open at once."""
    instant, decided = at, names[0]
    while instant <= at + LOOK_AHEAD:
        closed = next((name for name in names if not _open(_wall(name, instant), start, end)), None)
        if closed is None:
            return Verdict(True, None, decided) if instant == at else Verdict(False, instant, decided)
        opening = _opening(closed, start, end, instant)
        if opening is None:
            break
        instant, decided = opening, closed
    return Verdict(False, None, decided)


def _opening(name: str, start: int, end: int, after: datetime) -> datetime | None:
    for begin, until in _stretches(name, after):
        instant = begin + _wait(_wall(name, begin), start, end)
        if instant < until:
            return instant
    return None


def _wait(wall: datetime, start: int, end: int) -> timedelta:
    if _open(wall, start, end):
        return timedelta(0)
    today = datetime.combine(wall.date(), time(start))
    return (today if wall < today else today + timedelta(days=1)) - wall


def _open(wall: datetime, start: int, end: int) -> bool:
    return start <= wall.hour < end


def _wall(name: str, instant: datetime) -> datetime:
    return instant.astimezone(ZoneInfo(name)).replace(tzinfo=None, fold=0)


def _stretches(name: str, begin: datetime) -> Iterator[tuple[datetime, datetime]]:
    """The coming days, cut where the zone's offset changes: within each the wall clock runs evenly."""
    last = begin + LOOK_AHEAD
    while begin < last:
        until = _change(name, begin, begin + timedelta(days=1)) or begin + timedelta(days=1)
        yield begin, until
        begin = until


def _change(name: str, low: datetime, high: datetime) -> datetime | None:
    """The first second with another offset than at `low`, if there is one by `high`."""
    zone, offset = ZoneInfo(name), low.astimezone(ZoneInfo(name)).utcoffset()
    if high.astimezone(zone).utcoffset() == offset:
        return None
    seconds = [0, int((high - low).total_seconds())]
    base = low.replace(microsecond=0)
    while seconds[1] - seconds[0] > 1:
        middle = sum(seconds) // 2
        same = (base + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset
        seconds[0 if same else 1] = middle
    return base + timedelta(seconds=seconds[1])
