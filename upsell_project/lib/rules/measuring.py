"""What a rule asks of somebody's events, computed from the events themselves.

This is what every faster way (counting in SQL, counters) must agree with, and what answers for a pasted event.
"""

from collections.abc import Callable, Iterable, Mapping
from collections.abc import Sequence as Ordered
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from upsell_project.lib.rules import windows
from upsell_project.lib.rules.facts import Events, Measure, Op, Sequence, Step, Value, Where
from upsell_project.lib.rules.judging import COMPARE, number


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of whoever is asked about."""

    at: datetime
    name: str
    properties: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Seen:
    """From where: now, the subject's zone, and when the account's billing period began."""

    now: datetime
    zone: str
    billing_from: datetime | None = None


def of_events(fact: Events, events: Iterable[Happened], seen: Seen) -> Value:
    """The value of `fact`. `events` may hold any others, in any order; of what happens at one moment the names decide
    the order, so that it does not depend on how they were read."""
    since = windows.start(fact.window, seen.now, seen.zone, seen.billing_from)
    matching = [
        one
        for one in events
        if since <= one.at <= seen.now
        and (not fact.names or one.name in fact.names)
        and fits(fact.where, one)
    ]
    matching.sort(key=_order)
    return _MEASURES[fact.measure](matching, fact, seen)


def of_sequence(fact: Sequence, events: Iterable[Happened], seen: Seen) -> int:
    """How often the names came one after the other, each event used once, the earliest way."""
    since = windows.start(fact.window, seen.now, seen.zone, seen.billing_from)
    inside = sorted((one for one in events if since <= one.at <= seen.now), key=_order)
    if not fact.where:
        return in_turn(fact.names, (one.name for one in inside))
    return len(completed(fact, inside)) // len(fact.names)


def in_turn(wanted: Ordered[str], names: Iterable[str]) -> int:
    """How often these names came one after the other. `names`: what came, in its order."""
    found, place = 0, 0
    for name in names:
        if name == wanted[place]:
            place += 1
            if place == len(wanted):
                found, place = found + 1, 0
    return found


def completed(fact: Sequence, events: Iterable[Happened]) -> list[int]:
    """The places of those events that make whole sequences, as `of_sequence` counts these. `events`: what came, in its
    order."""
    steps = fact.steps
    found: list[int] = []
    begun: list[int] = []
    for place, one in enumerate(events):
        if is_step(steps[len(begun)], one):
            begun.append(place)
            if len(begun) == len(steps):
                found += begun
                begun = []
    return found


def is_step(step: Step, event: Happened) -> bool:
    name, where = step
    return event.name == name and fits(where, event)


def fits(where: Iterable[Where], event: Happened) -> bool:
    """Whether all these properties are as they are wanted; what is not there is not."""
    return all(_holds(one, read(event.properties, one.path)) for one in where)


def _holds(where: Where, found: Value) -> bool:
    if where.op is Op.KNOWN:
        return found is not None
    if where.op is Op.UNKNOWN:
        return found is None
    return found is not None and COMPARE[where.op](found, where.value) is True


def read(properties: Mapping[str, Any], path: str) -> Value:
    """The value at a dotted path such as `cart.total`; None where nothing is, or an object."""
    found: Any = properties
    for part in [path] if path in properties else path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return value(found)


def value(raw: Any) -> Value:
    """A JSON value as rules compare it: a number exactly as it was written."""
    if isinstance(raw, float):
        return Decimal(str(raw))
    if isinstance(raw, list):
        return frozenset(one for one in raw if isinstance(one, str))
    return raw if isinstance(raw, str | bool | int | Decimal) else None


def _order(one: Happened) -> tuple[datetime, str]:
    return one.at, one.name


Matching = Ordered[Happened]


def _values(events: Matching, fact: Events) -> list[Value]:
    found = (read(one.properties, fact.path) for one in events)
    return [one for one in found if one is not None]


def _sum(events: Matching, fact: Events, seen: Seen) -> Value:
    numbers = [one for one in _values(events, fact) if isinstance(one, int | Decimal) and number(one)]
    return sum(numbers, Decimal(0))


def _distinct(events: Matching, fact: Events, seen: Seen) -> Value:
    return len({_told_apart(one) for one in _values(events, fact)})


def _told_apart(found: Value) -> tuple[bool, Value]:
    """True is not 1."""
    return isinstance(found, bool), found


def _last(events: Matching, fact: Events, seen: Seen) -> Value:
    found = _values(events, fact)
    return found[-1] if found else None


def _days(events: Matching, fact: Events, seen: Seen) -> Value:
    here = ZoneInfo(seen.zone)
    return len({one.at.astimezone(here).date() for one in events})


def _switches(events: Matching, fact: Events, seen: Seen) -> Value:
    found = [_told_apart(one) for one in _values(events, fact)]
    return sum(one != before for before, one in pairwise(found))


def _session(events: Matching, fact: Events, seen: Seen) -> Value:
    most = run = 0
    before: datetime | None = None
    for one in events:
        run = run + 1 if before and one.at - before <= timedelta(minutes=fact.gap) else 1
        most, before = max(most, run), one.at
    return most


def _minutes(events: Matching, fact: Events, seen: Seen) -> Value:
    """Whole minutes; the last page of a visit is left at an unknown time and counts for nothing."""
    gap, spent = timedelta(minutes=fact.gap), timedelta(0)
    for before, one in pairwise(events):
        if one.at - before.at <= gap:
            spent += one.at - before.at
    return int(spent.total_seconds() // 60)


_MEASURES: dict[Measure, Callable[[Matching, Events, Seen], Value]] = {
    Measure.COUNT: lambda events, fact, seen: len(events),
    Measure.DISTINCT: _distinct,
    Measure.SUM: _sum,
    Measure.LAST: _last,
    Measure.DAYS: _days,
    Measure.SWITCHES: _switches,
    Measure.SESSION: _session,
    Measure.MINUTES: _minutes,
}
