"""Policies are compared by logs alone: against simulated worlds in which the truth is known."""

import random
from collections.abc import Callable, Mapping
from dataclasses import replace
from statistics import fmean

import pytest

from offers_app import off_policy
from offers_app.off_policy import Comparison, Estimate, Logged, Verdict

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
        logs.append(Logged(chosen, RAN[kind][chosen], reward, BELIEVED[kind], len(logs)))
        targets.append(OTHER[kind])
    return logs, targets


def against(logs: list[Logged], target: Callable[[int], Mapping[str, float]]) -> Comparison:
    return off_policy.compare([off_policy.weighted(one, target(place)) for place, one in enumerate(logs)])


def compared(seed: int, decisions: int) -> Comparison:
    logs, targets = simulated(seed, decisions)
    return against(logs, targets.__getitem__)


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
    blind = [
        Logged(one.chosen, one.chance, one.reward, dict.fromkeys(OFFERS, 0.0), one.account) for one in logs
    ]
    knowing = [
        Logged(one.chosen, one.chance, one.reward, RATES[0] if target is OTHER[0] else RATES[1], one.account)
        for one, target in zip(logs, targets, strict=True)
    ]
    widths = []
    for each in (knowing, blind):
        found = against(each, targets.__getitem__).doubly_robust
        widths.append(found.high - found.low)
    assert widths[0] < widths[1]


def test_the_policy_that_ran_compared_with_itself_is_no_different() -> None:
    logs, targets = simulated(5, 1_000)
    ran = [RAN[0] if target is OTHER[0] else RAN[1] for target in targets]
    found = against(logs, ran.__getitem__)
    assert found.weighted.mean == pytest.approx(found.logged.mean)
    assert found.effective == pytest.approx(1_000)
    assert found.verdict is Verdict.NO_DIFFERENCE


def test_with_too_few_that_count_nothing_is_concluded_however_clear_it_looks() -> None:
    nothing = {"a": 0.0, "b": 0.0}
    logs = [
        Logged("a", 0.01, 1.0, nothing, place) if place < 2 else Logged("b", 0.99, 0.0, nothing, place)
        for place in range(1_000)
    ]
    found = against(logs, lambda place: {"a": 1.0})
    assert found.effective == pytest.approx(2)
    assert found.verdict is Verdict.TOO_EARLY
    few_yes = [Logged("a", 0.5, float(place < 9), {"a": 0.0}, place) for place in range(500)]
    assert against(few_yes, lambda place: {"a": 1.0}).verdict is Verdict.TOO_EARLY


def test_a_policy_that_would_offer_nothing_brings_nothing() -> None:
    logs, _ = simulated(2, 300)
    found = against(logs, lambda place: {})
    assert (found.doubly_robust.mean, found.effective, found.verdict) == (0, 0, Verdict.TOO_EARLY)


@pytest.mark.parametrize("logs", [[], [Logged("a", 0.0, 1.0, {"a": 0.1}, 1)]])
def test_what_cannot_be_compared_is_refused(logs: list[Logged]) -> None:
    with pytest.raises(ValueError):
        against(logs, lambda place: {"a": 1.0})


def test_repeating_every_decision_within_its_account_makes_nothing_surer() -> None:
    logs, targets = simulated(1, 1_000)
    once = against(logs, targets.__getitem__)
    again = against([one for one in logs for _ in range(4)], lambda place: targets[place // 4])
    for name in ("logged", "weighted", "doubly_robust", "difference"):
        assert vars_of(getattr(again, name)) == pytest.approx(vars_of(getattr(once, name)))
    strangers = [
        replace(one, account=place) for place, one in enumerate(one for one in logs for _ in range(4))
    ]
    apart = against(strangers, lambda place: targets[place // 4])
    assert width(apart.doubly_robust) == pytest.approx(width(once.doubly_robust) / 2, rel=0.01)


def test_accounts_that_answer_alike_widen_the_interval_until_it_holds_what_it_says() -> None:
    held, too_narrow = [], []
    for seed in range(200):
        logs, targets = alike(seed)
        mine = against(logs, targets.__getitem__).doubly_robust
        alone = [replace(one, account=place) for place, one in enumerate(logs)]
        others = against(alone, targets.__getitem__).doubly_robust
        assert width(mine) > width(others)
        held.append(mine.low <= TRUTH <= mine.high)
        too_narrow.append(others.low <= TRUTH <= others.high)
    assert 0.90 <= fmean(held) <= 0.99
    assert fmean(too_narrow) < 0.85


def test_of_few_accounts_nothing_is_concluded() -> None:
    logs, targets = simulated(1, 4_000)
    few = [replace(one, account=place % 49) for place, one in enumerate(logs)]
    found = against(few, targets.__getitem__)
    assert (found.accounts, found.verdict) == (49, Verdict.TOO_EARLY)
    alone = against([replace(one, account=1) for one in logs], targets.__getitem__)
    assert alone.difference.low == -alone.difference.high == float("-inf")


def alike(seed: int) -> tuple[list[Logged], list[Mapping[str, float]]]:
    """Ten decisions an account, which is of one kind and takes the same offers every time."""
    source = random.Random(seed)
    logs: list[Logged] = []
    targets: list[Mapping[str, float]] = []
    for account in range(120):
        kind = source.randrange(2)
        takes = {offer: float(source.random() < RATES[kind][offer]) for offer in OFFERS}
        for _ in range(10):
            chosen = source.choices(OFFERS, [RAN[kind][offer] for offer in OFFERS])[0]
            logs.append(Logged(chosen, RAN[kind][chosen], takes[chosen], BELIEVED[kind], account))
            targets.append(OTHER[kind])
    return logs, targets


def width(found: Estimate) -> float:
    return found.high - found.low


def vars_of(found: Estimate) -> tuple[float, float, float]:
    return found.mean, found.low, found.high
