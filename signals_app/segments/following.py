"""Live membership: whom something new concerns is judged anew in the transaction that took it in.

What only time changes waits for `refresh`; so do, beyond 5,000 of them, the colleagues of all whose accounts changed.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from people_app import homes
from signals_app.ingest import Stored
from signals_app.segments import judge, rules
from signals_app.segments.reads import Names, Reads
from signals_app.segments.rules import Live
from signals_app.triggered import Batch
from upsell_project.lib import bulk

MOST_COLLEAGUES = 5_000
DONE = ("track", "page", "screen")
_MINUTE = timedelta(minutes=1)


def touched(batch: Batch, now: datetime) -> None:
    """Judge anew whom the batch concerns, segment by segment as they refer to each other."""
    levels = rules.live_levels()
    if levels and (batch.stored or batch.changes or batch.changed_accounts):
        _through(levels, _News(batch), {}, batch.upto(now))


def follow(changed: Mapping[str, Set[int]], now: datetime, *, ready: bool = False) -> None:
    """These people came into these segments or left them: judge them anew in those that refer to them. `ready`: only
    in those of which a pass came to its end, as the others will be judged anyhow."""
    levels = rules.live_levels()
    if ready:
        levels = [[one for one in level if one.segment.refreshed_at or one.segment.upto] for level in levels]
    _through(levels, None, changed, now)


def _through(
    levels: Sequence[Sequence[Live]], news: "_News | None", changed: Mapping[str, Set[int]], now: datetime
) -> None:
    known = {slug: set(people) for slug, people in changed.items()}
    for level in levels:
        wanted: dict[int, set[int]] = {}
        for one in level:
            people = news.concerns(one.ruled.reads) if news and one.ruled else set()
            wanted[one.pk] = people.union(*(known.get(slug, ()) for slug in one.refers))
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
            accounts |= {one.account_id for one in self._named(reads.of_account) if one.account_id}
            accounts |= self._joined
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
        return {one.person_id for one in self._named(names) if one.person_id}

    def _named(self, names: Names) -> Iterable[Stored]:
        stored = self.batch.stored
        return stored if names is None else (one for one in stored if one.item.name in names)

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
