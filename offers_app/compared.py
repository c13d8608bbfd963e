"""Another policy beside the one that ran, over the decisions that were answered.

Only decisions count in which at least two offers could be chosen and whose offer somebody saw: what became of it is a
`Lesson`. Where the other policy learns otherwise (half-life, base rate, strength), what it would have known at each
decision is counted anew from the lessons that had been heard by then.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from offers_app import arms, learn, off_policy, replayed
from offers_app.arms import Key
from offers_app.models import Decision, Lesson, Offer
from offers_app.off_policy import Comparison, Logged
from offers_app.policy import Policy
from offers_app.ranking import Candidate, value
from offers_app.tallies import Posterior, Tally
from offers_app.weighing import Weighed, weigh

MOST = 50_000
"""Decisions that are looked at, the newest."""
Levels = Lesson.Level
LEARNING = ("half_life_days", "base_rate", "strength")


@dataclass(frozen=True, slots=True)
class Answered:
    """A stored decision with what became of its offer."""

    at: datetime
    candidates: list[Mapping[str, Any]]
    policy: Policy
    template: str
    channel: str
    yes: bool


@dataclass(frozen=True, slots=True)
class Result:
    """By acceptance (the share of decisions that led to a yes) and by value (a yes is worth value less cost)."""

    acceptance: Comparison
    value: Comparison


class NothingLogged(ValueError):
    """There is no decision that could be compared."""


def compare(other: Policy, since: datetime, most: int = MOST) -> Result:
    """One statement, three where the other policy learns otherwise. Raises NothingLogged."""
    rows = list(answered(since, most))
    if not rows:
        raise NothingLogged("No answered decision since then had at least two offers to choose from.")
    chances = _chances(rows, other)
    return Result(
        off_policy.compare(_logged(rows, lambda candidate: 1.0), chances.__getitem__),
        off_policy.compare(_logged(rows, _worth), chances.__getitem__),
    )


def answered(since: datetime, most: int = MOST) -> Iterator[Answered]:
    """The newest, oldest first. Rows that were emptied, or made by older formulas, are left out."""
    told = Lesson.objects.exclude(level=Levels.NOTHING).filter(
        proposition__decision__at__gte=since, proposition__decision__candidates__1__isnull=False
    )
    newest = told.order_by("-proposition__decision__at", "-proposition__decision_id")
    columns = [f"proposition__decision__{name}" for name in ("at", "seed", "candidates", "policy")]
    rows = newest.values_list(*columns, "template", "channel", "level")[:most]
    for at, seed, candidates, policy, template, channel, level in reversed(list(rows)):
        row = Decision(at=at, seed=seed, candidates=candidates, policy=policy)
        try:
            by = replayed.kept_policy(row)
        except replayed.NotKept:
            continue
        open_to = [one for one in replayed.passing(candidates) if one["chance"] > 0]
        if len(open_to) > 1 and replayed.chosen(row):
            yield Answered(at, open_to, by, template, channel, level == Levels.YES)


def _logged(rows: Iterable[Answered], worth: Callable[[Candidate], float]) -> list[Logged]:
    found = []
    for row in rows:
        worths = {one["offer"]: worth(replayed.candidate(one)) for one in row.candidates}
        expected = {
            one["offer"]: one["factors"]["propensity"] * worths[one["offer"]] for one in row.candidates
        }
        own = next(one for one in row.candidates if one.get("chosen"))
        reward = worths[own["offer"]] if row.yes else 0.0
        found.append(Logged(own["offer"], own["chance"], reward, expected))
    return found


def _worth(candidate: Candidate) -> float:
    return value(candidate.value, candidate.cost)


def _chances(rows: Sequence[Answered], other: Policy) -> list[Mapping[str, float]]:
    otherwise = any(_learns(row.policy) != _learns(other) for row in rows)
    knowing = _counted_anew(rows, other) if otherwise else None
    found = []
    for place, row in enumerate(rows):
        candidates = [replayed.candidate(one) for one in row.candidates]
        if knowing:
            known = knowing[place]
            candidates = [replace(one, posterior=known[one.offer]) for one in candidates]
        found.append(_of(weigh(candidates, row.candidates[0]["factors"]["context"], other)))
    return found


def _of(weighed: Iterable[Weighed]) -> Mapping[str, float]:
    return {one.candidate.offer: one.chance for one in weighed}


def _learns(policy: Policy) -> tuple[Any, ...]:
    return tuple(getattr(policy, name) for name in LEARNING)


def _counted_anew(rows: Sequence[Answered], other: Policy) -> list[Mapping[str, Posterior]]:
    """What this policy would have known at each of these decisions, which are in order."""
    offers = dict(Offer.objects.values_list("slug", "pk"))
    heard = iter(Lesson.objects.order_by("heard_at", "pk").iterator(2_000))
    tallies: dict[Key, Tally] = {}
    found: list[Mapping[str, Posterior]] = []
    lesson = next(heard, None)
    for row in rows:
        while lesson and lesson.heard_at <= row.at:
            lesson.counted = Levels.NOTHING
            tallies |= learn.sums([lesson], tallies, other.half_life_days)
            lesson = next(heard, None)
        found.append({one["offer"]: _posterior(one, row, offers, tallies, other) for one in row.candidates})
    return found


def _posterior(
    one: Mapping[str, Any],
    row: Answered,
    offers: Mapping[str, int],
    tallies: Mapping[Key, Tally],
    other: Policy,
) -> Posterior:
    key = (offers.get(one["offer"], 0), row.template, row.channel, one["segment"])
    return arms.posterior(key, tallies, other, row.at)
