"""Names and records that turn out to be one person.

In three rounds, as locks are taken: `absorb` and `unite` write people and their names, `rehome` memberships, `carry`
contact points. The steps that `rehome` returns say what the apps above have to move of theirs, in this order.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from people_app import homes, names, reach
from people_app.item import Move
from people_app.models import Identity, Membership, Person
from people_app.names import USER, Known, Taken
from upsell_project.lib import bulk


class Alias(NamedTuple):
    """`user_id` says that it was known as the user `previous`."""

    at: datetime
    user_id: str
    previous: str


@dataclass(frozen=True, slots=True)
class Merged:
    """Everything of the loser is the winner's now."""

    winner: int
    loser: int


@dataclass(frozen=True, slots=True)
class Renamed:
    """What was done under this name is another person's now; the old one keeps the rest. None is nobody."""

    name_id: int
    old: int | None
    new: int | None


Step = Move | Merged | Renamed
MOST_MERGES = 10
"""So often one after the other somebody is followed; merges themselves leave no chains."""


def remaining(person: Person | None) -> Person | None:
    """Who they are by now: themselves, or whom they were merged into; None where that leads to nobody."""
    for _ in range(MOST_MERGES):
        if person is None or person.merged_into_id is None:
            return person
        person = person.merged_into
    return None


@dataclass(slots=True)
class Joined:
    """Names that went elsewhere, and (winner, loser) of people who are one: strangers without a name of their own left,
    and users whom an alias united, one after the other.
    """

    taken: list[Taken] = field(default_factory=list)
    absorbed: list[tuple[int, int]] = field(default_factory=list)
    united: list[tuple[int, int]] = field(default_factory=list)
    believed: set[int] = field(default_factory=set)
    """People whom the same name is believed to be on other grounds than before."""

    @property
    def people(self) -> set[int]:
        """Everybody whom this touches."""
        of_names = {person for one in self.taken for person in (one.old, one.new) if person is not None}
        return of_names.union(self.believed, *self.absorbed, *self.united)

    @property
    def gone(self) -> dict[int, int]:
        """Who of the users is another one in the end, and whom. Aliases of both directions may bring somebody back."""
        found: dict[int, int] = {}
        for winner, loser in self.united:
            found.pop(winner, None)
            found = {one: winner if other == loser else other for one, other in found.items()}
            found[loser] = winner
        return found

    @property
    def nobodys(self) -> list[int]:
        """The names that are nobody's now."""
        return [one.name_id for one in self.taken if one.new is None]


def absorb(taken: Sequence[Taken]) -> list[tuple[int, int]]:
    """Who lost the last name was the other one all along. The people are locked."""
    nobodys = set(names.empty({one.old for one in taken if one.old})) if taken else set()
    losers = {one.old: one.new for one in taken if one.old in nobodys}
    pairs = [(winner, loser) for loser, winner in losers.items() if loser and winner]
    for winner, loser in pairs:
        _point(loser, winner)
    return pairs


def unite(aliases: Sequence[Alias], known: Known) -> list[tuple[int, int]]:
    """Make one person of the users that aliases join. Whose user id remains is said by the newest alias of all.

    Each alias joins for good, so it does not matter in which order they come. The people of `known` are locked, and so
    is the record of each user id, which exists.
    """
    if not aliases:
        return []
    found = _Union(aliases, known)
    pairs = [pair for alias in sorted(aliases) for pair in found.join(alias)]
    found.bury()
    return pairs


class _Union:
    """The people of some aliases; `gone` leads from whoever was merged here to who is left."""

    def __init__(self, aliases: Sequence[Alias], known: Known) -> None:
        users = {user for alias in aliases for user in (alias.user_id, alias.previous)}
        self.of = {user: known[USER, user].person_id or 0 for user in users}
        current = Person.objects.filter(pk__in=self.of.values()).values_list("user_id", flat=True)
        records = Person.objects.filter(user_id__in=users | set(current))
        self.people = {person.pk: person for person in records}
        self.rows = {person.user_id: person for person in self.people.values()}
        self.gone: dict[int, int] = {}

    def join(self, alias: Alias) -> list[tuple[int, int]]:
        both = [self._left(self.of[user]) for user in (alias.previous, alias.user_id)]
        said = [(p.aliased_at, p.user_id or "") for p in (self.people[pk] for pk in both) if p.aliased_at]
        at, crowned = max([(alias.at, alias.user_id), *said])
        winner = self.rows[crowned]
        self.gone.pop(winner.pk, None)
        losers = [pk for pk in dict.fromkeys(both) if pk != winner.pk]
        if not losers and winner.aliased_at == at:
            return []
        for loser in losers:
            Identity.objects.filter(person=loser).update(person=winner)
            _point(loser, winner.pk)
            self.gone[loser] = winner.pk
        winner.aliased_at, winner.merged_into = at, None
        winner.save(update_fields=["aliased_at", "merged_into"])
        return [(winner.pk, loser) for loser in losers]

    def bury(self) -> None:
        """A record whose user id is a name of somebody else is merged into them."""
        for user, person in self.of.items():
            record, root = self.rows.get(user), self._left(person)
            if record and record.pk != root and record.pk not in self.gone and record.merged_into_id is None:
                Person.objects.filter(pk=record.pk).update(merged_into=root)

    def _left(self, person: int) -> int:
        while person in self.gone:
            person = self.gone[person]
        return person


def _point(loser: int, winner: int) -> None:
    Person.objects.filter(merged_into=loser).exclude(pk=winner).update(merged_into=winner)
    Person.objects.filter(pk=loser).update(merged_into=winner)


def rehome(joined: Joined, now: datetime) -> list[Step]:
    """Memberships follow; what was done under the names counts where it belongs now."""
    steps = _follow(joined.taken, joined.absorbed, now) if joined.taken else []
    return steps + [step for winner, loser in joined.united for step in _together(winner, loser, now)]


def _follow(taken: Sequence[Taken], absorbed: Sequence[tuple[int, int]], now: datetime) -> list[Step]:
    people = {person for one in taken for person in (one.old, one.new) if person is not None}
    home: dict[int | None, int | None] = {None: None}
    home.update(homes.of(people, now).items())
    steps = [step for one in taken for step in renamed(one, home[one.old], home[one.new])]
    for winner, loser in absorbed:
        _join_memberships(winner, loser)
        steps.append(Merged(winner, loser))
    after = homes.of({winner for winner, _ in absorbed}, now)
    return steps + [Move(one, None, home[one], new) for one, new in sorted(after.items()) if home[one] != new]


def renamed(one: Taken, before: int | None, after: int | None) -> list[Step]:
    """What nobody did counts nowhere: it is moved as that of somebody, before or after it is theirs."""
    renamed = Renamed(one.name_id, one.old, one.new)
    if before == after:
        return [renamed]
    if one.old is not None:
        return [Move(one.old, one.name_id, before, after), renamed]
    return [renamed, Move(one.new or 0, one.name_id, before, after)]


def _together(winner: int, loser: int, now: datetime) -> list[Step]:
    home = homes.of({winner, loser}, now)
    _join_memberships(winner, loser)
    after = homes.of({winner}, now)[winner]
    steps: list[Step] = [
        Move(loser, None, home[loser], home[winner]),
        Merged(winner, loser),
        Move(winner, None, home[winner], after),
    ]
    return [step for step in steps if not isinstance(step, Move) or step.old != step.new]


def _join_memberships(winner: int, loser: int) -> None:
    """The newer role stays."""
    bulk.select(_JOIN_MEMBERSHIPS, winner, loser)
    Membership.objects.filter(person=loser).delete()


def carry(joined: Joined) -> None:
    """Contact points: what was said under a name tells where they are, what was not goes with the person."""
    reach.drop([loser for _, loser in joined.absorbed])
    for winner, loser in joined.united:
        reach.carry(winner, loser)


_JOIN_MEMBERSHIPS = """
INSERT INTO people_app_membership AS m (person_id, account_id, role, role_at, joined_at)
SELECT %s, account_id, role, role_at, joined_at FROM people_app_membership WHERE person_id = %s ORDER BY account_id
ON CONFLICT (person_id, account_id) DO UPDATE SET
    role = CASE WHEN excluded.role_at IS NOT NULL AND (m.role_at IS NULL OR (m.role_at, m.role) <
        (excluded.role_at, excluded.role)) THEN excluded.role ELSE m.role END,
    role_at = greatest(m.role_at, excluded.role_at), joined_at = least(m.joined_at, excluded.joined_at)
RETURNING 1
"""
