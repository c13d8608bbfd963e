"""What is said to be impossible is never true, whatever is found out later."""

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tests.rules import drawn
from tests.rules.drawn import NOW
from upsell_project.lib.rules import judging
from upsell_project.lib.rules.facts import Events, Fact, Member, Of, Op, Trait, Value, Window
from upsell_project.lib.rules.facts import Unit as U
from upsell_project.lib.rules.possible import possible
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed
from upsell_project.lib.rules.tree import facts as facts_of

HERE = judging.at(NOW, "Europe/Berlin")
PLAN = Test(Trait("plan", Of.ACCOUNT), Op.IS, "pro")
ALSO = Test(Member("power"), Op.IS, True)
COUNT = Events(("Report Exported",), Window(U.DAYS, 7))
OFTEN = Test(COUNT, Op.AT_LEAST, 5)
PRO: dict[Fact, Value] = {PLAN.fact: "pro"}
FREE: dict[Fact, Value] = {PLAN.fact: "free"}


def may(rule: Rule, known: dict[Fact, Value]) -> bool:
    return possible(rule, [COUNT])(known, HERE)


@given(drawn.wild_rules, st.data())
def test_what_holds_in_the_end_was_possible(rule: Rule, data: st.DataObject) -> None:
    facts = sorted(facts_of(rule), key=repr)
    known = {fact: data.draw(drawn.known_values) for fact in facts if data.draw(st.booleans())}
    unseen = [fact for fact in facts if data.draw(st.booleans())]
    seen = {fact: value for fact, value in known.items() if fact not in unseen}
    if judging.judge(rule, known, HERE) is True:
        assert possible(rule, unseen)(seen, HERE)


@given(drawn.wild_rules, st.data())
def test_with_everything_seen_only_what_holds_is_possible(rule: Rule, data: st.DataObject) -> None:
    known = {fact: data.draw(drawn.known_values) for fact in sorted(facts_of(rule), key=repr)}
    if possible(rule, [])(known, HERE):
        assert judging.judge(rule, known, HERE) is True


def test_one_that_is_not_so_or_not_known_rules_out_a_group_of_all() -> None:
    rule = AllOf((PLAN, OFTEN))
    assert may(rule, PRO)
    assert not may(rule, FREE)
    assert not may(rule, {})


def test_any_and_not() -> None:
    assert may(AnyOf((PLAN, OFTEN)), FREE)
    assert not may(AllOf((AnyOf((PLAN, ALSO)), OFTEN)), FREE)
    assert may(AllOf((Not(PLAN), OFTEN)), FREE)
    assert not may(AllOf((Not(PLAN), OFTEN)), PRO)
    assert not may(AllOf((Not(PLAN), OFTEN)), {})


def test_weights_that_can_no_longer_be_enough() -> None:
    def rule(at_least: str) -> Rule:
        return AllOf((Weighed(((Decimal(1), PLAN), (Decimal(1), OFTEN)), Decimal(at_least)),))

    assert may(rule("0.5"), FREE)
    assert not may(rule("0.6"), FREE)
    assert may(rule("1"), PRO)
