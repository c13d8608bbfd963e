"""Who did something of a name, and the newest event of each that has the properties a definition wants.

What was done is looked through once for all definitions, and few values come again and again: each is compared once.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any

from signals_app.ingest import Stored
from signals_app.subjects import Subject
from upsell_project.lib.rules.facts import Of, Where
from upsell_project.lib.rules.measuring import Happened, fits

Wheres = tuple[tuple[Where, ...], ...]
Paths = tuple[str, ...]
_Whose = tuple[int | None, int | None]
"""Person and account of an event."""
_Last = dict[_Whose, int]
"""Where the newest event of each lies."""
_Values = tuple[Any, ...]
_PLAIN = {str, type(None)}
"""Of these alone equal ones are the same to Python: 1 is True."""
_WHOSE = attrgetter("person_id", "account_id")
_PROPERTIES = attrgetter("item.properties")


class Doers:
    """`events`: oldest first."""

    def __init__(self, events: Sequence[Stored]) -> None:
        self._events = events
        self._whose: list[_Whose] = [*map(_WHOSE, events)]
        self._columns: dict[str, list[Any]] = {}
        self._values: dict[Paths, tuple[Mapping[_Values, _Last], list[int]]] = {}
        self._newest: dict[tuple[Of, Wheres | None], dict[Subject, Stored]] = {}

    @cached_property
    def people(self) -> set[int]:
        return {person for person, _ in self._last if person}

    @cached_property
    def accounts(self) -> set[int]:
        return {account for _, account in self._last if account}

    def newest(self, wheres: Wheres | None, of: Of) -> dict[Subject, Stored]:
        """The newest event of each subject with any of these properties; None: with any at all."""
        key = (of, wheres)
        if key not in self._newest:
            last = self._last if wheres is None else self._fitting(wheres)
            self._newest[key] = self._of_people(last) if of is Of.PERSON else self._of_accounts(last)
        return self._newest[key]

    def _of_people(self, last: _Last) -> dict[Subject, Stored]:
        return {Subject(*whose): self._events[at] for whose, at in last.items() if whose[0]}

    def _of_accounts(self, last: _Last) -> dict[Subject, Stored]:
        in_order = sorted(last.items(), key=itemgetter(1))
        return {Subject(None, account): self._events[at] for (_, account), at in in_order if account}

    @cached_property
    def _last(self) -> _Last:
        return dict(zip(self._whose, range(len(self._whose)), strict=True))

    def _fitting(self, wheres: Wheres) -> _Last:
        """Where the newest of each lies that has the properties of one of these."""
        paths = tuple(sorted({one.path for where in wheres for one in where}))
        if paths not in self._values:
            self._values[paths] = self._by_values(paths)
        last, odd = self._values[paths]
        fitting = [
            those for those in last.values() if _fits(wheres, self._events[next(iter(those.values()))])
        ]
        if len(fitting) == 1 and not odd:
            return fitting[0]
        found: _Last = {}
        for those in fitting:
            found |= {whose: at for whose, at in those.items() if at > found.get(whose, -1)}
        for at in reversed(odd):
            whose = self._whose[at]
            if found.get(whose, -1) < at and _fits(wheres, self._events[at]):
                found[whose] = at
        return found

    def _by_values(self, paths: Paths) -> tuple[Mapping[_Values, _Last], list[int]]:
        """The events with each of the values of these paths; and, in their order, where those lie that are to be looked
        at one by one. Below a dot lies more than one value."""
        count = len(self._events)
        if any("." in path for path in paths):
            return {}, [*range(count)]
        columns = [self._column(path) for path in paths]
        odd = {at for column in columns for at in _odd(column)}
        if not odd and all(len(set(column)) == 1 for column in columns):
            return {tuple(column[0] for column in columns): self._last}, []
        last: dict[_Values, _Last] = defaultdict(dict)
        for at, values in enumerate(zip(*columns, strict=True)):
            if at not in odd:
                last[values][self._whose[at]] = at
        return last, sorted(odd)

    def _column(self, path: str) -> list[Any]:
        if path not in self._columns:
            self._columns[path] = [properties.get(path) for properties in self._properties]
        return self._columns[path]

    @cached_property
    def _properties(self) -> list[dict[str, Any]]:
        return [*map(_PROPERTIES, self._events)]


def _odd(column: Sequence[Any]) -> Iterable[int]:
    """Where no plain values lie."""
    if _PLAIN.issuperset(map(type, column)):
        return ()
    return (at for at, value in enumerate(column) if type(value) not in _PLAIN)


def _fits(wheres: Wheres, one: Stored) -> bool:
    event = Happened(one.item.occurred_at, one.item.name, one.item.properties)
    return any(fits(where, event) for where in wheres)
