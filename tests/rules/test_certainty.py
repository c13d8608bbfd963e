"""A rule is as sure as what it rests on; compared with a slow definition, from the leaves up."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules import drawn
from tests.rules.drawn import NOW
from upsell_project.lib.rules import judging, tree
from upsell_project.lib.rules.certainty import always_full, certainty
from upsell_project.lib.rules.facts import Fact, Found, Of, Op, Said, Score, Trait, Unit, Value, Window
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed

HERE = judging.at(NOW, "Europe/Berlin")
MONTH = Window(Unit.DAYS, 30)
DOUBT, FOUND, PLAN = Said("value_doubt", MONTH), Found("usage-drop", MONTH), Trait("plan", Of.ACCOUNT)
confidences = drawn.shares
known_of = {Said: confidences, Found: confidences}


def slowly(rule: Rule, known: dict[Fact, Value]) -> Fraction | None:
    """None: does not hold."""
    if judging.judge(rule, known, HERE) is not True:
        return None
    if isinstance(rule, Not):
        return Fraction(1)
    if isinstance(rule, Test):
        answer = known.get(rule.fact)
        rests = isinstance(rule.fact, Said | Found) and rule.op.value in ("at_least", "more_than")
        return Fraction(answer) if rests and isinstance(answer, int | Decimal) else Fraction(1)
    if isinstance(rule, Weighed):
        parts = [(Fraction(weight), slowly(one, known)) for weight, one in rule.rules]
        held = sum((weight * one for weight, one in parts if one), Fraction(0))
        return held / sum(weight for weight, _ in parts)
    found = sorted(one for each in rule.rules if (one := slowly(each, known)) is not None)
    return found[0] if isinstance(rule, AllOf) else found[-1]


def some(data: st.DataObject, rule: Rule) -> dict[Fact, Value]:
    facts = sorted(tree.facts(rule), key=repr)
    return {fact: data.draw(known_of.get(type(fact), drawn.known_values)) for fact in facts}


# That hold often, and rest on what is not certain.
sure_or_not = st.sampled_from(
    [
        Test(DOUBT, Op.AT_LEAST, Decimal("0.2")),
        Test(FOUND, Op.MORE_THAN, Decimal("0.2")),
        Test(FOUND, Op.AT_MOST, Decimal("0.9")),
        Test(PLAN, Op.KNOWN),
    ]
)


@given(drawn.rules | drawn.grown(sure_or_not), st.data())
def test_it_is_as_sure_as_the_slow_definition_says(rule: Rule, data: st.DataObject) -> None:
    known = some(data, rule)
    found = certainty(rule, known, HERE)
    assert 0 <= found <= 1
    assert abs(Fraction(found) - (slowly(rule, known) or 0)) < Fraction(1, 10**20)


SURE = Test(PLAN, Op.IS, "free")
DOUBTS, DROPS = Test(DOUBT, Op.AT_LEAST, Decimal("0.5")), Test(FOUND, Op.MORE_THAN, Decimal("0.5"))
ABSENT = Test(PLAN, Op.IS, "pro")


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (SURE, "1"),
        (ABSENT, "0"),
        (Test(Score("fit"), Op.AT_LEAST, 0), "0"),
        (DOUBTS, "0.6"),
        (DROPS, "0.9"),
        (Test(DOUBT, Op.AT_MOST, Decimal("0.7")), "1"),
        (Test(DOUBT, Op.KNOWN), "1"),
        (Not(Test(DOUBT, Op.AT_LEAST, Decimal("0.7"))), "1"),
        (Not(DOUBTS), "0"),
        (AllOf((SURE, DROPS, DOUBTS)), "0.6"),
        (AllOf((DOUBTS, ABSENT)), "0"),
        (AnyOf((DOUBTS, DROPS, ABSENT)), "0.9"),
        (AnyOf((DOUBTS, Test(FOUND, Op.AT_LEAST, Decimal("0.95")))), "0.6"),
        (Weighed(((Decimal(2), SURE), (Decimal(1), DOUBTS), (Decimal(1), ABSENT)), Decimal("0.75")), "0.65"),
        (Weighed(((Decimal(2), SURE), (Decimal(2), ABSENT)), Decimal("0.6")), "0"),
    ],
)
def test_what_is_needed_counts_least_and_what_is_enough_most(rule: Rule, expected: str) -> None:
    known: dict[Fact, Value] = {PLAN: "free", DOUBT: Decimal("0.6"), FOUND: Decimal("0.9")}
    assert certainty(rule, known, HERE) == Decimal(expected)


def test_nothing_is_surer_than_sure() -> None:
    assert certainty(Test(DOUBT, Op.AT_LEAST, 0), {DOUBT: 3}, HERE) == 1
    assert certainty(Test(DOUBT, Op.AT_LEAST, -1), {DOUBT: Decimal("-0.5")}, HERE) == 0


@given(drawn.rules | drawn.grown(sure_or_not), st.data())
def test_what_rests_on_nothing_doubtful_is_certain_wherever_it_holds(rule: Rule, data: st.DataObject) -> None:
    known = some(data, rule)
    if always_full(rule) and judging.judge(rule, known, HERE) is True:
        assert certainty(rule, known, HERE) == 1


def test_what_can_be_doubtful() -> None:
    plan, doubt = Test(PLAN, Op.KNOWN), Test(DOUBT, Op.AT_LEAST, Decimal("0.2"))
    assert always_full(AllOf((plan, Not(AnyOf((plan,))))))
    assert not always_full(AllOf((plan, Not(AnyOf((plan, doubt))))))
    assert not always_full(Weighed(((Decimal(1), plan),), Decimal(1)))
