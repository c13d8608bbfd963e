"""What of a rule must still be true later, for the moment to be still relevant."""

from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal

from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Events,
    Fact,
    Found,
    Measure,
    Metered,
    Op,
    Said,
    Sequence,
)
from upsell_project.lib.rules.judging import number
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed, facts

HAPPENED = (Metered, Events, Sequence, Changed, Said, Answered, Found)
"""Done is done; who they are, what they may use and which season it is can be over."""
_FEW = (Op.AT_MOST, Op.LESS_THAN)
_MANY = (Op.AT_LEAST, Op.MORE_THAN)
_JUST = (Op.IS, Op.ONE_OF, Op.BETWEEN)


def lasting(rule: Rule, decided: Collection[Fact] = ()) -> Rule | None:
    """The rule without what happened, which counts as true; None: nothing must be true. What must not have happened,
    or no more often, must not have happened since either. `decided`: facts that something else decides of.

    It holds wherever the rule does. A weighing in which anything happened says nothing of later.
    """
    match rule:
        case AllOf(rules):
            kept = tuple(one for each in rules if (one := lasting(each, decided)) is not None)
            return AllOf(kept) if kept else None
        case AnyOf(rules):
            branches = tuple(lasting(one, decided) for one in rules)
            kept = tuple(one for one in branches if one is not None)
            return AnyOf(kept) if len(kept) == len(branches) else None
        case Test(fact):
            return None if fact in decided else _no_more(rule) if isinstance(fact, HAPPENED) else rule
        case Not(Test(fact, op) as test):
            if fact in decided or not isinstance(fact, HAPPENED) or op in _MANY:
                return None if fact in decided else rule
            return _no_more(replace(test, op=Op.IS)) if op is Op.IS_NOT else None
        case Not(inner) if (turned := _turned(inner)) is not None:
            return lasting(turned, decided)
        case Not() | Weighed():
            asked = facts(rule)
            gone = any(isinstance(fact, HAPPENED) for fact in asked) or not asked.isdisjoint(decided)
            return None if gone else rule


def _no_more(test: Test) -> Test | None:
    """That it did not happen more often, where the test says so; what is no number is said once and for all."""
    if test.op in _FEW:
        return test
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    numbers = [one for one in values if isinstance(one, int | Decimal) and number(one)]
    counted = getattr(test.fact, "measure", None) is not Measure.LAST
    if test.op not in _JUST or len(numbers) < len(values) or not counted:
        return None
    return replace(test, op=Op.AT_MOST, value=max(numbers))


def _turned(rule: Rule) -> Rule | None:
    """What its negation says, with the negations further in."""
    match rule:
        case Not(inner):
            return inner
        case AllOf(rules):
            return AnyOf(tuple(map(Not, rules)))
        case AnyOf(rules):
            return AllOf(tuple(map(Not, rules)))
    return None
