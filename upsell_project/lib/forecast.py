"""On which day will a limit be reached, and how sure is that? Pure and deterministic.

The rate of the last whole weeks, spread over the weekdays as it was used, is carried on day by day. The level is the
median of the weekly sums (from three weeks on), so one unusual week does not move the date. The interval is the one in
which the day lies in 80 % of cases. It is read from the quantiles of the sum of the coming days, taken as normal:

    variance = phi (mu + mu^2 / U)        mu: expected use up to a day; U: use on which the rate is based

phi mu is the scatter of the coming days, phi mu^2 / U that of the rate itself. phi is how much more than counts by
chance the daily use scatters (Pearson's chi-square / degrees of freedom, at least 1: McCullagh and Nelder, Generalized
Linear Models, 2nd ed., 6.2.3). With few days the quantile of Student's t is used.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import isfinite, pi, sqrt
from statistics import median
from typing import Literal

Why = Literal["", "no_use", "too_little_history", "not_before_period_ends", "period_over"]

WEEK = 7
WEEKS = 8
FEWEST_DAYS = 3
FEWEST_WEEKS = 2  # for weekdays
FEWEST_FOR_MEDIAN = 3
LONGEST = 1_100  # days to look ahead: three years
NINETY = 1.2815515655446004  # the normal quantile that leaves a tenth above


@dataclass(frozen=True, slots=True)
class Forecast:
    """`expected` is the day on which use reaches the limit; None with a reason (`why`) where it does not in the period.

    `earliest` and `latest` bound it in 80 % of cases; None means: not in this period. `earliest` may be a day where
    `expected` is None: it might still happen. `used` and `per_day` (the average of a day) are in units of the limit.
    `based_on` is the number of whole days that the rate comes from.
    """

    expected: date | None
    earliest: date | None
    latest: date | None
    days_left: int | None
    why: Why
    used: float
    per_day: float = 0.0
    based_on: int = 0


@dataclass(frozen=True, slots=True)
class _Rate:
    """Amounts in events: of a day of each weekday (Monday first), the scatter, the base, the number of days."""

    weekdays: tuple[float, ...]
    phi: float
    base: float
    days: int

    @property
    def per_day(self) -> float:
        return sum(self.weekdays) / WEEK


def reached(
    amounts: Iterable[tuple[date, float]],
    today: date,
    starts: date,
    ends: date,
    limit: float,
    *,
    used: float | None = None,
    unit: float = 1.0,
) -> Forecast:
    """When `limit` is reached in the period from `starts` to `ends`, both included.

    `amounts` is the daily use; missing days are zero, those before `starts` only tell the rate. It begins with the
    first day known: give a zero for a first day without use. Today's counts as used but not for the rate, as today is
    not over. `used` overrides the sum of the amounts, where the product itself says what is used. `unit` is the
    size of one event where amounts are not counts. Raises ValueError for amounts or limits that are none.
    """
    by_day, first = _by_day(amounts, today)
    if not (unit > 0 and isfinite(limit) and limit >= 0):
        raise ValueError(f"not a limit: {limit} in units of {unit}")
    if used is None:
        used = sum(amount for day, amount in by_day.items() if day >= starts)
    if used >= limit and today <= ends:
        return Forecast(today, today, today, 0, "", used)
    why, rate = _rate(by_day, first, today, unit)
    if today > ends:
        why = "period_over"
    if why or rate is None:
        return Forecast(None, None, None, None, why, used)
    return _dates(rate, today, ends, (limit - used) / unit, by_day.get(today, 0.0) / unit, used, unit)


def _by_day(amounts: Iterable[tuple[date, float]], today: date) -> tuple[dict[date, float], date | None]:
    by_day: dict[date, float] = {}
    for day, amount in amounts:
        if not isfinite(amount):
            raise ValueError(f"not an amount: {amount}")
        if day <= today:
            by_day[day] = by_day.get(day, 0.0) + max(0.0, amount)
    return by_day, min(by_day, default=None)


def _rate(
    by_day: dict[date, float], first: date | None, today: date, unit: float
) -> tuple[Why, _Rate | None]:
    """From the days before today: whole weeks if there are, at most eight."""
    days = (today - first).days if first else 0
    if days < FEWEST_DAYS:
        return "too_little_history", None
    weeks = min(WEEKS, days // WEEK)
    if weeks:
        days = weeks * WEEK
    past = [today - timedelta(days=back) for back in range(days, 0, -1)]
    values = [by_day.get(day, 0.0) / unit for day in past]
    if not sum(values):
        return "no_use", None
    means = _weekdays(past, values, weeks)
    phi = _scatter(past, values, means)
    level = _level(values, weeks)
    factor = level * WEEK / sum(means)
    efficient = weeks < FEWEST_FOR_MEDIAN
    base = level * days * (1 if efficient else 2 / pi)  # a median needs pi/2 as many values to be as sure
    return "", _Rate(tuple(mean * factor for mean in means), phi, base, days)


def _weekdays(past: Sequence[date], values: Sequence[float], weeks: int) -> list[float]:
    """The average of each weekday; of all days while there are few weeks."""
    if weeks < FEWEST_WEEKS:
        return [sum(values) / len(values)] * WEEK
    sums = [0.0] * WEEK
    for day, value in zip(past, values, strict=True):
        sums[day.weekday()] += value
    return [amount / weeks for amount in sums]


def _level(values: Sequence[float], weeks: int) -> float:
    """Use of an average day."""
    if weeks >= FEWEST_FOR_MEDIAN:
        middle = median(sum(values[start : start + WEEK]) for start in range(0, len(values), WEEK))
        if middle:
            return middle / WEEK
    return sum(values) / len(values)


def _scatter(past: Sequence[date], values: Sequence[float], means: Sequence[float]) -> float:
    expected = [means[day.weekday()] for day in past]
    squares = sum((value - mean) ** 2 / mean for value, mean in zip(values, expected, strict=True) if mean)
    free = len(values) - (1 if len(set(means)) == 1 else WEEK)
    return max(1.0, squares / max(1, free))


def _dates(
    rate: _Rate, today: date, ends: date, missing: float, so_far: float, used: float, unit: float
) -> Forecast:
    """`missing` and `so_far`, what today brought already, in events."""
    quantile = _student(rate.days - 1)

    def deviation(mean: float) -> float:
        return quantile * sqrt(rate.phi * (mean + mean * mean / rate.base))

    coming = _coming(rate, today, ends, so_far)
    expected = _first(coming, missing, lambda mean: mean)
    earliest = _first(coming, missing, lambda mean: mean + deviation(mean))
    latest = _first(coming, missing, lambda mean: mean - deviation(mean))
    why: Why = "" if expected else "not_before_period_ends"
    left = (expected - today).days if expected else None
    return Forecast(expected, earliest, latest, left, why, used, rate.per_day * unit, rate.days)


def _coming(rate: _Rate, today: date, ends: date, so_far: float) -> list[tuple[date, float]]:
    """Each day to the end of the period, and what will have been used by its evening, from now on."""
    total = max(0.0, rate.weekdays[today.weekday()] - so_far)
    coming = [(today, total)]
    for ahead in range(1, min((ends - today).days, LONGEST) + 1):
        day = today + timedelta(days=ahead)
        total += rate.weekdays[day.weekday()]
        coming.append((day, total))
    return coming


def _first(coming: Iterable[tuple[date, float]], missing: float, by: Callable[[float], float]) -> date | None:
    tolerance = 1e-9 * max(1.0, missing)  # ten times a tenth is one
    return next((day for day, mean in coming if by(mean) >= missing - tolerance), None)


def _student(freedom: int) -> float:
    """The quantile of Student's t that leaves a tenth above.

    Cornish-Fisher expansion (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.5).
    """
    x, n = NINETY, freedom
    first = (x**3 + x) / 4
    second = (5 * x**5 + 16 * x**3 + 3 * x) / 96
    third = (3 * x**7 + 19 * x**5 + 17 * x**3 - 15 * x) / 384
    return x + first / n + second / n**2 + third / n**3
