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
from upsell_project.lib.rules.judging import Verdict
from upsell_project.lib.rules.lasting import lasting
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

HERE = judging.at(NOW, "Europe/Berlin")
WEEK = Window(Unit.WEEK)
DONE = ("meter", "events", "sequence", "change", "intent", "answer", "signal")
FEW, MANY = (Op.AT_MOST, Op.LESS_THAN), (Op.AT_LEAST, Op.MORE_THAN)


def is_done(fact: Fact) -> bool:
    return fact.kind in DONE


def slowly(rule: Rule, known: dict[Fact, Value], wanted: bool = True) -> Verdict:
    """Whether the rule comes out as wanted, if of what is done there was so much as is known, or more."""
    if isinstance(rule, Not):
        return slowly(rule.rule, known, not wanted)
    if isinstance(rule, AllOf | AnyOf):
        verdicts = {slowly(one, known, wanted) for one in rule.rules}
        decisive = isinstance(rule, AnyOf) is wanted
        return decisive if decisive in verdicts else None if None in verdicts else not decisive
    if isinstance(rule, Weighed) and any(map(is_done, tree.facts(rule))):
        return True
    if isinstance(rule, Test) and is_done(rule.fact):
        return _ever(rule, known.get(rule.fact), wanted)
    verdict = judging.judge(rule, known, HERE)
    return None if verdict is None else verdict is wanted


def _ever(test: Test, now: Value, wanted: bool) -> Verdict:
    """Whether it is as wanted at some count that is no lower; of what is no count only at most and less than speak."""
    values = test.value if isinstance(test.value, tuple) else (test.value,)
    plain = all(map(judging.number, values)) and getattr(test.fact, "measure", None) is not Measure.LAST
    if not plain:
        verdict = judging.judge(test, {test.fact: now}, HERE)
        speaks = test.op in (FEW if wanted else MANY)
        return True if not speaks else None if verdict is None else verdict is wanted

    def at(count: Value) -> bool:
        return judging.judge(test, {test.fact: count}, HERE) is wanted

    if at(10**12):
        return True
    if not isinstance(now, int | Decimal):
        return None
    counts = [now, *(value for value in values if isinstance(value, int | Decimal))]
    near = [
        count + step for count in counts for step in (-1, Decimal("-0.000001"), 0, Decimal("0.000001"), 1)
    ]
    return any(at(count) for count in near if count >= now)


@given(drawn.rules, st.data())
def test_it_holds_where_the_rule_does_if_more_was_done(rule: Rule, data: st.DataObject) -> None:
    counts = st.none() | st.integers(0, 20) | st.decimals(0, 20, places=1)
    known = {
        fact: data.draw(counts if is_done(fact) else drawn.known_values)
        for fact in sorted(tree.facts(rule), key=repr)
    }
    rest = lasting(rule)
    verdict = judging.judge(rest, known, HERE) if rest else True
    assert verdict is slowly(rule, known)
    if judging.judge(rule, known, HERE) is True:
        assert verdict is True


@given(drawn.rules)
def test_what_is_left_is_left_again(rule: Rule) -> None:
    rest = lasting(rule)
    if rest is not None:
        assert lasting(rest) == rest
    if not any(map(is_done, tree.facts(rule))) and not any(isinstance(one, Not) for one in tree.nodes(rule)):
        assert rest == rule


PLAN, VIP = Test(Trait("plan", Of.ACCOUNT), Op.IS, "free"), Test(Member("vips"), Op.IS, True)
USED = Test(Events(("Report Exported",), WEEK), Op.AT_LEAST, 5)
NEVER = Test(USED.fact, Op.AT_MOST, 0)


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
        (AllOf((USED, Test(USED.fact, Op.BETWEEN, (5, 9)))), AllOf((Test(USED.fact, Op.AT_MOST, 9),))),
        (Test(USED.fact, Op.IS, 0), NEVER),
        (Test(USED.fact, Op.ONE_OF, (0, 2, 1)), Test(USED.fact, Op.AT_MOST, 2)),
        (Not(Test(USED.fact, Op.IS_NOT, 0)), NEVER),
        (Not(Test(USED.fact, Op.IS, 0)), None),
        (Not(AnyOf((USED, Not(NEVER)))), AllOf((Not(USED), NEVER))),
        (Not(Not(USED)), None),
        (Not(Test(USED.fact, Op.LESS_THAN, 5)), None),
        (AllOf((USED, Not(PLAN))), AllOf((Not(PLAN),))),
        (Not(AllOf((USED, PLAN))), AnyOf((Not(USED), Not(PLAN)))),
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
