"""Rules that hold because somebody said no; pure."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from upsell_project.lib.rules import judging, ready
from upsell_project.lib.rules.facts import Answered
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

NO = frozenset({"declined", "opted_out", "intrusive", "mistimed"})
_ANY_TIME = judging.at(datetime(2000, 1, 1, tzinfo=UTC), "UTC")


def asks_for_no(raw: Mapping[str, Any]) -> bool:
    """Whether a no of theirs can be what makes it hold. Nothing is said of a rule that cannot be read."""
    known = ready.readable(raw)
    return known is not None and _opened(known.rule, held=True)


def _opened(rule: Rule, held: bool) -> bool:
    """`held`: whether the whole holds the sooner when this part does."""
    match rule:
        case Test(fact):
            if not isinstance(fact, Answered) or fact.answer not in NO:
                return False
            without = judging.judge(rule, {fact: 0}, _ANY_TIME)
            return without is not held
        case Not(inner):
            return _opened(inner, not held)
        case AllOf(rules) | AnyOf(rules):
            return any(_opened(one, held) for one in rules)
        case Weighed(rules):
            return any(_opened(one, held) for _, one in rules)
