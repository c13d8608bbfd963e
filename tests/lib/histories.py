"""Simulated daily use: counts by chance around a mean that differs by weekday, from a seed."""

from collections.abc import Sequence
from datetime import date, timedelta
from math import exp
from random import Random

FLAT = (1.0,) * 7
OFFICE = (1.4,) * 5 + (0.0, 0.0)
SHOP = (0.7, 0.7, 0.8, 0.9, 1.3, 1.5, 1.1)
RHYTHMS = (FLAT, OFFICE, SHOP)

Days = list[tuple[date, float]]


def poisson(random: Random, mean: float) -> int:
    """Knuth's method, in pieces, as exp(-mean) becomes too small for large means."""
    count = 0
    while mean > 0:
        piece = min(mean, 50.0)
        mean -= piece
        limit, product = exp(-piece), random.random()
        while product > limit:
            count += 1
            product *= random.random()
    return count


def days(last: date, means: Sequence[float]) -> Days:
    """Those amounts, one a day, up to `last`."""
    first = last - timedelta(days=len(means) - 1)
    return [(first + timedelta(days=number), mean) for number, mean in enumerate(means)]


def means(last: date, count: int, mean: float, rhythm: Sequence[float]) -> Days:
    """What is expected of each day."""
    return [(day, mean * rhythm[day.weekday()]) for day, _ in days(last, [0.0] * count)]


def by_chance(random: Random, expected: Days, burst: float = 0.0) -> Days:
    """Counts: Poisson, or with bursts, where the mean of each day itself scatters (Gamma of shape 1 / `burst`)."""
    return [
        (day, poisson(random, mean * (random.gammavariate(1 / burst, burst) if burst else 1.0)))
        for day, mean in expected
    ]
