"""What is said about people: traits, and where to reach them.

Kept with the name under which it was said; a person shows per trait the newest of all their names (`show`).
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from people_app import facts, sayings
from people_app.item import Item, Trust, Who
from people_app.models import Channel, Identity, Person
from people_app.names import USER
from people_app.sayings import Facts, Saying
from upsell_project.lib import bulk

PARSERS: dict[str, facts.Parser] = {
    "first_name": facts.text(200),
    "role": facts.text(100),
    "timezone": facts.zone,
    "locale": facts.text(20),
    "country": facts.country,
    "preferred_channel": facts.one_of(*Channel.values),
    "device": facts.text(40),
}
TOLD = {"timezone": "timezone", "locale": "locale", "device_type": "device"}
"""What the context of any event tells, by the trait that it is."""
RENAMED = {"firstName": "first_name", "firstname": "first_name", "time_zone": "timezone"}
ADDRESSES = {"email": Channel.EMAIL, "phone": Channel.SMS}
# They decide which law holds and how people are reached: no browser says so.
NOT_FROM_BROWSERS = {"country", "role", "preferred_channel", *ADDRESSES}


def apply(
    items: Sequence[Item], who: Sequence[Who], source: str, trust: Trust, moved: Collection[int] = ()
) -> None:
    """Keep identify traits and what the context tells (zone, locale, device), and who was seen when.

    `moved`: people who won or lost a name just now, and have to be shown anew.
    """
    claims: dict[int, Facts] = defaultdict(dict)
    person_of: dict[int, int] = {}
    told: set[tuple[Any, ...]] = set()
    first: dict[int, datetime] = {}
    last: dict[int, datetime] = {}
    for item, answer in zip(items, who, strict=True):
        if answer.person_id is None or answer.identity_id is None:
            continue
        if not _told_before(item, answer.identity_id, told):
            for field, said in _claimed(item, source, trust):
                sayings.add(claims[answer.identity_id], field, said)
                person_of[answer.identity_id] = answer.person_id
        person, at = answer.person_id, item.occurred_at
        first[person] = min(at, first.get(person, at))
        if item.active:
            last[person] = max(at, last.get(person, at))
    changed = keep(claims) if claims else set()
    show({person_of[name] for name in changed} | set(moved))
    _seen(first, last)


def _told_before(item: Item, name: int, told: set[tuple[Any, ...]]) -> bool:
    """Whether there is nothing in it but what another event of the same minute told."""
    if item.kind == "identify":
        return False
    context = item.context
    now = tuple(context[key] for key in TOLD if key in context)
    known = (name, item.occurred_at.timestamp() // 60, now)
    if not now or known in told:
        return True
    told.add(known)
    return False


def _claimed(item: Item, source: str, trust: Trust) -> Iterable[tuple[str, Saying]]:
    if trust is Trust.ANYBODY and item.user_id:
        return
    # To the minute: with each event a new time would be written for the same zone.
    minute = item.occurred_at.replace(second=0, microsecond=0)
    for key, field in TOLD.items():
        if value := item.context.get(key):
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


def keep(claims: dict[int, Facts]) -> set[int]:
    """Store what is newer under these names (rows of Identity, by key); the names where something was."""
    held = bulk.select(
        "SELECT id, facts::text FROM people_app_identity WHERE id = ANY(%s) ORDER BY id FOR UPDATE",
        sorted(claims),
    )
    changed = {}
    for name, stored in held:
        known = sayings.read(json.loads(stored))
        if sayings.add_all(known, {f: said for f, said in claims[name].items() if _room(known, f)}):
            changed[name] = known
    rows = [{"id": name, "facts": known} for name, known in changed.items()]
    bulk.update("people_app_identity", {"facts": "jsonb"}, rows)
    return set(changed)


def _room(known: Facts, field: str) -> bool:
    return field in known or field in PARSERS or field in ADDRESSES or len(known) < facts.MOST_NAMES


def show(person_ids: Collection[int]) -> None:
    """Make these people's columns the newest of what was said under all of their names."""
    if not person_ids:
        return
    said = _under_all_names(person_ids)
    people = list(Person.objects.filter(pk__in=person_ids, merged_into=None).order_by("pk"))
    _leave({person.pk: person.provenance.keys() - said[person.pk].keys() for person in people})
    changed = [person for person in people if _show(person, said[person.pk])]
    columns = {**dict.fromkeys(PARSERS, "text"), "traits": "jsonb", "provenance": "jsonb"}
    rows = [{"id": person.pk, **{name: getattr(person, name) for name in columns}} for person in changed]
    bulk.update("people_app_person", columns, rows)
    _reach({person.pk: said[person.pk] for person in people})


def _under_all_names(person_ids: Collection[int]) -> dict[int, Facts]:
    """What a nameless browser said only fills gaps, and under a name that a browser claimed it is not believed."""
    names = Identity.objects.filter(person__in=person_ids).exclude(facts={})
    trusted: dict[int, list[Facts]] = defaultdict(list)
    strangers: dict[int, list[Facts]] = defaultdict(list)
    for name in names:
        if name.claim == Identity.Claim.BROWSER:
            continue
        said = sayings.read(name.facts)
        doubtful = {f: s for f, s in said.items() if name.kind != USER and s.source == facts.BROWSER}
        strangers[name.person_id].append(doubtful)
        trusted[name.person_id].append({f: s for f, s in said.items() if f not in doubtful})
    return {
        person: sayings.newest(strangers[person]) | sayings.newest(trusted[person]) for person in person_ids
    }


def _show(person: Person, said: Facts) -> bool:
    """Whether anything differs from before. What no name says any more, though it did, becomes empty."""
    before = (dict(person.traits), dict(person.provenance))
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
    return before != (person.traits, person.provenance)


def _leave(gone: dict[int, set[str]]) -> None:
    """Forget addresses that were said under a name that is somebody else's now."""
    bulk.execute(
        "DELETE FROM people_app_contactpoint c USING json_to_recordset(%s) AS r(person bigint, channel text)"
        " WHERE (c.person_id, c.channel) = (r.person, r.channel)",
        [
            {"person": person, "channel": channel}
            for person, fields in sorted(gone.items())
            for field, channel in ADDRESSES.items()
            if field in fields
        ],
    )


def _reach(said: dict[int, Facts]) -> None:
    """Contact points; a changed address is alive again."""
    bulk.execute(
        "INSERT INTO people_app_contactpoint (person_id, channel, address, changed_at)"
        " SELECT person, channel, address, at"
        " FROM json_to_recordset(%s) AS r(person bigint, channel text, address text, at timestamptz)"
        " ON CONFLICT (person_id, channel) DO UPDATE SET address = excluded.address, changed_at = excluded.changed_at,"
        " dead_at = CASE WHEN people_app_contactpoint.address = excluded.address"
        " THEN people_app_contactpoint.dead_at END"
        " WHERE (people_app_contactpoint.address, people_app_contactpoint.changed_at)"
        " IS DISTINCT FROM (excluded.address, excluded.changed_at)",
        [
            {"person": person, "channel": channel, "address": facts_[field].value, "at": facts_[field].at}
            for person, facts_ in sorted(said.items())
            for field, channel in sorted(ADDRESSES.items())
            if field in facts_
        ],
    )


def _seen(first: dict[int, datetime], last: dict[int, datetime]) -> None:
    """To the minute: writing each person's row for every event would double the cost of an event."""
    bulk.execute(
        "UPDATE people_app_person p SET first_seen_at = least(p.first_seen_at, r.first),"
        " last_seen_at = greatest(p.last_seen_at, r.last)"
        " FROM json_to_recordset(%s) AS r(person bigint, first timestamptz, last timestamptz)"
        " WHERE p.id = r.person AND (p.first_seen_at > r.first OR r.last > coalesce(p.last_seen_at, '-infinity'))",
        [
            {
                "person": person,
                "first": _minute(at),
                "last": _minute(last[person]) if person in last else None,
            }
            for person, at in sorted(first.items())
        ],
    )


def _minute(at: datetime) -> datetime:
    return at.replace(second=0, microsecond=0)
