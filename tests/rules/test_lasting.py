"""What happened is done; what is must still be."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules import drawn
from tests.rules.drawn import NOW
from upsell_project.lib.rules import judging, tree
from upsell_project.lib.rules.facts import (
    Answered,
    Changed,
    Entitlement,
    Events,
    Fact,
    Found,
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
from upsell_project.lib.rules.judging import Verdict
from upsell_project.lib.rules.lasting import lasting
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

HERE = judging.at(NOW, "Europe/Berlin")
WEEK = Window(Unit.WEEK)
DONE = ("meter", "events", "sequence", "change", "intent", "answer", "signal")
FEW, MANY = (Op.AT_MOST, Op.LESS_THAN), (Op.AT_LEAST, Op.MORE_THAN)


def happened(rule: Rule) -> bool:
    """What must not have happened, or no more often, is no such thing."""
    if isinstance(rule, Test) and rule.op in FEW:
        return False
    if isinstance(rule, Not) and isinstance(rule.rule, Test) and rule.rule.op in MANY:
        return False
    return any(test.fact.kind in DONE for test in tree.tests(rule))


def slowly(rule: Rule, known: dict[Fact, Value]) -> Verdict:
    """The verdict of the rule itself, if all that happened, and what negates or weighs it, is taken for true."""
    if isinstance(rule, AllOf | AnyOf):
        verdicts = {slowly(one, known) for one in rule.rules}
        decisive = isinstance(rule, AnyOf)
        return decisive if decisive in verdicts else None if None in verdicts else not decisive
    return True if happened(rule) else judging.judge(rule, known, HERE)


@given(drawn.rules, st.data())
def test_it_holds_where_the_rule_does_but_for_what_happened(rule: Rule, data: st.DataObject) -> None:
    known = {fact: data.draw(drawn.known_values) for fact in sorted(tree.facts(rule), key=repr)}
    rest = lasting(rule)
    verdict = judging.judge(rest, known, HERE) if rest else True
    assert verdict is slowly(rule, known)
    if judging.judge(rule, known, HERE) is True:
        assert verdict is True


@given(drawn.rules)
def test_nothing_that_happened_is_left(rule: Rule) -> None:
    rest = lasting(rule)
    if rest is not None:
        assert lasting(rest) == rest
    if not happened(rule):
        assert rest == rule


PLAN, VIP = Test(Trait("plan", Of.ACCOUNT), Op.IS, "free"), Test(Member("vips"), Op.IS, True)
USED = Test(Events(("Report Exported",), WEEK), Op.AT_LEAST, 5)


@pytest.mark.parametrize(
    ("fact", "stays"),
    [
        (Trait("plan", Of.ACCOUNT), True),
        (Entitlement("exports", Share.RATIO), True),
        (Season("black_friday"), True),
        (Member("vips"), True),
        (Score("fit"), True),
        (Events((), WEEK), False),
        (Metered("exports", WEEK), False),
        (Sequence(("A", "B"), WEEK), False),
        (Changed(Turn.DROP), False),
        (Said("value_doubt", WEEK), False),
        (Answered("dismissed", WEEK), False),
        (Found("usage-drop", WEEK), False),
    ],
)
def test_what_is_stays_and_what_happened_goes(fact: Fact, stays: bool) -> None:
    test = Test(fact, Op.KNOWN)
    assert lasting(test) == (test if stays else None)
    assert lasting(AllOf((test, PLAN))) == (AllOf((test, PLAN)) if stays else AllOf((PLAN,)))


@pytest.mark.parametrize(
    ("rule", "rest"),
    [
        (AllOf((USED, Not(USED))), AllOf((Not(USED),))),
        (AllOf((USED, Test(USED.fact, Op.AT_MOST, 9))), AllOf((Test(USED.fact, Op.AT_MOST, 9),))),
        (AllOf((USED, Test(USED.fact, Op.BETWEEN, (5, 9)))), None),
        (Not(Test(USED.fact, Op.LESS_THAN, 5)), None),
        (AllOf((USED, Not(PLAN))), AllOf((Not(PLAN),))),
        (Not(AllOf((USED, PLAN))), None),
        (AnyOf((USED, PLAN)), None),
        (AnyOf((VIP, PLAN)), AnyOf((VIP, PLAN))),
        (AnyOf((AllOf((USED, VIP)), PLAN)), AnyOf((AllOf((VIP,)), PLAN))),
        (Weighed(((Decimal(1), VIP), (Decimal(2), PLAN)), Decimal("0.5")),) * 2,
        (Weighed(((Decimal(1), USED), (Decimal(2), PLAN)), Decimal("0.5")), None),
        (Weighed(((Decimal(1), AllOf((USED, VIP))), (Decimal(2), PLAN)), Decimal("0.5")), None),
    ],
)
def test_what_cannot_do_without_what_happened_goes_as_a_whole(rule: Rule, rest: Rule | None) -> None:
    assert lasting(rule) == rest


def test_what_something_else_decides_goes() -> None:
    """A limit that was reached is left again only below the share that arms it again."""
    ratio = Test(Entitlement("exports", Share.RATIO), Op.AT_LEAST, Decimal("0.8"))
    assert lasting(AllOf((ratio, PLAN)), {ratio.fact}) == AllOf((PLAN,))
    assert lasting(AllOf((Not(ratio), PLAN)), {ratio.fact}) == AllOf((PLAN,))
    assert lasting(AllOf((Not(AllOf((ratio, VIP))), PLAN)), {ratio.fact}) == AllOf((PLAN,))
    assert lasting(ratio, {ratio.fact}) is None
