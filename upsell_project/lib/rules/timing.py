"""When a rule must be judged again: as time passes, or as events arrive."""

from enum import Flag, auto

from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Entitlement,
    Events,
    Fact,
    Found,
    Measure,
    Metered,
    Op,
    Said,
    Season,
    Sequence,
    Share,
)
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed, facts


class Moves(Flag):
    """How an answer can differ later when nothing arrives and nobody changes a fact."""

    NOT = 0
    UP = auto()
    DOWN = auto()
    COMES = auto()
    """It becomes known."""
    GOES = auto()
    """It becomes unknown."""


_ANYHOW = Moves.UP | Moves.DOWN | Moves.COMES | Moves.GOES
_MEASURES = {
    # Numbers below 0 leave the window, too.
    Measure.SUM: Moves.UP | Moves.DOWN,
    # The last one stays the last until it leaves the window.
    Measure.LAST: Moves.GOES,
}
# A period turns: what was used of it begins anew, or nobody has counted in it yet.
_SHARES = {
    Share.USED: Moves.DOWN | Moves.GOES,
    Share.RATIO: Moves.DOWN | Moves.GOES,
    Share.REMAINING: Moves.UP | Moves.GOES,
    Share.CAP: Moves.NOT,
    Share.DAYS_LEFT: _ANYHOW,
}


def rises(rule: Rule) -> bool:
    """Whether it can become true (from false or open) by the passing of time alone.

    Not counted as time: events with a time still to come, other signals found, segments and scores computed anew. Use
    is taken to grow only: a meter that sums negative amounts over the last days can rise as they leave them.
    """
    return _turns(rule, to=True)


def ceases(rule: Rule) -> bool:
    """Whether it can be true no longer (false or open) by the passing of time alone."""
    return _turns(rule, to=False) or any(Moves.GOES in _moves(fact) for fact in facts(rule))


def names(rule: Rule, texts: frozenset[str]) -> frozenset[str] | None:
    """The names of the events whose arrival can change its verdict; None: any. `texts`: those that carry what people
    say.

    What the account, the person and their use are changes otherwise, as do answers, segments, scores and the signals
    found: whoever changes it must ask again.
    """
    found: frozenset[str] = frozenset()
    for fact in facts(rule):
        mine = _names(fact, texts)
        if mine is None:
            return None
        found |= mine
    return found


def _names(fact: Fact, texts: frozenset[str]) -> frozenset[str] | None:
    match fact:
        case Events() | Sequence() | Changed():
            return frozenset(fact.names) or None
        case Said():
            return texts
        case _:
            return frozenset()


def _turns(rule: Rule, *, to: bool) -> bool:
    """Whether the verdict can become `to`. A group cannot unless one of its members can, a negation if what it negates
    can become the opposite."""
    match rule:
        case Not(inner):
            return _turns(inner, to=not to)
        case AllOf(rules) | AnyOf(rules):
            return any(_turns(one, to=to) for one in rules)
        case Weighed(rules):
            return any(_turns(one, to=to) for _, one in rules)
        case Test():
            return bool(_moves(rule.fact) & _turning(rule.op, to=to)) or rule.op is Op.WITHIN


def _turning(op: Op, *, to: bool) -> Moves:
    """The moves of an answer by which a comparison can become `to`."""
    match op:
        case Op.KNOWN | Op.UNKNOWN:
            return Moves.COMES if (op is Op.KNOWN) is to else Moves.GOES
        case Op.AT_LEAST | Op.MORE_THAN:
            return Moves.COMES | (Moves.UP if to else Moves.DOWN)
        case Op.AT_MOST | Op.LESS_THAN:
            return Moves.COMES | (Moves.DOWN if to else Moves.UP)
        case _:
            return Moves.COMES | Moves.UP | Moves.DOWN


def _moves(fact: Fact) -> Moves:
    match fact:
        case Events(measure=measure):
            return _MEASURES.get(measure, Moves.DOWN)
        case Metered():
            # Its meter may sum amounts below 0, or keep the newest.
            return Moves.UP | Moves.DOWN
        case Sequence() | Found() | Said() | Answered():
            return Moves.DOWN
        case Entitlement(share=share):
            return _SHARES[share]
        case Changed() | Season():
            return _ANYHOW
        case _:
            return Moves.NOT
