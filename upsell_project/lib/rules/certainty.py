"""How sure it is that a rule holds: as sure as what it rests on."""

from decimal import Decimal

from upsell_project.lib.rules.facts import Found, Op, Said
from upsell_project.lib.rules.judging import At, Known, judge, number
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed, nodes

NONE, FULL = Decimal(0), Decimal(1)


def certainty(rule: Rule, known: Known, at: At) -> Decimal:
    """From 0 to 1; 0 where it does not hold or is open.

    What is known is certain, but for what a text meant and for other signals. Of several that are all needed the least
    certain counts, of alternatives the most certain. Of what is weighed, what does not hold is missing from the whole.
    """
    if judge(rule, known, at) is not True:
        return NONE
    match rule:
        case AllOf(rules):
            return min((certainty(one, known, at) for one in rules), default=FULL)
        case AnyOf(rules):
            return max(certainty(one, known, at) for one in rules)
        case Weighed(rules):
            held = sum(weight * certainty(one, known, at) for weight, one in rules)
            return held / sum((weight for weight, _ in rules), NONE)
        case Test(Found() | Said(), Op.AT_LEAST | Op.MORE_THAN):
            return _within(known[rule.fact])
        case Test() | Not():
            return FULL


def always_full(rule: Rule) -> bool:
    """Whether it is certain wherever it holds, whatever is known."""
    return not any(isinstance(one, Weighed) or _open(one) for one in nodes(rule))


def _open(rule: Rule) -> bool:
    return isinstance(rule, Test) and isinstance(rule.fact, Found | Said)


def _within(found: object) -> Decimal:
    return (
        min(max(Decimal(found), NONE), FULL) if isinstance(found, int | Decimal) and number(found) else NONE
    )
