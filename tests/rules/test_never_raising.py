"""Whatever strangers say of somebody, a rule answers: it holds, it does not, or it is not known."""

import logging
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.rules import drawn
from upsell_project.lib.rules import certainty, judging
from upsell_project.lib.rules.facts import Of, Op, Trait, Value
from upsell_project.lib.rules.tree import AllOf, Not, Rule, Test, facts

NEVER = (date.min, date.max)
EAST, WEST = timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))
extremes: st.SearchStrategy[Value] = st.one_of(
    st.sampled_from(NEVER),
    st.builds(
        lambda day, zone: datetime(day.year, day.month, day.day, 23 * (day == date.max), tzinfo=zone),
        st.sampled_from(NEVER),
        st.sampled_from([UTC, EAST, WEST]),
    ),
    st.sampled_from([Decimal("1e400"), Decimal("-1e-400"), Decimal("Infinity"), 10**400, -(2**63)]),
    st.sampled_from(["", "\x00", "\ud800", "9999-12-31", "NaN"]),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([UTC, EAST, WEST])),
    drawn.known_values,
)
LEFT = Trait("left", Of.PERSON)


@given(st.data(), drawn.rules | drawn.wild_rules)
def test_no_value_makes_a_rule_raise(data: st.DataObject, rule: Rule) -> None:
    known = {fact: data.draw(extremes) for fact in sorted(facts(rule), key=repr)}
    errors: list[str] = []
    keeper = _Keeper(errors)
    logging.getLogger(judging.__name__).addHandler(keeper)
    try:
        for zone in drawn.ZONES:
            at = judging.at(drawn.NOW, zone)
            assert judging.judge(rule, known, at) in (True, False, None)
            assert 0 <= certainty.certainty(rule, known, at) <= 1
    finally:
        logging.getLogger(judging.__name__).removeHandler(keeper)
    assert errors == []


@pytest.mark.parametrize("days", [(-3660, 3660), (-10, 5), (5, 60), (3660, 3660)])
@pytest.mark.parametrize("zone", [UTC, EAST, WEST])
def test_the_ends_of_the_calendar_are_far_away(days: tuple[int, int], zone: timezone) -> None:
    rule = Test(LEFT, Op.WITHIN, days)
    at = judging.at(drawn.NOW, "Pacific/Chatham")
    first, last = datetime(1, 1, 1, tzinfo=zone), datetime(9999, 12, 31, 23, 59, 59, tzinfo=zone)
    for never in (date.min, date.max, first, last):
        assert judging.judge(rule, {LEFT: never}, at) is False


def test_what_cannot_be_judged_is_not_known_and_told_once(caplog: pytest.LogCaptureFixture) -> None:
    """Also below a negation: nothing may come of it."""
    odd: Any = _Odd()
    judge = judging.compiled(Not(AllOf((Test(LEFT, Op.IS, 1),))), "the segment Pro")
    at = judging.at(drawn.NOW, "UTC")
    assert [judge({LEFT: odd}, at), judge({LEFT: odd}, at), judge({LEFT: 2}, at)] == [None, None, True]
    assert [one.getMessage().partition(":")[0] for one in caplog.records] == [
        "the segment Pro cannot be judged for some"
    ]


class _Odd:
    def __eq__(self, other: object) -> bool:
        raise OverflowError("date value out of range")

    __hash__ = None  # type: ignore[assignment]


class _Keeper(logging.Handler):
    def __init__(self, kept: list[str]) -> None:
        super().__init__()
        self.kept = kept

    def emit(self, record: logging.LogRecord) -> None:
        self.kept.append(record.getMessage())
