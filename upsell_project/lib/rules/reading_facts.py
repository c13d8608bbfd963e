"""The members of a fact as JSON: names, windows, properties and what else a question is made of."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from enum import StrEnum
from typing import Any, get_args

from upsell_project.lib import seasons
from upsell_project.lib.rules.comparing import PLAIN, compared_with
from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Entitlement,
    Events,
    Fact,
    Found,
    Measure,
    Member,
    Metered,
    Of,
    Op,
    Said,
    Score,
    Season,
    Sequence,
    Share,
    Span,
    Trait,
    Turn,
    Unit,
    Where,
    Window,
)
from upsell_project.lib.rules.reader import Reader, choice, text, under, whole

KINDS: dict[str, type[Fact]] = {
    one.kind: one
    for one in (
        Trait, Entitlement, Metered, Events, Sequence, Changed, Season, Found, Answered, Member, Said, Score
    )
}  # fmt: skip
SEASONS: tuple[str, ...] = get_args(seasons.Name)
LONGEST_WINDOW = {Unit.HOURS: 24 * 31, Unit.DAYS: 730}
_PATHLESS = (Measure.COUNT, Measure.DAYS, Measure.SESSION, Measure.MINUTES)


def fact(raw: Mapping[str, Any], path: str, reader: Reader) -> Fact | None:
    """The question of a test; None where anything of it is wrong."""
    named = raw.get("fact")
    kind = KINDS.get(named) if isinstance(named, str) else None
    if kind is None:
        reader.wrong(under(path, "fact"), f"must be one of {', '.join(KINDS)}")
        return None
    allowed = {one.name for one in fields(kind)} | {"fact", "op", "value"}
    reader.only(raw, allowed, path, f"is not known for {kind.kind}")
    before = len(reader.problems)
    given = {}
    for one in fields(kind):
        at = under(path, one.name)
        if one.name in raw:
            given[one.name] = _reader(kind, one.name)(raw[one.name], at, reader)
        elif one.default is MISSING:
            reader.wrong(at, "is missing")
    if len(reader.problems) > before:
        return None
    found = kind(**given)
    _check(found, path, reader)
    return found


def _check(found: Fact, path: str, reader: Reader) -> None:
    if isinstance(found, Events) and found.measure not in _PATHLESS and not found.path:
        reader.wrong(under(path, "path"), f"is missing: {found.measure} needs a property")
    if isinstance(found, Sequence) and len(found.names) < 2:
        reader.wrong(under(path, "names"), "must be two events at least")
    if isinstance(found, Sequence) and len(found.where) not in (0, len(found.names)):
        reader.wrong(under(path, "where"), "must have a list of properties for each event")
    if isinstance(found, Season) and found.name not in SEASONS:
        reader.wrong(under(path, "name"), f"must be one of {', '.join(SEASONS)}")


def _reader(kind: type[Fact], name: str) -> Callable[[Any, str, Reader], Any]:
    return _wheres if kind is Sequence and name == "where" else _FIELDS[name]


def _perhaps(raw: Any, path: str, reader: Reader) -> Any:
    return "" if raw == "" else text(raw, path, reader)


def _names(raw: Any, path: str, reader: Reader) -> Any:
    if not isinstance(raw, list) or len(raw) > 20:
        return reader.wrong(path, "must be a list of at most 20 names")
    return tuple(text(one, f"{path}[{place}]", reader) for place, one in enumerate(raw))


def _window(raw: Any, path: str, reader: Reader) -> Any:
    """`{"days": 14}`, `{"hours": 2}` or `{"this": "month"}`."""
    if isinstance(raw, Mapping) and len(raw) == 1:
        ((name, length),) = raw.items()
        if name == "this" and length in (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.BILLING):
            return Window(Unit(length))
        if whole(length, 1, LONGEST_WINDOW.get(name, 0)):
            return Window(Unit(name), length)
    return reader.wrong(path, 'must be {"days": 1 to 730}, {"hours": 1 to 744} or {"this": "month"}')


def _where(raw: Any, path: str, reader: Reader) -> Any:
    if not isinstance(raw, list) or len(raw) > 20:
        return reader.wrong(path, "must be a list of at most 20 properties")
    return tuple(_property(one, f"{path}[{place}]", reader) for place, one in enumerate(raw))


def _wheres(raw: Any, path: str, reader: Reader) -> Any:
    """`[[{"path": "plan", ...}], []]`: of the first event this, of the second nothing."""
    if not isinstance(raw, list) or len(raw) > 20:
        return reader.wrong(path, "must be a list of a list of properties for each event")
    return tuple(_where(one, f"{path}[{place}]", reader) for place, one in enumerate(raw))


def _property(raw: Any, path: str, reader: Reader) -> Any:
    if not isinstance(raw, Mapping) or raw.keys() - {"path", "op", "value"}:
        return reader.wrong(path, "must be an object of path, op and value")
    name = text(raw.get("path"), under(path, "path"), reader)
    op = choice(Op, raw.get("op"), under(path, "op"), reader)
    if op is None:
        return None
    if op not in PLAIN.ops:
        return reader.wrong(under(path, "op"), "compares dates, which properties are not")
    return Where(name, op, compared_with(PLAIN, op, raw.get("value"), under(path, "value"), reader))


def _whole(first: int, last: int, unit: str) -> Callable[[Any, str, Reader], Any]:
    def read(raw: Any, path: str, reader: Reader) -> Any:
        return raw if whole(raw, first, last) else reader.wrong(path, f"must be {first} to {last} {unit}")

    return read


def _chosen(choices: type[StrEnum]) -> Callable[[Any, str, Reader], Any]:
    return lambda raw, path, reader: choice(choices, raw, path, reader)


_FIELDS: dict[str, Callable[[Any, str, Reader], Any]] = {
    "after": _whole(0, 366, "days"),
    "answer": text,
    "before": _whole(0, 366, "days"),
    "gap": _whole(1, 1440, "minutes"),
    "label": text,
    "measure": _chosen(Measure),
    "name": text,
    "names": _names,
    "of": _chosen(Of),
    "offer": _perhaps,
    "path": _perhaps,
    "resource": text,
    "share": _chosen(Share),
    "slug": text,
    "span": _chosen(Span),
    "turn": _chosen(Turn),
    "where": _where,
    "window": _window,
}
