"""What another policy would have brought, from logged decisions: without showing it to anybody.

Self-normalized inverse propensity weighting (SNIPS: Swaminathan and Joachims, NIPS 2015) and the doubly robust estimate
(Dudik, Langford and Li, ICML 2011). Pure. The chances that were logged are exact (`bandit`), so the doubly robust
estimate is unbiased whatever the expectations are; good ones make its interval narrow.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, sqrt

CONFIDENT = 1.96
"""Standard errors to both sides: 95% of a normal distribution."""
FEWEST_EFFECTIVE = 100.0
"""With a smaller effective sample nothing is concluded: the interval would not hold what it says."""
FEWEST_REWARDED = 10


@dataclass(frozen=True, slots=True)
class Logged:
    """One decision that was answered: what was chosen, how likely that was (more than 0), and what it brought.

    `expected` is the reward that was expected of each candidate at the time, from answers before it.
    """

    chosen: str
    chance: float
    reward: float
    expected: Mapping[str, float]


Target = Callable[[int], Mapping[str, float]]
"""The chances of the other policy for the decision at this place; together 1 or, where it may offer nothing, less."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean reward per decision and its 95% interval."""

    mean: float
    low: float
    high: float


class Verdict(StrEnum):
    TOO_EARLY = "Too early to tell"
    NO_DIFFERENCE = "No clear difference"
    BETTER = "The other policy is better"
    WORSE = "The other policy is worse"


@dataclass(frozen=True, slots=True)
class Comparison:
    """Rewards per decision. `difference`: doubly robust estimate of the other policy less what there was, in pairs."""

    decisions: int
    effective: float
    """So many decisions of the other policy the logged ones are worth (Kish): (sum w)^2 / sum w^2."""
    rewarded: int
    logged: Estimate
    weighted: Estimate
    doubly_robust: Estimate
    direct: float
    """What was expected of it; no estimate by itself, for it repeats what the expectations get wrong."""
    difference: Estimate
    verdict: Verdict


def compare(logged: Sequence[Logged], target: Target) -> Comparison:
    """Raises ValueError where nothing was logged, or something had no chance."""
    if not logged:
        raise ValueError("nothing was logged")
    if any(one.chance <= 0 for one in logged):
        raise ValueError("what was chosen had no chance: these logs cannot be compared")
    others = [target(place) for place in range(len(logged))]
    weights = [other.get(one.chosen, 0.0) / one.chance for one, other in zip(logged, others, strict=True)]
    direct = [_expected(one, other) for one, other in zip(logged, others, strict=True)]
    robust = [
        so_far + weight * (one.reward - one.expected[one.chosen])
        for one, weight, so_far in zip(logged, weights, direct, strict=True)
    ]
    rewards = [one.reward for one in logged]
    apart = _mean([new - old for new, old in zip(robust, rewards, strict=True)])
    effective = _effective(weights)
    rewarded = sum(1 for reward in rewards if reward)
    return Comparison(
        len(logged),
        effective,
        rewarded,
        _mean(rewards),
        _weighted(weights, rewards),
        _mean(robust),
        sum(direct) / len(direct),
        apart,
        _verdict(apart, effective, rewarded),
    )


def _expected(one: Logged, other: Mapping[str, float]) -> float:
    return sum(chance * one.expected[offer] for offer, chance in other.items())


def _effective(weights: Sequence[float]) -> float:
    squares = sum(weight * weight for weight in weights)
    return sum(weights) ** 2 / squares if squares else 0.0


def _weighted(weights: Sequence[float], rewards: Sequence[float]) -> Estimate:
    """Self-normalized, with the standard error of a ratio (linearized)."""
    whole = sum(weights)
    if not whole:
        return Estimate(0.0, -inf, inf)
    mean = sum(weight * reward for weight, reward in zip(weights, rewards, strict=True)) / whole
    off = sqrt(sum((weight * (reward - mean)) ** 2 for weight, reward in zip(weights, rewards, strict=True)))
    return _around(mean, off / whole)


def _mean(values: Sequence[float]) -> Estimate:
    number = len(values)
    mean = sum(values) / number
    if number < 2:
        return Estimate(mean, -inf, inf)
    spread = sum((value - mean) ** 2 for value in values) / (number - 1)
    return _around(mean, sqrt(spread / number))


def _around(mean: float, error: float) -> Estimate:
    return Estimate(mean, mean - CONFIDENT * error, mean + CONFIDENT * error)


def _verdict(apart: Estimate, effective: float, rewarded: int) -> Verdict:
    if effective < FEWEST_EFFECTIVE or rewarded < FEWEST_REWARDED:
        return Verdict.TOO_EARLY
    if apart.low > 0:
        return Verdict.BETTER
    return Verdict.WORSE if apart.high < 0 else Verdict.NO_DIFFERENCE
