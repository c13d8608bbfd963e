"""What is asked of whom, and what is known then."""

from dataclasses import dataclass, field
from typing import Any

from signals_app.subjects import Subject
from upsell_project.lib.rules.facts import (
    Changed,
    Entitlement,
    Events,
    Fact,
    Metered,
    Said,
    Sequence,
    Share,
    Value,
)
from upsell_project.lib.rules.judging import At
from upsell_project.lib.rules.possible import Possible

COSTLY = (Metered, Events, Sequence, Changed, Said)
"""For these events are read, as for the days that are left of a limit."""


@dataclass(frozen=True, slots=True, eq=False)
class Doubt:
    """`first`: needed anyhow, and known without reading any events; `facts`: only if a rule can hold by these."""

    possible: Possible
    first: frozenset[Fact]
    facts: frozenset[Fact]


@dataclass(frozen=True, slots=True)
class Asked:
    """`facts`: needed anyhow, as those that doubts need first."""

    subject: Subject
    facts: frozenset[Fact]
    doubts: tuple[Doubt, ...] = ()

    @property
    def all_facts(self) -> frozenset[Fact]:
        return self.facts.union(*(doubt.first | doubt.facts for doubt in self.doubts))


@dataclass(slots=True)
class Known:
    """`values` lacks what is not known. `zone`: the subject's, in which `at` has its date.

    `more` is evidence beyond a value, as JSON: the period of an entitlement, what a forecast or a change rests on, the
    words of a text, the days of a season, the ids of signals.
    """

    zone: str
    at: At
    values: dict[Fact, Value] = field(default_factory=dict)
    more: dict[Fact, dict[str, Any]] = field(default_factory=dict)


def costly(fact: Fact) -> bool:
    """Whether events are read for it."""
    return isinstance(fact, COSTLY) or (isinstance(fact, Entitlement) and fact.share is Share.DAYS_LEFT)
