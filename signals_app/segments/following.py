"""Live membership: whom something new concerns is judged anew in the transaction that took it in.

Answers, signals and scores are no events. Whoever changes them has it noted whom that concerns (`again`); the job
"sweeps" judges these soon after, and whoever holds such a person judges them at once.

What only time changes waits for `refresh`; so do, beyond 5,000 of them, the colleagues of all whose accounts changed.
"""

import logging
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db import transaction

from people_app import homes
from signals_app import again, noted
from signals_app.ingest import Stored
from signals_app.models import Signal
from signals_app.segments import judge, rules
from signals_app.segments.judge import Wanted
from signals_app.segments.reads import Names, Reads
from signals_app.segments.rules import Live
from signals_app.subjects import Subject
from signals_app.triggered import Batch
from upsell_project.lib import bulk
from upsell_project.lib.errors import told, where
from upsell_project.lib.rules.facts import Fact, Of

MOST_COLLEAGUES = 5_000
DONE = ("track", "page", "screen")
_MINUTE = timedelta(minutes=1)

log = logging.getLogger(__name__)


def touched(batch: Batch, now: datetime) -> None:
    """Judge anew whom the batch concerns, segment by segment as they refer to each other."""
    levels = rules.live_levels()
    if levels and (batch.stored or batch.changes or batch.changed_accounts):
        news = _News(batch)
        _through(levels, lambda one: news.concerns(one.ruled.reads) if one.ruled else (), {}, batch.upto(now))


def follow(changed: Mapping[str, Set[int]], now: datetime, *, ready: bool = False) -> None:
    """These people came into these segments or left them: judge them anew in those that refer to them. `ready`: only
    in those of which a pass came to its end, as the others will be judged anyhow."""
    levels = rules.live_levels()
    if ready:
        levels = [[one for one in level if one.segment.refreshed_at or one.segment.upto] for level in levels]
    _through(levels, lambda _: (), changed, now)


def heard(asks: Callable[[Fact], bool], people: Collection[int], accounts: Collection[int]) -> None:
    """What such facts say of these changed, and no event says so: noted for the segments whose rules ask it."""
    subjects = [Subject(person, None) for person in people] + [Subject(None, one) for one in accounts]
    asking = [one for one in rules.live() if one.ruled and any(map(asks, one.ruled.reads.unsaid))]
    again.soon((one.segment, subject) for one in asking for subject in subjects)


def found(signals: Sequence[Signal], held: Set[int], now: datetime) -> None:
    """The same of what was found: for whom it was, and of an account for whoever is at home there. People who are
    `held` are judged at once instead; of others nobody knows what is taken in of them just now."""
    concerned = [
        (one.segment, subject)
        for one in (rules.live() if signals else ())
        for signal in signals
        if signal.definition.slug in one.signals
        for subject in _whose(signal)
    ]
    wanted: dict[int, set[int]] = defaultdict(set)
    for segment, subject in concerned:
        if subject.person and subject.person in held:
            wanted[segment.pk].add(subject.person)
    done = held if _tried(wanted, now) else set()
    again.soon((segment, subject) for segment, subject in concerned if subject.person not in done)


def at_once(people: Collection[int], now: datetime) -> None:
    """Judge already, of these people, whom something was noted of; who calls holds them. If that fails the job still
    does so."""
    _tried(noted.segments(people), now)


def asked(wanted: Wanted, now: datetime) -> None:
    """Judge these people in these segments, and in those that refer to them."""
    if wanted:
        _through(rules.live_levels(), lambda one: wanted.get(one.pk, ()), {}, now)


def _tried(wanted: Wanted, now: datetime) -> bool:
    """Whether they were judged."""
    if wanted:
        try:
            with transaction.atomic():
                asked(wanted, now)
        except Exception as error:
            log.error("segments are judged later: %s\n%s", told(error), where(error))
            return False
    return True


def _through(
    levels: Sequence[Sequence[Live]],
    concerns: Callable[[Live], Collection[int]],
    changed: Mapping[str, Set[int]],
    now: datetime,
) -> None:
    known = {slug: set(people) for slug, people in changed.items()}
    for level in levels:
        wanted: dict[int, set[int]] = {}
        for one in level:
            wanted[one.pk] = {*concerns(one)}.union(*(known.get(slug, ()) for slug in one.refers))
        for slug, people in judge.bring(level, wanted, now).items():
            known.setdefault(slug, set()).update(people)


@dataclass
class _News:
    """A batch, asked whom it concerns. Each question is answered once for all segments."""

    batch: Batch
    _near: dict[frozenset[int], Set[int]] = field(default_factory=dict)

    def concerns(self, reads: Reads) -> set[int]:
        found = set(self.told)
        found |= self._doers(reads.own)
        found |= self._everybody if reads.moving else set()
        accounts: set[int] = set(self.batch.changed_accounts) if reads.account or reads.use else set()
        if reads.use:
            accounts |= {change.account_id for change in self.batch.changes if change.account_id}
        if reads.of_account != frozenset():
            accounts |= self._users(reads.of_account) | self._joined
        return found | self._colleagues(frozenset(accounts))

    @cached_property
    def told(self) -> set[int]:
        """Of whom something was said, who may have become another one, and who is new: these concern every segment."""
        spoken = {one.person_id for one in self.batch.stored if one.person_id and _says(one)}
        return spoken | _newcomers(self._everybody - spoken, self._firsts)

    @cached_property
    def _joined(self) -> set[int]:
        """Where those may have come or gone of whom something was said: what they did counts there with them."""
        return {account for _, account in homes.memberships(self.told)} if self.told else set()

    def _colleagues(self, accounts: frozenset[int]) -> Set[int]:
        if accounts not in self._near:
            self._near[accounts] = _colleagues(accounts)
        return self._near[accounts]

    def _doers(self, names: Names) -> set[int]:
        """People who did something of these names."""
        if names is None:
            return self._everybody
        by_name = self.batch.by_name
        return set().union(*(by_name[name].people for name in names & by_name.keys()))

    def _users(self, names: Names) -> set[int]:
        """Accounts in which something of these names was done."""
        if names is None:
            return {one.account_id for one in self.batch.stored if one.account_id}
        by_name = self.batch.by_name
        return set().union(*(by_name[name].accounts for name in names & by_name.keys()))

    @cached_property
    def _everybody(self) -> set[int]:
        return {one.person_id for one in self.batch.stored if one.person_id}

    @cached_property
    def _firsts(self) -> dict[int, datetime]:
        """When each of them did the first thing in the batch."""
        found: dict[int, datetime] = {}
        for one in self.batch.stored:
            if one.person_id:
                at = one.item.occurred_at
                found[one.person_id] = min(at, found.get(one.person_id, at))
        return found


def _whose(signal: Signal) -> Iterator[Subject]:
    yield Subject(signal.person_id, None)
    if signal.definition.about == Of.ACCOUNT:
        yield Subject(None, signal.account_id)


def _says(one: Stored) -> bool:
    item = one.item
    return item.kind not in DONE or bool(item.traits or item.account_traits or item.group_id)


def _newcomers(people: Collection[int], firsts: Mapping[int, datetime]) -> set[int]:
    """Whoever was never seen before what they do here, to the minute as it is kept."""
    records = [{"id": person, "first": firsts[person] - _MINUTE} for person in sorted(people)]
    return {person for (person,) in bulk.execute(_NEW, records)}


def _colleagues(accounts: Set[int]) -> set[int]:
    if not accounts:
        return set()
    ids = sorted(accounts)
    return {person for (person,) in bulk.select(_COLLEAGUES, ids, ids, MOST_COLLEAGUES)}


_NEW = """
SELECT p.id FROM json_to_recordset(%s) AS r(id bigint, first timestamptz)
JOIN people_app_person p ON p.id = r.id WHERE p.first_seen_at >= r.first
"""
_COLLEAGUES = f"SELECT person_id FROM ({homes.at_home_sql('%s')}) h ORDER BY person_id LIMIT %s"
