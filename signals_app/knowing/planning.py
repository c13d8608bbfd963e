"""What has to be looked at for the facts that are asked for: made once for all subjects of one zone."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any

from signals_app.knowing import changes, limits, measures, metered, texts
from signals_app.knowing.asked import COSTLY, Asked, Known, costly
from signals_app.knowing.profile import Profile
from signals_app.knowing.questions import Numbered, Question
from signals_app.models.meter import Meter
from upsell_project.lib.rules import facts as f
from upsell_project.lib.rules.facts import Fact, Of, Value

Evidence = dict[str, Any]
Finish = Callable[[Any], tuple[Value, Evidence]]
Planned = tuple[Fact, int, Finish]
"""The number of the question that answers a fact, and what its answer comes to."""


@dataclass(slots=True)
class Looks:
    """Into stored events. `lefts`: limits that run out, each with its meter and question."""

    events: dict[Of, list[Planned]]
    numbers: dict[Of, frozenset[int]]
    """Of the questions about the person and about the account."""
    lefts: list[tuple[f.Entitlement, Meter, int]]


class Plans:
    """Subjects of one zone share their questions."""

    def __init__(self, meters: dict[str, Meter], numbered: Numbered) -> None:
        self._meters, self._numbered = meters, numbered
        self._made: dict[tuple[Any, ...], Looks] = {}
        self._needed: dict[tuple[Any, ...], frozenset[Fact]] = {}

    def of(self, one: Asked, seen: Profile, known: Known) -> Looks:
        """`known`: the facts that no event is read for, by which some rules can no longer hold."""
        facts = self._facts(one, tuple([doubt.possible(known.values, known.at) for doubt in one.doubts]))
        whole = one.subject.person is None
        locale = (seen.person or {}).get("locale") or ""
        here, there = seen.here, seen.there
        key = (facts, here.zone, there.zone, there.billing_from, whole, locale)
        if key not in self._made:
            self._made[key] = self._looks(facts, seen, Of.ACCOUNT if whole else Of.PERSON, locale)
        return self._made[key]

    def _facts(self, one: Asked, verdicts: tuple[bool, ...]) -> frozenset[Fact]:
        """Those that events are read for."""
        key = (one.facts, one.doubts, verdicts)
        if key not in self._needed:
            doubted = (doubt.facts for doubt, may in zip(one.doubts, verdicts, strict=True) if may)
            self._needed[key] = frozenset(filter(costly, one.facts.union(*doubted)))
        return self._needed[key]

    def _looks(self, facts: Collection[Fact], seen: Profile, of: Of, locale: str) -> Looks:
        events: dict[Of, list[Planned]] = {}
        for fact in facts:
            if isinstance(fact, COSTLY) and (asked := _asked(fact, seen, of, locale, self._meters)):
                whose, question, finish = asked
                events.setdefault(whose, []).append((fact, self._numbered.number(question), finish))
        numbers = {whose: frozenset(number for _, number, _ in those) for whose, those in events.items()}
        lefts = [fact for fact in facts if isinstance(fact, f.Entitlement)]
        return Looks(events, numbers, [left for fact in lefts for left in self._left(fact, seen)])

    def _left(self, fact: f.Entitlement, seen: Profile) -> list[tuple[f.Entitlement, Meter, int]]:
        meter = self._meters.get(fact.resource)
        question = limits.question(meter, seen)
        return [(fact, meter, self._numbered.number(question))] if meter and question else []


def _asked(
    fact: Fact, known: Profile, of: Of, locale: str, meters: Mapping[str, Meter]
) -> tuple[Of, Question, Finish] | None:
    """None where nothing counts it."""
    match fact:
        case f.Metered(resource):
            return _metered(fact, known, meters[resource]) if resource in meters else None
        case f.Said():
            return of, texts.question(fact, of, known.seen(of)), lambda rows: texts.value(fact, rows, locale)
        case f.Changed():
            seen = known.seen(fact.of)
            question = changes.question(fact, seen)
            return fact.of, question, lambda answer: changes.value(fact, seen, answer)
        case f.Events() | f.Sequence():
            question, finish = measures.of(fact, known.seen(fact.of))
            return fact.of, question, lambda answer: (finish(answer), {})
    raise TypeError(fact)


def _metered(fact: f.Metered, known: Profile, meter: Meter) -> tuple[Of, Question, Finish]:
    question = metered.question(fact, meter, known.seen(Of.ACCOUNT))
    return Of.ACCOUNT, question, lambda answer: (metered.value(meter, question, answer), {})
