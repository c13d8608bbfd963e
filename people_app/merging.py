"""Names and records that turn out to be one person. This app moves its own rows; the steps it returns say what the
apps above have to move with theirs, in this order.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from people_app import homes, names
from people_app.item import Move
from people_app.models import ContactPoint, Identity, Membership, Person
from people_app.names import USER, Known
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
    """What was done under this name is another person's now; the old one keeps the rest."""

    name_id: int
    old: int
    new: int


Step = Move | Merged | Renamed


def take(taken: Sequence[names.Taken], now: datetime) -> list[Step]:
    """After names went to other people: move what was done under them; nobody stays behind without a name.

    The people are locked already.
    """
    if not taken:
        return []
    people = {person for one in taken for person in (one.old, one.new)}
    home, nobody = homes.of(people, now), set(names.empty({one.old for one in taken}))
    steps: list[Step] = []
    for one in taken:
        if home[one.old] != home[one.new]:
            steps.append(Move(one.old, one.name_id, home[one.old], home[one.new]))
        steps.append(Renamed(one.name_id, one.old, one.new))
    losers = {one.old: one.new for one in taken if one.old in nobody}
    for loser, winner in losers.items():
        _absorb(winner, loser)
        ContactPoint.objects.filter(
            person=loser
        ).delete()  # what was said under the name tells where they are
        steps.append(Merged(winner, loser))
    return steps


def unite(aliases: Sequence[Alias], known: Known, now: datetime) -> list[Step]:
    """Make one person of the users that aliases join. Whose user id remains is said by the newest alias of all.

    Each alias joins for good, so it does not matter in which order they come. The people of `known` are locked.
    """
    found = _Union(aliases, known, now)
    return [step for alias in sorted(aliases) for step in found.join(alias)]


class _Union:
    """The people of some aliases, locked; `gone` leads from whoever was merged here to who is left."""

    def __init__(self, aliases: Sequence[Alias], known: Known, now: datetime) -> None:
        self.now = now
        self.known = known
        users = {user for alias in aliases for user in (alias.user_id, alias.previous)}
        ids = {known[USER, user].person_id for user in users}
        current = Person.objects.filter(pk__in=ids).values_list("user_id", flat=True)
        self.rows = {
            person.user_id: person
            for person in Person.objects.select_for_update(no_key=True)
            .filter(user_id__in=users | set(current))
            .order_by("pk")
        }
        self.people = {person.pk: person for person in self.rows.values()}
        self.gone: dict[int, int] = {}

    def join(self, alias: Alias) -> list[Step]:
        both = [self._left(self.known[USER, user].person_id) for user in (alias.previous, alias.user_id)]
        said = [(p.aliased_at, p.user_id or "") for p in (self.people[pk] for pk in both) if p.aliased_at]
        at, crowned = max([(alias.at, alias.user_id), *said])
        winner = self._crown(crowned)
        losers = [pk for pk in dict.fromkeys(both) if pk != winner.pk]
        if not losers and winner.aliased_at == at:
            return []
        steps = [step for loser in losers for step in self._merge(winner, self.people[loser])]
        winner.aliased_at, winner.merged_into = at, None
        winner.save(update_fields=["aliased_at", "merged_into"])
        return steps

    def _left(self, person: int) -> int:
        while person in self.gone:
            person = self.gone[person]
        return person

    def _crown(self, user_id: str) -> Person:
        """The record with this user id: it may be new, or may have been merged into somebody before."""
        if user_id not in self.rows:
            names.add_person(user_id, self.now)
            self.rows[user_id] = Person.objects.select_for_update(no_key=True).get(user_id=user_id)
        winner = self.rows[user_id]
        self.people[winner.pk] = winner
        self.gone.pop(winner.pk, None)
        return winner

    def _merge(self, winner: Person, loser: Person) -> list[Step]:
        home = homes.of({winner.pk, loser.pk}, self.now)
        steps: list[Step] = [
            Move(loser.pk, None, home[loser.pk], home[winner.pk]),
            Merged(winner.pk, loser.pk),
        ]
        Identity.objects.filter(person=loser).update(person=winner)
        _absorb(winner.pk, loser.pk)
        _move_contact_points(winner.pk, loser.pk)
        self.gone[loser.pk] = winner.pk
        after = homes.of({winner.pk}, self.now)[winner.pk]
        steps.append(Move(winner.pk, None, home[winner.pk], after))
        return [step for step in steps if not isinstance(step, Move) or step.old != step.new]


def _absorb(winner: int, loser: int) -> None:
    """Memberships with the newer role, and when they were seen; traits follow their names."""
    bulk.select(_JOIN_MEMBERSHIPS, winner, loser)
    Membership.objects.filter(person=loser).delete()
    bulk.select(_JOIN_TIMES, winner, loser)
    Person.objects.filter(merged_into=loser).exclude(pk=winner).update(merged_into=winner)
    Person.objects.filter(pk=loser).update(merged_into=winner)


def _move_contact_points(winner: int, loser: int) -> None:
    """Of two addresses on one channel the newer one is where they are."""
    held = {point.channel: point for point in ContactPoint.objects.filter(person=winner)}
    for point in ContactPoint.objects.filter(person=loser).order_by("pk"):
        own = held.get(point.channel)
        if own is None:
            ContactPoint.objects.filter(pk=point.pk).update(person=winner)
        elif point.address and (point.changed_at, point.address) > (own.changed_at, own.address):
            fields = {name: getattr(point, name) for name in ("address", "changed_at", "dead_at")}
            ContactPoint.objects.filter(pk=own.pk).update(**fields)


def lock(person_ids: Collection[int]) -> None:
    """Hold these people until the transaction ends, so that what is counted for them is counted once."""
    if person_ids:
        sql = "SELECT 1 FROM people_app_person WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
        bulk.select(sql, sorted(person_ids))


def touched(step: Step) -> tuple[int, ...]:
    """The people of a step."""
    if isinstance(step, Move):
        return (step.person_id,)
    return (step.winner, step.loser) if isinstance(step, Merged) else (step.old, step.new)


_JOIN_MEMBERSHIPS = """
INSERT INTO people_app_membership AS m (person_id, account_id, role, role_at, joined_at)
SELECT %s, account_id, role, role_at, joined_at FROM people_app_membership WHERE person_id = %s ORDER BY account_id
ON CONFLICT (person_id, account_id) DO UPDATE SET
    role = CASE WHEN excluded.role_at IS NOT NULL AND (m.role_at IS NULL OR (m.role_at, m.role) <
        (excluded.role_at, excluded.role)) THEN excluded.role ELSE m.role END,
    role_at = greatest(m.role_at, excluded.role_at), joined_at = least(m.joined_at, excluded.joined_at)
RETURNING 1
"""
_JOIN_TIMES = """
UPDATE people_app_person w SET first_seen_at = least(w.first_seen_at, l.first_seen_at),
    last_seen_at = greatest(w.last_seen_at, l.last_seen_at)
FROM people_app_person l WHERE w.id = %s AND l.id = %s RETURNING 1
"""
