"""A definition as it would have found somebody's moments, had it been live: looked at, judged and armed as it is live.

What came late is taken as if it had come in time. In memory alone: nothing is kept.
"""

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import count
from typing import Any

from signals_app import arming, evidence, judged, routing
from signals_app.arming import Moment, State
from signals_app.compiled import Compiled, Part
from signals_app.intents import TEXT_EVENTS
from signals_app.knowing import Known
from signals_app.rehearse.moments import Look, looks
from signals_app.rehearse.past import Past
from signals_app.rehearse.telling import Told
from signals_app.subjects import Subject
from upsell_project.lib.rules.facts import Events, Fact, Metered, Of, Said
from upsell_project.lib.rules.facts import Sequence as InOrder

MOST_IDS = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A moment that would have been found. `person`: who would have been told."""

    at: datetime
    part: str
    person: int
    account: int | None
    evidence: dict[str, Any]


@dataclass
class Replay:
    """Of one subject. `members`: those of the account; `known`: the people among them whom we know by a user id."""

    compiled: Compiled
    parts: Sequence[Part]
    past: Past
    members: Sequence[routing.Member] = ()
    known: frozenset[int] = frozenset()
    _states: dict[tuple[str, date], State] = field(default_factory=dict)
    _coming: list[tuple[datetime, int, Look]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def run(self, first: datetime, last: datetime) -> list[Hit]:
        """What would have been found from `first` up to `last`, in order of time."""
        told = Told(self.past, {fact for part in self.parts for fact in part.asks})
        every = looks(self.compiled, self.parts, self.past, first, last)
        self._coming = [(look.at, next(self._numbers), look) for look in every]
        found: list[Hit] = []
        while self._coming:
            at, _, look = heapq.heappop(self._coming)
            if at > last:
                break
            if arming.rests(self.compiled, list(self._states.values()), at):
                continue
            known = told.at(at)
            found += [hit for part in self.parts if look.asks(part) and (hit := self._ask(part, look, known))]
        return found

    def _ask(self, part: Part, look: Look, known: Known) -> Hit | None:
        moment = moment_of(self.compiled, self.past.subject, part, known)
        moment.state = self._states.get((part.name, moment.period))
        person = self._told(part, look) if moment.verdict else None
        # Nobody to be told: it stays armed for whoever comes next.
        if (moment.verdict and not person) or not self._settle(moment, look.at):
            return None
        shown = evidence.of(moment, known, self.past.meters, look.at)
        shown["event_ids"] = _event_ids(self.past, part.facts, look.at)
        return Hit(look.at, part.name, person or 0, self.past.subject.account, shown)

    def _settle(self, moment: Moment, now: datetime) -> bool:
        """As `arming.settle`, in memory; whether it fires."""
        key, state = (moment.part.name, moment.period), moment.state
        if state and arming.is_over(moment, state, now):
            del self._states[key]
            state = None
        elif state and arming.armed_early(moment, state, now):
            state.armed = True
        if not moment.verdict:
            return False
        hold = moment.compiled.definition.hold
        if state is None:
            self._states[key] = State(0, *key, now, None if hold else now)
            if hold:
                self._look_again(now + hold)
            return not hold
        if arming.has_held(moment, state, now):
            state.fired_at = now
            return True
        return False

    def _look_again(self, at: datetime) -> None:
        """Since it will have held for long enough by then."""
        look = Look(at)
        look.because_of(None)
        heapq.heappush(self._coming, (at, next(self._numbers), look))

    def _told(self, part: Part, look: Look) -> int | None:
        """By the roles there are now."""
        if self.past.whose is Of.PERSON:
            person = self.past.subject.person
            return person if person in self.known else None
        by = look.by.get(part.name) or look.by.get("")
        actor = by.person if by and by.person in self.known else look.told
        route_to = self.compiled.definition.route_to
        return routing.choose(self.members, route_to, actor, anyone=not look.by)


def moment_of(compiled: Compiled, subject: Subject, part: Part, known: Known) -> Moment:
    """As it was judged by what was known."""
    verdict = part.holds(known.values, known.at)
    rearmed = part.rearms(known.values, known.at) if part.rearms else None
    return Moment(compiled, subject, part, judged.period(part, known), verdict, rearmed)


def _event_ids(past: Past, facts: frozenset[Fact], now: datetime) -> list[int]:
    """The newest of those that the rule names."""
    names = {name for fact in facts if isinstance(fact, Events | InOrder) for name in fact.names}
    names |= {
        past.meters[f.resource].event for f in facts if isinstance(f, Metered) and f.resource in past.meters
    }
    if any(isinstance(fact, Said) for fact in facts):
        names |= TEXT_EVENTS
    kept = [one.id for one in past.of(past.whose) if one.at <= now and one.name in names]
    return kept[-MOST_IDS:][::-1]
