"""A rule as a condition of SQL that is true for everybody for whom the rule can be: it leaves nobody out.

`wanted` turns with each negation: of what is negated it is asked who can fail. What SQL cannot say is TRUE.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from signals_app.sweeping import changes, happened, held, seasons, traits
from signals_app.sweeping.asking import FALSE, TRUE, Asking, all_of, any_of, truth
from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Entitlement,
    Events,
    Found,
    Member,
    Metered,
    Op,
    Said,
    Score,
    Season,
    Sequence,
    Trait,
)
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed


def possible(rule: Rule, asking: Asking, *, wanted: bool = True) -> str:
    """True (in SQL) of all for whom the rule is `wanted`, and of others."""
    match rule:
        case Test():
            return _test(rule, asking, wanted)
        case Not(inner):
            return possible(inner, asking, wanted=not wanted)
        case AllOf(rules):
            join = all_of if wanted else any_of
            return join(*(possible(one, asking, wanted=wanted) for one in rules))
        case AnyOf(rules):
            join = any_of if wanted else all_of
            return join(*(possible(one, asking, wanted=wanted) for one in rules))
        case Weighed(rules, at_least):
            return _weighed(rules, at_least, asking, wanted)


def _weighed(rules: tuple[tuple[Decimal, Rule], ...], at_least: Decimal, asking: Asking, wanted: bool) -> str:
    """Enough of them can hold; or so many can fail that the rest is not enough."""
    whole = sum((weight for weight, _ in rules), Decimal(0))
    each = [(weight, possible(one, asking, wanted=wanted)) for weight, one in rules]
    sure = sum((weight for weight, condition in each if condition == TRUE), Decimal(0))
    bound = (at_least * whole if wanted else whole - at_least * whole) - sure
    if bound < 0 or (wanted and bound == 0):
        return TRUE
    open_ = [(weight, condition) for weight, condition in each if condition not in (TRUE, FALSE)]
    cases = [
        f"CASE WHEN {condition} THEN {asking.value(weight)}::numeric ELSE 0 END"
        for weight, condition in open_
    ]
    if not cases:
        return FALSE
    return f"({' + '.join(cases)} {'>=' if wanted else '>'} {asking.value(bound)}::numeric)"


def _test(test: Test, asking: Asking, wanted: bool) -> str:
    if not asking.knows(test.fact):
        whether_known = test.op in (Op.KNOWN, Op.UNKNOWN)
        return truth(whether_known and (test.op is Op.UNKNOWN) is wanted)
    if test.op is Op.WITHIN and not isinstance(test.fact, Trait):
        return FALSE
    return _SAY[type(test.fact)](test, asking, wanted)


_SAY: dict[type[Any], Callable[[Any, Asking, bool], str]] = {
    Trait: traits.say,
    Season: seasons.say,
    Entitlement: held.entitlement,
    Member: held.member,
    Score: held.score,
    Metered: happened.metered,
    Events: happened.events,
    Sequence: happened.sequence,
    Said: happened.said,
    Found: happened.found,
    Answered: happened.answered,
    Changed: changes.say,
}
