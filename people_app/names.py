"""The names under which people are known (`Identity`): found, added and claimed in bulk.

A name other than a user id belongs to whoever claims it best: an alias before a server's word before a browser's
before an address, and of equals the earliest. So a browser that two people share stays with the first, in whatever
order the word arrives.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple

from upsell_project.lib import bulk

Key = tuple[str, str]
USER, ANONYMOUS = "user", "anonymous"


class Name(NamedTuple):
    """A row of Identity and its person; merged people are already followed, since a merge moves their names."""

    id: int
    person_id: int | None
    held: tuple[int, datetime, str] | None = None
    """The claim that holds it, as in `Bid`."""


class Bid(NamedTuple):
    """A claim to a name: compared as it stands, the smallest is the best."""

    claim: int
    at: datetime
    by: str
    """The user id that claims it, or the address."""
    person_id: int | None
    """None leaves the name where it is: nobody has that address."""


class Taken(NamedTuple):
    """A name that went to another person; None is nobody, which only an address can be of."""

    name_id: int
    old: int | None
    new: int | None


Known = dict[Key, Name]


def find(keys: Iterable[Key]) -> Known:
    rows = bulk.execute(
        "SELECT i.kind, i.value, i.id, i.person_id, i.claim, i.claimed_at, i.claimed_by"
        " FROM json_to_recordset(%s) AS r(kind text, value text) JOIN people_app_identity i USING (kind, value)",
        [{"kind": kind, "value": value} for kind, value in sorted(set(keys))],
    )
    return {
        (kind, value): Name(id, person, None if claim is None else (claim, at, by))
        for kind, value, id, person, claim, at, by in rows
    }


def unchanged(known: Known) -> bool:
    """Whether all of these names are still there, and whose they were."""
    names = list(known.values())
    rows = bulk.select(_UNCHANGED, [name.id for name in names], [name.person_id for name in names])
    return bool(rows[0][0] == len(names))


def add_missing(
    wanted: Collection[Key],
    owners: Mapping[Key, str],
    holders: Mapping[Key, int | None],
    known: Known,
    now: datetime,
) -> tuple[Known, set[int]]:
    """Create the people and names of `wanted` that are not known yet; return all names, and the people with a user id
    that may be new.

    `owners` says by user id whose a name is, `holders` by person, who may be nobody; one that is in neither makes a
    person without a user id. Everybody adds in one order, people by user id and then names, so that two workers wait
    for each other but not in a circle.
    """
    missing = sorted({key for key in wanted if key not in known})
    if not missing:
        return known, set()
    people = add_people(
        {value for kind, value in missing if kind == USER and not owners.get((kind, value))}, now
    )
    persons = {user_id: name.person_id for (kind, user_id), name in known.items() if kind == USER} | people
    nobodys = {key for key in missing if key[0] != USER and key not in owners and key not in holders}
    born = strangers(len(nobodys), now)
    given = {
        key: holders[key] if key in holders else persons[owners.get(key) or key[1]]
        for key in missing
        if key not in nobodys
    }
    added = add({**given, **dict(zip(sorted(nobodys), born, strict=True))})
    _unborn(set(born) - {name.person_id for name in added.values()})
    return known | added, set(people.values())


def add_people(user_ids: Collection[str], now: datetime) -> dict[str, int]:
    """The records with these user ids, made where there are none."""
    if not user_ids:
        return {}
    bulk.execute(_INSERT_PEOPLE, [{"user_id": user_id, "now": now} for user_id in sorted(user_ids)])
    return records(user_ids)


def records(user_ids: Collection[str]) -> dict[str, int]:
    """The people with these user ids, those who were merged into others as well."""
    return dict(
        bulk.select("SELECT user_id, id FROM people_app_person WHERE user_id = ANY(%s)", sorted(user_ids))
    )


def _unborn(person_ids: Collection[int]) -> None:
    """Another worker was first to give this name to somebody."""
    if person_ids:
        bulk.select("DELETE FROM people_app_person WHERE id = ANY(%s) RETURNING 1", sorted(person_ids))


def strangers(count: int, now: datetime) -> list[int]:
    """New people of whom nothing is known yet."""
    return [row[0] for row in bulk.execute(_INSERT_PEOPLE, [{"user_id": None, "now": now}] * count)]


def reachable(person_ids: Collection[int], now: datetime) -> None:
    """Who has a user id has an in-app contact point."""
    bulk.execute(_INSERT_IN_APP, [{"person": person, "now": now} for person in sorted(person_ids)])


def add(people: Mapping[Key, int | None]) -> Known:
    """Names of these people, or of nobody; one that exists stays where it is."""
    bulk.execute(
        "INSERT INTO people_app_identity (kind, value, person_id, claimed_by, facts)"
        " SELECT kind, value, person, '', '{}' FROM json_to_recordset(%s) AS r(kind text, value text, person bigint)"
        " ON CONFLICT (kind, value) DO NOTHING",
        [
            {"kind": kind, "value": value, "person": person}
            for (kind, value), person in sorted(people.items())
        ],
    )
    return find(people)


def claim(bids: Mapping[Key, Bid]) -> tuple[list[Taken], set[int]]:
    """Let each name go to the best of its bids and what holds it now: the names that changed hands, and the people who
    have one by another sort of claim than before, which may be believed more.
    """
    rows = bulk.execute(
        _CLAIM,
        [
            {"kind": key[0], "value": key[1], **bid._asdict()}
            for key, bid in sorted(bids.items(), key=lambda entry: entry[0])
        ],
    )
    taken = [Taken(*row[:3]) for row in rows if row[1] != row[2] is not None]
    return taken, {person for _, person, _, before, now in rows if before is not None and before != now}


def empty(person_ids: Collection[int]) -> list[int]:
    """Those of these people who have neither a user id nor any name left."""
    rows = bulk.select(
        "SELECT p.id FROM people_app_person p WHERE p.id = ANY(%s) AND p.user_id IS NULL AND p.merged_into_id IS NULL"
        " AND NOT EXISTS (SELECT FROM people_app_identity i WHERE i.person_id = p.id)",
        sorted(person_ids),
    )
    return [person for (person,) in rows]


_UNCHANGED = """
SELECT count(*) FROM unnest(%s::bigint[], %s::bigint[]) AS r(id, person)
JOIN people_app_identity i ON i.id = r.id AND i.person_id IS NOT DISTINCT FROM r.person
"""
_INSERT_PEOPLE = """
INSERT INTO people_app_person (user_id, first_name, role, timezone, locale, country, preferred_channel, device,
    traits, provenance, first_seen_at, last_seen_at)
SELECT user_id, '', '', '', '', '', '', '', '{}', '{}', now, NULL
FROM json_to_recordset(%s) AS r(user_id text, now timestamptz)
ON CONFLICT (user_id) DO NOTHING RETURNING id
"""
_INSERT_IN_APP = """
INSERT INTO people_app_contactpoint (person_id, channel, address, changed_at)
SELECT person, 'in_app', '', now FROM json_to_recordset(%s) AS r(person bigint, now timestamptz)
ON CONFLICT (person_id, channel) DO NOTHING
"""
_CLAIM = """
WITH held AS (
    SELECT i.id, i.person_id, i.claim, i.claimed_at, i.claimed_by, b.person_id AS bidder, b.claim AS bid, b.at, b.by
    FROM json_to_recordset(%s) AS b(kind text, value text, claim int, at timestamptz, by text, person_id bigint)
    JOIN people_app_identity i USING (kind, value) ORDER BY i.id FOR UPDATE OF i)
UPDATE people_app_identity i SET person_id = coalesce(h.bidder, i.person_id), claim = h.bid, claimed_at = h.at,
    claimed_by = h.by
FROM held h
WHERE i.id = h.id AND (h.claim IS NULL OR (h.bid, h.at, h.by) < (h.claim, h.claimed_at, h.claimed_by))
RETURNING i.id, h.person_id, h.bidder, h.claim, h.bid
"""
