"""Segments that are lists: people put in by their user id, and taken out. Whoever is not known is told, nothing else
is lost."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from django.db import transaction

from people_app import identify
from people_app.models import Identity, Person
from people_app.names import USER
from signals_app import again
from signals_app.models import Segment
from signals_app.segments import following, members, refresh
from upsell_project.lib import clock

MOST_FOLLOWED = 5_000


@dataclass(slots=True)
class Sorted:
    """User ids by what they are: `new` and `there` are keys of people, `unknown` the ids that nobody has."""

    new: list[int] = field(default_factory=list)
    there: list[int] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def sort(segment: Segment, user_ids: Iterable[str]) -> Sorted:
    """An id that somebody had before they were merged is theirs still; of erased people no id is left."""
    wanted = list(dict.fromkeys(user_ids))
    known = _known(wanted)
    people = list(dict.fromkeys(known[user] for user in wanted if user in known))
    there = members.among([segment.pk], people)[segment.pk]
    return Sorted(
        [person for person in people if person not in there],
        [person for person in people if person in there],
        [user for user in wanted if user not in known],
    )


def add(segment: Segment, user_ids: Iterable[str], added_by: str) -> Sorted:
    """Put them in; return what `sort` says of them before."""
    with transaction.atomic():
        found = sort(segment, user_ids)
        # Held, so that an erasure either takes them out again or is seen here.
        identify.lock(found.new)
        _changed(segment, members.add(segment.pk, found.new, clock.now(), added_by))
    return found


def remove(segment: Segment, person_ids: Collection[int]) -> int:
    """Take them out; return how many were in it."""
    with transaction.atomic():
        gone = members.remove(segment.pk, person_ids)
        _changed(segment, gone)
    return len(gone)


def people(user_ids: Sequence[str]) -> list[int]:
    """Those of these user ids that are known, as keys of people."""
    return list(_known(user_ids).values())


def _changed(segment: Segment, moved: Collection[int]) -> None:
    """The number, and whoever else goes by this list: at once for some people, by a new pass for many."""
    if not moved:
        return
    now = clock.now()
    again.moved(segment.slug, moved)
    if len(moved) <= MOST_FOLLOWED:
        following.follow({segment.slug: set(moved)}, now)
    else:
        refresh.all_that_follow(segment.slug)
    Segment.objects.filter(pk=segment.pk).update(counted=members.count(segment.pk), refreshed_at=now)


def _known(user_ids: Sequence[str]) -> dict[str, int]:
    names = Identity.objects.filter(kind=USER, value__in=user_ids, person__isnull=False)
    found = {
        value: merged or person
        for value, person, merged in names.values_list("value", "person_id", "person__merged_into_id")
    }
    plain = Person.objects.filter(user_id__in=[user for user in user_ids if user not in found])
    found |= {
        user: merged or pk
        for user, pk, merged in plain.values_list("user_id", "pk", "merged_into_id")
        if user
    }
    alive = set(members.alive(found.values()))
    return {user: person for user, person in found.items() if person in alive}
