"""What time alone makes true: shown over random histories, of which nothing but the moment of asking changes."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests import examples
from tests.rules import drawn
from tests.rules.drawn import NOW
from upsell_project.lib.rules import judging, measuring, timing, tree, windows
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
    Trait,
    Turn,
    Unit,
    Value,
    Window,
)
from upsell_project.lib.rules.measuring import Happened, Seen
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

Later = tuple[Seen, Seen]


@st.composite
def moments(draw: Any) -> Later:
    """Two of them; a billing period may turn in between."""
    first = draw(drawn.seens)
    passed = draw(st.integers(1, 4 * 24 * 60) | st.integers(1, 60 * 24 * 60))
    now = first.now + timedelta(minutes=passed)
    turned = first.billing_from and draw(st.booleans())
    begins = now - timedelta(minutes=draw(st.integers(0, passed))) if turned else first.billing_from
    return first, replace(first, now=now, billing_from=begins)


lately = st.integers(0, 3 * 24 * 60) | st.integers(0, 50 * 24 * 60)
before_now = lately.map(lambda minutes: NOW - timedelta(minutes=minutes))
past = st.tuples(before_now, drawn.shares)
pasts = st.lists(past, max_size=5)


def answers(fact: Fact, history: list[Happened], when: Later, data: st.DataObject) -> tuple[Value, Value]:
    """At both moments, with nothing new: by definition where there is one, else as differently as they can be."""
    if isinstance(fact, Events):
        return both(when, lambda seen: measuring.of_events(fact, history, seen))
    if isinstance(fact, Sequence):
        return both(when, lambda seen: measuring.of_sequence(fact, history, seen))
    if isinstance(fact, Found | Said | Answered):
        records = data.draw(pasts)
        count = isinstance(fact, Answered)
        return both(when, lambda seen: recorded(fact.window, records, seen, count=count))
    if isinstance(fact, Changed):
        return data.draw(st.tuples(*[st.none() | st.booleans()] * 2))
    if isinstance(fact, Season):
        return data.draw(st.tuples(*[st.none() | st.sampled_from(drawn.PHASES)] * 2))
    if isinstance(fact, Metered):
        return data.draw(st.tuples(*[st.integers(-2, 6)] * 2))
    if isinstance(fact, Entitlement):
        return entitled(fact.share, data)
    return (data.draw(drawn.known_values),) * 2


def both(when: Later, answer: Any) -> tuple[Value, Value]:
    return answer(when[0]), answer(when[1])


def recorded(
    window: Window, records: list[tuple[datetime, Decimal | int]], seen: Seen, *, count: bool
) -> Value:
    since = windows.start(window, seen.now, seen.zone, seen.billing_from)
    found = [confidence for at, confidence in records if since <= at <= seen.now]
    best: Decimal | int = max(found, default=0)
    return len(found) if count else best


def entitled(share: Share, data: st.DataObject) -> tuple[Value, Value]:
    if share is Share.DAYS_LEFT:
        return data.draw(st.tuples(*[st.none() | st.integers(0, 5)] * 2))
    cap, used = data.draw(st.integers(1, 5)), data.draw(st.none() | st.integers(0, 6))
    turned = used is not None and data.draw(st.booleans())
    later = data.draw(st.sampled_from([0, None])) if turned else used
    return share_of(share, cap, used), share_of(share, cap, later)


def share_of(share: Share, cap: int, used: int | None) -> Value:
    if share is Share.CAP:
        return cap
    if used is None:
        return None
    return Decimal(used) / cap if share is Share.RATIO else cap - used if share is Share.REMAINING else used


def verdicts(rule: Rule, history: list[Happened], when: Later, data: st.DataObject) -> list[judging.Verdict]:
    known = [(one, answers(one, history, when, data)) for one in sorted(tree.facts(rule), key=repr)]
    return [
        judging.judge(rule, {one: found[place] for one, found in known}, judging.at(seen.now, seen.zone))
        for place, seen in enumerate(when)
    ]


until_now = drawn.histories.map(lambda events: [one for one in events if one.at <= NOW])


@given(drawn.rules | drawn.tests | drawn.wild_tests, until_now, moments(), st.data())
def test_what_does_not_rise_never_turns_true_by_time(
    rule: Rule, history: list[Happened], when: Later, data: st.DataObject
) -> None:
    check(rule, *verdicts(rule, history, when, data))


def check(rule: Rule, before: judging.Verdict, after: judging.Verdict) -> None:
    if after is True and before is not True:
        assert timing.rises(rule)
    if after is False and before is not False:
        assert timing.rises(Not(rule))


# Many of them within the same windows, and amounts below 0.
busy = st.lists(
    st.builds(
        Happened, at=before_now, name=drawn.names, properties=st.fixed_dictionaries({"n": st.integers(-3, 3)})
    ),
    min_size=1,
    max_size=8,
)
measured = st.builds(
    Events, names=st.just(()), window=drawn.windows, measure=st.sampled_from(Measure), path=st.just("n")
)


@pytest.mark.parametrize("facts", [measured, drawn.facts], ids=["measured", "any"])
@settings(max_examples=examples.slow(120))
@given(busy, moments(), st.data())
def test_no_comparison_with_an_answer_turns_by_time_unless_it_is_said(
    facts: st.SearchStrategy[Fact], history: list[Happened], when: Later, data: st.DataObject
) -> None:
    """The same of each question alone, compared in every way with just what the answers are."""
    fact = data.draw(facts)
    found = answers(fact, history, when, data)
    ats = [judging.at(seen.now, seen.zone) for seen in when]
    for test in comparisons(fact, [one for one in found if one is not None]):
        before, after = (judging.judge(test, {fact: one}, at) for one, at in zip(found, ats, strict=True))
        check(test, before, after)


def comparisons(fact: Fact, answers: list[Any]) -> Iterator[Test]:
    yield from (Test(fact, op) for op in (Op.KNOWN, Op.UNKNOWN))
    yield from (Test(fact, Op.WITHIN, days) for days in ((-45, 0), (0, 3), (-3, 60)))
    for one in answers:
        yield from (Test(fact, op, one) for op in (Op.IS, Op.IS_NOT, Op.CONTAINS, Op.CONTAINS_WORD))
        yield Test(fact, Op.ONE_OF, (one,))
        if judging.number(one):
            yield from (Test(fact, op, one) for op in drawn.ORDERED)
            yield Test(fact, Op.BETWEEN, (one, one + 1))


# Whose answers turn often, each in its own way.
DAY = Window(Unit.HOURS, 24)
turning = st.sampled_from(
    [
        Test(Member("m"), Op.IS, True),
        Test(Found("falls", DAY), Op.MORE_THAN, 0),
        Test(Answered("rises", DAY), Op.LESS_THAN, 1),
        Test(Events((), DAY, Measure.LAST, path="n"), Op.AT_MOST, 3),
        Test(Entitlement("exports", Share.USED), Op.MORE_THAN, 0),
        Test(Changed(Turn.DROP), Op.IS, True),
    ]
)


@settings(max_examples=examples.slow(120))
@given(drawn.grown(turning), busy, moments(), st.data())
def test_no_group_turns_by_time_unless_it_is_said(
    rule: Rule, history: list[Happened], when: Later, data: st.DataObject
) -> None:
    check(rule, *verdicts(rule, history, when, data))


WEEK = Window(Unit.DAYS, 7)
COUNT, SUM, LAST = (
    Events(("E",), WEEK, measure, path="n") for measure in (Measure.COUNT, Measure.SUM, Measure.LAST)
)
USED, RATIO, CAP, LEFT, DAYS = (
    Entitlement("exports", share)
    for share in (Share.USED, Share.RATIO, Share.CAP, Share.REMAINING, Share.DAYS_LEFT)
)
AT_LEAST, AT_MOST, IS, NOT_5 = (Op.AT_LEAST, 5), (Op.AT_MOST, 5), (Op.IS, 5), (Op.IS_NOT, 5)
MORE, LESS, ONE_OF, BETWEEN = (Op.MORE_THAN, 5), (Op.LESS_THAN, 5), (Op.ONE_OF, (5,)), (Op.BETWEEN, (1, 5))
KNOWN, UNKNOWN, TRUE = (Op.KNOWN, None), (Op.UNKNOWN, None), (Op.IS, True)
NUMBERS = [AT_LEAST, MORE, AT_MOST, LESS, IS, NOT_5, ONE_OF, BETWEEN]


@pytest.mark.parametrize(
    ("facts", "rising", "falling"),
    [
        (
            [COUNT, Sequence(("A", "B"), WEEK), Found("s", WEEK), Said("l", WEEK), Answered("a", WEEK)]
            + [replace(COUNT, measure=one) for one in Measure if one not in (Measure.SUM, Measure.LAST)],
            [AT_MOST, LESS, IS, NOT_5, ONE_OF, BETWEEN],
            [AT_LEAST, MORE, IS, NOT_5, ONE_OF, BETWEEN],
        ),
        ([SUM, Metered("exports", WEEK)], NUMBERS, NUMBERS),
        ([LAST], [UNKNOWN], [KNOWN]),
        (
            [USED, RATIO],
            [AT_MOST, LESS, IS, NOT_5, ONE_OF, BETWEEN, UNKNOWN],
            [AT_LEAST, MORE, IS, NOT_5, ONE_OF, BETWEEN, KNOWN],
        ),
        (
            [LEFT],
            [AT_LEAST, MORE, IS, NOT_5, ONE_OF, BETWEEN, UNKNOWN],
            [AT_MOST, LESS, IS, NOT_5, ONE_OF, BETWEEN, KNOWN],
        ),
        ([DAYS], [*NUMBERS, KNOWN, UNKNOWN], [*NUMBERS, KNOWN, UNKNOWN]),
        ([Changed(Turn.DROP), Season("black_friday")], [TRUE, KNOWN, UNKNOWN], [TRUE, KNOWN, UNKNOWN]),
        ([CAP, Member("m"), Score("s"), Trait("t", Of.PERSON)], [], []),
    ],
)
def test_each_question_moves_as_it_can(facts: list[Fact], rising: list[Any], falling: list[Any]) -> None:
    every = [*([TRUE] if TRUE in rising else NUMBERS), KNOWN, UNKNOWN]
    for fact in facts:
        tests = [(each, Test(fact, *each)) for each in every]
        assert [each for each, test in tests if timing.rises(test)] == [
            each for each in every if each in rising
        ]
        assert [each for each, test in tests if timing.rises(Not(test))] == [
            each for each in every if each in falling
        ]


def test_a_date_comes_and_goes() -> None:
    soon = Test(Trait("renews_at", Of.ACCOUNT), Op.WITHIN, (-45, 0))
    assert timing.rises(soon) and timing.rises(Not(soon))
    early, on_time, late = (
        judging.judge(soon, {soon.fact: date(2026, 6, 1)}, judging.at(NOW + timedelta(days=days), "UTC"))
        for days in (0, 30, 90)
    )
    assert (early, on_time, late) == (False, True, False)


def test_a_sum_rises_as_what_was_given_back_leaves_it() -> None:
    history = [Happened(NOW - timedelta(days=6), "E", {"n": -9}), Happened(NOW, "E", {"n": 5})]
    first, second = Seen(NOW, "UTC"), Seen(NOW + timedelta(days=2), "UTC")
    assert measuring.of_events(SUM, history, first) == -4
    assert measuring.of_events(SUM, history, second) == 5


@given(drawn.grown(turning), st.lists(turning, min_size=1, max_size=3).map(tuple))
def test_a_group_rises_with_any_of_its_members(rule: Rule, more: tuple[Rule, ...]) -> None:
    rules = (rule, *more)
    rises, falls = any(map(timing.rises, rules)), any(timing.rises(Not(one)) for one in rules)
    weighed = Weighed(tuple((Decimal(1), one) for one in rules), Decimal("0.5"))
    for group in (AllOf(rules), AnyOf(rules), weighed):
        assert timing.rises(group) == rises
        assert timing.rises(Not(group)) == falls
        assert timing.rises(Not(Not(group))) == rises
