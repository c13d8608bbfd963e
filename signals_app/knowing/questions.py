"""What is asked of stored events, in a form that many subjects share: a window that began at a moment, no more zones.

A question is answered by PostgreSQL as far as it can say it exactly; the rest is measured in Python from rows.
"""

from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from upsell_project.lib.rules.facts import Of, Value

MOST_TEXTS = 200
"""That are read of somebody for one question."""


class Form(StrEnum):
    """What is made of the events: the answer's type."""

    COUNT = "count"
    """int"""
    DAILY = "daily"
    """dict[int, int]: how many, by the number of the day; 1 is the first of `days`."""
    ADDED = "added"
    """dict[int, Decimal]: the sum of the amounts of each day as in DAILY; what is below 0 counts as 0."""
    RISEN = "risen"
    """dict[int, Decimal]: by how much the newest amount rose on each day, falls left out."""
    NEW = "new"
    """dict[int, Decimal]: how many values each day brought that their period did not have before."""
    TOTAL = "total"
    """dict[int, Decimal]: the sum of all amounts, as 1."""
    NEWEST_AMOUNT = "newest_amount"
    """dict[int, Decimal]: the newest amount, of several the greatest, as 1."""
    DISTINCT = "distinct"
    """int"""
    SUM = "sum"
    """Decimal"""
    LAST = "last"
    """Value"""
    SESSION = "session"
    """int"""
    MINUTES = "minutes"
    """int"""
    SWITCHES = "switches"
    """int"""
    TURNS = "turns"
    """list[str]: the names in the order in which they came."""
    STEPS = "steps"
    """list[int]: of each event that could be one of the `steps`, in the order in which they came, which of them: 1 for
    the first, 2 for the second, 4 for the third, added up."""
    ROWS = "rows"
    """list[Row], in the order of their ids; where there are more than MOST_ROWS only an int, which says nothing."""
    TEXTS = "texts"
    """list[Row]: the newest MOST_TEXTS of them, newest first, with the beginnings of their texts."""
    TIMES = "times"
    """list[int]: when they happened, in microseconds since 2000; where these are more than MOST_TIMES only how many."""
    LASTS = "lasts"
    """list[int]: the same of each different value, when it came last."""
    NEWEST = "newest"
    """list[int]: the ids of the newest, newest first."""


@dataclass(frozen=True, slots=True)
class Row:
    """`properties`: only those that were asked for."""

    id: int
    at: datetime
    name: str
    properties: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Question:
    """`where`: a path predicate for `@@`. `path`: a dotted path to the value. `keys`: what rows carry of properties."""

    form: Form
    of: Of
    names: tuple[str, ...]
    """None: every event."""
    since: datetime
    until: datetime
    where: str | None = None
    path: str = ""
    days: tuple[datetime, ...] = field(default=(), hash=False)
    keys: tuple[str, ...] = ()
    periods: tuple[datetime, ...] = ()
    """When what is counted began anew."""
    gap: int = 0
    """Minutes of silence that end a session."""
    steps: tuple[tuple[str, str | None], ...] = ()
    """Of a sequence the name of each event, and a path predicate as `where`."""
    tracked: bool = False
    """Only events of track calls, as meters count."""


Answer = int | Decimal | dict[int, int] | dict[int, Decimal] | list[Row] | list[int] | list[str] | Value
"""By the form; a question that no event answers has none."""
Pair = tuple[int, int]
"""The number of a question, and the person or account of which it is asked."""
Answers = dict[Pair, Answer]


class Numbered:
    """Questions, each once: what is asked of many is told by its number."""

    def __init__(self) -> None:
        self.questions: list[Question] = []
        self._numbers: dict[Question, int] = {}

    def number(self, question: Question) -> int:
        found = self._numbers.setdefault(question, len(self.questions))
        if found == len(self.questions):
            self.questions.append(question)
        return found


@lru_cache(maxsize=1_024)
def midnights(since: datetime, until: datetime, zone: str) -> tuple[datetime, ...]:
    """When the local days began that hold these moments and those between."""
    here = ZoneInfo(zone)
    day, last = since.astimezone(here).date(), until.astimezone(here).date()
    found = []
    while day <= last:
        found.append(datetime.combine(day, time.min, here))
        day += timedelta(days=1)
    return tuple(found)


def keys_of(*paths: str) -> tuple[str, ...]:
    """The properties that are needed to read these dotted paths."""
    return tuple(sorted({key for path in paths for key in (path, path.partition(".")[0])}))
