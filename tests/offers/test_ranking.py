"""The score: each factor is within its range, and raising what it is made of never lowers the score."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_app import ranking
from offers_app.policy import Policy
from offers_app.ranking import Candidate

POLICY = Policy()
PRO = Candidate("pro", Decimal(100), Decimal(10), 10, (2.0, 18.0))
MONEY = st.decimals(0, 1_000_000, places=2)
COUNTS = st.floats(0.01, 1e6)
CANDIDATES = st.builds(
    Candidate, st.just("pro"), MONEY, MONEY, st.integers(-3_000, 3_000), st.tuples(COUNTS, COUNTS)
)
SHARES = st.floats(0, 1)


def score(candidate: Candidate, context: float = 1.0) -> float:
    return ranking.factors(candidate, context, POLICY).score


def test_it_works() -> None:
    found = ranking.factors(PRO, 0.5, POLICY)
    assert (found.propensity, found.context, found.value, found.lever) == (0.1, 0.5, 91.0, 2.0)
    assert found.score == pytest.approx(0.1 * 0.5 * 91 * 2)


@given(CANDIDATES, SHARES)
def test_each_factor_is_within_its_range(candidate: Candidate, context: float) -> None:
    found = ranking.factors(candidate, context, POLICY)
    assert 0 < found.propensity < 1 or min(candidate.posterior) < 1e-9 * max(candidate.posterior)
    assert found.value == 0 or found.value >= 1
    assert found.lever > 0
    assert found.score >= 0


@given(CANDIDATES, st.data())
def test_the_score_is_monotone_in_whatever_a_factor_is_made_of(
    candidate: Candidate, data: st.DataObject
) -> None:
    more = data.draw(st.floats(0, 1e6))
    alpha, beta = candidate.posterior
    money = Decimal(str(round(more, 2)))
    assert score(replace(candidate, posterior=(alpha + more, beta))) >= score(candidate)
    assert score(replace(candidate, posterior=(alpha, beta + more))) <= score(candidate)
    assert score(replace(candidate, value=candidate.value + money)) >= score(candidate)
    assert score(replace(candidate, cost=candidate.cost + money)) <= score(candidate)
    assert score(replace(candidate, priority=candidate.priority + int(more))) >= score(candidate)


@given(CANDIDATES, SHARES, SHARES)
def test_the_score_is_monotone_in_the_context(candidate: Candidate, one: float, other: float) -> None:
    assert score(candidate, min(one, other)) <= score(candidate, max(one, other))


@given(SHARES, SHARES, st.integers(0, 10**7), st.integers(0, 10**7))
def test_surer_and_fresher_evidence_is_a_better_context(
    one: float, other: float, age: int, more: int
) -> None:
    def context(sure: float, seconds: int) -> float:
        return ranking.context(sure, timedelta(seconds=seconds), "email", "")

    assert 0 <= context(one, age) <= 1
    assert context(min(one, other), age) <= context(max(one, other), age)
    assert context(one, age + more) <= context(one, age)


def test_evidence_counts_half_after_a_week_and_another_channel_half() -> None:
    assert ranking.context(1.0, timedelta(days=7), "email", "email") == 0.5
    assert ranking.context(1.0, timedelta(0), "in_app", "email") == 0.5
    assert ranking.context(1.0, timedelta(seconds=-5), "in_app", "") == 1.0, "clocks differ a little"


def test_what_costs_more_than_it_is_worth_is_worth_nothing_and_what_nobody_stated_counts() -> None:
    assert ranking.value(Decimal(10), Decimal("10.01")) == 0
    assert ranking.value(Decimal(0), Decimal(0)) == 1


def test_a_policy_may_replace_a_priority() -> None:
    raised = Policy(priorities=(("pro", 30),))
    assert ranking.factors(PRO, 1.0, raised).lever == 8
    assert ranking.factors(replace(PRO, offer="other"), 1.0, raised).lever == 2
