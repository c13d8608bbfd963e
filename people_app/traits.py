"""What is said about people: traits, and where to reach them.

Kept with the name under which it was said; a person shows per trait the newest of all their names (`show`).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from people_app import addresses, facts, reach, sayings
from people_app.item import Item, Said, Trust, Who
from people_app.models import Channel, Identity, Person
from people_app.names import USER
from people_app.sayings import Facts, Saying
from upsell_project.lib import bulk, push_address

PARSERS: dict[str, facts.Parser] = {
    "first_name": facts.text(200),
    "role": facts.text(100),
    "timezone": facts.zone,
    "locale": facts.text(20),
    "country": facts.country,
    "preferred_channel": facts.one_of(*Channel.values),
    "device": facts.text(40),
}
TOLD = {"timezone": "timezone", "locale": "locale", "device_type": "device", "push_address": "push_address"}
"""What the context of any event tells, by the trait that it is."""
RENAMED = {"firstName": "first_name", "firstname": "first_name", "time_zone": "timezone"}
ADDRESSES = {"email": Channel.EMAIL, "phone": Channel.SMS, "push_address": Channel.PUSH}
# They decide which law holds and how people are reached: no browser says so.
NOT_FROM_BROWSERS = {"country", "role", "preferred_channel", *ADDRESSES}


def keep(said: Sequence[Said], who: Sequence[Sequence[Who]], moved: Collection[int] = ()) -> set[int]:
    """Keep under each name what identify calls and the context (zone, locale, device) say, and when it was seen.

    `moved`: people who won or lost a name just now. Returns the people of whom something new was said.
    """
    claims: dict[int, Facts] = defaultdict(dict)
    person_of: dict[int, int | None] = {}
    first: dict[int, datetime] = {}
    last: dict[int, datetime] = {}
    for one, answers in zip(said, who, strict=True):
        for item, answer in zip(one.items, answers, strict=True):
            name, at = answer.identity_id, item.occurred_at
            if name is None:
                continue
            for field, saying in claimed(item, one.source, one.trust):
                sayings.add(claims[name], field, saying)
                person_of[name] = answer.person_id
            if name not in first or at < first[name]:
                first[name] = at
            if item.active and (name not in last or last[name] < at):
                last[name] = at
    _seen(first, last)
    _seen_again(moved)
    changed = _store(claims) if claims else set()
    return {person for name in changed if (person := person_of[name]) is not None}


def claimed(item: Item, source: str, trust: Trust = Trust.FULL) -> Iterable[tuple[str, Saying]]:
    """What it says of the person, per trait."""
    if trust is Trust.HEARSAY or (trust is Trust.ANYBODY and item.user_id):
        return
    # To the minute: with each event a new time would be written for the same zone.
    minute = item.occurred_at.replace(second=0, microsecond=0)
    for key, field in TOLD.items():
        # A device is said by itself: what is pushed there, whoever holds it reads.
        if (value := item.context.get(key)) and (field not in ADDRESSES or trust >= Trust.THEMSELVES):
            yield from _sound(field, value, minute, source, sayings.IMPLIED)
    for key, value in item.traits.items() if item.kind == "identify" else ():
        field = RENAMED.get(key, key)[: facts.LONGEST_NAME]
        if trust is Trust.FULL or field not in NOT_FROM_BROWSERS:
            yield from _sound(field, value, item.occurred_at, source, sayings.OUTRIGHT)


def _sound(field: str, value: Any, at: datetime, source: str, weight: int) -> Iterable[tuple[str, Saying]]:
    """Nothing when the value does not fit; None takes back what was said."""
    try:
        kept = _address(field, value) if field in ADDRESSES else _trait(field, value)
    except facts.Unusable:
        return
    yield field, sayings.saying(at, source, kept, weight)


def _trait(field: str, value: Any) -> Any:
    if field not in PARSERS:
        return facts.untyped({}, field, value)
    return None if value is None else PARSERS[field](value)


def _address(field: str, value: Any) -> str:
    if ADDRESSES[field] == Channel.PUSH:
        if not isinstance(value, str) or not push_address.sound(value):
            raise facts.Unusable
        return value
    address = facts.phone(value) if field == "phone" else value
    if not isinstance(address, str) or not _plausible(ADDRESSES[field], address.strip()):
        raise facts.Unusable
    return address.strip().lower()


def _plausible(channel: str, address: str) -> bool:
    """Enough to be worth a try; control characters and spaces would reach a mail header or a phone network."""
    if not 3 <= len(address) <= 320 or any(ord(c) <= 32 or c in "<>,;" for c in address):
        return False
    local, _, domain = address.rpartition("@")
    return (
        bool(local and "." in domain.strip("."))
        if channel == Channel.EMAIL
        else address.lstrip("+").isdigit()
    )


def _store(claims: dict[int, Facts]) -> set[int]:
    """Store what is newer under these names (rows of Identity, by key); the names where something was."""
    held = bulk.select(
        "SELECT id, facts::text FROM people_app_identity WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        sorted(claims),
    )
    changed = {}
    for name, stored in held:
        known = sayings.read(json.loads(stored))
        if learn(known, claims[name]):
            changed[name] = known
    rows = [{"id": name, "facts": known} for name, known in changed.items()]
    bulk.update("people_app_identity", {"facts": "jsonb"}, rows)
    return set(changed)


def learn(known: Facts, said: Facts) -> bool:
    """What is said under a name that knows this much; whether anything of it is new."""
    return sayings.add_all(known, {field: one for field, one in said.items() if _room(known, field)})


def _room(known: Facts, field: str) -> bool:
    return field in known or field in PARSERS or field in ADDRESSES or len(known) < facts.MOST_NAMES


def show(person_ids: Collection[int]) -> None:
    """Make these people's columns the newest of what was said under all of their names, and reach them there."""
    if not person_ids:
        return
    said = _under_all_names(person_ids)
    people = list(Person.objects.filter(pk__in=person_ids, merged_into=None).order_by("pk"))
    gone = {person.pk: person.provenance.keys() - said[person.pk].keys() for person in people}
    changed = [person for person in people if set_columns(person, said[person.pk])]
    columns = {**dict.fromkeys(PARSERS, "text"), "traits": "jsonb", "provenance": "jsonb"}
    rows = [{"id": person.pk, **{name: getattr(person, name) for name in columns}} for person in changed]
    bulk.update("people_app_person", columns, rows)
    reach.leave(
        {person: {ADDRESSES[field] for field in fields & ADDRESSES.keys()} for person, fields in gone.items()}
    )
    reach.at(
        {
            (person.pk, ADDRESSES[field]): one
            for person in people
            for field, one in said[person.pk].items()
            if field in ADDRESSES
        }
    )


def _under_all_names(person_ids: Collection[int]) -> dict[int, Facts]:
    return newest(Identity.objects.filter(person__in=person_ids).exclude(facts={}), person_ids)


def newest(names: Iterable[Identity], person_ids: Collection[int]) -> dict[int, Facts]:
    """By person, of all that was said under these names; see `show`. What a nameless browser said only fills gaps, and
    under a name that a browser claimed it is not believed. An address under a name that is found by an address does not
    count.
    """
    trusted: dict[int, list[Facts]] = defaultdict(list)
    strangers: dict[int, list[Facts]] = defaultdict(list)
    for name in names:
        if name.claim == Identity.Claim.BROWSER:
            continue
        said = sayings.read(name.facts)
        for field in addresses.withheld(name):
            said.pop(field, None)
        doubtful = {f: s for f, s in said.items() if name.kind != USER and s.source == facts.BROWSER}
        strangers[name.person_id or 0].append(doubtful)
        trusted[name.person_id or 0].append({f: s for f, s in said.items() if f not in doubtful})
    return {
        person: sayings.newest(strangers[person]) | sayings.newest(trusted[person]) for person in person_ids
    }


def set_columns(person: Person, said: Facts) -> bool:
    """Whether anything differs from before. What no name says any more, though it did, becomes empty."""
    before = _shown(person)
    for field in person.provenance.keys() - said.keys():
        if field in PARSERS:
            setattr(person, field, "")
        person.traits.pop(field, None)
    for field, one in said.items():
        if field in PARSERS:
            setattr(person, field, "" if one.value is None else str(one.value))
        elif field not in ADDRESSES:
            person.traits[field] = one.value
    person.provenance = {field: sayings.provenance(one) for field, one in said.items()}
    return before != _shown(person)


def _shown(person: Person) -> bytes:
    """As JSON, in which `true` is not 1."""
    columns = [getattr(person, field) for field in PARSERS]
    return sayings.text([person.traits, person.provenance, columns])


def _seen(first: dict[int, datetime], last: dict[int, datetime]) -> None:
    """To the minute: writing a row of each person for every event would double the cost of an event."""
    bulk.execute(
        _SEEN,
        [
            {"name": name, "first": _minute(at), "last": _minute(last[name]) if name in last else None}
            for name, at in sorted(first.items())
        ],
    )


def _seen_again(moved: Collection[int]) -> None:
    """Those who won or lost a name were seen when any of the names was that are theirs now."""
    if moved:
        bulk.run(_SEEN_AGAIN, sorted(moved))


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)


_SEEN = """
WITH seen AS (
    UPDATE people_app_identity i SET first_seen_at = least(i.first_seen_at, r.first),
        last_seen_at = greatest(i.last_seen_at, r.last)
    FROM json_to_recordset(%s) AS r(name bigint, first timestamptz, last timestamptz)
    WHERE i.id = r.name AND (i.first_seen_at IS NULL OR i.first_seen_at > r.first
        OR r.last > coalesce(i.last_seen_at, '-infinity'))
    RETURNING i.person_id, i.first_seen_at, i.last_seen_at)
UPDATE people_app_person p SET first_seen_at = least(p.first_seen_at, s.first),
    last_seen_at = greatest(p.last_seen_at, s.last)
FROM (SELECT person_id, min(first_seen_at) AS first, max(last_seen_at) AS last FROM seen GROUP BY person_id) s
WHERE p.id = s.person_id
    AND (p.first_seen_at > s.first OR s.last > coalesce(p.last_seen_at, '-infinity'))
"""
_SEEN_AGAIN = """
UPDATE people_app_person p SET first_seen_at = s.first, last_seen_at = s.last
FROM (SELECT person_id, min(first_seen_at) AS first, max(last_seen_at) AS last FROM people_app_identity
    WHERE person_id = ANY(%s) GROUP BY person_id) s
WHERE p.id = s.person_id AND s.first IS NOT NULL
    AND (p.first_seen_at, p.last_seen_at) IS DISTINCT FROM (s.first, s.last)
"""
