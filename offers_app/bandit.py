"""Which candidate is chosen how often: Thompson sampling with a floor, as probabilities that can be logged.

W. R. Thompson, "On the likelihood that one unknown probability exceeds another", Biometrika 25 (1933); O. Chapelle and
L. Li, "An empirical evaluation of Thompson sampling", NIPS 2011: each arm is chosen as often as it is the best under
its posterior. Here those probabilities are computed first, and the choice is drawn from them: so what is logged is
exactly the probability of the choice, whatever the error of the integration. That error is at most 0.02 for arms with
up to 300 acceptances of which less than half of the offers led to one (tests/offers/test_bandit.py, against draws);
beyond, scores that lie within a cell are taken to be as good as each other. Pure and deterministic.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, takewhile
from math import exp, expm1, floor, inf, log, prod
from operator import mul

SEEDS = 2**53
"""Seeds are whole numbers from 0 to this, excluded. The share of it is the draw itself, so that no generator of random
numbers has to stay as it is for a decision to be made again; 0 always takes the first."""
STEP = 0.1
"""Width of a cell of the integration, in the logarithm of the score: what lies within 10% is not told apart."""
FINE = 0.05
"""The same where one of the arms is narrow: less than 1.25 cells of the usual width, that is known by some 64
acceptances or more."""
_NARROW = (1.25 * STEP) ** 2
_DEEPEST = -16.0
"""Logarithm of the least acceptance that is looked at (one in ten million): what lies lower counts as there."""
_NEVER = -14.0
_TRIVIAL = 1e-12
_STEEP = 2.0
_CERTAIN = 1e-4
"""So unlikely is it that no arm has a better score, that whatever lies lower is never the best."""

Arm = tuple[float, float, float]
"""alpha, beta, and the weight (more than 0) by which its acceptance becomes a score."""


class Spread:
    """Where the score of an arm may lie: per cell from the one before `end` downwards, the share below its middle, and
    the hazard: its mass by that share."""

    __slots__ = ("below", "end", "hazards")

    def __init__(self, end: int, masses: Sequence[float]) -> None:
        self.end = end
        above = accumulate(masses, initial=0.0)
        self.below = [max(1 - over - mass / 2, _TRIVIAL) for over, mass in zip(above, masses, strict=False)]
        self.hazards = [mass / below for mass, below in zip(masses, self.below, strict=True)]


# Some 2.5 kB each, 10 MB together (the widest at FINE have 18 kB). Fewer than there are arms of offers in segments in
# use would be as good as none: they come by in turns.
@lru_cache(maxsize=4_096)
def _spread(arm: Arm, step: float) -> Spread:
    """The Beta density over the logarithm of the score, cell by cell from an acceptance of 1 downwards."""
    alpha, beta, weight = arm
    shift = log(weight)
    top = floor(shift / step)
    logs, best = [], -inf
    for cell in range(top, top + floor(_DEEPEST / step), -1):
        logs.append(_cell(alpha, beta, cell * step - shift, step))
        best = max(best, logs[-1])
        if logs[-1] - best < _NEVER:
            break
    used = [place for place, one in enumerate(logs) if one - best > _NEVER]
    kept = [exp(one - best) for one in logs[used[0] : used[-1] + 1]]
    whole = sum(kept)
    return Spread(top - used[0] + 1, [each / whole for each in kept])


def _cell(alpha: float, beta: float, start: float, step: float) -> float:
    """The logarithm of the mass between `start` and one step further, both logarithms of an acceptance."""
    end = min(start + step, 0.0)
    if end - start < _TRIVIAL:
        return -inf
    middle = (start + end) / 2
    if beta >= _STEEP:
        return log(end - start) + alpha * middle + (beta - 1) * log(-expm1(middle))
    # The density has a pole at 1: there its integral is exact, and the rest of it hardly changes within a cell.
    return (alpha - 1) * middle + log(((-expm1(start)) ** beta - (-expm1(end)) ** beta) / beta)


# Nearly 4 kB each for twenty arms, 4 MB together; a step asks all of a segment about the same arms.
@lru_cache(maxsize=1_024)
def thompson(arms: tuple[Arm, ...]) -> tuple[float, ...]:
    """The probability of each arm that it is the best: the integral of its density times the others' shares below,
    from the highest score downwards, until one of them is certain to be better."""
    if len(arms) == 1:
        return (1.0,)
    step = FINE if any(map(_narrow, arms)) else STEP
    spreads = [_spread(arm, step) for arm in arms]
    end = max(one.end for one in spreads)
    # Whoever begins lower has all of its mass below until there; the one that ends first ends the integral.
    shares = [[1.0] * (end - one.end) + one.below for one in spreads]
    none_better: Iterator[float] = map(prod, zip(*shares, strict=False))
    below_all = [*takewhile(_CERTAIN.__lt__, none_better)] or [1.0]
    found = [sum(map(mul, below_all[end - one.end :], one.hazards)) for one in spreads]
    whole = sum(found)
    return tuple(each / whole for each in found)


def _narrow(arm: Arm) -> bool:
    """Taken by more than half, or of little variance beside the square of its mean."""
    alpha, beta, _ = arm
    return beta < alpha or beta < _NARROW * alpha * (alpha + beta + 1)


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
