"""A rule: questions, and how their answers are joined."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from upsell_project.lib.rules.facts import Fact, Op, Value


@dataclass(frozen=True, slots=True)
class Test:
    """One question. `value`: what the fact is compared with; a pair for `between` and `within`, more for `one_of`."""

    __test__ = False  # no test of pytest's
    fact: Fact
    op: Op
    value: Value | tuple[Value, ...] = None


@dataclass(frozen=True, slots=True)
class AllOf:
    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class AnyOf:
    rules: "tuple[Rule, ...]"


@dataclass(frozen=True, slots=True)
class Not:
    rule: "Rule"


@dataclass(frozen=True, slots=True)
class Weighed:
    """Enough of these hold: their weights are at least the share `at_least` (above 0, up to 1) of all weights."""

    rules: "tuple[tuple[Decimal, Rule], ...]"
    """Weights above 0."""
    at_least: Decimal


Rule = Test | AllOf | AnyOf | Not | Weighed


def tests(rule: Rule) -> Iterator[Test]:
    """Every question, in the order in which it is written."""
    match rule:
        case Test():
            yield rule
        case Not(inner):
            yield from tests(inner)
        case AllOf(rules) | AnyOf(rules):
            for each in rules:
                yield from tests(each)
        case Weighed(rules):
            for _, each in rules:
                yield from tests(each)


def nodes(rule: Rule) -> Iterator[Rule]:
    """The rule and all rules that it is made of."""
    yield rule
    match rule:
        case Not(inner):
            yield from nodes(inner)
        case AllOf(rules) | AnyOf(rules):
            for each in rules:
                yield from nodes(each)
        case Weighed(rules):
            for _, each in rules:
                yield from nodes(each)


def facts(rule: Rule) -> set[Fact]:
    """All that must be known to judge it."""
    return {test.fact for test in tests(rule)}
