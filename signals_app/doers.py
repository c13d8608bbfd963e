"""Who did something of a name, and the newest event of each that has the properties a definition wants.

What somebody did is grouped once for all definitions, and few values come again and again: each is compared once.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from operator import methodcaller
from typing import Any

from signals_app.ingest import Stored
from signals_app.subjects import Subject
from upsell_project.lib.rules.facts import Of, Where
from upsell_project.lib.rules.measuring import Happened, fits

Wheres = tuple[tuple[Where, ...], ...]
Paths = tuple[str, ...]
_Values = tuple[Any, ...]


@dataclass(slots=True)
class _Did:
    """What one of them did, oldest first, and where each of the values lies last that these paths have."""

    events: list[Stored]
    last: dict[Paths, dict[_Values, int] | None] = field(default_factory=dict)
    """None: values that Python does not tell apart, or that cannot be keys."""

    def newest(self, paths: Paths, fitting: "_Fitting") -> Stored | None:
        if paths not in self.last:
            self.last[paths] = _last(self.events, paths)
        last = self.last[paths]
        if last is None:
            return next((one for one in reversed(self.events) if fitting.event(one)), None)
        places = [at for values, at in last.items() if fitting.values(values, self.events[at])]
        return self.events[max(places)] if places else None


class Doers:
    """`events`: oldest first."""

    def __init__(self, events: Sequence[Stored]) -> None:
        self._events = events
        self._groups: dict[Of, dict[Subject, _Did]] = {}
        self._newest: dict[tuple[Of, Wheres | None], dict[Subject, Stored]] = {}

    def newest(self, wheres: Wheres | None, of: Of) -> dict[Subject, Stored]:
        """The newest event of each subject with any of these properties; None: with any at all."""
        key = (of, wheres)
        if key not in self._newest:
            self._newest[key] = self._fitting(wheres, of)
        return self._newest[key]

    def _fitting(self, wheres: Wheres | None, of: Of) -> dict[Subject, Stored]:
        grouped = self._grouped(of)
        if wheres is None:
            return {whose: did.events[-1] for whose, did in grouped.items()}
        paths = tuple(sorted({one.path for where in wheres for one in where}))
        fitting = _Fitting(wheres)
        newest = ((whose, did.newest(paths, fitting)) for whose, did in grouped.items())
        return {whose: one for whose, one in newest if one}

    def _grouped(self, of: Of) -> dict[Subject, _Did]:
        if of not in self._groups:
            self._groups[of] = _of_people(self._events) if of is Of.PERSON else _of_accounts(self._events)
        return self._groups[of]


class _Fitting:
    """Whether an event has the properties of one of these."""

    def __init__(self, wheres: Wheres) -> None:
        self._wheres = wheres
        self._known: dict[_Values, bool] = {}

    def values(self, values: _Values, one: Stored) -> bool:
        """By the values of its paths: compared once."""
        if values not in self._known:
            self._known[values] = self.event(one)
        return self._known[values]

    def event(self, one: Stored) -> bool:
        event = Happened(one.item.occurred_at, one.item.name, one.item.properties)
        return any(fits(where, event) for where in self._wheres)


def _of_people(events: Iterable[Stored]) -> dict[Subject, _Did]:
    found: dict[tuple[int, int | None], list[Stored]] = {}
    for one in events:
        if one.person_id:
            found.setdefault((one.person_id, one.account_id), []).append(one)
    return {Subject(*whose): _Did(those) for whose, those in found.items()}


def _of_accounts(events: Iterable[Stored]) -> dict[Subject, _Did]:
    found: dict[int, list[Stored]] = {}
    for one in events:
        if one.account_id:
            found.setdefault(one.account_id, []).append(one)
    return {Subject(None, account): _Did(those) for account, those in found.items()}


def _last(events: Sequence[Stored], paths: Paths) -> dict[_Values, int] | None:
    """Of texts alone equal ones are the same: 1 is True to Python. Below a dot lies more than one value."""
    if any("." in path for path in paths):
        return None
    properties = [one.item.properties for one in events]
    columns = [map(methodcaller("get", path), properties) for path in paths]
    try:
        found = dict(zip(zip(*columns, strict=True), range(len(events)), strict=True))
    except TypeError:
        return None
    plain = all(one is None or type(one) is str for values in found for one in values)
    return found if plain else None
