"""What is asked of whom, and what is known then."""

from dataclasses import dataclass, field
from typing import Any

from signals_app.subjects import Subject
from upsell_project.lib.rules.facts import Fact, Value
from upsell_project.lib.rules.judging import At


@dataclass(frozen=True, slots=True)
class Asked:
    subject: Subject
    facts: frozenset[Fact]


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
