"""Could a rule hold by the calendar alone? "Not arbitrary time": nobody is contacted because a day has come.

Looked into are also the segments, signals and scores that a rule refers to, as far as it is said what is behind them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from upsell_project.lib.rules.facts import (
    SHOWN,
    Answered,
    Changed,
    Entitlement,
    Events,
    Fact,
    Found,
    Measure,
    Member,
    Op,
    Score,
    Season,
    Sequence,
    Share,
    Trait,
    Value,
)
from upsell_project.lib.rules.judging import COMPARE
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed
from upsell_project.lib.seasons import OWN

WITHOUT_THEM = {SHOWN, "ignored"}
"""Answers that are kept though they did nothing."""
RECEIPTS = {
    "Message Bounced",
    "Message Delivered",
    "Message Dropped",
    "Message Failed",
    "Message Opened",
    "Message Sent",
}
"""What becomes of what we send; mail programs open it by themselves."""
Points = tuple[tuple[Decimal, Rule], ...]
_ORDER = {Op.AT_LEAST: True, Op.MORE_THAN: True, Op.AT_MOST: False, Op.LESS_THAN: False}
"""Whether more of a score makes it hold."""


@dataclass(frozen=True, slots=True)
class Meant:
    """By their names, what is behind segments, signals and scores; what is missing may be as it likes."""

    segments: Mapping[str, Rule] = field(default_factory=dict)
    signals: Mapping[str, Rule] = field(default_factory=dict)
    scores: Mapping[str, Points] = field(default_factory=dict)


NOTHING = Meant()


def alone(rule: Rule, meant: Meant = NOTHING) -> bool:
    """Whether a date can make it hold for somebody who did nothing, and of whose industry nothing is known."""
    return _Looked(meant, dates=True).can(rule, True) and not _Looked(meant, dates=False).can(rule, True)


@dataclass(frozen=True, slots=True)
class _Looked:
    """`dates`: with dates that fit. `within`: the questions that are being looked into."""

    meant: Meant
    dates: bool
    within: frozenset[Fact] = frozenset()

    def can(self, rule: Rule, verdict: bool) -> bool:
        """Whether it can come out so for somebody who did nothing."""
        match rule:
            case Test():
                return self._test(rule, verdict)
            case Not(inner):
                return self.can(inner, not verdict)
            case AllOf(rules):
                return (all if verdict else any)(self.can(one, verdict) for one in rules)
            case AnyOf(rules):
                return (any if verdict else all)(self.can(one, verdict) for one in rules)
            case Weighed(rules, at_least):
                wanted = at_least * sum((weight for weight, _ in rules), Decimal(0))
                return (self._most(rules, verdict) >= wanted) is verdict

    def _most(self, rules: Points, verdict: bool) -> Decimal:
        """To come out true as many hold as can; to come out false only those that must."""
        held = (weight for weight, one in rules if self.can(one, verdict) is verdict)
        return sum(held, Decimal(0))

    def _test(self, test: Test, verdict: bool) -> bool:
        fact = test.fact
        if test.op is Op.WITHIN or (isinstance(fact, Season) and fact.name == OWN):
            return self.dates or not verdict
        behind = _Looked(self.meant, self.dates, self.within | {fact})
        if isinstance(fact, Member):
            return fact in self.within or behind._member(test, fact, verdict)
        if isinstance(fact, Score):
            return not verdict or (fact not in self.within and behind._scored(test, fact))
        if isinstance(fact, Trait) or _ours(fact):
            return True
        if isinstance(fact, Entitlement):
            return not verdict or _of_limit(test, fact)
        if test.op in (Op.KNOWN, Op.UNKNOWN):
            return (test.op is Op.UNKNOWN if _unknown(fact) else test.op is Op.KNOWN) is verdict
        if _unknown(fact) and not isinstance(fact, Changed):
            return not verdict
        if COMPARE[test.op](_nothing(fact), test.value) is verdict:
            return True
        return isinstance(fact, Found) and fact not in self.within and behind._found(test, fact, verdict)

    def _member(self, test: Test, fact: Member, verdict: bool) -> bool:
        rule = self.meant.segments.get(fact.slug)
        inside = (test.value is (test.op is Op.IS)) is verdict
        return rule is None or self.can(rule, inside)

    def _found(self, test: Test, fact: Found, verdict: bool) -> bool:
        rule = self.meant.signals.get(fact.slug)
        surely = COMPARE[test.op](1, test.value) is verdict
        return rule is not None and surely and self.can(rule, True)

    def _scored(self, test: Test, fact: Score) -> bool:
        """A score is more than a date, unless it takes the step over the bound by dates alone."""
        signs = self.meant.scores.get(fact.name, ())
        if not self.dates or test.op not in _ORDER or not signs:
            return False
        without = _Looked(self.meant, False, self.within)
        return self._reaches(test, signs) and not without._reaches(test, signs)

    def _reaches(self, test: Test, signs: Points) -> bool:
        share = self._most(signs, _ORDER[test.op]) / sum((points for points, _ in signs), Decimal(0))
        return COMPARE[test.op](share, test.value) is True


def _ours(fact: Fact) -> bool:
    """Whether it can come out either way by what we sent them alone."""
    if isinstance(fact, Answered):
        return fact.answer in WITHOUT_THEM
    return isinstance(fact, Events | Sequence) and bool(fact.names) and RECEIPTS.issuperset(fact.names)


def _of_limit(test: Test, fact: Entitlement) -> bool:
    """Whether it can hold of who used nothing: a plan gives limits to everybody."""
    if test.op in (Op.KNOWN, Op.UNKNOWN) or fact.share is Share.CAP:
        return True
    if fact.share is Share.REMAINING:
        return test.op not in (Op.AT_MOST, Op.LESS_THAN)
    return fact.share is not Share.DAYS_LEFT and COMPARE[test.op](0, test.value) is True


def _unknown(fact: Fact) -> bool:
    """Whether nothing is known of it where somebody did nothing."""
    last = isinstance(fact, Events) and fact.measure is Measure.LAST
    return last or isinstance(fact, Season | Changed)


def _nothing(fact: Fact) -> Value:
    """The answer for somebody who did nothing."""
    return False if isinstance(fact, Changed) else 0
