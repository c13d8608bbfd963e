"""When somebody is looked at: after each event, signal or answer that can change the answer, and, where time can, at
local midnight."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from zoneinfo import ZoneInfo

from signals_app.compiled import Compiled, Part
from signals_app.rehearse import amounts
from signals_app.rehearse.past import Kept, Past
from upsell_project.lib.rules import measuring
from upsell_project.lib.rules.facts import Found, Of, Season


@dataclass(slots=True)
class Look:
    """`by` is the newest event of that moment, None for time itself. `parts`: names of those whose answer can have
    changed; None: all. `told`: who was told of the signal because of which they are looked at."""

    at: datetime
    by: dict[str, Kept] = field(default_factory=dict)
    parts: set[str] | None = field(default_factory=set)
    told: int | None = None

    def because_of(self, one: Kept | None, part: str = "") -> None:
        if one:
            self.by[part] = one
        if not part:
            self.parts = None
        elif self.parts is not None:
            self.parts.add(part)

    def asks(self, part: Part) -> bool:
        return self.parts is None or not part.name or part.name in self.parts


def looks(
    compiled: Compiled, parts: Sequence[Part], past: Past, first: datetime, last: datetime
) -> list[Look]:
    """In order of time, from `first` up to `last`."""
    found: dict[datetime, Look] = {}

    def look(at: datetime, by: Kept | None = None, part: str = "", told: int | None = None) -> None:
        if first <= at <= last:
            here = found.setdefault(at, Look(at))
            here.because_of(by, part)
            here.told = told or here.told

    for one in _events(compiled, past):
        look(one.at, one)
    for one, resource in _used(compiled, parts, past):
        look(one.at, one, resource if compiled.resources else "")
    read = {fact.slug for part in parts for fact in part.facts if isinstance(fact, Found)}
    for signal in past.found:
        if signal.slug in read:
            look(signal.at, told=signal.person)
    for answer in past.answers:
        look(answer.at)
    if compiled.timed:
        zones = {past.zone(past.whose), *(past.zone(Of.ACCOUNT) for part in parts if seasonal(part))}
        for midnight in chain.from_iterable(midnights(zone, first, last) for zone in sorted(zones)):
            look(midnight)
    return [found[at] for at in sorted(found)]


def seasonal(part: Part) -> bool:
    """Whether it goes by the days of the account, whoever it is about."""
    return any(isinstance(fact, Season) for fact in part.facts)


def _events(compiled: Compiled, past: Past) -> Iterator[Kept]:
    for one in past.of(past.whose):
        if compiled.names is None:
            yield one
        elif one.name in compiled.names:
            wheres = compiled.wheres.get(one.name)
            if wheres is None or any(measuring.fits(where, one) for where in wheres):
                yield one


def _used(compiled: Compiled, parts: Sequence[Part], past: Past) -> list[tuple[Kept, str]]:
    """By whoever used it: of a person only their own use."""
    if not compiled.reads_use:
        return []
    resources = {part.name for part in parts} | compiled.metered if compiled.resources else set(past.meters)
    return [
        (one, "" if resource in compiled.metered else resource)
        for one, resource in amounts.counted(past, resources)
        if past.whose is Of.ACCOUNT or one.person == past.subject.person
    ]


def midnights(zone: str, first: datetime, last: datetime) -> Iterator[datetime]:
    """Each moment between the two at which a day begins there."""
    here = ZoneInfo(zone)
    day: date = first.astimezone(here).date()
    while (at := datetime.combine(day, time.min, here).astimezone(UTC)) <= last:
        if at >= first:
            yield at
        day += timedelta(days=1)
