"""A random history, lived through by the product moment by moment: what comes in is judged live, at local midnight and
when something has held for long enough the sweep looks. What replay says must be the same."""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain
from typing import Any

from people_app.models import Account, Person
from signals_app import again, compiled, detect, rehearse, sweeping, usage
from signals_app.incoming import Incoming
from signals_app.ingest import Stored
from signals_app.models import Answer, DetectorState, Event, Signal, SignalDefinition
from signals_app.rehearse import Rehearsed
from signals_app.rehearse.moments import midnights, seasonal
from signals_app.subjects import Subject
from signals_app.triggered import Batch
from tests.asked_again import take
from tests.build import a_person, a_source, an_account
from tests.conftest import Time
from upsell_project.lib import bulk

FIRST = datetime(2026, 3, 20, 0, 30, tzinfo=UTC)
LAST = FIRST + timedelta(days=24)
"""Over the change to summer time in Europe, and the end of a month."""
WHO = ("ana", "ben", "somebody")
"""The last has no user id: a visitor."""
ANSWERED = "(answered an offer)"
SHOWN = "(was shown an offer)"
ANSWERS = {ANSWERED: "declined", SHOWN: "shown"}


@dataclass(frozen=True)
class Did:
    minute: int
    who: str
    name: str
    properties: dict[str, Any]

    @property
    def at(self) -> datetime:
        """Never at midnight, wherever."""
        return FIRST + timedelta(minutes=self.minute, seconds=7)


@dataclass
class World:
    time: Time
    zone: str
    definition: SignalDefinition
    other: SignalDefinition | None = None
    """Live beside it."""
    by_candidates: bool = False
    """Whether a sweep looks only at whom PostgreSQL names, as it does in truth."""
    account: Account = field(init=False)
    people: dict[str, Person] = field(init=False)
    looked: dict[Subject, datetime] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.time.set(FIRST - timedelta(days=1))
        self.account = an_account(
            caps={"exports": 4, "rows": 12},
            timezone=self.zone,
            industry="travel and accounting",
            country="DE",
            fiscal_year_end="03-31",
        )
        self.people = {
            name: a_person(account=self.account, timezone=zone)
            for name, zone in zip(WHO, ("Europe/Berlin", "America/New_York", ""), strict=True)
        }
        Person.objects.filter(pk=self.people["somebody"].pk).update(user_id=None)
        self.source = a_source()
        self.hold = timedelta(hours=self.definition.hold_hours)
        zones = {self.zone or "UTC", "Europe/Berlin", "America/New_York"}
        self.midnights = {zone: frozenset(midnights(zone, FIRST, LAST)) for zone in zones}
        parts = compiled.of(self.definition).parts(["exports"])
        self.seasonal = any(seasonal(part) for part in parts)

    @property
    def subjects(self) -> list[Subject]:
        if self.definition.about == "account":
            return [Subject(None, self.account.pk)]
        return [Subject(person.pk, self.account.pk) for person in self.people.values()]

    def live(self, history: Sequence[Did]) -> list[Signal]:
        """All of it, in order of time."""
        for at, those in self._agenda(history):
            self._until(at)
            self.time.set(at)
            if those:
                self._receive(those, at)
            else:
                self._sweep(at)
        self._until(LAST)
        return list(Signal.objects.filter(definition=self.definition).order_by("detected_at", "pk"))

    def replayed(self) -> Rehearsed:
        self.time.set(LAST)
        return rehearse.of(compiled.of(self.definition), self.subjects, FIRST, LAST, LAST)

    def _agenda(self, history: Sequence[Did]) -> Iterator[tuple[datetime, list[Did]]]:
        moments: dict[datetime, list[Did]] = {}
        for one in history:
            moments.setdefault(one.at, []).append(one)
        if compiled.of(self.definition).timed:
            for at in chain.from_iterable(self.midnights.values()):
                moments.setdefault(at, [])
        yield from sorted(moments.items(), key=lambda pair: pair[0])

    def _until(self, at: datetime) -> None:
        """Sweep whenever something has held for long enough before then."""
        tried: set[datetime] = set()
        while due := [since for (since,) in bulk.select(_HOLDING, at - self.hold) if since not in tried]:
            tried.add(due[0])
            self.time.set(due[0] + self.hold)
            self._sweep(due[0] + self.hold)

    def _sweep(self, at: datetime) -> None:
        here = [one for one in self.subjects if self._looked_at(one, at)]
        if self.by_candidates:
            here = [one for one in here if self._is_candidate(one, at)]
        detect.swept([(self.definition, one) for one in here], at, self._live())

    def _is_candidate(self, subject: Subject, at: datetime) -> bool:
        """Nobody looks for visitors: nobody could tell them."""
        since, self.looked[subject] = self.looked.get(subject), at
        if subject.person == self.people["somebody"].pk:
            return True
        found = sweeping.ids(compiled.of(self.definition), since, at)
        return (subject.person or subject.account or 0) in chain.from_iterable(found)

    def _live(self) -> list[SignalDefinition]:
        return [self.other, self.definition] if self.other else [self.definition]

    def _looked_at(self, subject: Subject, at: datetime) -> bool:
        """At the midnight of their own zone, or since something has held."""
        whose = {"person_id": subject.person} if subject.person else {"account_id": subject.account}
        held = DetectorState.objects.filter(**whose, fired_at=None, holds_since=at - self.hold)
        if self.hold and held.exists():
            return True
        zones = {self._zone_of(subject)} | ({self.zone or "UTC"} if self.seasonal else set())
        return any(at in self.midnights[zone] for zone in zones)

    def _zone_of(self, subject: Subject) -> str:
        person = next((one for one in self.people.values() if one.pk == subject.person), None)
        return (person.timezone if person else "") or self.zone or "UTC"

    def _receive(self, those: Sequence[Did], at: datetime) -> None:
        stored = [self._stored(one) for one in those if one.name not in ANSWERS]
        changes = usage.add(stored, usage.meters())
        detect.signals(Batch(stored, changes), self._live(), at)
        for one in those:
            if one.name in ANSWERS:
                self._answer(one, at)

    def _answer(self, one: Did, at: datetime) -> None:
        """An offer that is shown or answered is no event: the job "sweeps" asks again."""
        person = self.people[one.who].pk
        Answer.objects.create(
            person_id=person, account_id=self.account.pk, offer="pro", answer=ANSWERS[one.name], at=at
        )
        again.answered([(person, self.account.pk)], ANSWERS[one.name])
        detect.swept(take(), at, self._live())

    def _stored(self, one: Did) -> Stored:
        person = self.people[one.who].pk
        message = uuid.uuid4().hex
        event = Event.objects.create(
            source=self.source,
            message_id=message,
            kind="track",
            name=one.name,
            person_id=person,
            account=self.account,
            properties=one.properties,
            occurred_at=one.at,
            received_at=one.at,
        )
        item = Incoming("track", message, one.at, name=one.name, properties=one.properties)
        return Stored(event.pk, self.source.pk, item, person, self.account.pk)


_HOLDING = """
SELECT DISTINCT holds_since FROM signals_app_detectorstate WHERE fired_at IS NULL AND holds_since < %s ORDER BY 1
"""
