"""How likely each candidate is to be chosen, against brute force, and the draw."""

import random
import tracemalloc
from collections import Counter
from math import isclose

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from offers_app import bandit
from offers_app.bandit import Arm

DRAWS = 40_000
STATED_ERROR = 0.02
ARMS = st.tuples(st.floats(0.2, 3_000), st.floats(0.2, 3_000), st.floats(0.01, 100))
USUAL = st.builds(
    lambda alpha, share, weight: (alpha, alpha / share, weight),
    *(st.floats(0.2, 300), st.floats(0.01, 0.9), st.floats(0.01, 100)),
)
FEW = st.lists(ARMS, min_size=1, max_size=20).map(tuple)


def drawn(arms: tuple[Arm, ...], draws: int = DRAWS) -> list[float]:
    """The share of draws from the posteriors in which each arm has the highest score."""
    source, best = random.Random(7), Counter[int]()
    for _ in range(draws):
        scores = [source.betavariate(alpha, beta) * weight for alpha, beta, weight in arms]
        best[scores.index(max(scores))] += 1
    return [best[place] / draws for place in range(len(arms))]


@pytest.mark.parametrize(
    "arms",
    [
        ((0.8, 19.2, 1.0),) * 20,
        ((0.8, 19.2, 1.0), (30, 700, 1.0), (5, 100, 0.9)),
        ((400, 9_600, 1.0), (410, 9_600, 1.0)),
        ((2.0, 0.5, 1.0), (3.0, 1.0, 1.0)),
        ((0.3, 0.4, 5.0), (50, 3, 4.0), (1, 1, 6.0)),
        ((5, 100, 91.0), (8, 100, 51.0), (1, 30, 501.0)),
    ],
)
def test_the_integral_is_what_a_great_many_draws_say(arms: tuple[Arm, ...]) -> None:
    for found, brute in zip(bandit.thompson(arms), drawn(arms), strict=True):
        assert abs(found - brute) <= STATED_ERROR


@settings(max_examples=15, deadline=None)
@given(st.lists(USUAL, min_size=2, max_size=6).map(tuple))
def test_so_it_is_for_any_arms_that_are_taken_by_less_than_half(arms: tuple[Arm, ...]) -> None:
    for found, brute in zip(bandit.thompson(arms), drawn(arms, 4_000), strict=True):
        assert abs(found - brute) <= STATED_ERROR + 0.035


@settings(deadline=None)
@given(FEW, st.floats(0, 1), st.booleans())
def test_chances_are_probabilities_with_a_floor(
    arms: tuple[Arm, ...], exploration: float, greedy: bool
) -> None:
    found = bandit.chances(arms, exploration, greedy)
    assert isclose(sum(found), 1, abs_tol=1e-9)
    assert all(each >= exploration / len(arms) - 1e-12 for each in found)


def test_equal_arms_are_equally_likely() -> None:
    assert bandit.thompson(((2.0, 30.0, 1.0),) * 3) == pytest.approx((1 / 3,) * 3)


def test_greedy_takes_the_highest_expectation() -> None:
    assert bandit.chances(((1, 9, 1.0), (1, 9, 2.0)), 0.1, True) == pytest.approx((0.05, 0.95))


def test_nobody_has_no_chances() -> None:
    assert bandit.chances((), 0.1, False) == ()


def test_seeds_take_each_as_often_as_its_chance_says() -> None:
    found = (0.5, 0.0, 0.3, 0.2)
    taken = Counter(bandit.pick(found, bandit.SEEDS * part // 1_000) for part in range(1_000))
    assert [taken[place] for place in range(4)] == pytest.approx([500, 0, 300, 200], abs=1)


def test_the_least_seed_takes_the_first_and_the_greatest_one_that_has_a_chance() -> None:
    assert bandit.pick((0.2, 0.8), 0) == 0
    assert bandit.pick((0.5, 0.5 - 1e-12, 0.0), bandit.SEEDS - 1) == 1
    with pytest.raises(ValueError):
        bandit.pick((1.0,), bandit.SEEDS)


def test_what_is_kept_of_earlier_questions_stays_small() -> None:
    """Typical arms: what both caches hold when they are full, by what an entry takes now."""
    source = random.Random(1)
    arms = [(source.uniform(1, 20), source.uniform(60, 300), source.uniform(1, 80)) for _ in range(300)]
    bandit._spread.cache_clear()
    bandit.thompson.cache_clear()
    tracemalloc.start()
    try:
        for arm in arms:
            bandit._spread((*arm,), bandit.STEP)
        spreads = tracemalloc.get_traced_memory()[0] / len(arms)
        for start in range(100):
            bandit.thompson(tuple((*arm,) for arm in arms[start : start + 20]))
        whole = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    chances = (whole - spreads * len(arms)) / 100
    kept = spreads * bandit._spread.cache_parameters()["maxsize"]
    kept += chances * bandit.thompson.cache_parameters()["maxsize"]
    assert 1_000_000 < kept < 20_000_000
