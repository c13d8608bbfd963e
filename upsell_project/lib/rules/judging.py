"""Whether a rule holds for somebody, given what is known of them.

Three values, as in Kleene's strong logic of indeterminacy (Introduction to Metamathematics, 1952, par. 64) and in SQL:
what is not known is neither true nor false, and neither is its negation. So a rule holds only by what is known, unless
it asks for just that (`unknown`).

No answer may raise: what strangers say of one person would stop what is taken in of all others.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from math import lcm
from typing import Any
from zoneinfo import ZoneInfo

from upsell_project.lib import errors
from upsell_project.lib.rules import words
from upsell_project.lib.rules.facts import Fact, Op, Value
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

log = logging.getLogger(__name__)

Verdict = bool | None
Known = Mapping[Fact, Value]


@dataclass(frozen=True, slots=True)
class At:
    """When it is asked: an aware moment, and the date where the subject is."""

    now: datetime
    today: date


def at(now: datetime, zone: str) -> At:
    """`zone`: an IANA name."""
    return At(now, now.astimezone(ZoneInfo(zone)).date())


Judge = Callable[[Known, At], Verdict]


def compiled(rule: Rule, of: str = "a rule") -> Judge:
    """The rule as a function, to be kept and asked for many people. `of`: what it is called where it cannot be judged,
    which counts as not known."""
    judged, told = _compiled(rule), False

    def surely(known: Known, when: At) -> Verdict:
        nonlocal told
        try:
            return judged(known, when)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            if not told:
                told = True
                log.error("%s cannot be judged for some: %s", of, errors.told(error))
            return None

    return surely


def _compiled(rule: Rule) -> Judge:
    match rule:
        case Test(fact, op, value):
            return _test(fact, op, value)
        case Not(inner):
            return _not(_compiled(inner))
        case AllOf(rules):
            return _joined([_compiled(each) for each in rules], decisive=False)
        case AnyOf(rules):
            return _joined([_compiled(each) for each in rules], decisive=True)
        case Weighed(rules, at_least):
            return _weighed([_compiled(each) for _, each in rules], [weight for weight, _ in rules], at_least)


def judge(rule: Rule, known: Known, when: At) -> Verdict:
    """True, False, or None where it depends on what is not known."""
    return compiled(rule)(known, when)


def _joined(judges: list[Judge], *, decisive: bool) -> Judge:
    """One decisive answer decides; else one unknown leaves it open."""

    def joined(known: Known, when: At) -> Verdict:
        verdict: Verdict = not decisive
        for each in judges:
            found = each(known, when)
            if found is decisive:
                return decisive
            if found is None:
                verdict = None
        return verdict

    return joined


def _weighed(judges: list[Judge], weights: list[Decimal], at_least: Decimal) -> Judge:
    """Enough by what holds, or not even with all that is open. In whole numbers: exact for every Decimal."""
    exact = [Fraction(one) for one in weights]
    wanted = sum(exact) * Fraction(at_least)
    scale = lcm(wanted.denominator, *(one.denominator for one in exact))
    parts = [(int(weight * scale), each) for weight, each in zip(exact, judges, strict=True)]
    total, needed = int(sum(exact) * scale), int(wanted * scale)

    def weighed(known: Known, when: At) -> Verdict:
        holds, may = 0, total
        for weight, each in parts:
            found = each(known, when)
            if found is True:
                holds += weight
                if holds >= needed:
                    return True
            elif found is False:
                may -= weight
                if may < needed:
                    return False
        return None

    return weighed


def _not(inner: Judge) -> Judge:
    def turned(known: Known, when: At) -> Verdict:
        found = inner(known, when)
        return None if found is None else not found

    return turned


def _test(fact: Fact, op: Op, value: Any) -> Judge:
    if op is Op.KNOWN:
        return lambda known, when: known.get(fact) is not None
    if op is Op.UNKNOWN:
        return lambda known, when: known.get(fact) is None
    if op is Op.WITHIN:
        first, last = (timedelta(days=int(days)) for days in value)
        return lambda known, when: _within(known.get(fact), first, last, when)
    compare = COMPARE[op]

    def tested(known: Known, when: At) -> Verdict:
        found = known.get(fact)
        return None if found is None else compare(found, value)

    return tested


def _within(found: Value, first: timedelta, last: timedelta, when: At) -> Verdict:
    """Counted from now: a date that somebody made up, such as 9999-12-31, may have no day after it."""
    if isinstance(found, datetime):
        return when.now - last <= found <= when.now - first
    return when.today - last <= found <= when.today - first if isinstance(found, date) else None


_NUMBERS = (int, Decimal)


def number(value: Any) -> bool:
    # Neither isinstance with a union, which is made anew each time, nor True, which is an int to Python.
    return type(value) in _NUMBERS


def _same(found: Any, wanted: Any) -> bool:
    """Equal as JSON values: 1 is 1.0, but neither true nor "1"."""
    if isinstance(found, bool) or isinstance(wanted, bool):
        return found is wanted
    if isinstance(found, frozenset):
        return wanted in found
    return bool(found == wanted)


def _contains(found: Any, wanted: Any) -> Verdict:
    if isinstance(found, frozenset):
        return wanted in found
    return str(wanted).casefold() in found.casefold() if isinstance(found, str) else None


def _contains_word(found: Any, wanted: Any) -> Verdict:
    if isinstance(found, frozenset):
        return wanted in found
    return words.inside(str(wanted), found) if isinstance(found, str) else None


def _ordered(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], Verdict]:
    """Only numbers have an order here; what is none is as good as unknown."""
    return lambda found, wanted: compare(found, wanted) if number(found) else None


COMPARE: dict[Op, Callable[[Any, Any], Verdict]] = {
    Op.IS: _same,
    Op.IS_NOT: lambda found, wanted: not _same(found, wanted),
    Op.ONE_OF: lambda found, wanted: any(_same(found, one) for one in wanted),
    Op.CONTAINS: _contains,
    Op.CONTAINS_WORD: _contains_word,
    Op.AT_LEAST: _ordered(lambda found, wanted: found >= wanted),
    Op.MORE_THAN: _ordered(lambda found, wanted: found > wanted),
    Op.AT_MOST: _ordered(lambda found, wanted: found <= wanted),
    Op.LESS_THAN: _ordered(lambda found, wanted: found < wanted),
    Op.BETWEEN: _ordered(lambda found, wanted: wanted[0] <= found <= wanted[1]),
}
