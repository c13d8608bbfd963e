"""A rule holds by what is known, does not hold by what is known, or is open; compared with a slow definition."""

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules import drawn
from tests.rules.drawn import NOW
from upsell_project.lib.rules import judging, tree
from upsell_project.lib.rules.facts import Fact, Member, Of, Op, Trait, Value
from upsell_project.lib.rules.tree import AllOf, AnyOf, Not, Rule, Test, Weighed
from upsell_project.lib.rules.words import LETTERS

PLAN = Trait("plan", Of.ACCOUNT)
HERE = judging.at(NOW, "Europe/Berlin")


def slowly(rule: Rule, known: dict[Fact, Value]) -> float:
    """1 true, 0 false, a half open: and is the least, or the greatest, not what is left to 1."""
    if isinstance(rule, Not):
        return 1 - slowly(rule.rule, known)
    if isinstance(rule, AllOf):
        return min(slowly(one, known) for one in rule.rules)
    if isinstance(rule, AnyOf):
        return max(slowly(one, known) for one in rule.rules)
    if isinstance(rule, Weighed):
        return weighed(rule, [slowly(one, known) for _, one in rule.rules])
    found = known.get(rule.fact)
    if rule.op in (Op.KNOWN, Op.UNKNOWN):
        return float((found is not None) == (rule.op is Op.KNOWN))
    verdict = None if found is None else compare(rule.op, found, rule.value)
    return 0.5 if verdict is None else float(verdict)


def weighed(rule: Weighed, verdicts: list[float]) -> float:
    """What is open is tried both ways: only what comes out the same is decided."""
    weights = [Fraction(weight) for weight, _ in rule.rules]
    wanted = Fraction(rule.at_least) * sum(weights)
    ways = product(*[(0, 1) if verdict == 0.5 else (verdict,) for verdict in verdicts])
    enough = {sum(w for w, holds in zip(weights, way, strict=True) if holds) >= wanted for way in ways}
    return 0.5 if len(enough) > 1 else float(enough.pop())


def compare(op: Op, found: Any, wanted: Any) -> bool | None:
    if op is Op.WITHIN:
        return within(found, *wanted)
    if op in (Op.IS, Op.IS_NOT, Op.ONE_OF):
        choices = wanted if op is Op.ONE_OF else (wanted,)
        return any(alike(found, one) for one in choices) != (op is Op.IS_NOT)
    if op is Op.CONTAINS:
        if isinstance(found, frozenset):
            return wanted in found
        return str(wanted).casefold() in found.casefold() if isinstance(found, str) else None
    if op is Op.CONTAINS_WORD:
        if isinstance(found, frozenset):
            return wanted in found
        return word_in(str(wanted).casefold(), found.casefold()) if isinstance(found, str) else None
    if type(found) not in (int, Decimal):
        return None
    low, high = {
        Op.AT_LEAST: (wanted, None),
        Op.AT_MOST: (None, wanted),
        Op.MORE_THAN: (wanted, None),
        Op.LESS_THAN: (None, wanted),
        Op.BETWEEN: wanted,
    }[op]
    open_end = op in (Op.MORE_THAN, Op.LESS_THAN) and found == wanted
    return not open_end and (low is None or found >= low) and (high is None or found <= high)


def word_in(wanted: str, text: str) -> bool:
    """Place by place."""
    padded = f" {text} "
    return any(
        padded.startswith(wanted, place)
        and not in_words(padded[place - 1])
        and not in_words(padded[place + len(wanted)])
        for place in range(1, len(padded) - len(wanted))
    )


def in_words(character: str) -> bool:
    return character.isalnum() if character.isascii() else re.fullmatch(f"[{LETTERS}]", character) is not None


def alike(found: Any, wanted: Any) -> bool:
    if isinstance(found, frozenset):
        return wanted in found if not isinstance(wanted, bool) else False
    return isinstance(found, bool) == isinstance(wanted, bool) and bool(found == wanted)


def within(found: Any, first: int, last: int) -> bool | None:
    if isinstance(found, datetime):
        days = (NOW - found) / timedelta(days=1)
    elif isinstance(found, date):
        days = (HERE.today - found).days
    else:
        return None
    return first <= days <= last


CHECKS = [Test(Member(str(place)), Op.IS, True) for place in range(5)]


@given(drawn.wild_rules, st.data())
def test_it_judges_as_the_slow_definition_does(rule: Rule, data: st.DataObject) -> None:
    known = {fact: data.draw(drawn.known_values) for fact in sorted(tree.facts(rule), key=repr)}
    expected = {1.0: True, 0.0: False, 0.5: None}[slowly(rule, known)]
    assert judging.judge(rule, known, HERE) is expected


@given(drawn.grown(st.sampled_from(CHECKS)), st.lists(st.none() | st.booleans(), min_size=5, max_size=5))
def test_answers_are_joined_as_the_slow_definition_does(rule: Rule, answers: list[judging.Verdict]) -> None:
    known: dict[Fact, Value] = {check.fact: answer for check, answer in zip(CHECKS, answers, strict=True)}
    assert judging.judge(rule, known, HERE) is {1.0: True, 0.0: False, 0.5: None}[slowly(rule, known)]


@given(drawn.wild_rules)
def test_what_asks_for_nothing_unknown_is_open_where_nothing_is_known(rule: Rule) -> None:
    asks = {test.op for test in tree.tests(rule)}
    if not asks & {Op.KNOWN, Op.UNKNOWN}:
        assert judging.judge(rule, {}, HERE) is None


@given(drawn.wild_rules, st.data())
def test_to_know_more_never_turns_a_verdict_around(rule: Rule, data: st.DataObject) -> None:
    """Kleene's logic is monotone: but for questions about knowing itself."""
    if {test.op for test in tree.tests(rule)} & {Op.KNOWN, Op.UNKNOWN}:
        return
    facts = sorted(tree.facts(rule), key=repr)
    known = {fact: data.draw(drawn.known_values) for fact in facts}
    less = {fact: value for fact, value in known.items() if data.draw(st.booleans())}
    before, after = (judging.judge(rule, each, HERE) for each in (less, known))
    assert before is None or before is after


@pytest.mark.parametrize(
    ("weights", "at_least", "answers", "verdict"),
    [
        # In binary numbers some of these would be too little.
        (("0.1", "0.2", "0.4", "0.3"), "0.7", (True, True, True, False), True),
        (("0.1", "0.2", "0.4", "0.3"), "0.7000000000000001", (True, True, True, False), False),
        (("0.1", "0.3", "0.4"), "0.5", (True, True, False), True),
        # More digits than a Decimal's arithmetic keeps.
        (("1000000", "1e-30"), "1", (True, False), False),
        (("1000000", "1e-30"), "1", (True, None), None),
        (("1000000", "1e-30"), "1", (True, True), True),
        (("1", "1", "1"), "0.34", (True, False, None), None),
        (("1", "1", "1"), "0.33", (True, False, None), True),
        (("1", "1", "1"), "0.67", (None, False, None), False),
        (("1", "1", "1"), "0.66", (None, False, None), None),
        (("3", "2"), "0.4", (False, True), True),
        (("3", "2"), "0.4", (False, None), None),
        (("3", "2"), "0.6", (True, None), True),
        (("3", "2"), "0.6", (False, None), False),
    ],
)
def test_weights_are_added_exactly(
    weights: tuple[str, ...], at_least: str, answers: tuple[bool | None, ...], verdict: bool | None
) -> None:
    members = tuple((Decimal(weight), check) for weight, check in zip(weights, CHECKS, strict=False))
    known: dict[Fact, Value] = {check.fact: answer for check, answer in zip(CHECKS, answers, strict=False)}
    assert judging.judge(Weighed(members, Decimal(at_least)), known, HERE) is verdict


def test_a_negation_of_what_is_not_known_does_not_hold() -> None:
    """Whoever's plan we do not know is not taken for somebody on another plan."""
    assert judging.judge(Not(Test(PLAN, Op.IS, "free")), {}, HERE) is None
    assert judging.judge(Test(PLAN, Op.IS_NOT, "free"), {}, HERE) is None
    assert judging.judge(Test(PLAN, Op.UNKNOWN), {}, HERE) is True


@pytest.mark.parametrize(
    ("found", "op", "wanted", "verdict"),
    [
        (Decimal("0.8"), Op.AT_LEAST, Decimal("0.8"), True),
        (True, Op.IS, 1, False),
        (1, Op.IS, Decimal(1), True),
        (True, Op.AT_LEAST, 1, None),
        ("12", Op.AT_LEAST, 1, None),
        ("Enterprise plan", Op.CONTAINS, "PLAN", True),
        ("Limit of exports", Op.CONTAINS_WORD, "limit", True),
        ("MONTHLY_LIMIT", Op.CONTAINS_WORD, "limit", True),
        ("rate-limit: 9", Op.CONTAINS_WORD, "Limit", True),
        ("»limit«", Op.CONTAINS_WORD, "limit", True),
        ("requires the Unlimited plan", Op.CONTAINS_WORD, "limit", False),
        ("limits", Op.CONTAINS_WORD, "limit", False),
        ("Kreditlimit", Op.CONTAINS_WORD, "limit", False),
        ("limité", Op.CONTAINS_WORD, "limit", False),
        ("limit2", Op.CONTAINS_WORD, "limit", False),
        ("how to target more people", Op.CONTAINS_WORD, "get more", False),
        (frozenset({"the limit"}), Op.CONTAINS_WORD, "limit", False),
        (5, Op.CONTAINS_WORD, "5", None),
        (frozenset({"a", "b"}), Op.IS, "a", True),
    ],
)
def test_values_are_compared_as_they_are(found: Any, op: Op, wanted: Any, verdict: bool | None) -> None:
    assert judging.judge(Test(PLAN, op, wanted), {PLAN: found}, HERE) is verdict


def test_a_date_counts_where_the_subject_is() -> None:
    """At half past ten in the evening in New York it is tomorrow already in Berlin."""
    renewal = Trait("renews_at", Of.ACCOUNT)
    rule = Test(renewal, Op.WITHIN, (-45, 0))
    late = datetime(2026, 4, 1, 2, 30, tzinfo=NOW.tzinfo)
    known: dict[Fact, Value] = {renewal: date(2026, 5, 16)}
    assert judging.judge(rule, known, judging.at(late, "America/New_York")) is False
    assert judging.judge(rule, known, judging.at(late, "Europe/Berlin")) is True


def test_a_segment_is_a_question_like_any_other() -> None:
    inside = Test(Member("vips"), Op.IS, True)
    assert judging.judge(AnyOf((inside, Test(PLAN, Op.IS, "pro"))), {Member("vips"): True}, HERE) is True
