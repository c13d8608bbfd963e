"""A stored rule, ready to be asked; read once for as long as it stays as it is."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from upsell_project.lib.rules import judging, reading, wording
from upsell_project.lib.rules.facts import Fact
from upsell_project.lib.rules.judging import Judge
from upsell_project.lib.rules.tree import Rule
from upsell_project.lib.rules.tree import facts as facts_of
from upsell_project.lib.rules.tree import tests as tests_of


@dataclass(frozen=True, slots=True)
class Condition:
    """One test of a rule."""

    fact: Fact
    sentence: str
    holds: Judge


@dataclass(frozen=True, slots=True)
class Ready:
    rule: Rule
    holds: Judge
    facts: frozenset[Fact]
    sentence: str
    conditions: tuple[Condition, ...]
    """Each once, in the order of the rule."""


def of(raw: Mapping[str, Any]) -> Ready:
    """Raises reading.Unreadable with everything that is wrong."""
    return _ready(json.dumps(raw, sort_keys=True))


def readable(raw: Mapping[str, Any]) -> Ready | None:
    """None where there is no rule, or none that can be read."""
    try:
        return of(raw) if raw else None
    except reading.Unreadable:
        return None


def problems(raw: Any, path: str = "") -> list[str]:
    """What is wrong with a rule, which somebody wrote at this path: `entry.all[0].op must be one of ...`."""
    try:
        reading.read(raw)
    except reading.Unreadable as error:
        return [f"{_place(path, at)} {said}" for at, said in error.problems]
    return []


def _place(path: str, at: str) -> str:
    return ".".join(one for one in (path, at) if one) or "The rule"


@lru_cache(maxsize=1_000)
def _ready(text: str) -> Ready:
    rule = reading.read(json.loads(text))
    conditions = tuple(
        Condition(one.fact, wording.sentence(one), judging.compiled(one))
        for one in dict.fromkeys(tests_of(rule))
    )
    return Ready(rule, judging.compiled(rule), frozenset(facts_of(rule)), wording.sentence(rule), conditions)
