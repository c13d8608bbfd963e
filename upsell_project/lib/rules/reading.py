"""Rules as JSON, as staff save them: read with the place and the reason of everything that is wrong, and written back.

{"all": [
  {"fact": "entitlement", "resource": "exports", "share": "ratio", "op": "at_least", "value": 0.8},
  {"not": {"fact": "trait", "of": "account", "name": "plan", "op": "is", "value": "free"}},
  {"fact": "events", "names": ["Feature Used"], "window": {"days": 14}, "op": "at_least", "value": 5,
   "where": [{"path": "tier", "op": "is", "value": "premium"}]}
]}

Others: {"any": [...]}, and {"weighed": [{"weight": 3, "if": {...}}, ...], "at_least": 0.6}.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from upsell_project.lib.rules import reading_facts
from upsell_project.lib.rules.comparing import compared
from upsell_project.lib.rules.facts import Op
from upsell_project.lib.rules.reader import Reader, Unreadable, amount, choice, under
from upsell_project.lib.rules.reading_facts import KINDS, LONGEST_WINDOW
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

__all__ = ["DEEPEST", "KINDS", "LONGEST_WINDOW", "MOST_TESTS", "MOST_WEIGHT", "Unreadable", "read"]

DEEPEST = 8
MOST_TESTS = 100
MOST_WEIGHT = 1_000_000
_EMPTY = "must be a list with at least one condition"


def read(raw: Any) -> Rule:
    """The rule. Raises Unreadable with every problem there is."""
    reader = Reader()
    rule = _rule(raw, "", 1, reader)
    if reader.tests > MOST_TESTS:
        reader.wrong("", f"asks more than {MOST_TESTS} questions")
    if reader.problems or rule is None:
        raise Unreadable(reader.problems)
    return rule


def _rule(raw: Any, path: str, level: int, reader: Reader) -> Rule | None:
    if not isinstance(raw, Mapping):
        reader.wrong(path, "must be an object")
        return None
    if level > DEEPEST:
        reader.wrong(path, f"is nested deeper than {DEEPEST} levels")
        return None
    group = next((name for name in _GROUPS if name in raw), None)
    if group is None:
        return _test(raw, path, reader)
    beside = {"at_least"} if group == "weighed" else set()
    reader.only(raw, {group} | beside, path, f"has no place beside {group}")
    return _GROUPS[group](raw, path, level, reader)


def _not(raw: Mapping[str, Any], path: str, level: int, reader: Reader) -> Rule | None:
    inner = _rule(raw["not"], under(path, "not"), level + 1, reader)
    return Not(inner) if inner else None


def _all(raw: Mapping[str, Any], path: str, level: int, reader: Reader) -> Rule | None:
    return AllOf(_list(raw["all"], under(path, "all"), level, reader))


def _any(raw: Mapping[str, Any], path: str, level: int, reader: Reader) -> Rule | None:
    return AnyOf(_list(raw["any"], under(path, "any"), level, reader))


def _list(raw: Any, path: str, level: int, reader: Reader) -> tuple[Rule, ...]:
    if not isinstance(raw, list) or not raw:
        reader.wrong(path, _EMPTY)
        return ()
    found = [_rule(one, f"{path}[{place}]", level + 1, reader) for place, one in enumerate(raw)]
    return tuple(one for one in found if one)


def _weighed(raw: Mapping[str, Any], path: str, level: int, reader: Reader) -> Rule | None:
    members, place = raw["weighed"], under(path, "weighed")
    share = amount(raw.get("at_least"), 1)
    if share is None:
        reader.wrong(under(path, "at_least"), "must be a share above 0, at most 1")
    if not isinstance(members, list) or not members:
        reader.wrong(place, _EMPTY)
        return None
    found = [_weight(one, f"{place}[{number}]", level, reader) for number, one in enumerate(members)]
    return Weighed(tuple(one for one in found if one), share or Decimal(1))


def _weight(raw: Any, path: str, level: int, reader: Reader) -> tuple[Decimal, Rule] | None:
    if not isinstance(raw, Mapping) or raw.keys() != {"weight", "if"}:
        reader.wrong(path, "must be an object of weight and if")
        return None
    weight = amount(raw["weight"], MOST_WEIGHT)
    if weight is None:
        reader.wrong(under(path, "weight"), f"must be a number above 0, at most {MOST_WEIGHT}")
    rule = _rule(raw["if"], under(path, "if"), level + 1, reader)
    return (weight, rule) if weight and rule else None


_GROUPS: dict[str, Callable[[Mapping[str, Any], str, int, Reader], Rule | None]] = {
    "all": _all,
    "any": _any,
    "not": _not,
    "weighed": _weighed,
}


def _test(raw: Mapping[str, Any], path: str, reader: Reader) -> Test | None:
    reader.tests += 1
    fact = reading_facts.fact(raw, path, reader)
    op = choice(Op, raw.get("op"), under(path, "op"), reader)
    return Test(fact, op, compared(fact, op, raw.get("value"), path, reader)) if fact and op else None
