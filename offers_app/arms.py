"""What was learned, read for many questions at once: which arm each is about, and what is known of it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from offers_app import tallies as fading
from offers_app.models import Arm
from offers_app.policy import Policy
from offers_app.tallies import Counts, Posterior, Tally
from signals_app.segments import smallest
from upsell_project.lib import bulk

Key = tuple[int, str, str, str]
"""Offer, template, channel, segment; blank: all of them."""


def keys(offer: int, template: str, channel: str, segment: str) -> list[Key]:
    """The arms that an answer is about, the coarsest first."""
    found = [(offer, "", "", ""), (offer, template, channel, "")]
    return [*found, (offer, template, channel, segment)] if segment else found


@dataclass(slots=True)
class Learned:
    """What counts of each arm at one time, and each person's segment."""

    counts: Mapping[Key, Counts]
    segments: Mapping[int, str]
    policy: Policy

    def posterior(self, offer: int, template: str, channel: str, segment: str) -> Posterior:
        chain = [self.counts[key] for key in keys(offer, template, channel, segment) if key in self.counts]
        return fading.posterior(chain, self.policy)


def posterior(key: Key, tallies: Mapping[Key, Tally], policy: Policy, now: datetime) -> Posterior:
    chain = [fading.counts(tallies[one], now, policy.half_life_days) for one in keys(*key) if one in tallies]
    return fading.posterior(chain, policy)


def load(
    people: Collection[int],
    offers: Collection[int],
    templates: Collection[str],
    policy: Policy,
    now: datetime,
) -> Learned:
    """Two statements, however many ask. Answers fade up to the full hour, so that what is worked out of them serves
    for as long."""
    segments = smallest.of(people)
    hour = now.replace(minute=0, second=0, microsecond=0)
    among = sorted(offers), sorted({"", *templates}), sorted({"", *segments.values()})
    counts = {
        (offer, template, channel, segment): fading.faded(yes, no, days, policy.half_life_days)
        for offer, template, channel, segment, yes, no, days in bulk.select(_ARMS, hour, *among)
    }
    return Learned(counts, segments, policy)


def tallies(arms: QuerySet[Arm]) -> dict[Key, Tally]:
    columns = ("offer_id", "template", "channel", "segment", "successes", "failures", "updated_at")
    return {tuple(row[:4]): Tally(*row[4:]) for row in arms.values_list(*columns)}


# As an age, which is read five times as fast as a time is.
_ARMS = """
SELECT offer_id, template, channel, segment, successes, failures,
    (extract(epoch FROM %s - updated_at) / 86400)::float8
FROM offers_app_arm WHERE offer_id = ANY(%s) AND template = ANY(%s) AND segment = ANY(%s)
"""
