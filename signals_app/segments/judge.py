"""Who is in: rules judged for many people and several segments at once, and the members brought to what was found.

A person is judged with the account where they are at home; of several accounts none is guessed, and what is asked of
the account is then not known. Whoever cannot be read is in none.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from datetime import datetime

from people_app import homes
from signals_app import again, knowing
from signals_app.segments import members
from signals_app.segments.rules import Live
from signals_app.subjects import Subject
from upsell_project.lib.rules.facts import Fact

CHUNK = 1_000

Wanted = Mapping[int, Set[int]]
"""People by segment."""


def inside(lives: Sequence[Live], wanted: Wanted, now: datetime) -> dict[int, set[int]]:
    """By segment, who of the people that are wanted for it belongs in it. All facts are loaded together."""
    found: dict[int, set[int]] = {one.pk: set() for one in lives}
    everybody = members.alive(set().union(*wanted.values()) if wanted else set())
    for chunk in _chunks(everybody):
        homes_of = homes.of(chunk, now, create=False)
        asking = {person: [one for one in lives if person in wanted.get(one.pk, ())] for person in chunk}
        asked = [knowing.Asked(Subject(person, homes_of[person]), _facts(asking[person])) for person in chunk]
        for person, known in zip(chunk, knowing.load_each(asked, now), strict=True):
            for one in asking[person]:
                if known and one.ruled and one.ruled.holds(known.values, known.at) is True:
                    found[one.pk].add(person)
    return found


def bring(lives: Sequence[Live], wanted: Wanted, now: datetime) -> dict[str, set[int]]:
    """Put in and take out these people as the rules say; return by slug who came or went."""
    wanted = {segment: people for segment, people in wanted.items() if people}
    if not wanted:
        return {}
    right = inside(lives, wanted, now)
    there = members.among(wanted, set().union(*wanted.values()))
    changed: dict[str, set[int]] = defaultdict(set)
    for one in sorted(lives, key=lambda one: one.pk):
        people = wanted.get(one.pk, set())
        added = members.add(one.pk, (right[one.pk] & people) - there.get(one.pk, set()), now)
        gone = members.remove(one.pk, (there.get(one.pk, set()) & people) - right[one.pk])
        if added or gone:
            changed[one.slug] = added | gone
            again.moved(one.slug, added | gone)
    return dict(changed)


def _facts(lives: Sequence[Live]) -> frozenset[Fact]:
    return frozenset().union(*(one.ruled.facts for one in lives if one.ruled))


def _chunks(people: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(people), CHUNK):
        yield people[start : start + CHUNK]
