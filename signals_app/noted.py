"""Who is asked again, and judged for segments, of what was noted (`again`): some at a time, as people and accounts are
by now.

Of an account so many people are asked at once; with whom it goes on is noted behind everything else, so that nobody
waits for a large one.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from people_app import homes
from signals_app import compiled
from signals_app.compiled import Compiled
from signals_app.models import AskAgain, Segment, SignalDefinition
from signals_app.subjects import Subject
from upsell_project.lib import bulk, clock
from upsell_project.lib.rules.facts import Of

AT_ONCE = 400
ACCOUNTS_AT_ONCE = 20
MOST_COLLEAGUES = 5_000
"""Of one account. Who else is at home there is asked when they do something."""


class Row(NamedTuple):
    """`after`: the person of the account who was asked last; `asked`: how many were."""

    id: int
    definition: int | None
    segment: int | None
    person: int | None
    account: int | None
    after: int
    asked: int


@dataclass(slots=True)
class Asking:
    """Whom to ask; the rows that are done with by that, and those to write in their place. `unread`: what is to be
    asked by definitions that cannot be read, as one that another release wrote."""

    pairs: dict[tuple[SignalDefinition | Segment, Subject], None] = field(default_factory=dict)
    rows: list[Row] = field(default_factory=list)
    further: list[Row] = field(default_factory=list)
    unread: list[tuple[SignalDefinition, Subject]] = field(default_factory=list)

    @property
    def people(self) -> set[int]:
        return {one.person for _, one in self.pairs if one.person}

    @property
    def accounts(self) -> set[int]:
        return {one.account for _, one in self.pairs if one.account}


@dataclass(frozen=True, slots=True)
class _Live:
    """By their keys. A segment is asked of people."""

    definitions: Mapping[int, Compiled]
    segments: Mapping[int, Segment]

    def of(self, row: Row, whose: Of) -> list[SignalDefinition | Segment]:
        """What this row asks of such a subject."""
        if row.segment:
            return [self.segments[row.segment]] if whose is Of.PERSON and row.segment in self.segments else []
        every = row.definition is None
        those = [one for key, one in self.definitions.items() if every or key == row.definition]
        return [one.definition for one in those if one.of is whose]


def waiting() -> bool:
    """Whether somebody is to be asked about by now."""
    return AskAgain.objects.filter(retry_at__lte=clock.real()).exists()


def take(limit: int = AT_ONCE) -> list[Row]:
    """The next of them, held until the transaction ends. What others hold is left to them."""
    return [Row(*row) for row in bulk.select(_TAKE, clock.real(), limit)]


def segments(person_ids: Collection[int]) -> dict[int, set[int]]:
    """By segment, who of these people is to be judged for it."""
    found: dict[int, set[int]] = defaultdict(set)
    for segment, person in bulk.select(_SEGMENTS, bulk.array(person_ids)):
        found[segment].add(person)
    return dict(found)


def whom(rows: Sequence[Row]) -> Asking:
    """Each once, by what is live. People and accounts are asked as who they are by now; people who named no account,
    where they are at home."""
    wanted = {one.pk: one for one in SignalDefinition.objects.filter(live=True)}
    live = _live(wanted.values(), {row.segment for row in rows if row.segment})
    unread = {key: one for key, one in wanted.items() if key not in live.definitions}
    asking = Asking(
        unread=[
            (unread[key], Subject(row.person, row.account))
            for row in rows
            if (key := row.definition) in unread
        ]
    )
    accounts = _roots("people_app_account", (row.account for row in rows))
    _people([row for row in rows if row.person], live, accounts, asking)
    groups: dict[tuple[int, int, int], list[Row]] = defaultdict(list)
    for row in rows:
        account = accounts.get(row.account or 0)
        if row.person:
            continue
        if account and (row.definition or row.segment) and live.of(row, Of.PERSON):
            groups[account, row.after, row.asked].append(row)
            continue
        asking.rows.append(row)
        for one in live.of(row, Of.ACCOUNT) if account else ():
            asking.pairs[one, Subject(None, account)] = None
    _colleagues(groups, live, asking)
    return asking


def done(asking: Asking) -> None:
    """They were asked."""
    bulk.run("DELETE FROM signals_app_askagain WHERE id = ANY(%s)", bulk.array(row.id for row in asking.rows))
    bulk.execute(_GO_ON, [row._asdict() for row in asking.further])


def _live(definitions: Iterable[SignalDefinition], segment_ids: Collection[int]) -> _Live:
    kept = (
        Segment.objects.filter(live=True, kind=Segment.Kind.RULE, pk__in=segment_ids) if segment_ids else ()
    )
    sound = compiled.sound(definitions)
    return _Live({one.definition.pk: one for one in sound}, {one.pk: one for one in kept})


def _people(rows: Sequence[Row], live: _Live, accounts: Mapping[int, int], asking: Asking) -> None:
    """An account that they named stays, as long as they belong to it."""
    roots = _roots("people_app_person", (row.person for row in rows))
    home = homes.of({*roots.values()}, clock.now(), create=False)
    belong = set(homes.memberships(roots.values())) if roots else set()
    for row in rows:
        asking.rows.append(row)
        if person := roots.get(row.person or 0):
            account = accounts.get(row.account or 0)
            there = account if account and (person, account) in belong else home[person]
            for one in live.of(row, Of.PERSON):
                asking.pairs[one, Subject(person, there)] = None


def _colleagues(groups: Mapping[tuple[int, int, int], Sequence[Row]], live: _Live, asking: Asking) -> None:
    """Whoever is at home in these accounts, account by account until that is enough."""
    count = 0
    for (account, after, asked), people in _at_home([*groups]):
        rows = groups[account, after, asked]
        asking.rows += rows
        what = [one for row in rows for one in live.of(row, Of.PERSON)]
        asking.pairs |= {(one, Subject(person, account)): None for person in people for one in what}
        if len(people) == AT_ONCE and asked + AT_ONCE < MOST_COLLEAGUES:
            for which in dict.fromkeys((row.definition, row.segment) for row in rows):
                asking.further.append(Row(0, *which, None, account, people[-1], asked + AT_ONCE))
        count += len(people)
        if count >= AT_ONCE:
            return


def _at_home(
    groups: Sequence[tuple[int, int, int]],
) -> Iterator[tuple[tuple[int, int, int], list[int]]]:
    for start in range(0, len(groups), ACCOUNTS_AT_ONCE):
        some = groups[start : start + ACCOUNTS_AT_ONCE]
        there = homes.next_at_home([group[:2] for group in some], AT_ONCE)
        yield from ((group, there.get(group[:2], [])) for group in some)


def _roots(table: str, ids: Iterable[int | None]) -> dict[int, int]:
    """Who each of these is by now."""
    wanted: Collection[int] = {one for one in ids if one}
    sql = f"SELECT id, coalesce(merged_into_id, id) FROM {table} WHERE id = ANY(%s)"
    return dict(bulk.select(sql, bulk.array(wanted))) if wanted else {}


_TAKE = """
SELECT id, definition_id, segment_id, person_id, account_id, after, asked FROM signals_app_askagain
WHERE retry_at <= %s ORDER BY retry_at, id LIMIT %s FOR UPDATE SKIP LOCKED
"""
# Not those that could not be judged before: they are tried by the job.
_SEGMENTS = """
SELECT segment_id, person_id FROM signals_app_askagain WHERE segment_id IS NOT NULL AND failed = 0
    AND coalesce(definition_id, 0) = 0 AND coalesce(person_id, 0) = ANY(%s::bigint[]) AND after = 0
"""
_GO_ON = """
INSERT INTO signals_app_askagain
    (definition_id, segment_id, person_id, account_id, after, asked, failed, retry_at)
SELECT definition, segment, person, account, after, asked, 0, 'epoch' FROM json_to_recordset(%s)
    AS r(definition bigint, segment bigint, person bigint, account bigint, after bigint, asked int)
"""
