"""How often an offer was taken: counts that fade, and what they say together of one arm.

Pure. A tally holds decayed counts as of a time; because exponential decay can be carried to any time, earlier or later,
what a tally says does not depend on the order in which it was told.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from offers_app.policy import Policy

_DAY = 86_400.0


class Tally(NamedTuple):
    """So many yes and no, each halved per half-life between when it was and `at`."""

    successes: float
    failures: float
    at: datetime


Counts = tuple[float, float]
"""Successes and failures, 0 or more, as they count at one time."""
Posterior = tuple[float, float]
"""alpha and beta of a Beta distribution over the share that is accepted; both more than 0."""


def counts(tally: Tally, now: datetime, half_life_days: float) -> Counts:
    """As they count at `now`, which may also be earlier than `tally.at`."""
    return faded(tally.successes, tally.failures, (now - tally.at).total_seconds() / _DAY, half_life_days)


def faded(successes: float, failures: float, days: float, half_life_days: float) -> Counts:
    """What counts so many days later."""
    kept = 2.0 ** (-days / half_life_days)
    return max(successes * kept, 0.0), max(failures * kept, 0.0)


def added(
    tally: Tally | None, successes: float, failures: float, at: datetime, half_life_days: float
) -> Tally:
    """With these answers of `at`; negative numbers take back what was added for the same time."""
    if tally is None:
        return Tally(successes, failures, at)
    later = max(tally.at, at)
    old = 2.0 ** (-(later - tally.at).total_seconds() / _DAY / half_life_days)
    new = 2.0 ** (-(later - at).total_seconds() / _DAY / half_life_days)
    return Tally(tally.successes * old + successes * new, tally.failures * old + failures * new, later)


def posterior(chain: Iterable[Counts], policy: Policy) -> Posterior:
    """What is known of the finest of these arms, given the counts of each, the coarsest first.

    Each level begins at the mean of the one above it, worth `policy.strength` answers: partial pooling by a Beta prior
    (Gelman et al., Bayesian Data Analysis, 3rd ed., 5.3, with the strength given instead of estimated). A failure
    at any level lowers the mean of that level and of all below it; a success raises them.
    """
    mean, alpha, beta = policy.base_rate, 0.0, 0.0
    for successes, failures in chain:
        alpha = policy.strength * mean + successes
        beta = policy.strength * (1 - mean) + failures
        mean = alpha / (alpha + beta)
    return (alpha, beta) if alpha else (policy.strength * mean, policy.strength * (1 - mean))
