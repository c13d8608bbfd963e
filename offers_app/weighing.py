"""From candidates that passed their gates to one of them or none, and all that has to be kept to do it again. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from offers_app import bandit, ranking
from offers_app.policy import Policy
from offers_app.ranking import Candidate, Factors


@dataclass(slots=True)
class Weighed:
    """A candidate with what its score is made of, and how likely it was to be chosen."""

    candidate: Candidate
    factors: Factors
    score: float
    chance: float = 0.0


def weigh(candidates: Iterable[Candidate], context: float, policy: Policy) -> list[Weighed]:
    """The best first, each with its chance; 0 for those that are not worth it (`Policy.least`)."""
    weighed = []
    for candidate in candidates:
        found = ranking.factors(candidate, context, policy)
        weighed.append(Weighed(candidate, found, found.score))
    weighed.sort(key=lambda one: (-one.score, one.candidate.offer))
    worth = [one for one in weighed if one.score > policy.least]
    arms = tuple((*one.candidate.posterior, one.factors.value * one.factors.lever) for one in worth)
    for one, chance in zip(worth, bandit.chances(arms, policy.exploration, policy.greedy), strict=True):
        one.chance = chance
    return weighed


def choose(weighed: Sequence[Weighed], seed: int) -> Weighed | None:
    """The one that the seed takes, of those that have a chance; None where nobody has."""
    if not any(one.chance for one in weighed):
        return None
    return weighed[bandit.pick([one.chance for one in weighed], seed)]
