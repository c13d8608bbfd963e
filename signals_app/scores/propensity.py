"""How likely a yes is, by which signs held: logistic regression with a ridge penalty, fitted by Newton's method.

Hastie, Tibshirani, Friedman, The Elements of Statistical Learning (2nd ed.), 4.4.1 and 4.4.4. Pure and deterministic:
rows with the same signs are counted together, so that it takes as long as there are different ones.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, log1p

STRENGTH = 1.0
"""Of the penalty: half of it times the sum of the squared weights. The intercept is free."""
MOST_STEPS = 100
_CLOSE = 1e-10

Row = Sequence[bool]
"""Which signs held."""


@dataclass(frozen=True, slots=True)
class Model:
    """Log odds: of nothing, and what each sign adds. None: nothing was learned of it, it adds nothing."""

    intercept: float
    weights: tuple[float | None, ...]

    def chance(self, row: Row) -> float:
        """From 0 to 1, both excluded."""
        added = (weight or 0.0 for weight, held in zip(self.weights, row, strict=True) if held)
        return _logistic(self.intercept + sum(added))


@dataclass(frozen=True, slots=True)
class _Alike:
    """So many rows with these features, so many of them a yes. Feature 0 is the intercept's: always there."""

    features: tuple[int, ...]
    count: int
    yes: int


def fit(rows: Sequence[Row], answers: Sequence[bool], strength: float = STRENGTH) -> Model:
    """The most likely weights. Raises ValueError unless there are yes and no: then no intercept is the best."""
    if len(set(answers)) < 2:
        raise ValueError("needs a yes and a no")
    groups = _alike(rows, answers)
    size = len(rows[0]) + 1
    weights = [0.0] * size
    loss = _loss(groups, weights, strength)
    for _ in range(MOST_STEPS):
        step = _solve(*_slope_and_bend(groups, weights, strength))
        weights, better = _walk(groups, weights, step, loss, strength)
        if loss - better <= _CLOSE * (1 + abs(loss)):
            break
        loss = better
    return Model(weights[0], tuple(weights[1:]))


def _alike(rows: Iterable[Row], answers: Iterable[bool]) -> list[_Alike]:
    counts: Counter[tuple[int, ...]] = Counter()
    yes: Counter[tuple[int, ...]] = Counter()
    for row, answer in zip(rows, answers, strict=True):
        features = (0, *(place for place, held in enumerate(row, 1) if held))
        counts[features] += 1
        yes[features] += answer
    return [_Alike(features, count, yes[features]) for features, count in sorted(counts.items())]


def _walk(
    groups: Sequence[_Alike], weights: list[float], step: list[float], loss: float, strength: float
) -> tuple[list[float], float]:
    """A whole step, or so much less that it leads downhill."""
    share = 1.0
    while share > _CLOSE:
        there = [weight - share * each for weight, each in zip(weights, step, strict=True)]
        better = _loss(groups, there, strength)
        if better <= loss:
            return there, better
        share /= 2
    return weights, loss


def _loss(groups: Sequence[_Alike], weights: Sequence[float], strength: float) -> float:
    found = strength / 2 * sum(weight * weight for weight in weights[1:])
    for one in groups:
        odds = sum(weights[place] for place in one.features)
        found += one.count * _softplus(odds) - one.yes * odds
    return found


def _slope_and_bend(
    groups: Sequence[_Alike], weights: Sequence[float], strength: float
) -> tuple[list[float], list[list[float]]]:
    size = len(weights)
    slope = [0.0] + [strength * weight for weight in weights[1:]]
    bend = [[0.0] * size for _ in range(size)]
    for place in range(1, size):
        bend[place][place] = strength
    for one in groups:
        chance = _logistic(sum(weights[place] for place in one.features))
        off, spread = one.count * chance - one.yes, one.count * chance * (1 - chance)
        for place in one.features:
            slope[place] += off
            line = bend[place]
            for other in one.features:
                line[other] += spread
    return slope, bend


def _solve(right: Sequence[float], matrix: Sequence[Sequence[float]]) -> list[float]:
    """`matrix` x = `right`, by elimination with pivots."""
    lines = [[*line, value] for line, value in zip(matrix, right, strict=True)]
    size = len(lines)
    for at in range(size):
        best = max(range(at, size), key=lambda row: abs(lines[row][at]))
        lines[at], lines[best] = lines[best], lines[at]
        for row in range(at + 1, size):
            factor = lines[row][at] / lines[at][at]
            for column in range(at, size + 1):
                lines[row][column] -= factor * lines[at][column]
    found = [0.0] * size
    for at in reversed(range(size)):
        known = sum(lines[at][column] * found[column] for column in range(at + 1, size))
        found[at] = (lines[at][size] - known) / lines[at][at]
    return found


def _logistic(odds: float) -> float:
    if odds >= 0:
        return 1 / (1 + exp(-odds))
    return exp(odds) / (1 + exp(odds))


def _softplus(odds: float) -> float:
    return max(odds, 0.0) + log1p(exp(-abs(odds)))
