"""Rules as JSON, as staff save them: read with the place and the reason of everything that is wrong, and written back.

{"all": [
  {"fact": "entitlement", "resource": "exports", "share": "ratio", "op": "at_least", "value": 0.8},
  {"not": {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}},
  {"fact": "events", "names": ["Feature Used"], "window": {"days": 14}, "op": "at_least", "value": 5,
   "where": [{"path": "tier", "op": "is", "value": "premium"}]}
]}
"""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, dataclass, field, fields
from decimal import Decimal
from enum import StrEnum
from typing import Any

from upsell_project.lib.rules.facts import (
    Answered,
    Entitlement,
    Events,
    Fact,
    Found,
    Measure,
    Member,
    Of,
    Op,
    Said,
    Score,
    Sequence,
    Share,
    Trait,
    Unit,
    Where,
    Window,
)
from upsell_project.lib.rules.measuring import value as plain
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test

KINDS: dict[str, type[Fact]] = {
    one.kind: one for one in (Trait, Entitlement, Events, Sequence, Found, Answered, Member, Said, Score)
}
DEEPEST = 8
MOST_TESTS = 100
LONGEST_TEXT = 200
LONGEST_WINDOW = {Unit.HOURS: 24 * 31, Unit.DAYS: 730}
_GROUPS: dict[str, Callable[[tuple[Rule, ...]], Rule]] = {"all": AllOf, "any": AnyOf}
_PAIRS = (Op.BETWEEN, Op.WITHIN)
_ORDER = (Op.AT_LEAST, Op.MORE_THAN, Op.AT_MOST, Op.LESS_THAN, Op.BETWEEN)
_PATHLESS = (Measure.COUNT, Measure.DAYS, Measure.SESSION, Measure.MINUTES)


class Unreadable(ValueError):
    """`problems`: (path, sentence) of everything that is wrong."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__("; ".join(f"{path or 'the rule'} {sentence}" for path, sentence in problems))
        self.problems = problems


@dataclass(slots=True)
class _Reader:
    problems: list[tuple[str, str]] = field(default_factory=list)
    tests: int = 0

    def wrong(self, path: str, sentence: str) -> Any:
        """Note it, and go on with None in its place: the next problem is wanted, too."""
        self.problems.append((path, sentence))
        return None


def read(raw: Any) -> Rule:
    """The rule. Raises Unreadable with every problem there is."""
    reader = _Reader()
    rule = _rule(raw, "", 1, reader)
    if reader.tests > MOST_TESTS:
        reader.wrong("", f"asks more than {MOST_TESTS} questions")
    if reader.problems or rule is None:
        raise Unreadable(reader.problems)
    return rule


def _rule(raw: Any, path: str, level: int, reader: _Reader) -> Rule | None:
    if not isinstance(raw, Mapping):
        reader.wrong(path, "must be an object")
        return None
    if level > DEEPEST:
        reader.wrong(path, f"is nested deeper than {DEEPEST} levels")
        return None
    group = next((name for name in (*_GROUPS, "not") if name in raw), None)
    if group is None:
        return _test(raw, path, reader)
    for other in raw.keys() - {group}:
        reader.wrong(_under(path, other), f"has no place beside {group}")
    if group == "not":
        inner = _rule(raw["not"], _under(path, "not"), level + 1, reader)
        return Not(inner) if inner else None
    return _group(group, raw[group], _under(path, group), level, reader)


def _group(name: str, raw: Any, path: str, level: int, reader: _Reader) -> Rule | None:
    if not isinstance(raw, list) or not raw:
        reader.wrong(path, "must be a list with at least one condition")
        return None
    found = [_rule(one, f"{path}[{place}]", level + 1, reader) for place, one in enumerate(raw)]
    return _GROUPS[name](tuple(one for one in found if one))


def _test(raw: Mapping[str, Any], path: str, reader: _Reader) -> Test | None:
    reader.tests += 1
    named = raw.get("fact")
    kind = KINDS.get(named) if isinstance(named, str) else None
    if kind is None:
        reader.wrong(_under(path, "fact"), f"must be one of {', '.join(KINDS)}")
        return None
    allowed = {one.name for one in fields(kind)} | {"fact", "op", "value"}
    for other in sorted(raw.keys() - allowed):
        reader.wrong(_under(path, other), f"is not known for {kind.kind}")
    before = len(reader.problems)
    given = {one.name: _field(one, raw, path, reader) for one in fields(kind) if one.name in raw}
    for one in fields(kind):
        if one.default is MISSING and one.name not in raw:
            reader.wrong(_under(path, one.name), "is missing")
    op = _choice(Op, raw.get("op"), _under(path, "op"), reader)
    if op is None or len(reader.problems) > before:
        return None
    fact = kind(**given)
    _check(fact, path, reader)
    return Test(fact, op, _compared(op, raw.get("value"), _under(path, "value"), reader))


def _check(fact: Fact, path: str, reader: _Reader) -> None:
    if isinstance(fact, Events) and fact.measure not in _PATHLESS and not fact.path:
        reader.wrong(_under(path, "path"), f"is missing: {fact.measure} needs a property")
    if isinstance(fact, Sequence) and len(fact.names) < 2:
        reader.wrong(_under(path, "names"), "must be two events at least")


def _compared(op: Op, raw: Any, path: str, reader: _Reader) -> Any:
    """What the fact is compared with, of the shape that `op` needs."""
    if op in (Op.KNOWN, Op.UNKNOWN):
        return None if raw is None else reader.wrong(path, f"has no place with {op}")
    if op in (*_PAIRS, Op.ONE_OF):
        if not isinstance(raw, list) or not raw or (op in _PAIRS and len(raw) != 2):
            return reader.wrong(path, "must be a list" if op is Op.ONE_OF else "must be two numbers")
        values = tuple(_value(op, one, f"{path}[{place}]", reader) for place, one in enumerate(raw))
        if op in _PAIRS and None not in values and values[0] > values[1]:
            reader.wrong(path, "must be the smaller number first")
        return values
    return _value(op, raw, path, reader)


def _value(op: Op, raw: Any, path: str, reader: _Reader) -> Any:
    found = plain(raw) if not isinstance(raw, list) else None
    if found is None or (isinstance(found, str) and len(found) > LONGEST_TEXT):
        return reader.wrong(
            path, f"must be a text of at most {LONGEST_TEXT} characters, a number, true or false"
        )
    number = isinstance(found, int | Decimal) and not isinstance(found, bool)
    if op in _ORDER and not number:
        return reader.wrong(path, "must be a number")
    if op is Op.WITHIN and (not isinstance(found, int) or isinstance(found, bool) or abs(found) > 3660):
        return reader.wrong(path, "must be a whole number of days")
    if isinstance(found, Decimal) and not found.is_finite():
        return reader.wrong(path, "must be a number")
    return found


def _field(one: Any, raw: Mapping[str, Any], path: str, reader: _Reader) -> Any:
    at = _under(path, one.name)
    return _FIELDS[one.name](raw[one.name], at, reader)


def _text(raw: Any, path: str, reader: _Reader) -> Any:
    if isinstance(raw, str) and raw.strip() and len(raw) <= LONGEST_TEXT:
        return raw
    return reader.wrong(path, f"must be a text of at most {LONGEST_TEXT} characters")


def _perhaps(raw: Any, path: str, reader: _Reader) -> Any:
    return "" if raw == "" else _text(raw, path, reader)


def _names(raw: Any, path: str, reader: _Reader) -> Any:
    if not isinstance(raw, list) or len(raw) > 20:
        return reader.wrong(path, "must be a list of at most 20 names")
    return tuple(_text(one, f"{path}[{place}]", reader) for place, one in enumerate(raw))


def _choice(choices: type[StrEnum], raw: Any, path: str, reader: _Reader) -> Any:
    known = [one.value for one in choices]
    return choices(raw) if raw in known else reader.wrong(path, f"must be one of {', '.join(known)}")


def _window(raw: Any, path: str, reader: _Reader) -> Any:
    """`{"days": 14}`, `{"hours": 2}` or `{"this": "month"}`."""
    if isinstance(raw, Mapping) and len(raw) == 1:
        ((name, length),) = raw.items()
        if name == "this" and length in (Unit.DAY, Unit.WEEK, Unit.MONTH, Unit.BILLING):
            return Window(Unit(length))
        most = LONGEST_WINDOW.get(name, 0)
        if isinstance(length, int) and not isinstance(length, bool) and 0 < length <= most:
            return Window(Unit(name), length)
    return reader.wrong(path, 'must be {"days": 1 to 730}, {"hours": 1 to 744} or {"this": "month"}')


def _where(raw: Any, path: str, reader: _Reader) -> Any:
    if not isinstance(raw, list) or len(raw) > 20:
        return reader.wrong(path, "must be a list of at most 20 properties")
    return tuple(_property(one, f"{path}[{place}]", reader) for place, one in enumerate(raw))


def _property(raw: Any, path: str, reader: _Reader) -> Any:
    if not isinstance(raw, Mapping) or raw.keys() - {"path", "op", "value"}:
        return reader.wrong(path, "must be an object of path, op and value")
    name = _text(raw.get("path"), _under(path, "path"), reader)
    op = _choice(Op, raw.get("op"), _under(path, "op"), reader)
    if op is Op.WITHIN:
        return reader.wrong(_under(path, "op"), "compares dates, which properties are not")
    return Where(name, op, _compared(op, raw.get("value"), _under(path, "value"), reader)) if op else None


def _gap(raw: Any, path: str, reader: _Reader) -> Any:
    if isinstance(raw, int) and not isinstance(raw, bool) and 1 <= raw <= 1440:
        return raw
    return reader.wrong(path, "must be 1 to 1440 minutes")


def _chosen(choices: type[StrEnum]) -> Callable[[Any, str, _Reader], Any]:
    return lambda raw, path, reader: _choice(choices, raw, path, reader)


_FIELDS: dict[str, Callable[[Any, str, _Reader], Any]] = {
    "answer": _text,
    "gap": _gap,
    "label": _text,
    "measure": _chosen(Measure),
    "name": _text,
    "names": _names,
    "of": _chosen(Of),
    "offer": _perhaps,
    "path": _perhaps,
    "resource": _text,
    "share": _chosen(Share),
    "slug": _text,
    "where": _where,
    "window": _window,
}


def _under(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
