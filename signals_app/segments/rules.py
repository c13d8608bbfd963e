"""The rules of segments, ready to be asked; read once for as long as they stay as they are."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from signals_app.models import Segment
from signals_app.segments import order, reads
from signals_app.segments.reads import Reads
from upsell_project.lib.rules import judging, reading
from upsell_project.lib.rules.facts import Fact
from upsell_project.lib.rules.judging import Judge
from upsell_project.lib.rules.tree import Rule
from upsell_project.lib.rules.tree import facts as facts_of


@dataclass(frozen=True, slots=True)
class Ruled:
    """`holds`: True of whoever is in; what is not known keeps out."""

    rule: Rule
    holds: Judge
    facts: frozenset[Fact]
    reads: Reads


@dataclass(frozen=True, slots=True)
class Live:
    """A segment that is kept by its rule; without one that can be read nobody is in it."""

    segment: Segment
    ruled: Ruled | None

    @property
    def pk(self) -> int:
        return self.segment.pk

    @property
    def slug(self) -> str:
        return self.segment.slug

    @property
    def refers(self) -> frozenset[str]:
        return self.ruled.reads.segments if self.ruled else frozenset()

    @property
    def signals(self) -> frozenset[str]:
        return self.ruled.reads.signals if self.ruled else frozenset()


def live() -> list[Live]:
    """All segments that are kept by a rule, each after those it refers to."""
    return [one for level in live_levels() for one in level]


def live_levels() -> list[list[Live]]:
    """The same in rounds: those of one round do not refer to each other."""
    found = {one.slug: of(one) for one in Segment.objects.filter(live=True, kind=Segment.Kind.RULE)}
    rounds = order.levels({slug: one.refers for slug, one in found.items()})
    return [[found[slug] for slug in slugs] for slugs in rounds]


def of(segment: Segment) -> Live:
    """Its rule; of a list there is none."""
    if segment.kind != Segment.Kind.RULE:
        return Live(segment, None)
    try:
        return Live(segment, _ruled(json.dumps(segment.rule, sort_keys=True)))
    except reading.Unreadable:
        return Live(segment, None)


def refers(segments: Collection[Segment]) -> dict[str, frozenset[str]]:
    """By slug, the segments that each refers to."""
    return {one.slug: of(one).refers for one in segments}


@lru_cache(maxsize=1_000)
def _ruled(text: str) -> Ruled:
    rule = reading.read(json.loads(text))
    facts = frozenset(facts_of(rule))
    return Ruled(rule, judging.compiled(rule, "a segment"), facts, reads.of(facts))
