"""Whether a rule can hold at all, whatever is found out about those of its facts that nobody has looked at yet."""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from fractions import Fraction

from upsell_project.lib.rules import judging
from upsell_project.lib.rules.facts import Fact, Value
from upsell_project.lib.rules.judging import At
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

Possible = Callable[[Mapping[Fact, Value], At], bool]
_Ways = tuple[bool, bool]
"""Whether it can be true, and whether it can be false. What is not known is neither."""
_Both = Callable[[Mapping[Fact, Value], At], _Ways]
_ANYHOW: _Ways = (True, True)


def possible(rule: Rule, unseen: Collection[Fact]) -> Possible:
    """To be kept and asked for many: whether it can be true by what is known of its other facts.

    It may say so of what cannot be, as it takes each question for itself; never the other way round.
    """
    ways = _compiled(rule, frozenset(unseen))
    return lambda known, when: ways(known, when)[0]


def _compiled(rule: Rule, unseen: frozenset[Fact]) -> _Both:
    match rule:
        case Test(fact):
            return _unseen if fact in unseen else _seen(rule)
        case Not(inner):
            return _turned(_compiled(inner, unseen))
        case AllOf(rules):
            return _all([_compiled(one, unseen) for one in rules])
        case AnyOf(rules):
            return _turned(_all([_turned(_compiled(one, unseen)) for one in rules]))
        case Weighed(rules, at_least):
            return _weighed([(weight, _compiled(one, unseen)) for weight, one in rules], at_least)


def _unseen(known: Mapping[Fact, Value], when: At) -> _Ways:
    return _ANYHOW


def _seen(rule: Test) -> _Both:
    judge = judging.compiled(rule)

    def seen(known: Mapping[Fact, Value], when: At) -> _Ways:
        verdict = judge(known, when)
        return verdict is True, verdict is False

    return seen


def _turned(inner: _Both) -> _Both:
    def turned(known: Mapping[Fact, Value], when: At) -> _Ways:
        true, false = inner(known, when)
        return false, true

    return turned


def _all(rules: list[_Both]) -> _Both:
    def every(known: Mapping[Fact, Value], when: At) -> _Ways:
        ways = [one(known, when) for one in rules]
        return all(true for true, _ in ways), any(false for _, false in ways)

    return every


def _weighed(rules: list[tuple[Decimal, _Both]], at_least: Decimal) -> _Both:
    exact = [(Fraction(weight), one) for weight, one in rules]
    total = sum(weight for weight, _ in exact)
    wanted = total * Fraction(at_least)

    def weighed(known: Mapping[Fact, Value], when: At) -> _Ways:
        ways = [(weight, *one(known, when)) for weight, one in exact]
        holds = sum(weight for weight, true, _ in ways if true)
        fails = sum(weight for weight, _, false in ways if false)
        return holds >= wanted, total - fails < wanted

    return weighed
