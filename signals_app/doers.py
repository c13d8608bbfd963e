"""Who did something of a name, and the newest event of each that has the properties a definition wants.

What was done is looked through once for all definitions, and few values come again and again: each is compared once.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import Any

from signals_app.ingest import Stored
from signals_app.subjects import Subject
from upsell_project.lib.rules.facts import Of, Where
from upsell_project.lib.rules.measuring import Happened, fits

Wheres = tuple[tuple[Where, ...], ...]
Paths = tuple[str, ...]
_Whose = tuple[int | None, int | None]
"""Person and account of an event."""
_Values = tuple[Any, ...]
_PLAIN = {str, type(None)}
"""Of these alone equal ones are the same to Python: 1 is True."""


class Doers:
    """`events`: oldest first."""

    def __init__(self, events: Sequence[Stored]) -> None:
        self._events = events
        self._whose: list[_Whose] = [(one.person_id, one.account_id) for one in events]
        self._columns: dict[str, list[Any]] = {}
        self._values: dict[Paths, tuple[Mapping[_Values, int], list[int]]] = {}
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

    def _of_people(self, last: Mapping[_Whose, int]) -> dict[Subject, Stored]:
        return {Subject(*whose): self._events[at] for whose, at in last.items() if whose[0]}

    def _of_accounts(self, last: Mapping[_Whose, int]) -> dict[Subject, Stored]:
        in_order = sorted(last.items(), key=itemgetter(1))
        return {Subject(None, account): self._events[at] for (_, account), at in in_order if account}

    @cached_property
    def _last(self) -> dict[_Whose, int]:
        """Where the newest event of each lies."""
        return dict(zip(self._whose, range(len(self._whose)), strict=True))

    def _fitting(self, wheres: Wheres) -> dict[_Whose, int]:
        """Where the newest of each lies that has the properties of one of these."""
        paths = tuple(sorted({one.path for where in wheres for one in where}))
        if paths not in self._values:
            self._values[paths] = self._by_values(paths)
        last, odd = self._values[paths]
        found: dict[_Whose, int] = {}
        known: dict[_Values, bool] = {}
        for (whose, *those), at in last.items():
            values = (*those,)
            if values not in known:
                known[values] = _fits(wheres, self._events[at])
            if known[values]:
                found[whose] = max(at, found.get(whose, at))
        for at in reversed(odd):
            whose = self._whose[at]
            if found.get(whose, -1) < at and _fits(wheres, self._events[at]):
                found[whose] = at
        return found

    def _by_values(self, paths: Paths) -> tuple[Mapping[_Values, int], list[int]]:
        """Where the newest event of each lies with each of the values of these paths; and, in their order, where those
        lie that are to be looked at one by one. Below a dot lies more than one value."""
        count = len(self._events)
        if any("." in path for path in paths):
            return {}, [*range(count)]
        columns = [self._column(path) for path in paths]
        keys = zip(self._whose, *columns, strict=True)
        if all(_PLAIN.issuperset(map(type, column)) for column in columns):
            return dict(zip(keys, range(count), strict=True)), []
        plain = [_PLAIN.issuperset(map(type, values)) for values in zip(*columns, strict=True)]
        last = {key: at for at, key in enumerate(keys) if plain[at]}
        return last, [at for at in range(count) if not plain[at]]

    def _column(self, path: str) -> list[Any]:
        if path not in self._columns:
            self._columns[path] = [one.item.properties.get(path) for one in self._events]
        return self._columns[path]


def _fits(wheres: Wheres, one: Stored) -> bool:
    event = Happened(one.item.occurred_at, one.item.name, one.item.properties)
    return any(fits(where, event) for where in wheres)
