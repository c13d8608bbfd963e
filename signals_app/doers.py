"""Who did something of a name, and the newest event of each that has the properties a definition wants.

What somebody did is grouped once for all definitions, by the values of the properties that any of them compares: few
values come again and again.
"""

from collections.abc import Hashable, Sequence

from signals_app.ingest import Stored
from signals_app.subjects import Subject
from upsell_project.lib.rules.facts import Of, Where
from upsell_project.lib.rules.measuring import Happened, fits

Wheres = tuple[tuple[Where, ...], ...]
Paths = tuple[str, ...]
_Groups = dict[Subject, dict[Hashable, Stored]]
"""The newest event with these values, the newest first."""


class Doers:
    """`events`: the newest first."""

    def __init__(self, events: Sequence[Stored]) -> None:
        self._events = events
        self._groups: dict[tuple[Of, Paths], _Groups] = {}
        self._newest: dict[tuple[Of, Wheres | None], dict[Subject, Stored]] = {}

    def newest(self, wheres: Wheres | None, of: Of) -> dict[Subject, Stored]:
        """The newest event of each subject with any of these properties; None: with any at all."""
        key = (of, wheres)
        if key not in self._newest:
            self._newest[key] = self._fitting(wheres, of)
        return self._newest[key]

    def _fitting(self, wheres: Wheres | None, of: Of) -> dict[Subject, Stored]:
        if wheres is None:
            return {whose: next(iter(those.values())) for whose, those in self._grouped(of, ()).items()}
        paths = tuple(sorted({one.path for where in wheres for one in where}))
        fitting = _Fitting(wheres)
        found = {}
        for whose, those in self._grouped(of, paths).items():
            one = next((one for values, one in those.items() if fitting(values, one)), None)
            if one:
                found[whose] = one
        return found

    def _grouped(self, of: Of, paths: Paths) -> _Groups:
        key = (of, paths)
        if key not in self._groups:
            self._groups[key] = _by_subject(self._events, of, paths)
        return self._groups[key]


class _Fitting:
    """Whether an event has the properties of one of these, compared once for the same values."""

    def __init__(self, wheres: Wheres) -> None:
        self._wheres = wheres
        self._known: dict[Hashable, bool] = {}

    def __call__(self, values: Hashable, one: Stored) -> bool:
        if values not in self._known:
            event = Happened(one.item.occurred_at, one.item.name, one.item.properties)
            self._known[values] = any(fits(where, event) for where in self._wheres)
        return self._known[values]


def _by_subject(events: Sequence[Stored], of: Of, paths: Paths) -> _Groups:
    found: dict[tuple[int | None, int | None], dict[Hashable, Stored]] = {}
    own = of is Of.PERSON
    for one, values in zip(events, _values(events, paths), strict=True):
        if not (one.person_id if own else one.account_id):
            continue
        whose = (one.person_id if own else None, one.account_id)
        those = found.get(whose)
        if those is None:
            found[whose] = {values: one}
        elif values not in those:
            those[values] = one
    return {Subject(*whose): those for whose, those in found.items()}


def _values(events: Sequence[Stored], paths: Paths) -> list[Hashable]:
    """Of each event the values by which it is told apart. Of texts alone equal ones are the same: 1 is True to Python,
    and below a dot lies more than one value."""
    if not paths:
        return [()] * len(events)
    if any("." in path for path in paths):
        return [one.event_id for one in events]
    return [_alike(one, [one.item.properties.get(path) for path in paths]) for one in events]


def _alike(one: Stored, values: list[object]) -> Hashable:
    for value in values:
        if value is not None and type(value) is not str:
            return one.event_id
    return tuple(values)
