"""Is a day or a week unusual for this subject? Its own history is the yardstick. Pure.

Like is compared with like: a day with the same weekday of the last weeks, a week with the weeks before it that end
on the same weekday. So a weekly rhythm (no work on weekends) is never a change. Medians are compared, so an outlier
in the history changes nothing. A change needs three things at once:

* it stands out of the subject's own scatter: modified z-score, (x - median) / (1.4826 b_n MAD) (Iglewicz and
  Hoaglin, How to Detect and Handle Outliers, ASQC 1993; b_n, for few values: Croux and Rousseeuw, Time-efficient
  algorithms for two highly robust estimators of scale, Computational Statistics 1, 1992), of the square roots, since
  bursts make amounts skewed;
* it is more than the chance that counts have anyhow: 2 (sqrt(x + 3/8) - sqrt(median + 3/8)) (Anscombe, The
  transformation of Poisson, binomial and negative-binomial data, Biometrika 35, 1948), so that tiny numbers never fire;
* it matters: a least ratio and a least difference.

Both scores are divided by sqrt(1 + pi / 2n), since the median of n values is itself uncertain (its variance is about
pi / 2n times theirs). The smaller of the two is the score. 3.5 is the threshold that Iglewicz and Hoaglin recommend.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from math import inf, isfinite, pi, sqrt
from statistics import median
from typing import Literal

Span = Literal["day", "week"]
Verdict = Literal["spike", "drop", "none", "too_little_history"]
Basis = Literal["weekdays", "all_days", "weeks"]

WEEK = 7
WEEKS = 8  # more would lag behind subjects that grow
FEWEST_WEEKS = 4
FEWEST_DAYS = 14
SHIFT = 3 / 8  # Anscombe's

# b_n for n = 2 to 9 values.
_FEW = {2: 1.196, 3: 1.495, 4: 1.363, 5: 1.206, 6: 1.200, 7: 1.140, 8: 1.129, 9: 1.107}


@dataclass(frozen=True, slots=True)
class Bounds:
    """What counts as a change: the score, today / expected for a spike and for a drop, and the least difference.

    `least` is in units of one event.
    """

    score: float = 3.5
    rise: float = 1.5
    fall: float = 0.7
    least: float = 5.0

    def __post_init__(self) -> None:
        if not (self.score > 0 and self.rise >= 1 and 0 <= self.fall <= 1 and self.least >= 0):
            raise ValueError(f"not bounds of a change: {self}")


@dataclass(frozen=True, slots=True)
class Change:
    """The verdict and its evidence, in the units of the amounts that were given.

    `days` is the length of the history before the span, from the first activity on; `needs` how long it must be.
    `compared` are the values that `expected` is the median of, oldest first; `usual` is the range that chance and the
    subject's own scatter explain. With too little history all this is empty. `ratio` is None where nothing was
    expected.
    """

    verdict: Verdict
    span: Span
    observed: float
    days: int
    needs: int
    basis: Basis | None = None
    expected: float | None = None
    usual: tuple[float, float] | None = None
    score: float | None = None
    ratio: float | None = None
    compared: tuple[float, ...] = ()


STANDARD = Bounds()


def change(
    amounts: Iterable[tuple[date, float]],
    today: date,
    span: Span = "week",
    *,
    whole: bool = True,
    unit: float = 1.0,
    bounds: Bounds = STANDARD,
) -> Change:
    """Compare `today`, or the seven days that end with it, with what is usual for the subject.

    Days that are missing count as zero, several amounts of a day are added, later days are left out, negative amounts
    count as zero. While the day is not over (`whole=False`) it can be a spike, but not a drop. `unit` is the size of
    one event where amounts are not counts (minutes, bytes). Raises ValueError for amounts that are no numbers.
    """
    if not unit > 0:
        raise ValueError(f"not the size of an event: {unit}")
    recent, oldest = _recent(amounts, today)
    length = WEEK if span == "week" else 1
    observed = sum(recent[:length])
    days = max(0, oldest + 1 - length)
    if days < (needs := needed(span)):
        return Change("too_little_history", span, observed, days, needs)
    basis, compared = _compared(recent, span, days)
    expected = median(compared)
    usual = _usual(compared, expected, unit, bounds.score)
    score = _score(observed / unit, expected / unit, _scatter(compared, expected) / sqrt(unit), len(compared))
    verdict = _verdict(observed / unit, expected / unit, score, whole, bounds)
    if basis == "all_days" and min(compared) <= observed <= max(compared):
        verdict = "none"  # the weekday is hardly known yet: only what no day ever had is a change
    ratio = observed / expected if expected else None
    return Change(verdict, span, observed, days, needs, basis, expected, usual, score, ratio, tuple(compared))


def needed(span: Span) -> int:
    """How many days of history before the span `change` needs."""
    return FEWEST_WEEKS * WEEK if span == "week" else FEWEST_DAYS


def _recent(amounts: Iterable[tuple[date, float]], today: date) -> tuple[list[float], int]:
    """What was used so many days ago, and how many days ago activity began."""
    length, oldest, last = WEEKS * WEEK + WEEK, 0, today.toordinal()
    recent = [0.0] * length
    for day, amount in amounts:
        if not isfinite(amount):
            raise ValueError(f"not an amount: {amount}")
        back = last - day.toordinal()
        if amount > 0 and back >= 0:
            if back > oldest:
                oldest = back
            if back < length:
                recent[back] += amount
    return recent, oldest


def _compared(recent: Sequence[float], span: Span, days: int) -> tuple[Basis, list[float]]:
    """Past values that are like the one of today, oldest first."""
    weeks = min(WEEKS, days // WEEK)
    backs = range(weeks * WEEK, 0, -WEEK)
    if span == "week":
        return "weeks", [sum(recent[back : back + WEEK]) for back in backs]
    if weeks >= FEWEST_WEEKS:
        return "weekdays", [recent[back] for back in backs]
    return "all_days", [recent[back] for back in range(days, 0, -1)]


def _scatter(values: Sequence[float], middle: float) -> float:
    """The standard deviation of the square roots, as the median absolute deviation tells it."""
    count = len(values)
    few = _FEW.get(count, count / (count - 0.8))
    return 1.4826 * few * median(abs(sqrt(value) - sqrt(middle)) for value in values)


def _uncertain(count: int) -> float:
    return sqrt(1 + pi / (2 * count))


def _score(observed: float, expected: float, scatter: float, count: int) -> float:
    """Signed; in events. The smaller of the scores against the subject's scatter and against that of counts."""
    if observed == expected:
        return 0.0
    chance = abs(2 * (sqrt(observed + SHIFT) - sqrt(expected + SHIFT)))
    own = abs(sqrt(observed) - sqrt(expected)) / scatter if scatter else inf
    score = min(chance, own) / _uncertain(count)
    return score if observed > expected else -score


def _usual(values: Sequence[float], middle: float, unit: float, score: float) -> tuple[float, float]:
    """The amounts that score less than `score`."""
    reach = score * _uncertain(len(values))
    shift, own = SHIFT * unit, reach * _scatter(values, middle)
    chance = reach / 2 * sqrt(unit)
    low = min(max(0.0, sqrt(middle + shift) - chance) ** 2 - shift, max(0.0, sqrt(middle) - own) ** 2)
    high = max((sqrt(middle + shift) + chance) ** 2 - shift, (sqrt(middle) + own) ** 2)
    return max(0.0, low), high


def _verdict(observed: float, expected: float, score: float, whole: bool, bounds: Bounds) -> Verdict:
    if abs(score) < bounds.score or abs(observed - expected) < bounds.least:
        return "none"
    if score > 0:
        return "spike" if observed >= bounds.rise * expected else "none"
    return "drop" if whole and observed <= bounds.fall * expected else "none"
