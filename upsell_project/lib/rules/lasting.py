"""What of a rule must still be true later, for the moment to be still relevant."""

from upsell_project.lib.rules.facts import Answered, Changed, Events, Found, Said, Sequence
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed, facts

HAPPENED = (Events, Sequence, Changed, Said, Answered, Found)
"""Done is done; who they are, what they may use and which season it is can be over."""


def lasting(rule: Rule) -> Rule | None:
    """The rule without what happened, which counts as true; None: nothing must be true.

    It holds wherever the rule does. A negation or weighing in which anything happened says nothing of later.
    """
    match rule:
        case AllOf(rules):
            kept = tuple(one for one in map(lasting, rules) if one is not None)
            return AllOf(kept) if kept else None
        case AnyOf(rules):
            branches = tuple(map(lasting, rules))
            kept = tuple(one for one in branches if one is not None)
            return AnyOf(kept) if len(kept) == len(branches) else None
        case Test() | Not() | Weighed():
            return None if any(isinstance(fact, HAPPENED) for fact in facts(rule)) else rule
