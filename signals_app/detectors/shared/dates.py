"""Could a rule hold by the calendar alone? "Not arbitrary time": nobody is contacted because a day has come."""

from decimal import Decimal

from upsell_project.lib.rules.facts import (
    Changed,
    Entitlement,
    Fact,
    Member,
    Op,
    Score,
    Season,
    Trait,
    Value,
)
from upsell_project.lib.rules.judging import COMPARE
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed


def alone(rule: Rule) -> bool:
    """Whether a date can make it hold for somebody who did nothing, and of whose industry nothing is known."""
    return _can(rule, True, dates=True) and not _can(rule, True, dates=False)


def _can(rule: Rule, verdict: bool, *, dates: bool) -> bool:
    """Whether it can come out so for somebody who did nothing; `dates`: with dates that fit."""
    match rule:
        case Test():
            return _test(rule, verdict, dates=dates)
        case Not(inner):
            return _can(inner, not verdict, dates=dates)
        case AllOf(rules):
            return (all if verdict else any)(_can(one, verdict, dates=dates) for one in rules)
        case AnyOf(rules):
            return (any if verdict else all)(_can(one, verdict, dates=dates) for one in rules)
        case Weighed(rules, at_least):
            wanted = at_least * sum((weight for weight, _ in rules), Decimal(0))
            # To come out true as many hold as can; to come out false only those that must.
            held = (weight for weight, one in rules if _can(one, verdict, dates=dates) is verdict)
            return (sum(held, Decimal(0)) >= wanted) is verdict


def _test(test: Test, verdict: bool, *, dates: bool) -> bool:
    if test.op is Op.WITHIN:
        return dates or not verdict
    if isinstance(test.fact, Trait | Member):
        return True
    if test.op in (Op.KNOWN, Op.UNKNOWN) or isinstance(test.fact, Entitlement | Season | Score):
        return not verdict
    return COMPARE[test.op](_nothing(test.fact), test.value) is verdict


def _nothing(fact: Fact) -> Value:
    """The answer for somebody who did nothing."""
    return False if isinstance(fact, Changed) else 0
