"""A rule as a sentence that staff read: "Exports used >= 80 % of the limit, and account plan is free"."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Entitlement,
    Events,
    Fact,
    Found,
    Measure,
    Member,
    Metered,
    Of,
    Op,
    Said,
    Score,
    Season,
    Sequence,
    Share,
    Span,
    Step,
    Trait,
    Turn,
    Unit,
    Where,
    Window,
)
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

_OPS = {
    Op.IS: "is",
    Op.IS_NOT: "is not",
    Op.ONE_OF: "is one of",
    Op.CONTAINS: "contains",
    Op.CONTAINS_WORD: "contains the word",
    Op.AT_LEAST: ">=",
    Op.MORE_THAN: ">",
    Op.AT_MOST: "<=",
    Op.LESS_THAN: "<",
    Op.BETWEEN: "is between",
    Op.KNOWN: "is known",
    Op.UNKNOWN: "is not known",
}
_SHARES = {
    Share.USED: "{} used",
    Share.CAP: "limit of {}",
    Share.REMAINING: "{} left",
    Share.RATIO: "{} used",
    Share.DAYS_LEFT: "days until {} run out",
}
_TURNS = {
    (Turn.SPIKE, Span.DAY): "unusually much of {} today",
    (Turn.SPIKE, Span.WEEK): "unusually much of {} in the 7 days up to today",
    (Turn.DROP, Span.DAY): "unusually little of {} yesterday",
    (Turn.DROP, Span.WEEK): "unusually little of {} in the 7 days up to yesterday",
}


def sentence(rule: Rule) -> str:
    """Begins with a capital letter; groups within groups are in brackets."""
    text = _said(rule, inside=False)
    return text[:1].upper() + text[1:]


def _said(rule: Rule, *, inside: bool) -> str:
    match rule:
        case Test():
            return _test(rule)
        case Not(Test() as test):
            return f"not: {_test(test)}"
        case Not(inner):
            return f"not ({_said(inner, inside=False)})"
        case AllOf(rules):
            return _joined(rules, ", and ", inside=inside)
        case AnyOf(rules):
            return _joined(rules, ", or ", inside=inside)
        case Weighed():
            return f"({_weighed(rule)})" if inside else _weighed(rule)


def _joined(rules: tuple[Rule, ...], by: str, *, inside: bool) -> str:
    text = by.join(_said(one, inside=True) for one in rules)
    return f"({text})" if inside and len(rules) > 1 else text


def _weighed(rule: Weighed) -> str:
    weights = "; ".join(f"{_plain(weight)} for {_said(one, inside=True)}" for weight, one in rule.rules)
    return f"at least {percent(rule.at_least)} of the weights: {weights}"


def _test(test: Test) -> str:
    if test.op is Op.WITHIN and isinstance(test.value, tuple):
        return f"{_fact(test.fact)} {_offsets(*test.value)}"
    if isinstance(test.fact, Member | Changed):
        return _fact(test.fact) if _holds(test) else f"not {_fact(test.fact)}"
    if isinstance(test.fact, Entitlement) and test.fact.share is Share.RATIO:
        return f"{_fact(test.fact)} {_of_limit(test)}"
    return f"{_fact(test.fact)} {_compared(_open(test))}"


def _open(test: Test) -> Test:
    """No confidence and no score is above 1."""
    if (
        isinstance(test.fact, Found | Said | Score)
        and test.op is Op.BETWEEN
        and isinstance(test.value, tuple)
    ):
        return replace(test, op=Op.AT_LEAST, value=test.value[0]) if test.value[1] == 1 else test
    return test


def fact(asked: Fact) -> str:
    """A question alone, without what it is compared with."""
    return _fact(asked)


def percent(share: Decimal | int) -> str:
    return f"{_plain(round(Decimal(share) * 100, 2))} %"


def _compared(test: Test | Where, *, share: bool = False) -> str:
    joined = " or " if test.op is Op.ONE_OF else " and "
    value = "" if test.value is None else f" {_value(test.value, joined, share=share)}"
    return f"{_OPS[test.op]}{value}"


def _of_limit(test: Test) -> str:
    compared = _compared(test, share=True)
    return f"of the limit {compared}" if test.value is None else f"{compared} of the limit"


def _holds(test: Test) -> bool:
    return (test.op is Op.IS) == (test.value is True)


def _offsets(first: Any, last: Any) -> str:
    """`[-45, 0]`: at most 45 days ahead."""
    if first < 0 < last:
        return f"is at most {_days(-first)} ahead or at most {_days(last)} ago"
    if first == last == 0:
        return "is today"
    verb, side, near, far = ("was", "ago", first, last) if last > 0 else ("is", "ahead", -last, -first)
    if near == far:
        return f"{verb} {_days(far)} {side}"
    return f"{verb} {near} to {_days(far)} {side}" if near else f"{verb} at most {_days(far)} {side}"


def _days(number: Any) -> str:
    return f"{number} day{'' if number == 1 else 's'}"


def _fact(fact: Fact) -> str:
    match fact:
        case Trait(name, of):
            return f"{of} {name.replace('_', ' ')}"
        case Entitlement(resource, share):
            return _SHARES[share].format(resource.replace("_", " "))
        case Season(name):
            return f"season {name.replace('_', ' ')}{_around(fact)}"
        case Member(slug):
            return f"in the segment {slug}"
        case Score(name):
            return f"score {name}"
        case _:
            return _happened(fact)


def _happened(fact: Metered | Events | Sequence | Changed | Found | Answered | Said) -> str:
    match fact:
        case Metered(resource, window):
            return f"{resource.replace('_', ' ')} used {_window(window)}"
        case Events():
            return _events(fact)
        case Sequence(_, window, of):
            return f"how often {' then '.join(map(_step, fact.steps))}{_whose(of)} {_window(window)}"
        case Changed(turn, _, span):
            return _TURNS[turn, span].format(_done(fact))
        case Found(slug, window):
            return f"confidence of the signal {slug} {_window(window)}"
        case Answered(answer, window, offer):
            return f"times {answer} {offer or 'any offer'} {_window(window)}"
        case Said(label, window):
            return f"how surely they meant “{label.replace('_', ' ')}” {_window(window)}"


def _events(fact: Events) -> str:
    done = f"{_done(fact)} {_window(fact.window)}"
    return {
        Measure.COUNT: f"times {done}",
        Measure.DISTINCT: f"different {fact.path} of {done}",
        Measure.SUM: f"sum of {fact.path} of {done}",
        Measure.LAST: f"last {fact.path} of {done}",
        Measure.DAYS: f"days with {done}",
        Measure.SWITCHES: f"changes of {fact.path} over {done}",
        Measure.SESSION: f"times {_done(fact)} in one visit {_window(fact.window)}"
        f" (a visit is over after {_minutes(fact.gap)} without)",
        Measure.MINUTES: f"minutes spent on {done}, without breaks of more than {_minutes(fact.gap)},",
    }[fact.measure]


def _minutes(number: int) -> str:
    return f"{number} minute{'' if number == 1 else 's'}"


def _done(fact: Events | Changed) -> str:
    names = " or ".join(fact.names) or "anything"
    return f"{names}{_whose(fact.of)}{_only(fact.where)}"


def _step(step: Step) -> str:
    name, where = step
    return f"{name}{_only(where)}"


def _only(where: tuple[Where, ...]) -> str:
    return f" (where {' and '.join(map(_property, where))})" if where else ""


def _around(season: Season) -> str:
    days = [
        f"{_days(days)} {side}" for days, side in ((season.before, "before"), (season.after, "after")) if days
    ]
    return f" ({', '.join(days)})" if days else ""


def _whose(of: Of) -> str:
    return " in their account" if of is Of.ACCOUNT else ""


def _property(where: Where) -> str:
    return f"{where.path} {_compared(where)}"


def _window(window: Window) -> str:
    if window.unit in (Unit.HOURS, Unit.DAYS):
        unit = window.unit.value if window.length > 1 else window.unit.value[:-1]
        return f"in {window.length} {unit}"
    return "today" if window.unit is Unit.DAY else f"this {window.unit.value.replace('_', ' ')}"


def _value(value: Any, joined: str, *, share: bool = False) -> str:
    if isinstance(value, tuple):
        said = [_value(one, joined, share=share) for one in value]
        return joined.join(filter(None, (", ".join(said[:-1]), *said[-1:])))
    if share and isinstance(value, int | Decimal):
        return f"{_plain(Decimal(value) * 100)} %"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return _plain(value) if isinstance(value, Decimal) else str(value)


def _plain(value: Decimal) -> str:
    """Without needless zeros, and without an exponent."""
    return f"{value.normalize():f}"
