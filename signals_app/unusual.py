"""Is how much a definition finds unusual? By its own past, and where that is too short, by its back-test or by how many
there are whom it can be about. Pure; days are UTC.

Yesterday is compared as a whole; today may only be too much, as it is not over. Then the seven days up to yesterday are
compared with the weeks before: of few a day, no single day differs enough.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from upsell_project.lib import baseline
from upsell_project.lib.baseline import Change

DAY = timedelta(days=1)
LATELY = 3
YOUNG = DAY * baseline.FEWEST_DAYS
FIRST_LOOK = DAY
"""When a version goes live everybody is looked at: what it finds then is no usual day."""
TIMES, FEW = 2, 10
"""More than twice as many as the back-test, and ten more."""
SHARE, SHARE_AT_FIRST = 0.2, 0.5
"""Of whom it can be about; without a back-test."""

_TOO_MANY = "Look at what it found, and whether its rule, a mapping or a sender was changed."
_TOO_FEW = "Look whether its events still come and whether its rule or a mapping was changed."
_NOT_MEANT = "A moment that so many have at once is rarely meant: look at what it found, and back-test it."

Counts = Mapping[date, int]


@dataclass(frozen=True, slots=True)
class Unusual:
    """`usual`: the range in which nothing would have been said."""

    turn: Literal["spike", "drop"]
    day: date
    found: int
    expected: float
    usual: tuple[float, float]
    sentence: str


@dataclass(frozen=True, slots=True)
class BackTested:
    """What a back-test of the same version found, of all whom it stands for: in all, and on its busiest day."""

    first: date
    last: date
    total: float
    busiest: float


@dataclass(frozen=True, slots=True)
class Beginning:
    """The first days of a version: `began` with what it found first, within FIRST_LOOK of which `at_first` were found;
    `by_day` what it found later. Each as (moments, people or accounts)."""

    began: datetime
    at_first: tuple[int, int]
    by_day: Mapping[date, tuple[int, int]]


def young(counts: Counts, today: date) -> bool:
    """Whether there is too little history to compare a day with."""
    return baseline.change(counts.items(), today, "day").verdict == "too_little_history"


def by_past(counts: Counts, today: date) -> Unusual | None:
    """Today first: a flood is urgent."""
    for day, whole in ((today, False), (today - DAY, True)):
        if found := _unusual(baseline.change(counts.items(), day, "day", whole=whole), day):
            return found
    return _by_week(counts, today - DAY)


def by_back_test(beginning: Beginning, test: BackTested, today: date) -> Unusual | None:
    """Whether it finds far more than its back-test let expect."""
    its = f"its back-test from {test.first} to {test.last} found"
    for day, when, (moments, _), first in _days(beginning, today):
        expected = test.total if first else test.busiest
        if moments > (limit := TIMES * expected + FEW):
            most = f"{its} {expected:,.0f} {'in all' if first else 'on its busiest day'}"
            sentence = f"It found {moments:,} {when}; {most}. {_TOO_MANY}"
            return Unusual("spike", day, moments, expected, (0.0, limit), sentence)
    return None


def by_share(beginning: Beginning, everybody: int, whom: str, today: date) -> Unusual | None:
    """Whether it is about a large part of everybody. `whom`: `people` or `accounts`."""
    for day, when, (_, subjects), first in _days(beginning, today):
        expected = (SHARE_AT_FIRST if first else SHARE) * everybody
        if subjects > (limit := expected + FEW):
            sentence = f"It found {subjects:,} of {everybody:,} active {whom} {when}. {_NOT_MEANT}"
            return Unusual("spike", day, subjects, expected, (0.0, limit), sentence)
    return None


def _days(beginning: Beginning, today: date) -> Iterator[tuple[date, str, tuple[int, int], bool]]:
    """The first look while it is of today or yesterday, then today and yesterday without it: the day, when in words,
    what was found, and whether it was the first look."""
    began = beginning.began
    if began.date() >= today - DAY:
        when = f"in the first 24 hours from {began:%A, %Y-%m-%d %H:%M} UTC, when everybody was looked at"
        yield began.date(), when, beginning.at_first, True
    for day in (today, today - DAY):
        yield day, f"on {_named(day)}", beginning.by_day.get(day, (0, 0)), False


def _by_week(counts: Counts, last: date) -> Unusual | None:
    change = baseline.change(counts.items(), last, "week")
    if change.verdict == "spike":
        # A burst of one day is told of by itself, and over when that day is.
        spread = baseline.change(_without_burst(counts, last).items(), last, "week")
        change = change if spread.verdict == "spike" else spread
    return _unusual(change, last) if _goes_on(counts, last, change.verdict) else None


def _without_burst(counts: Counts, last: date) -> Counts:
    """The busiest day of the week counts as the second."""
    week = [last - DAY * back for back in range(baseline.WEEK)]
    second, busiest = sorted(week, key=lambda day: counts.get(day, 0))[-2:]
    return {**counts, busiest: counts.get(second, 0)}


def _goes_on(counts: Counts, last: date, turn: str) -> bool:
    """A week remembers for days what is over: its last three must be like it."""
    days = [baseline.change(counts.items(), last - DAY * back, "day") for back in range(LATELY)]
    found, expected = sum(day.observed for day in days), sum(day.expected or 0.0 for day in days)
    bounds = baseline.STANDARD
    return found >= bounds.rise * expected if turn == "spike" else found <= bounds.fall * expected


def _unusual(change: Change, day: date) -> Unusual | None:
    if change.verdict not in ("spike", "drop"):
        return None
    low, high = change.usual or (0.0, 0.0)
    usual, when = "by its own weekdays", f"on {_named(day)}"
    if change.span == "week":
        usual, when = "by its own weeks before", f"in the 7 days up to {_named(day)}"
    sentence = (
        f"It found {change.observed:,.0f} {when}; {usual} {low:,.0f} to {high:,.0f} are usual."
        f" {_TOO_MANY if change.verdict == 'spike' else _TOO_FEW}"
    )
    bounds = (round(low, 1), round(high, 1))
    return Unusual(change.verdict, day, int(change.observed), change.expected or 0.0, bounds, sentence)


def _named(day: date) -> str:
    return f"{day:%A, %Y-%m-%d}"
