"""Policies are compared by logs alone: against simulated worlds in which the truth is known."""

import random
from collections.abc import Mapping
from statistics import fmean

import pytest

from offers_app import off_policy
from offers_app.off_policy import Comparison, Logged, Verdict

OFFERS = ("a", "b", "c")
RATES = {0: {"a": 0.30, "b": 0.10, "c": 0.05}, 1: {"a": 0.05, "b": 0.15, "c": 0.35}}
"""Of two kinds of people: how often each offer is truly accepted."""
RAN = {0: {"a": 0.3, "b": 0.4, "c": 0.3}, 1: {"a": 0.5, "b": 0.3, "c": 0.2}}
OTHER = {0: {"a": 0.8, "b": 0.1, "c": 0.1}, 1: {"a": 0.1, "b": 0.1, "c": 0.8}}
BELIEVED = {0: {"a": 0.15, "b": 0.12, "c": 0.10}, 1: {"a": 0.20, "b": 0.10, "c": 0.15}}
"""What the direct method expects, wrongly."""
TRUTH = fmean(sum(OTHER[kind][offer] * RATES[kind][offer] for offer in OFFERS) for kind in (0, 1))


def simulated(seed: int, decisions: int) -> tuple[list[Logged], list[Mapping[str, float]]]:
    source = random.Random(seed)
    logs: list[Logged] = []
    targets: list[Mapping[str, float]] = []
    for _ in range(decisions):
        kind = source.randrange(2)
        chosen = source.choices(OFFERS, [RAN[kind][offer] for offer in OFFERS])[0]
        reward = float(source.random() < RATES[kind][chosen])
        logs.append(Logged(chosen, RAN[kind][chosen], reward, BELIEVED[kind]))
        targets.append(OTHER[kind])
    return logs, targets


def compared(seed: int, decisions: int) -> Comparison:
    logs, targets = simulated(seed, decisions)
    return off_policy.compare(logs, targets.__getitem__)


def test_it_works() -> None:
    found = compared(1, 4_000)
    assert found.doubly_robust.low <= TRUTH <= found.doubly_robust.high
    assert found.weighted.low <= TRUTH <= found.weighted.high
    assert found.verdict is Verdict.BETTER
    assert 500 < found.effective < found.decisions == 4_000


def test_it_is_unbiased_and_its_interval_holds_the_truth_as_often_as_it_says() -> None:
    runs = [compared(seed, 500) for seed in range(300)]
    held = fmean(run.doubly_robust.low <= TRUTH <= run.doubly_robust.high for run in runs)
    assert 0.91 <= held <= 0.99
    assert fmean(run.doubly_robust.mean for run in runs) == pytest.approx(TRUTH, abs=0.006)
    assert fmean(run.weighted.mean for run in runs) == pytest.approx(TRUTH, abs=0.006)


def test_it_is_nearer_to_the_truth_than_what_was_expected() -> None:
    runs = [compared(seed, 500) for seed in range(100)]
    off = fmean((run.doubly_robust.mean - TRUTH) ** 2 for run in runs)
    assert off < fmean((run.direct - TRUTH) ** 2 for run in runs) / 10


def test_good_expectations_make_the_interval_narrower() -> None:
    logs, targets = simulated(3, 2_000)
    blind = [Logged(one.chosen, one.chance, one.reward, dict.fromkeys(OFFERS, 0.0)) for one in logs]
    knowing = [
        Logged(one.chosen, one.chance, one.reward, RATES[0] if target is OTHER[0] else RATES[1])
        for one, target in zip(logs, targets, strict=True)
    ]
    widths = []
    for each in (knowing, blind):
        found = off_policy.compare(each, targets.__getitem__).doubly_robust
        widths.append(found.high - found.low)
    assert widths[0] < widths[1]


def test_the_policy_that_ran_compared_with_itself_is_no_different() -> None:
    logs, targets = simulated(5, 1_000)
    ran = [RAN[0] if target is OTHER[0] else RAN[1] for target in targets]
    found = off_policy.compare(logs, ran.__getitem__)
    assert found.weighted.mean == pytest.approx(found.logged.mean)
    assert found.effective == pytest.approx(1_000)
    assert found.verdict is Verdict.NO_DIFFERENCE


def test_with_too_few_that_count_nothing_is_concluded_however_clear_it_looks() -> None:
    logs = [Logged("a", 0.01, 1.0, {"a": 0.0, "b": 0.0})] * 2 + [
        Logged("b", 0.99, 0.0, {"a": 0.0, "b": 0.0})
    ] * 998
    found = off_policy.compare(logs, lambda place: {"a": 1.0})
    assert found.effective == pytest.approx(2)
    assert found.verdict is Verdict.TOO_EARLY
    few_yes = [Logged("a", 0.5, float(place < 9), {"a": 0.0}) for place in range(500)]
    assert off_policy.compare(few_yes, lambda place: {"a": 1.0}).verdict is Verdict.TOO_EARLY


def test_a_policy_that_would_offer_nothing_brings_nothing() -> None:
    logs, _ = simulated(2, 300)
    found = off_policy.compare(logs, lambda place: {})
    assert (found.doubly_robust.mean, found.effective, found.verdict) == (0, 0, Verdict.TOO_EARLY)


@pytest.mark.parametrize("logs", [[], [Logged("a", 0.0, 1.0, {"a": 0.1})]])
def test_what_cannot_be_compared_is_refused(logs: list[Logged]) -> None:
    with pytest.raises(ValueError):
        off_policy.compare(logs, lambda place: {"a": 1.0})
