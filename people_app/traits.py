"""What is said about people: traits, and where to reach them. Per trait the newest wins."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from people_app import facts
from people_app.item import Item, Trust, Who
from people_app.models import Channel, Person
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
RENAMED = {"firstName": "first_name", "firstname": "first_name", "time_zone": "timezone"}
ADDRESSES = {"email": Channel.EMAIL, "phone": Channel.SMS}
# They decide which law holds and how people are reached: no browser says so.
NOT_FROM_BROWSERS = {"country", "role", "preferred_channel", *ADDRESSES}
# What every event tells is noted anew this often when it is unchanged, not with each one.
TOLD = ("timezone", "locale", "device")
NOTED_ANEW = timedelta(minutes=1)


def apply(items: Sequence[Item], who: Sequence[Who], source: str, trust: Trust) -> None:
    """Apply identify traits and what the context tells (zone, locale, device), and note who was last seen when."""
    claims: dict[int, list[facts.Claim]] = defaultdict(list)
    seen: dict[int, datetime] = {}
    for item, answer in zip(items, who, strict=True):
        if answer.person_id is None:
            continue
        said = _claimed(item, trust)
        if said:
            claims[answer.person_id].append((item.occurred_at, said))
        if item.active:
            seen[answer.person_id] = max(item.occurred_at, seen.get(answer.person_id, item.occurred_at))
    _write(claims, source, trust)
    if trust is Trust.FULL:
        _reach(claims)
    _seen(seen)


def _claimed(item: Item, trust: Trust) -> dict[str, Any]:
    told = {
        "timezone": item.context.get("timezone"),
        "locale": item.context.get("locale"),
        "device": item.context.get("device_type"),
    }
    said = (
        {RENAMED.get(key, key): value for key, value in item.traits.items()}
        if item.kind == "identify"
        else {}
    )
    if trust is not Trust.FULL:
        said = {key: value for key, value in said.items() if key not in NOT_FROM_BROWSERS}
    return {key: value for key, value in told.items() if value} | said


def _write(claims: dict[int, list[facts.Claim]], source: str, trust: Trust) -> None:
    if not claims:
        return
    people = Person.objects.filter(pk__in=claims).order_by("pk")
    if trust is Trust.ANYBODY:
        people = people.filter(user_id=None)
    changed = [person for person in people if _apply(person, claims[person.pk], source)]
    Person.objects.bulk_update(changed, [*PARSERS, "traits", "provenance"], batch_size=500)


def _apply(person: Person, claims: list[facts.Claim], source: str) -> bool:
    changed = False
    for at, said in facts.newest_first(claims):
        for field, value in said.items():
            if field not in ADDRESSES:
                changed |= _set(person, field[: facts.LONGEST_NAME], value, at, source)
    return changed


def _set(person: Person, field: str, value: Any, at: datetime, source: str) -> bool:
    typed = field in PARSERS
    try:
        parsed = _typed(field, value) if typed else facts.untyped(person.traits, field, value)
    except facts.Unusable:
        return False
    stored = getattr(person, field) if typed else person.traits.get(field)
    spared = NOTED_ANEW if field in TOLD and stored == parsed else timedelta(0)
    if not facts.newer(person.provenance, field, at - spared):
        return False
    if typed:
        setattr(person, field, parsed)
    else:
        person.traits[field] = parsed
    person.provenance[field] = facts.said(at, source)
    return True


def _typed(field: str, value: Any) -> str:
    """None takes back what was said."""
    return "" if value is None else str(PARSERS[field](value))


def _reach(claims: dict[int, list[facts.Claim]]) -> None:
    """Contact points; a changed address is alive again."""
    newest: dict[tuple[int, str], tuple[datetime, str]] = {}
    for person, at, said in ((person, at, said) for person, list_ in claims.items() for at, said in list_):
        for field, channel in ADDRESSES.items():
            address = facts.phone(said.get(field)) if field == "phone" else said.get(field)
            if isinstance(address, str) and _plausible(channel, address.strip()):
                known = newest.get((person, channel))
                if known is None or known[0] <= at:
                    newest[person, channel] = (at, address.strip().lower())
    bulk.execute(
        "INSERT INTO people_app_contactpoint (person_id, channel, address, changed_at)"
        " SELECT person, channel, address, at"
        " FROM json_to_recordset(%s) AS r(person bigint, channel text, address text, at timestamptz)"
        " ON CONFLICT (person_id, channel) DO UPDATE SET address = excluded.address, changed_at = excluded.changed_at,"
        " dead_at = CASE WHEN people_app_contactpoint.address = excluded.address"
        " THEN people_app_contactpoint.dead_at END"
        " WHERE people_app_contactpoint.changed_at < excluded.changed_at",
        [
            {"person": person, "channel": channel, "address": address, "at": at}
            for (person, channel), (at, address) in sorted(newest.items(), key=lambda entry: entry[0])
        ],
    )


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


def _seen(seen: dict[int, datetime]) -> None:
    """To the minute: writing each person's row for every event would double the cost of an event."""
    bulk.execute(
        "UPDATE people_app_person p SET last_seen_at = r.at"
        " FROM json_to_recordset(%s) AS r(person bigint, at timestamptz)"
        " WHERE p.id = r.person AND p.last_seen_at < r.at - interval '1 minute'",
        [{"person": person, "at": at} for person, at in sorted(seen.items())],
    )
