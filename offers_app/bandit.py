"""Which candidate is chosen how often: Thompson sampling with a floor, as probabilities that can be logged.

W. R. Thompson, "On the likelihood that one unknown probability exceeds another", Biometrika 25 (1933); O. Chapelle and
L. Li, "An empirical evaluation of Thompson sampling", NIPS 2011: each arm is chosen as often as it is the best under
its posterior. Here those probabilities are computed first, and the choice is drawn from them: so what is logged is
exactly the probability of the choice, whatever the error of the integration. That error is at most 0.02 for arms with
up to 300 acceptances of which less than half of the offers led to one (tests/offers/test_bandit.py, against draws);
beyond, scores that lie within a cell are taken to be as good as each other. Pure and deterministic.
"""

from collections.abc import Sequence
from functools import lru_cache
from math import exp, expm1, floor, inf, log, prod
from operator import mul

SEEDS = 2**53
"""Seeds are whole numbers from 0 to this, excluded. The share of it is the draw itself, so that no generator of random
numbers has to stay as it is for a decision to be made again; 0 always takes the first."""
STEP = 0.05
"""Width of a cell of the integration, in the logarithm of the score: what lies within 5% is not told apart."""
_DEEPEST = 320
"""Cells below an acceptance of 1 (down to one in ten million): what lies lower counts as there."""
_NEVER = -14.0
_TRIVIAL = 1e-12
_STEEP = 2.0
_ENOUGH = 12
"""Below the medians of so many arms it is as good as certain that one of them is better."""

Arm = tuple[float, float, float]
"""alpha, beta, and the weight (more than 0) by which its acceptance becomes a score."""


class Spread:
    """Where the score of an arm may lie: per cell, from `first` on, its mass and the share below its middle."""

    __slots__ = ("first", "hazards", "last", "median", "middles")

    def __init__(self, first: int, masses: Sequence[float]) -> None:
        below, self.middles = 0.0, []
        for mass in masses:
            self.middles.append(max(below + mass / 2, _TRIVIAL))
            below += mass
        self.first, self.last = first, first + len(masses)
        self.hazards = [mass / middle for mass, middle in zip(masses, self.middles, strict=True)]
        self.median = first + sum(middle < 0.5 for middle in self.middles)

    def window(self, low: int, high: int) -> tuple[list[float], list[float]]:
        """Shares below and hazards in cells `low` to `high`, where `low` is not below the first."""
        beyond = high - self.last
        start = low - self.first
        return self.middles[start:] + [1.0] * beyond, self.hazards[start:] + [0.0] * beyond


@lru_cache(maxsize=16_384)
def _spread(arm: Arm) -> Spread:
    """The Beta density over the logarithm of the score, cell by cell from an acceptance of 1 downwards."""
    alpha, beta, weight = arm
    shift = log(weight)
    top = floor(shift / STEP)
    logs, best = [], -inf
    for cell in range(top, top - _DEEPEST, -1):
        logs.append(_cell(alpha, beta, cell * STEP - shift))
        best = max(best, logs[-1])
        if logs[-1] - best < _NEVER:
            break
    used = [place for place, one in enumerate(logs) if one - best > _NEVER]
    kept = [exp(one - best) for one in logs[used[0] : used[-1] + 1]]
    whole = sum(kept)
    return Spread(top - used[-1], [each / whole for each in reversed(kept)])


def _cell(alpha: float, beta: float, start: float) -> float:
    """The logarithm of the mass between `start` and one step further, both logarithms of an acceptance."""
    end = min(start + STEP, 0.0)
    if end - start < _TRIVIAL:
        return -inf
    middle = (start + end) / 2
    if beta >= _STEEP:
        return log(end - start) + alpha * middle + (beta - 1) * log(-expm1(middle))
    # The density has a pole at 1: there its integral is exact, and the rest of it hardly changes within a cell.
    return (alpha - 1) * middle + log(((-expm1(start)) ** beta - (-expm1(end)) ** beta) / beta)


@lru_cache(maxsize=16_384)
def thompson(arms: tuple[Arm, ...]) -> tuple[float, ...]:
    """The probability of each arm that it is the best: the integral of its density times the others' shares below."""
    if len(arms) == 1:
        return (1.0,)
    spreads = [_spread(arm) for arm in arms]
    low, high = max(one.first for one in spreads), max(one.last for one in spreads)
    if len(spreads) > _ENOUGH:
        low = max(low, sorted((one.median for one in spreads), reverse=True)[_ENOUGH])
    # Whatever ends below the window is below its others there: no factor, and no mass.
    windows = [one.window(low, high) if one.last > low else None for one in spreads]
    below_all = [prod(row) for row in zip(*(one[0] for one in windows if one), strict=True)]
    found = [sum(map(mul, below_all, one[1])) if one else 0.0 for one in windows]
    whole = sum(found)
    return tuple(each / whole for each in found)


def chances(arms: tuple[Arm, ...], exploration: float, greedy: bool) -> tuple[float, ...]:
    """The probability of each arm to be chosen; together 1. Each has at least `exploration` shared evenly."""
    if not arms:
        return ()
    best = _greedy(arms) if greedy else thompson(arms)
    even = exploration / len(arms)
    return tuple((1 - exploration) * each + even for each in best)


def _greedy(arms: Sequence[Arm]) -> tuple[float, ...]:
    """All of it to the highest expected score; of equals to the first."""
    expected = [alpha / (alpha + beta) * weight for alpha, beta, weight in arms]
    best = expected.index(max(expected))
    return tuple(float(place == best) for place in range(len(arms)))


def pick(found: Sequence[float], seed: int) -> int:
    """Which one the seed takes: its share of the way along the probabilities. Raises ValueError for a strange seed."""
    if not 0 <= seed < SEEDS:
        raise ValueError(f"a seed is from 0 to {SEEDS - 1}")
    along = seed / SEEDS
    for place, each in enumerate(found):
        along -= each
        if along < 0:
            return place
    return max(place for place, each in enumerate(found) if each > 0)
