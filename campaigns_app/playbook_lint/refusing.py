"""Rules that hold because somebody said no, be it behind a segment, a signal or a score; pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from upsell_project.lib.rules import judging, meaning, ready
from upsell_project.lib.rules.facts import Answered, Changed, Events, Fact, Found, Member, Score, Value
from upsell_project.lib.rules.facts import Sequence as InOrder
from upsell_project.lib.rules.meaning import Named
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

NO = frozenset({"declined", "opted_out", "intrusive", "mistimed"})
EVENTS = frozenset({"Unsubscribed", "Spam Reported"})
Behind = Mapping[Named, Sequence[Rule]]
"""The rules by which each segment, signal and score comes about."""
_ANY_TIME = judging.at(datetime(2000, 1, 1, tzinfo=UTC), "UTC")


def asks_for_no(raw: Mapping[str, Any], behind: Behind) -> bool:
    """Whether a no of theirs can be what makes it hold. Nothing is said of a rule that cannot be read."""
    known = ready.readable(raw)
    return known is not None and _opened(known.rule, True, behind, frozenset())


def comes_of_no(named: Named, behind: Behind) -> bool:
    """Whether a no of theirs can be what brings it about."""
    return any(_opened(rule, True, behind, frozenset({(named, True)})) for rule in behind.get(named, ()))


def _opened(rule: Rule, held: bool, behind: Behind, seen: frozenset[tuple[Named, bool]]) -> bool:
    """`held`: whether the whole holds the sooner when this part does."""
    match rule:
        case Test(fact):
            more = judging.judge(rule, {fact: _without(fact)}, _ANY_TIME) is not held
            return more if _is_no(fact) else _behind(fact, more, behind, seen)
        case Not(inner):
            return _opened(inner, not held, behind, seen)
        case AllOf(rules) | AnyOf(rules):
            return any(_opened(one, held, behind, seen) for one in rules)
        case Weighed(rules):
            return any(_opened(one, held, behind, seen) for _, one in rules)


def _behind(fact: Fact, more: bool, behind: Behind, seen: frozenset[tuple[Named, bool]]) -> bool:
    """`more`: whether it helps that this segment, signal or score comes about, or that it does not."""
    if not isinstance(fact, Member | Found | Score):
        return False
    asked = {(named, more) for _, named in meaning.named(fact)} - seen
    rules = [rule for named, _ in asked for rule in behind.get(named, ())]
    return any(_opened(rule, more, behind, seen | asked) for rule in rules)


def _is_no(fact: Fact) -> bool:
    if isinstance(fact, Events | InOrder | Changed):
        return not EVENTS.isdisjoint(fact.names)
    return isinstance(fact, Answered) and fact.answer in NO


def _without(fact: Fact) -> Value:
    """What is known of whoever never did."""
    return False if isinstance(fact, Member | Changed) else 0
