"""What was learned, read for many questions at once: which arm each is about, and what is known of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import QuerySet

from offers_app import tallies as fading
from offers_app.models import Arm
from offers_app.policy import Policy
from offers_app.tallies import Posterior, Tally
from signals_app.segments import smallest

Key = tuple[int, str, str, str]
"""Offer, template, channel, segment; blank: all of them."""


def keys(offer: int, template: str, channel: str, segment: str) -> list[Key]:
    """The arms that an answer is about, the coarsest first."""
    found = [(offer, "", "", ""), (offer, template, channel, "")]
    return [*found, (offer, template, channel, segment)] if segment else found


@dataclass(slots=True)
class Learned:
    """Tallies by arm, each person's segment, and posteriors as they were worked out."""

    tallies: Mapping[Key, Tally]
    segments: Mapping[int, str]
    policy: Policy
    hour: datetime
    """Answers fade up to here: the full hour, so that what was worked out of them serves for as long."""
    posteriors: dict[Key, Posterior] = field(default_factory=dict)
    faded: dict[Key, tuple[float, float]] = field(default_factory=dict)

    def posterior(self, offer: int, template: str, channel: str, segment: str) -> Posterior:
        key = (offer, template, channel, segment)
        found = self.posteriors.get(key)
        if found is None:
            chain = [self._counts(one) for one in keys(*key) if one in self.tallies]
            found = self.posteriors[key] = fading.posterior(chain, self.policy)
        return found

    def _counts(self, key: Key) -> tuple[float, float]:
        found = self.faded.get(key)
        if found is None:
            found = fading.counts(self.tallies[key], self.hour, self.policy.half_life_days)
            self.faded[key] = found
        return found


def posterior(key: Key, tallies: Mapping[Key, Tally], policy: Policy, now: datetime) -> Posterior:
    return Learned(tallies, {}, policy, now).posterior(*key)


def load(
    people: Collection[int],
    offers: Collection[int],
    templates: Collection[str],
    policy: Policy,
    now: datetime,
) -> Learned:
    """Two statements, however many ask."""
    segments = smallest.of(people)
    rows = Arm.objects.filter(
        offer__in=offers, template__in={"", *templates}, segment__in={"", *segments.values()}
    )
    hour = now.replace(minute=0, second=0, microsecond=0)
    return Learned(tallies(rows), segments, policy, hour)


def tallies(arms: QuerySet[Arm]) -> dict[Key, Tally]:
    columns = ("offer_id", "template", "channel", "segment", "successes", "failures", "updated_at")
    return {tuple(row[:4]): Tally(*row[4:]) for row in arms.values_list(*columns)}
