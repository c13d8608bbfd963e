"""Nobody is contacted because a day has come: which rules a date alone makes true, against all ways to answer them."""

from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from signals_app.detectors.shared import dates
from signals_app.detectors.shared.dates import Meant
from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Entitlement,
    Events,
    Found,
    Measure,
    Member,
    Of,
    Op,
    Score,
    Season,
    Sequence,
    Share,
    Trait,
    Turn,
    Unit,
    Window,
)
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

LEAVES = [
    ("date", Op.WITHIN, (True, False)),
    ("done", Op.AT_LEAST, (False,)),
    ("not_done", Op.AT_MOST, (True,)),
    ("plan", Op.IS, (True, False)),
]
trees = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.tuples(
        st.sampled_from(["all", "any", "not", "weighed"]), st.lists(inner, min_size=1, max_size=3)
    ),
    max_leaves=5,
)


class Leaves:
    """Every question its own, so that each can be answered by itself."""

    def __init__(self) -> None:
        self.tests: list[Test] = []
        self.answers: list[tuple[bool, ...]] = []

    def rule(self, tree: Any) -> Rule:
        if len(tree) == 3:
            return self.leaf(*tree)
        name, branches = tree
        rules = tuple(self.rule(one) for one in branches)
        if name == "weighed":
            return Weighed(tuple((Decimal(n), one) for n, one in enumerate(rules, 1)), Decimal("0.5"))
        if name == "not":
            return Not(rules[0])
        return AllOf(rules) if name == "all" else AnyOf(rules)

    def leaf(self, name: str, op: Op, answers: tuple[bool, ...]) -> Test:
        number = len(self.tests)
        if name in ("date", "plan"):
            value: Any = (0, 1) if name == "date" else "free"
            test = Test(Trait(f"{name}{number}", Of.ACCOUNT), op, value)
        else:
            test = Test(Events((f"{name}{number}",), Window(Unit.DAYS, 1)), op, 5)
        self.tests.append(test)
        self.answers.append(answers)
        return test


@given(trees)
def test_a_date_alone_is_one_that_makes_it_true_for_whoever_did_nothing(tree: Any) -> None:
    leaves = Leaves()
    rule = leaves.rule(tree)

    def can_hold(*, dated: bool) -> bool:
        possible = [
            answers if dated or test.op is not Op.WITHIN else (False,)
            for test, answers in zip(leaves.tests, leaves.answers, strict=True)
        ]
        return any(_holds(rule, dict(zip(leaves.tests, way, strict=True))) for way in product(*possible))

    assert dates.alone(rule) is (can_hold(dated=True) and not can_hold(dated=False))


def _holds(rule: Rule, answers: dict[Test, bool]) -> bool:
    match rule:
        case Test():
            return answers[rule]
        case Not(inner):
            return not _holds(inner, answers)
        case AllOf(rules):
            return all(_holds(one, answers) for one in rules)
        case AnyOf(rules):
            return any(_holds(one, answers) for one in rules)
        case Weighed(rules, at_least):
            held = sum(weight for weight, one in rules if _holds(one, answers))
            return held >= at_least * sum(weight for weight, _ in rules)


@given(trees, trees, trees)
def test_what_a_segment_stands_for_counts_as_if_it_was_written_there(one: Any, two: Any, whole: Any) -> None:
    leaves = Leaves()
    behind = {"one": leaves.rule(one)}
    behind["two"] = AnyOf((leaves.rule(two), Test(Member("one"), Op.IS, False)))
    rule = AllOf(
        (leaves.rule(whole), Test(Member("two"), Op.IS, True), Test(Member("one"), Op.IS_NOT, False))
    )
    assert dates.alone(rule, Meant(segments=behind)) is dates.alone(_inlined(rule, behind))


def _inlined(rule: Rule, behind: dict[str, Rule]) -> Rule:
    match rule:
        case Test(Member(slug), op, value):
            inner = _inlined(behind[slug], behind)
            return inner if value is (op is Op.IS) else Not(inner)
        case Not(inner):
            return Not(_inlined(inner, behind))
        case AllOf(rules):
            return AllOf(tuple(_inlined(one, behind) for one in rules))
        case AnyOf(rules):
            return AnyOf(tuple(_inlined(one, behind) for one in rules))
        case Weighed(rules, at_least):
            return Weighed(tuple((weight, _inlined(one, behind)) for weight, one in rules), at_least)
        case _:
            return rule


SEASON = Test(Season("christmas"), Op.IS, "during")
USED = Test(Entitlement("exports", Share.RATIO), Op.AT_LEAST, Decimal("0.5"))
SCORED = Test(Score("health"), Op.AT_LEAST, Decimal("0.5"))
DROPPED = Test(Changed(Turn.DROP), Op.IS, True)
POOR = Test(Score("health"), Op.AT_MOST, Decimal("0.5"))
USED_UP = Test(Entitlement("exports", Share.REMAINING), Op.AT_MOST, 0)
IN_SEASON = Test(Season("christmas"), Op.IS_NOT, "none")
LAST = Test(Events(("A",), Window(Unit.DAYS, 1), measure=Measure.LAST, path="n"), Op.KNOWN)
RENEWS = Test(Trait("renews_at", Of.ACCOUNT), Op.WITHIN, (-45, 0))


def test_a_season_use_a_score_and_a_change_are_more_than_a_date() -> None:
    for more in (SEASON, IN_SEASON, USED, USED_UP, SCORED, POOR, DROPPED, LAST):
        assert not dates.alone(AllOf((RENEWS, more)))
        assert dates.alone(AllOf((RENEWS, Not(more))))
        assert dates.alone(AnyOf((RENEWS, more)))


def test_the_accounts_own_fiscal_year_end_is_a_date() -> None:
    near = Test(Season("fiscal_year_end", 30, 7), Op.IS, "before")
    assert dates.alone(near) and dates.alone(AllOf((near, FREE)))
    assert not dates.alone(AllOf((near, DONE)))


def limit(share: Share, op: Op, value: int = 0) -> Test:
    return Test(Entitlement("exports", share), op, None if op is Op.KNOWN else value)


@pytest.mark.parametrize(
    "given",
    [
        Test(Events(("A",), Window(Unit.DAYS, 1)), Op.KNOWN),
        limit(Share.CAP, Op.AT_LEAST, 1),
        limit(Share.CAP, Op.KNOWN),
        limit(Share.USED, Op.AT_MOST),
        limit(Share.RATIO, Op.AT_LEAST),
        limit(Share.REMAINING, Op.AT_LEAST, 5),
        limit(Share.USED, Op.KNOWN),
        Test(Season("christmas"), Op.UNKNOWN),
        Test(Changed(Turn.DROP), Op.UNKNOWN),
    ],
)
def test_what_is_so_of_everybody_is_no_activity(given: Test) -> None:
    assert dates.alone(AllOf((RENEWS, given)))


def test_a_trait_and_a_segment_are_not() -> None:
    assert dates.alone(AllOf((RENEWS, Test(Trait("plan", Of.ACCOUNT), Op.IS, "free"))))
    assert dates.alone(AllOf((RENEWS, Test(Member("vip"), Op.IS, True))))


def test_what_was_sent_or_shown_to_them_is_nothing_that_they_did_but_an_answer_is() -> None:
    for answer, alone in (("shown", True), ("accepted", False), ("ignored", True), ("dismissed", False)):
        given = Test(Answered(answer, Window(Unit.DAYS, 30)), Op.AT_LEAST, 1)
        assert dates.alone(AllOf((RENEWS, given))) is alone
    sent, opened, clicked = "Message Sent", "Message Opened", "Message Clicked"
    for names, alone in (
        ((sent,), True),
        ((sent, opened), True),
        ((clicked,), False),
        ((opened, "A"), False),
    ):
        for fact in (Events(names, Window(Unit.DAYS, 30)), Sequence(names, Window(Unit.DAYS, 30))):
            assert dates.alone(AllOf((RENEWS, Test(fact, Op.AT_LEAST, 1)))) is alone


def test_without_a_date_it_is_no_matter_of_dates() -> None:
    assert not dates.alone(Test(Trait("plan", Of.ACCOUNT), Op.IS, "free"))
    assert not dates.alone(AnyOf((RENEWS, Test(Trait("plan", Of.ACCOUNT), Op.IS, "free"))))


def test_to_have_done_nothing_is_no_activity() -> None:
    assert dates.alone(AllOf((RENEWS, Test(Changed(Turn.DROP), Op.IS, False))))
    assert dates.alone(AllOf((RENEWS, Test(Events(("A",), Window(Unit.DAYS, 1)), Op.IS, 0))))


def test_weights_that_only_a_date_can_take_away_are_a_matter_of_the_date() -> None:
    still = Test(Events(("A",), Window(Unit.DAYS, 1)), Op.AT_MOST, 0)
    for weight, alone in ((2, True), (1, False)):
        weighed = Weighed(((Decimal(1), still), (Decimal(weight), Not(RENEWS))), Decimal("0.5"))
        assert dates.alone(Not(weighed)) is alone


DONE = Test(Events(("A",), Window(Unit.DAYS, 1)), Op.AT_LEAST, 1)
FREE = Test(Trait("plan", Of.ACCOUNT), Op.IS, "free")
FOUND = Test(Found("other", Window(Unit.DAYS, 30)), Op.AT_LEAST, Decimal("0.5"))


def test_a_segment_that_is_a_date_is_a_date_and_one_of_those_who_did_something_is_not() -> None:
    member = Test(Member("s"), Op.IS, True)
    assert dates.alone(member, Meant({"s": RENEWS}))
    assert dates.alone(Not(member), Meant({"s": Not(RENEWS)}))
    assert not dates.alone(AllOf((member, DONE)), Meant({"s": RENEWS}))
    assert dates.alone(AllOf((RENEWS, member)), Meant({"s": FREE}))
    assert not dates.alone(AllOf((RENEWS, member)), Meant({"s": DONE}))


def test_a_signal_is_what_its_definition_is() -> None:
    assert not dates.alone(AllOf((RENEWS, FOUND)))
    assert not dates.alone(AllOf((RENEWS, FOUND)), Meant(signals={"other": DONE}))
    assert dates.alone(AllOf((RENEWS, FOUND)), Meant(signals={"other": FREE}))
    assert dates.alone(FOUND, Meant(signals={"other": AllOf((FREE, RENEWS))}))
    none = Test(FOUND.fact, Op.AT_MOST, 0)
    assert dates.alone(AllOf((RENEWS, none)), Meant(signals={"other": DONE}))


def test_a_score_is_a_date_where_a_date_takes_it_over_its_bound() -> None:
    signs = ((Decimal(3), RENEWS), (Decimal(1), FREE), (Decimal(4), DONE))
    for op, bound, alone in (
        (Op.AT_LEAST, "0.5", True),
        (Op.AT_LEAST, "0.125", False),
        (Op.MORE_THAN, "0.5", False),
        (Op.AT_MOST, "0.5", False),
    ):
        assert dates.alone(Test(Score("s"), op, Decimal(bound)), Meant(scores={"s": signs})) is alone
    away = Test(Score("s"), Op.LESS_THAN, Decimal("0.5"))
    assert dates.alone(away, Meant(scores={"s": ((Decimal(1), Not(RENEWS)), (Decimal(1), DONE))}))
    assert not dates.alone(AllOf((RENEWS, SCORED)), Meant(scores={"health": ((Decimal(1), DONE),)}))


def test_what_goes_round_in_a_circle_ends() -> None:
    around = Meant(
        {"s": Test(Member("t"), Op.IS, True), "t": AllOf((Test(Member("s"), Op.IS, True), RENEWS))}
    )
    assert dates.alone(Test(Member("s"), Op.IS, True), around)
    assert not dates.alone(FOUND, Meant(signals={"other": AllOf((FOUND, RENEWS))}))
