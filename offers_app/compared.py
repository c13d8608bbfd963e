"""Another policy beside the one that ran, over the decisions that were answered.

Only decisions count in which at least two offers could be chosen and whose offer somebody saw: what became of it is a
`Lesson`. Where the other policy learns otherwise (half-life, base rate, strength), what it would have known at each
decision is counted anew from the lessons that had been heard by then.

Decisions are read some at a time, without the gates of their candidates, and of each a handful of numbers is kept.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Func, JSONField

from offers_app import arms, learn, off_policy, replayed
from offers_app.arms import Key
from offers_app.models import Decision, Lesson, Offer
from offers_app.off_policy import Comparison, Logged, Weighted
from offers_app.policy import Policy
from offers_app.ranking import Candidate, value
from offers_app.tallies import Posterior, Tally
from offers_app.weighing import Weighed, weigh

MOST, MOST_HEARD = 50_000, 500_000
"""Decisions that are looked at, and answers that are counted anew: the newest."""
MOST_DAYS = 3_650
SLICE = 500
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
    account: int
    """Of somebody without one they themselves, as a negative number."""


@dataclass(frozen=True, slots=True)
class Result:
    """By acceptance (the share of decisions that led to a yes) and by value (a yes is worth value less cost)."""

    acceptance: Comparison
    value: Comparison
    left_out: tuple[str, ...] = ()
    """Sentences on what was not looked at, as there is too much."""


class NothingLogged(ValueError):
    """There is no decision that could be compared."""


class _Open(Func):
    """Of the candidates of a decision those that could be chosen, without their gates."""

    template = """(SELECT coalesce(jsonb_agg(c || '{"gates": []}' ORDER BY n), '[]')
        FROM jsonb_array_elements(%(expressions)s) WITH ORDINALITY AS t(c, n)
        WHERE c ? 'score' AND NOT jsonb_path_exists(c, '$.gates[*] ? (@.passed == false)'))"""
    output_field = JSONField()


def compare(other: Policy, since: datetime, most: int = MOST, most_heard: int = MOST_HEARD) -> Result:
    """A statement for each 500 decisions and one, three more where the other policy learns otherwise. Raises
    NothingLogged."""
    acceptance: list[Weighted] = []
    worth: list[Weighted] = []
    known, keys = _Known(other, most_heard), _newest(since, most + 1)
    for row in _read(keys[-most:]):
        chances = _chances(row, other, known)
        acceptance.append(off_policy.weighted(_logged(row, lambda candidate: 1.0), chances))
        worth.append(off_policy.weighted(_logged(row, _worth), chances))
    if not acceptance:
        raise NothingLogged("No answered decision since then had at least two offers to choose from.")
    left_out = (*_older(keys, most), *known.left_out)
    return Result(off_policy.compare(acceptance), off_policy.compare(worth), left_out)


def answered(since: datetime, most: int = MOST) -> Iterator[Answered]:
    """The newest, oldest first. Rows that were emptied, or made by older formulas, are left out."""
    return _read(_newest(since, most))


def _newest(since: datetime, most: int) -> list[UUID]:
    told = Lesson.objects.exclude(level=Levels.NOTHING).filter(
        proposition__decision__at__gte=since, proposition__decision__candidates__1__isnull=False
    )
    newest = told.order_by("-proposition__decision__at", "-proposition__decision_id").values_list("pk")
    return [key for (key,) in newest[:most]][::-1]


def _older(keys: Sequence[UUID], most: int) -> list[str]:
    said = f"There are more answered decisions in this time: only the newest {most:,} were looked at."
    return [said] if len(keys) > most else []


def _read(keys: Sequence[UUID]) -> Iterator[Answered]:
    for start in range(0, len(keys), SLICE):
        yield from _slice(keys[start : start + SLICE])


def _slice(keys: Sequence[UUID]) -> Iterator[Answered]:
    columns = [
        f"proposition__decision__{name}" for name in ("at", "seed", "policy", "account_id", "person_id")
    ]
    told = Lesson.objects.filter(pk__in=keys).annotate(open=_Open(F("proposition__decision__candidates")))
    rows = told.order_by("proposition__decision__at", "proposition__decision_id")
    for at, seed, policy, account, person, template, channel, level, open_to in rows.values_list(
        *columns, "template", "channel", "level", "open"
    ):
        row = Decision(at=at, seed=seed, candidates=open_to, policy=policy)
        try:
            by = replayed.kept_policy(row)
        except replayed.NotKept:
            continue
        likely = [one for one in open_to if one["chance"] > 0]
        if len(likely) > 1 and replayed.chosen(row):
            yield Answered(at, likely, by, template, channel, level == Levels.YES, account or -person)


def _logged(row: Answered, worth: Callable[[Candidate], float]) -> Logged:
    worths = {one["offer"]: worth(replayed.candidate(one)) for one in row.candidates}
    expected = {one["offer"]: one["factors"]["propensity"] * worths[one["offer"]] for one in row.candidates}
    own = next(one for one in row.candidates if one.get("chosen"))
    reward = worths[own["offer"]] if row.yes else 0.0
    return Logged(own["offer"], own["chance"], reward, expected, row.account)


def _worth(candidate: Candidate) -> float:
    return value(candidate.value, candidate.cost)


def _chances(row: Answered, other: Policy, known: "_Known") -> Mapping[str, float]:
    candidates = [replayed.candidate(one) for one in row.candidates]
    if _learns(row.policy) != _learns(other):
        posteriors = known.at(row)
        candidates = [replace(one, posterior=posteriors[one.offer]) for one in candidates]
    return _of(weigh(candidates, row.candidates[0]["factors"]["context"], other))


def _of(weighed: Iterable[Weighed]) -> Mapping[str, float]:
    return {one.candidate.offer: one.chance for one in weighed}


def _learns(policy: Policy) -> tuple[Any, ...]:
    return tuple(getattr(policy, name) for name in LEARNING)


class _Known:
    """What a policy would have known at each of these decisions, asked in their order."""

    def __init__(self, policy: Policy, most: int = MOST_HEARD) -> None:
        self.policy, self.most = policy, most
        self.tallies: dict[Key, Tally] = {}
        self.heard: Iterator[Lesson] | None = None
        self.next: Lesson | None = None
        self.offers: Mapping[str, int] = {}
        self.left_out: tuple[str, ...] = ()

    def at(self, row: Answered) -> Mapping[str, Posterior]:
        if self.heard is None:
            self.offers = dict(Offer.objects.values_list("slug", "pk"))
            self.heard = self._lessons()
            self.next = next(self.heard, None)
        while self.next and self.next.heard_at <= row.at:
            self.next.counted = Levels.NOTHING
            self.tallies |= learn.sums([self.next], self.tallies, self.policy.half_life_days)
            self.next = next(self.heard, None)
        return {one["offer"]: self._posterior(one, row) for one in row.candidates}

    def _lessons(self) -> Iterator[Lesson]:
        """In the order in which they were heard."""
        newest = Lesson.objects.order_by("-heard_at").values_list("heard_at", flat=True)
        rows = Lesson.objects.order_by("heard_at", "pk")
        if older := newest[self.most : self.most + 1].first():
            said = f"There are more answers: the newest {self.most:,}, heard after {older:%Y-%m-%d %H:%M} UTC"
            self.left_out = (f"{said}, were counted anew.",)
            rows = rows.filter(heard_at__gt=older)
        return rows.iterator(2_000)

    def _posterior(self, one: Mapping[str, Any], row: Answered) -> Posterior:
        key = (self.offers.get(one["offer"], 0), row.template, row.channel, one["segment"])
        return arms.posterior(key, self.tallies, self.policy, row.at)
