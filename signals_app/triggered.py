"""Whose answer can have changed by what is new: events that a definition reads, totals and facts that moved."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from operator import attrgetter

from people_app.models import Person
from signals_app.arming import Resting
from signals_app.compiled import EVERY, Compiled
from signals_app.doers import Doers, Wheres
from signals_app.ingest import Stored
from signals_app.models import Signal
from signals_app.subjects import Subject
from signals_app.usage import Change
from upsell_project.lib.rules.facts import Of

KINDS = ("track", "page", "screen")
_when = attrgetter("item.occurred_at")


@dataclass(slots=True)
class Used:
    """A total moved, by this event last. It counts wherever that does by now."""

    resource: str
    last: Stored

    @property
    def account_id(self) -> int | None:
        return self.last.account_id


@dataclass
class Batch:
    """What is new: events, totals that moved, accounts whose plan or limits changed."""

    stored: Sequence[Stored]
    changes: Sequence[Change | Used] = ()
    changed_accounts: set[int] = field(default_factory=set)
    facts: Mapping[int, Collection[str]] = field(default_factory=dict)
    """Which facts of them changed, where that is known; of limits `limits.<resource>`."""

    @cached_property
    def by_name(self) -> Mapping[str, Doers]:
        """Who did what, by the names of the events."""
        found: dict[str, list[Stored]] = {}
        for one in self._in_order:
            found.setdefault(one.item.name, []).append(one)
        return {name: Doers(those) for name, those in found.items()}

    @cached_property
    def all_names(self) -> Doers:
        """Who did anything."""
        return Doers(self._in_order)

    @cached_property
    def _in_order(self) -> Sequence[Stored]:
        return sorted((one for one in self.stored if one.item.kind in KINDS), key=_when)

    def upto(self, now: datetime) -> datetime:
        """Until when what happened counts: also what a computer whose clock is ahead of ours took in."""
        return max(now, self._last or now)

    @cached_property
    def _last(self) -> datetime | None:
        return max((one.item.occurred_at for one in self.stored), default=None)

    @cached_property
    def told(self) -> Sequence[Stored]:
        """What brought facts, oldest first."""
        bringing = (one for one in self.stored if one.item.account_traits or one.item.kind == "identify")
        return sorted(bringing, key=_when)

    @cached_property
    def people(self) -> set[int]:
        """Whose answers can have changed."""
        return {one.person_id for one in self.stored if one.person_id} | {
            change.last.person_id for change in self.changes if change.last.person_id
        }

    @cached_property
    def accounts(self) -> set[int]:
        """Whose answers can have changed."""
        return (
            {one.account_id for one in self.stored if one.account_id}
            | {change.account_id for change in self.changes if change.account_id}
            | self.changed_accounts
        )

    @cached_property
    def known(self) -> set[int]:
        """The people of this batch whom we know by a user id."""
        rows = Person.objects.filter(pk__in=self.people, user_id__isnull=False)
        return set(rows.values_list("pk", flat=True)) if self.people else set()


@dataclass(slots=True)
class Asked:
    """A definition to be asked for somebody. `by`: the newest event that gives reason to, by the resource it used (no
    name: any); `resources`: those whose parts can have changed, None for all."""

    compiled: Compiled
    subject: Subject
    by: dict[str, Stored] = field(default_factory=dict)
    resources: set[str] | None = field(default_factory=set)
    told: int | None = None
    """Whom it was told that found what this asks for."""

    def because_of(self, one: Stored | None, resource: str = "") -> None:
        if one and (resource not in self.by or self.by[resource].item.occurred_at <= one.item.occurred_at):
            self.by[resource] = one
        if not resource:
            self.resources = None
        elif self.resources is not None:
            self.resources.add(resource)


def of(compiled: Iterable[Compiled], batch: Batch, resting: Resting) -> list[Asked]:
    """Each definition once for each subject, but for those of whom it rests."""
    return [
        one
        for each in compiled
        for one in _Asking(each, batch, resting.get(each.definition.pk, frozenset())).all()
    ]


def by_signals(compiled: Iterable[Compiled], found: Sequence[Signal]) -> list[Asked]:
    """The definitions that ask for what was found, for whom it was found."""
    wanted: dict[tuple[int, Subject], Asked] = {}
    for each in compiled:
        for signal in found:
            if signal.definition.slug in each.reads_signals:
                person = signal.person_id if each.of is Of.PERSON else None
                subject = Subject(person, signal.account_id)
                wanted[id(each), subject] = Asked(each, subject, {}, None, signal.person_id)
    return [one for one in wanted.values() if one.subject.person or one.subject.account]


class _Asking:
    """Whom one definition is asked for."""

    def __init__(self, compiled: Compiled, batch: Batch, resting: Collection[int | tuple[int, int]]) -> None:
        self._compiled, self._batch, self._resting = compiled, batch, resting
        self._wanted: dict[Subject, Asked] = {}

    def all(self) -> Iterable[Asked]:
        self._by_events()
        if self._compiled.reads_use:
            self._by_use()
        if self._compiled.reads_account:
            self._by_facts()
        if self._compiled.reads_person:
            for one in self._batch.told:
                if one.item.kind == "identify":
                    self._ask(one.person_id, one.account_id, one)
        return self._wanted.values()

    def _ask(self, person: int | None, account: int | None, by: Stored | None, resource: str = "") -> None:
        about_person = self._compiled.of is Of.PERSON
        subject = Subject(person if about_person else None, account)
        if not (person if about_person else account) or self._rests(subject):
            return
        if subject not in self._wanted:
            self._wanted[subject] = Asked(self._compiled, subject)
        self._wanted[subject].because_of(by, resource)

    def _by_events(self) -> None:
        """Each is asked for once, however much they did: what is grouped is shared by all definitions."""
        compiled, wanted = self._compiled, self._wanted
        for doers, wheres in self._doers():
            for subject, one in doers.newest(wheres, compiled.of).items():
                if self._rests(subject):
                    continue
                if subject in wanted:
                    wanted[subject].because_of(one)
                else:
                    wanted[subject] = Asked(compiled, subject, {"": one}, None)

    def _rests(self, subject: Subject) -> bool:
        if self._compiled.by_account:
            return subject in self._resting
        return (subject.person or subject.account) in self._resting

    def _doers(self) -> Iterator[tuple[Doers, Wheres | None]]:
        if self._compiled.names is None:
            yield self._batch.all_names, None
            return
        for name in sorted(self._compiled.names & self._batch.by_name.keys()):
            wheres = self._compiled.wheres.get(name)
            yield self._batch.by_name[name], None if wheres is None else tuple(wheres)

    def _by_use(self) -> None:
        """By whoever used that resource: nobody else in the account, since an offer says "you have used"."""
        resources = self._compiled.resources
        for change in self._batch.changes:
            if not resources or change.resource in self._compiled.metered:
                self._ask(change.last.person_id, change.account_id, change.last)
            elif EVERY in resources or change.resource in resources:
                self._ask(change.last.person_id, change.account_id, change.last, change.resource)

    def _by_facts(self) -> None:
        """By whoever brought the facts, where somebody did."""
        brought = {one.account_id: one for one in self._batch.told if one.item.account_traits}
        for account in self._batch.changed_accounts:
            one = brought.get(account)
            self._ask(one.person_id if one else None, account, one)
