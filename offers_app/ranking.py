"""What an offer is worth to make: score = propensity x context x value x lever.

Source of the formula: Pega, "Next-Best-Action arbitration" (P x C x V x L). Pure. Each factor only ever raises it.
"""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import lru_cache

from offers_app.policy import Policy
from offers_app.tallies import Posterior

FRESH = timedelta(days=7)
"""After so long evidence counts half."""
OTHER_CHANNEL = 0.5
POINTS_TO_DOUBLE = 10
FURTHEST = 1_000
"""Priorities beyond this, both ways, are as good as this."""


@dataclass(slots=True)
class Candidate:
    """One offer that may be made. `value` and `cost` in the deployment's currency, 0 or more."""

    offer: str
    value: Decimal
    cost: Decimal
    priority: int
    posterior: Posterior
    segment: str = ""


@dataclass(slots=True)
class Factors:
    """propensity: between 0 and 1 · context: 0 to 1 · value: 0, or 1 and more · lever: more than 0."""

    propensity: float
    context: float
    value: float
    lever: float

    @property
    def score(self) -> float:
        return self.propensity * self.context * self.value * self.lever


def factors(candidate: Candidate, context: float, policy: Policy) -> Factors:
    alpha, beta = candidate.posterior
    priority = dict(policy.priorities).get(candidate.offer) if policy.priorities else None
    return Factors(
        alpha / (alpha + beta),
        context,
        value(candidate.value, candidate.cost),
        lever(candidate.priority if priority is None else priority),
    )


def value(worth: Decimal, cost: Decimal) -> float:
    """0 for what costs more than it is worth; else 1 more than what is left, so that an offer whose value nobody
    stated (0) still counts."""
    left = worth - cost
    return 0.0 if left < 0 else 1.0 + float(left)


@lru_cache(maxsize=4 * FURTHEST)
def lever(priority: int) -> float:
    """The wish of the staff: ten points more count twice as much."""
    within = max(-FURTHEST, min(FURTHEST, priority))
    return float(2.0 ** (within / POINTS_TO_DOUBLE))


def context(confidence: float, age: timedelta, channel: str, preferred: str) -> float:
    """How well the moment fits, 0 to 1: how sure its signal is (0 to 1), how old its figures are, and half of that on
    another channel than the one that the person prefers, where that is known."""
    sure = max(0.0, min(1.0, confidence))
    fresh = 2.0 ** (-max(age, timedelta(0)) / FRESH)
    return float(sure * fresh * (1.0 if preferred in ("", channel) else OTHER_CHANNEL))
