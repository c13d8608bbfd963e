"""Nobody is contacted because a day has come: which rules a date alone makes true, against all ways to answer them."""

from decimal import Decimal
from itertools import product
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from signals_app.detectors.shared import dates
from upsell_project.lib.rules.facts import (
    Changed,
    Entitlement,
    Events,
    Member,
    Of,
    Op,
    Score,
    Season,
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


SEASON = Test(Season("christmas"), Op.IS, "during")
USED = Test(Entitlement("exports", Share.RATIO), Op.AT_LEAST, Decimal("0.5"))
SCORED = Test(Score("health"), Op.AT_LEAST, Decimal("0.5"))
DROPPED = Test(Changed(Turn.DROP), Op.IS, True)
POOR = Test(Score("health"), Op.AT_MOST, Decimal("0.5"))
USED_UP = Test(Entitlement("exports", Share.REMAINING), Op.AT_MOST, 0)
IN_SEASON = Test(Season("christmas"), Op.IS_NOT, "none")
KNOWN = Test(Events(("A",), Window(Unit.DAYS, 1)), Op.KNOWN)
RENEWS = Test(Trait("renews_at", Of.ACCOUNT), Op.WITHIN, (-45, 0))


def test_a_season_use_a_score_and_a_change_are_more_than_a_date() -> None:
    for more in (SEASON, IN_SEASON, USED, USED_UP, SCORED, POOR, DROPPED, KNOWN):
        assert not dates.alone(AllOf((RENEWS, more)))
        assert dates.alone(AllOf((RENEWS, Not(more))))
        assert dates.alone(AnyOf((RENEWS, more)))


def test_a_trait_and_a_segment_are_not() -> None:
    assert dates.alone(AllOf((RENEWS, Test(Trait("plan", Of.ACCOUNT), Op.IS, "free"))))
    assert dates.alone(AllOf((RENEWS, Test(Member("vip"), Op.IS, True))))


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
