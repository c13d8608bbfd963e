"""Two records that turn out to be one person. This app moves its own rows; the pipeline moves those of the others."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from people_app import facts
from people_app.models import ContactPoint, Identity, Membership, Person

TYPED = ("first_name", "role", "timezone", "locale", "country", "preferred_channel", "device")


class Pair(NamedTuple):
    """Who stays and who goes (person ids); `alias`: the sender said in so many words that they are the same."""

    winner: int
    loser: int
    alias: bool


def merge(pairs: Sequence[Pair]) -> list[tuple[int, int]]:
    """Apply the pairs; return (loser, winner) of those that were merged, the winner being who is left in the end.

    A person with a user id of their own is merged only into another one by an alias, never by sharing a browser: an
    anonymous id that belongs to a known person stays theirs.
    """
    if not pairs:
        return []
    ids = {person for pair in pairs for person in (pair.winner, pair.loser)}
    rows = Person.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk")
    people = {person.pk: person for person in rows}
    done: dict[int, int] = {}
    for pair in pairs:
        winner, loser = _left(pair.winner, done), _left(pair.loser, done)
        if winner != loser and (pair.alias or not people[loser].user_id):
            _move(people[winner], people[loser])
            done[loser] = winner
    return [(loser, _left(loser, done)) for loser in done]


def _left(person: int, done: dict[int, int]) -> int:
    while person in done:
        person = done[person]
    return person


def _move(winner: Person, loser: Person) -> None:
    Identity.objects.filter(person=loser).update(person=winner)
    held = Membership.objects.filter(person=winner).values("account_id")
    Membership.objects.filter(person=loser).exclude(account_id__in=held).update(person=winner)
    _move_contact_points(winner, loser)
    _take_newer(winner, loser)
    winner.first_seen_at = min(winner.first_seen_at, loser.first_seen_at)
    winner.last_seen_at = max(winner.last_seen_at, loser.last_seen_at)
    winner.save(update_fields=[*TYPED, "traits", "provenance", "first_seen_at", "last_seen_at"])
    Person.objects.filter(merged_into=loser).update(merged_into=winner)
    loser.merged_into = winner
    loser.save(update_fields=["merged_into"])


def _move_contact_points(winner: Person, loser: Person) -> None:
    """Of two addresses on one channel the newer one is where they are."""
    held = {point.channel: point for point in ContactPoint.objects.filter(person=winner)}
    for point in ContactPoint.objects.filter(person=loser).order_by("pk"):
        own = held.get(point.channel)
        if own is None:
            ContactPoint.objects.filter(pk=point.pk).update(person=winner)
        elif point.address and point.changed_at > own.changed_at:
            fields = {name: getattr(point, name) for name in ("address", "changed_at", "dead_at")}
            ContactPoint.objects.filter(pk=own.pk).update(**fields)


def _take_newer(winner: Person, loser: Person) -> None:
    """Per trait the newest wins, whichever of the two said it; what a nameless browser said only fills a gap."""
    for field, source in loser.provenance.items():
        if not loser.user_id and source["source"] == facts.BROWSER and field in winner.provenance:
            continue
        if facts.newer(winner.provenance, field, datetime.fromisoformat(source["at"])):
            winner.provenance[field] = source
            if field in TYPED:
                setattr(winner, field, getattr(loser, field))
            elif field in loser.traits:
                winner.traits[field] = loser.traits[field]
