"""What another policy would have brought, from logged decisions: without showing it to anybody.

Self-normalized inverse propensity weighting (SNIPS: Swaminathan and Joachims, NIPS 2015) and the doubly robust estimate
(Dudik, Langford and Li, ICML 2011). Pure. The chances that were logged are exact (`bandit`), so the doubly robust
estimate is unbiased whatever the expectations are; good ones make its interval narrow.

Decisions of one account are not independent, so standard errors are clustered by account: what each decision adds to
the estimate is summed within an account before it is squared (Liang and Zeger, Biometrika 1986; Cameron and Miller,
Journal of Human Resources 2015, with their correction G / (G - 1) for G accounts). With one decision an account it is
the usual error.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import inf, sqrt

CONFIDENT = 1.96
"""Standard errors to both sides: 95% of a normal distribution."""
FEWEST_EFFECTIVE = 100.0
"""With a smaller effective sample nothing is concluded: the interval would not hold what it says."""
FEWEST_REWARDED = 10
FEWEST_ACCOUNTS = 50
"""With fewer clusters their error is too small (Cameron and Miller, VI)."""


@dataclass(frozen=True, slots=True)
class Logged:
    """One decision that was answered: what was chosen, how likely that was (more than 0), and what it brought to which
    account.

    `expected` is the reward that was expected of each candidate at the time, from answers before it.
    """

    chosen: str
    chance: float
    reward: float
    expected: Mapping[str, float]
    account: int


@dataclass(frozen=True, slots=True)
class Weighted:
    """All that the estimates need of one decision: its weight under the other policy, its reward, what was expected of
    the other policy, and that as corrected by what came."""

    weight: float
    reward: float
    direct: float
    robust: float
    account: int


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
    accounts: int
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


def weighted(one: Logged, other: Mapping[str, float]) -> Weighted:
    """`other`: the chances of the other policy, together 1 or, where it may offer nothing, less. Raises ValueError
    where what was chosen had no chance."""
    if one.chance <= 0:
        raise ValueError("what was chosen had no chance: these logs cannot be compared")
    weight = other.get(one.chosen, 0.0) / one.chance
    direct = sum(chance * one.expected[offer] for offer, chance in other.items())
    robust = direct + weight * (one.reward - one.expected[one.chosen])
    return Weighted(weight, one.reward, direct, robust, one.account)


def compare(logs: Sequence[Weighted]) -> Comparison:
    """Raises ValueError where nothing was logged."""
    if not logs:
        raise ValueError("nothing was logged")
    accounts = [one.account for one in logs]
    apart = _mean([one.robust - one.reward for one in logs], accounts)
    effective = _effective([one.weight for one in logs])
    rewarded = sum(1 for one in logs if one.reward)
    clusters = len(set(accounts))
    return Comparison(
        len(logs),
        clusters,
        effective,
        rewarded,
        _mean([one.reward for one in logs], accounts),
        _ratio(logs, accounts),
        _mean([one.robust for one in logs], accounts),
        sum(one.direct for one in logs) / len(logs),
        apart,
        _verdict(apart, effective, rewarded, clusters),
    )


def _effective(weights: Sequence[float]) -> float:
    squares = sum(weight * weight for weight in weights)
    return sum(weights) ** 2 / squares if squares else 0.0


def _ratio(logs: Sequence[Weighted], accounts: Sequence[int]) -> Estimate:
    """Self-normalized; a ratio's influence is its linearization."""
    whole = sum(one.weight for one in logs)
    if not whole:
        return Estimate(0.0, -inf, inf)
    mean = sum(one.weight * one.reward for one in logs) / whole
    return _around(mean, [one.weight * (one.reward - mean) / whole for one in logs], accounts)


def _mean(values: Sequence[float], accounts: Sequence[int]) -> Estimate:
    mean = sum(values) / len(values)
    return _around(mean, [(value - mean) / len(values) for value in values], accounts)


def _around(mean: float, influences: Sequence[float], accounts: Sequence[int]) -> Estimate:
    """`influences`: by how much each decision moves the mean."""
    sums: defaultdict[int, float] = defaultdict(float)
    for account, influence in zip(accounts, influences, strict=True):
        sums[account] += influence
    number = len(sums)
    if number < 2:
        return Estimate(mean, -inf, inf)
    error = sqrt(number / (number - 1) * sum(one * one for one in sums.values()))
    return Estimate(mean, mean - CONFIDENT * error, mean + CONFIDENT * error)


def _verdict(apart: Estimate, effective: float, rewarded: int, accounts: int) -> Verdict:
    if effective < FEWEST_EFFECTIVE or rewarded < FEWEST_REWARDED or accounts < FEWEST_ACCOUNTS:
        return Verdict.TOO_EARLY
    if apart.low > 0:
        return Verdict.BETTER
    return Verdict.WORSE if apart.high < 0 else Verdict.NO_DIFFERENCE
