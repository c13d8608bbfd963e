"""Whether predicted chances are what happens: on answers that the model did not see when it was fitted.

Brier's score (Monthly Weather Review 78, 1950), Wilson's interval (JASA 22, 1927), Spiegelhalter's test (Statistics in
Medicine 5, 1986), and the area under the ROC curve as Mann and Whitney count it.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean

from signals_app.scores.propensity import Row, fit

FOLDS = 5
BINS = 10
SURE = 1.959964
"""Standard deviations on either side of 95 %."""
MOST_OUTSIDE = 2
"""Of ten bins that are as they should be, more lie outside of their 95 % in 1 of 100 cases."""
FAR = 2.575829
"""Standard deviations beyond which chance leads in 1 of 100 cases."""


class TooFew(ValueError):
    """Some part of the answers is all yes or all no; its text is a sentence for staff."""


@dataclass(frozen=True, slots=True)
class Bin:
    """Of those with a chance from `first` to `last`: how many, what was predicted and observed on average, and between
    what the true share lies with 95 %."""

    first: float
    last: float
    count: int
    predicted: float
    observed: float
    low: float
    high: float

    @property
    def fits(self) -> bool:
        return self.low <= self.predicted <= self.high


@dataclass(frozen=True, slots=True)
class Checked:
    """`brier` is the mean squared error (less is better), `base_brier` that of always saying the plain share, `area`
    how often somebody with a yes was predicted higher than somebody with a no, `z` Spiegelhalter's."""

    bins: list[Bin]
    brier: float
    base_brier: float
    base_rate: float
    area: float
    z: float

    @property
    def calibrated(self) -> bool:
        return abs(self.z) <= FAR and sum(not one.fits for one in self.bins) <= MOST_OUTSIDE


def check(chances: Sequence[float], answers: Sequence[bool]) -> Checked:
    """Of at least one yes and one no."""
    rate = fmean(answers)
    return Checked(
        bins=bins(chances, answers),
        brier=fmean((chance - answer) ** 2 for chance, answer in zip(chances, answers, strict=True)),
        base_brier=rate * (1 - rate),
        base_rate=rate,
        area=area(chances, answers),
        z=spiegelhalter(chances, answers),
    )


def out_of_fold(rows: Sequence[Row], answers: Sequence[bool], whose: Sequence[int]) -> list[float]:
    """What a model says of each that was fitted without it, and without anything else of the same account."""
    folds = folded(whose)
    chances = [0.0] * len(rows)
    for fold in range(FOLDS):
        seen = [place for place, one in enumerate(folds) if one != fold]
        try:
            model = fit([rows[place] for place in seen], [answers[place] for place in seen])
        except ValueError:
            raise TooFew("Nearly all answers of one sort come from a few accounts: wait for more.") from None
        for place, one in enumerate(folds):
            if one == fold:
                chances[place] = model.chance(rows[place])
    return chances


def folded(whose: Sequence[int]) -> list[int]:
    """The fold of each: all of an account are in one. Dealt out in an order that has no meaning and stays."""
    accounts = sorted(set(whose), key=lambda one: hashlib.sha256(str(one).encode()).digest())
    fold = {account: place % FOLDS for place, account in enumerate(accounts)}
    return [fold[account] for account in whose]


def bins(chances: Sequence[float], answers: Sequence[bool]) -> list[Bin]:
    """Ten of the same width; those that hold nothing are left out."""
    found: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for chance, answer in zip(chances, answers, strict=True):
        found[min(int(chance * BINS), BINS - 1)].append((chance, answer))
    return [_bin(place, those) for place, those in enumerate(found) if those]


def _bin(place: int, those: Sequence[tuple[float, bool]]) -> Bin:
    count, yes = len(those), sum(answer for _, answer in those)
    predicted = fmean(chance for chance, _ in those)
    return Bin(place / BINS, (place + 1) / BINS, count, predicted, yes / count, *wilson(yes, count))


def wilson(yes: int, count: int) -> tuple[float, float]:
    """Between what the true share lies with 95 %."""
    share, square = yes / count, SURE * SURE
    middle = share + square / (2 * count)
    half = SURE * sqrt(share * (1 - share) / count + square / (4 * count * count))
    return max(0.0, (middle - half) / (1 + square / count)), min(1.0, (middle + half) / (1 + square / count))


def spiegelhalter(chances: Sequence[float], answers: Sequence[bool]) -> float:
    """Standard normal where the chances are right."""
    off = sum((answer - chance) * (1 - 2 * chance) for chance, answer in zip(chances, answers, strict=True))
    spread = sum((1 - 2 * chance) ** 2 * chance * (1 - chance) for chance in chances)
    return off / sqrt(spread) if spread else 0.0


def area(chances: Sequence[float], answers: Sequence[bool]) -> float:
    """The share of pairs of a yes and a no in the right order; a tie is half of one."""
    tied: dict[float, list[int]] = {}
    for chance, answer in zip(chances, answers, strict=True):
        tied.setdefault(chance, [0, 0])[answer] += 1
    below, pairs = 0, 0.0
    for _, (no, yes) in sorted(tied.items()):
        pairs += yes * (below + no / 2)
        below += no
    return pairs / (below * (len(answers) - below))
