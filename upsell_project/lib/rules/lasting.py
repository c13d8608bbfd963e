"""What of a rule must still be true later, for the moment to be still relevant."""

from collections.abc import Collection

from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Events,
    Fact,
    Found,
    Metered,
    Op,
    Said,
    Sequence,
)
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed, facts

HAPPENED = (Metered, Events, Sequence, Changed, Said, Answered, Found)
"""Done is done; who they are, what they may use and which season it is can be over."""
_FEW = (Op.AT_MOST, Op.LESS_THAN)
_MANY = (Op.AT_LEAST, Op.MORE_THAN)


def lasting(rule: Rule, decided: Collection[Fact] = ()) -> Rule | None:
    """The rule without what happened, which counts as true; None: nothing must be true. What must not have happened,
    or no more often, must not have happened since either. `decided`: facts that something else decides of.

    It holds wherever the rule does. A longer negation or a weighing in which anything happened says nothing of later.
    """
    match rule:
        case AllOf(rules):
            kept = tuple(one for each in rules if (one := lasting(each, decided)) is not None)
            return AllOf(kept) if kept else None
        case AnyOf(rules):
            branches = tuple(lasting(one, decided) for one in rules)
            kept = tuple(one for one in branches if one is not None)
            return AnyOf(kept) if len(kept) == len(branches) else None
        case Test(fact, op):
            return None if fact in decided or (isinstance(fact, HAPPENED) and op not in _FEW) else rule
        case Not(Test(fact, op)):
            return None if fact in decided or (isinstance(fact, HAPPENED) and op not in _MANY) else rule
        case Not() | Weighed():
            asked = facts(rule)
            gone = any(isinstance(fact, HAPPENED) for fact in asked) or not asked.isdisjoint(decided)
            return None if gone else rule
