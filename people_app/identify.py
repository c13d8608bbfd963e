"""Who did it: find or create the people and accounts of many incoming items at once.

The number of statements does not grow with the number of items. Rows are always taken in the order people, accounts,
contact points and, within a table, by key: two workers can wait for each other but never in a circle.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from people_app import accounts, merging, traits
from people_app.item import Item, Trust, Who
from upsell_project.lib import bulk

Key = tuple[str, str]
USER, ANONYMOUS, ZENDESK = "user", "anonymous", "zendesk_requester_id"


@dataclass(slots=True)
class Resolved:
    """Answers in the order of the items, the accounts whose facts changed, and merges as (winner, loser)."""

    who: list[Who]
    changed_accounts: set[int] = field(default_factory=set)
    merges: list[tuple[int, int]] = field(default_factory=list)


def resolve(items: Sequence[Item], source: str, now: datetime, *, trust: Trust = Trust.FULL) -> Resolved:
    """Find or create everybody in `items`; apply traits and facts, newest wins.

    Less than full trust is for what a browser sent: it creates no account and joins nobody to one, merges nobody and
    says neither where to reach people nor what the law or their account is. Without a person token it says nothing at
    all of a known person.
    """
    emails = _by_email(items)
    people = _people(items, emails, now, trust)
    merges = _merges(items, people, emails) if trust is Trust.FULL else []
    followed = dict(merging.merge(merges))
    who = []
    for item in items:
        person = _person_of(item, people, emails)
        who.append(Who(person_id=followed.get(person, person) if person else None))
    lock({w.person_id for w in who if w.person_id is not None})
    changed = accounts.assign(items, who, source, now, trust)
    traits.apply(items, who, source, trust)
    return Resolved(who, changed, [(winner, loser) for loser, winner in followed.items()])


def lock(person_ids: Collection[int]) -> None:
    """Hold these people until the transaction ends, so that what is counted for them is counted once."""
    if person_ids:
        sql = "SELECT 1 FROM people_app_person WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
        bulk.select(sql, sorted(person_ids))


def find(keys: Iterable[Key]) -> dict[Key, int]:
    """Person ids by (kind, value); merged people are already followed, since a merge moves their identities."""
    rows = bulk.execute(
        "SELECT i.kind, i.value, i.person_id FROM json_to_recordset(%s) AS r(kind text, value text)"
        " JOIN people_app_identity i USING (kind, value)",
        [{"kind": kind, "value": value} for kind, value in sorted(set(keys))],
    )
    return {(kind, value): person for kind, value, person in rows}


def _people(items: Sequence[Item], emails: dict[str, int], now: datetime, trust: Trust) -> dict[Key, int]:
    wanted = {key for item in items for key in _keys(item)}
    people = find(wanted | {key for item in items for key in _previous(item)})
    people |= _create_known(
        {value for kind, value in wanted if kind == USER and (kind, value) not in people}, now
    )
    _attach(items, people, emails, trust)
    people |= _create_nameless({key for key in wanted if key not in people}, now)
    return people


def _keys(item: Item) -> list[Key]:
    """Every name under which the item's person may be known, the strongest first."""
    requester = item.lookup.get(ZENDESK)
    named = [(USER, item.user_id), (ANONYMOUS, item.anonymous_id), (ZENDESK, requester)]
    return [(kind, value) for kind, value in named if value]


def _previous(item: Item) -> list[Key]:
    """An alias does not say of which kind the id was before."""
    if item.kind != "alias" or not item.previous_id:
        return []
    return [(USER, item.previous_id), (ANONYMOUS, item.previous_id)]


def _create_known(user_ids: Collection[str], now: datetime) -> dict[Key, int]:
    """People by user id, each with its identity and the in-app contact point that permission locks."""
    if not user_ids:
        return {}
    bulk.execute(_INSERT_PEOPLE, [{"user_id": user_id, "now": now} for user_id in sorted(user_ids)])
    rows = bulk.select("SELECT user_id, id FROM people_app_person WHERE user_id = ANY(%s)", sorted(user_ids))
    people = {(USER, user_id): person for user_id, person in rows}
    _add_identities(people)
    bulk.execute(_INSERT_IN_APP, [{"person": person, "now": now} for person in sorted(people.values())])
    return people


def _attach(items: Sequence[Item], people: dict[Key, int], emails: dict[str, int], trust: Trust) -> None:
    """A new anonymous, provider's or previous id that comes with a known one is one more name of the same person."""
    added: dict[Key, int] = {}
    for item in items:
        known = _person_of(item, people, emails)
        keys = _keys(item) + (_previous(item) if trust is Trust.FULL else [])
        if known is not None:
            added |= {key: known for key in keys if key not in people and key not in added}
    _add_identities(added)
    people |= added


def _create_nameless(keys: Collection[Key], now: datetime) -> dict[Key, int]:
    """People of whom only an anonymous or provider id is known; one worker at a time, or twins would be born."""
    if not keys:
        return {}
    bulk.select("SELECT pg_advisory_xact_lock(hashtext('people_app.identify'))")
    people = find(keys)
    missing = sorted(set(keys) - people.keys())
    rows = bulk.execute(_INSERT_PEOPLE, [{"user_id": None, "now": now} for _ in missing])
    created = dict(zip(missing, (row[0] for row in rows), strict=True))
    _add_identities(created)
    return people | created


def _add_identities(people: dict[Key, int]) -> None:
    bulk.execute(
        "INSERT INTO people_app_identity (kind, value, person_id)"
        " SELECT kind, value, person FROM json_to_recordset(%s) AS r(kind text, value text, person bigint)"
        " ON CONFLICT (kind, value) DO NOTHING",
        [
            {"kind": kind, "value": value, "person": person}
            for (kind, value), person in sorted(people.items())
        ],
    )


def _by_email(items: Sequence[Item]) -> dict[str, int]:
    """Person by e-mail, for items of providers that know nothing better; an ambiguous address finds nobody."""
    wanted = {item.lookup["email"].strip().lower() for item in items if "email" in item.lookup}
    if not wanted:
        return {}
    rows = bulk.select(
        "SELECT c.address, min(coalesce(p.merged_into_id, p.id)) FROM people_app_contactpoint c"
        " JOIN people_app_person p ON p.id = c.person_id WHERE c.channel = 'email' AND c.address = ANY(%s)"
        " GROUP BY c.address HAVING count(DISTINCT coalesce(p.merged_into_id, p.id)) = 1",
        sorted(wanted),
    )
    return dict(rows)


def _person_of(item: Item, people: dict[Key, int], emails: dict[str, int]) -> int | None:
    address = item.lookup.get("email", "").strip().lower()
    if not item.user_id and address in emails:
        return emails[address]
    return next((people[key] for key in _keys(item) if key in people), None)


def _merges(items: Sequence[Item], people: dict[Key, int], emails: dict[str, int]) -> list[merging.Pair]:
    """An alias, or one item that names a known and a still anonymous person."""
    pairs = []
    for item in items:
        winner = _person_of(item, people, emails)
        same = [(key, False) for key in _keys(item) if key[0] != USER]
        same += [(key, True) for key in _previous(item) if item.user_id]
        losers = [(people.get(key), alias) for key, alias in same]
        pairs += [merging.Pair(winner, loser, alias) for loser, alias in losers if winner and loser]
    return [pair for pair in pairs if pair.winner != pair.loser]


_INSERT_PEOPLE = """
INSERT INTO people_app_person (user_id, first_name, role, timezone, locale, country, preferred_channel, device,
    traits, provenance, first_seen_at, last_seen_at)
SELECT user_id, '', '', '', '', '', '', '', '{}', '{}', now, now
FROM json_to_recordset(%s) AS r(user_id text, now timestamptz)
ON CONFLICT (user_id) DO NOTHING RETURNING id
"""
_INSERT_IN_APP = """
INSERT INTO people_app_contactpoint (person_id, channel, address, changed_at)
SELECT person, 'in_app', '', now FROM json_to_recordset(%s) AS r(person bigint, now timestamptz)
ON CONFLICT (person_id, channel) DO NOTHING
"""
