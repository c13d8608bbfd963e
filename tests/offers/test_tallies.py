"""Counts that fade: the order does not matter, and a no never raises anything."""

import uuid
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers_app import arms, learn, tallies
from offers_app.arms import Key
from offers_app.models import Lesson
from offers_app.policy import Policy
from offers_app.tallies import Tally

NOW = datetime(2026, 3, 10, 10, tzinfo=UTC)
POLICY = Policy(half_life_days=30)
SEGMENTS = ("", "admins", "newcomers")
SOME_ARMS = [(offer, "nudge", "in_app", segment) for offer in (1, 2) for segment in SEGMENTS]
LEVELS = [Lesson.Level.LET_PASS, Lesson.Level.YES, Lesson.Level.NO]
Told = tuple[int, Any, Key, int]
"""Proposition, level, arm, and the hours since it was made."""
# What one proposition is about, and when it was made, is the same in all that is said of it.
ABOUT = {n: (SOME_ARMS[n % len(SOME_ARMS)], 7 * n * n) for n in range(15)}
TOLD = st.builds(
    lambda n, level: (n, level, *ABOUT[n]), st.sampled_from(sorted(ABOUT)), st.sampled_from(LEVELS)
)


def taught(history: list[Told]) -> dict[Key, Tally]:
    """As the table of lessons and the job do it: the strongest word stays, and what was counted is taken back."""
    known: dict[Key, Tally] = {}
    counted: dict[int, int] = {}
    for n, level, (offer, template, channel, segment), hours in history:
        if level <= counted.get(n, 0):
            continue
        lesson: Any = SimpleNamespace(
            pk=uuid.UUID(int=n),
            offer_id=offer,
            template=template,
            channel=channel,
            segment=segment,
            at=NOW - timedelta(hours=hours),
            level=level,
            counted=counted.get(n, 0),
        )
        known |= learn.sums([lesson], known, POLICY.half_life_days)
        counted[n] = level
    return known


def propensities(known: dict[Key, Tally]) -> list[float]:
    found = [arms.posterior(key, known, POLICY, NOW) for key in SOME_ARMS]
    return [alpha / (alpha + beta) for alpha, beta in found]


@given(st.lists(TOLD, max_size=25), st.randoms(use_true_random=False))
def test_the_order_and_repetition_of_answers_do_not_matter(history: list[Told], source: Any) -> None:
    again = [*history, *history]
    source.shuffle(again)
    assert propensities(taught(again)) == pytest.approx(propensities(taught(history)), rel=1e-9)


@given(st.lists(TOLD, max_size=25), st.sampled_from(sorted(ABOUT)))
def test_a_no_never_raises_any_propensity(history: list[Told], n: int) -> None:
    before = propensities(taught(history))
    after = propensities(taught([*history, (n, Lesson.Level.NO, *ABOUT[n])]))
    assert all(new <= old + 1e-9 for new, old in zip(after, before, strict=True))


@given(st.lists(TOLD, max_size=25))
def test_a_no_to_what_was_not_answered_lowers_its_own(history: list[Told]) -> None:
    unheard = [one for one in history if one[0] != 0]
    before, after = (
        propensities(taught(said)) for said in (unheard, [*unheard, (0, Lesson.Level.NO, *ABOUT[0])])
    )
    assert after[0] < before[0]


def test_an_answer_counts_half_after_the_half_life_and_also_backwards() -> None:
    tally = Tally(4, 2, NOW)
    assert tallies.counts(tally, NOW + timedelta(days=30), 30) == (2, 1)
    assert tallies.counts(tally, NOW - timedelta(days=30), 30) == (8, 4)


def test_with_time_what_was_learned_is_forgotten() -> None:
    known = taught([(n, Lesson.Level.NO, *ABOUT[n]) for n in ABOUT])
    later = NOW + timedelta(days=3_000)
    alpha, beta = arms.posterior(SOME_ARMS[0], known, POLICY, later)
    assert alpha / (alpha + beta) == pytest.approx(POLICY.base_rate)


def test_a_segment_starts_from_the_offer_as_a_whole_and_ends_at_its_own() -> None:
    whole = {(1, "", "", ""): Tally(50, 50, NOW)}

    def mean(own: Tally | None) -> float:
        known = whole | ({SOME_ARMS[1]: own} if own else {})
        alpha, beta = arms.posterior(SOME_ARMS[1], known, POLICY, NOW)
        return alpha / (alpha + beta)

    pooled = (0.04 * 20 + 50) / 120
    assert mean(None) == pytest.approx(pooled)
    assert mean(Tally(0, 20, NOW)) == pytest.approx(pooled / 2)
    assert mean(Tally(9_000, 1_000, NOW)) == pytest.approx(0.9, abs=0.002)


@pytest.mark.parametrize(
    ("name", "wrong"),
    [("half_life_days", 0), ("base_rate", 1), ("strength", 0), ("exploration", 1.1), ("least", float("nan"))],
)
def test_a_policy_says_which_parameter_is_out_of_range(name: str, wrong: float) -> None:
    with pytest.raises(ValueError, match=name):
        Policy(**{name: wrong})  # type: ignore[arg-type]
