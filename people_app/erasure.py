"""Forgetting a person: who asked, what of them may no longer come in, and this app's own part of it.

From the moment of asking no gate lets anything through to them (`Person.erased_at`). The apps above empty their own
tables (campaigns_app.privacy), then this one. What was said before the asking and arrives after it is dropped; what
they do afterwards under the same name makes a new person.
"""

from collections.abc import Sequence
from datetime import datetime

from people_app import account_names, addresses, homes, merging, names, sayings
from people_app.item import Item, Who
from people_app.merging import Step
from people_app.models import (
    Account,
    AccountName,
    ContactPoint,
    Entitlement,
    Erasure,
    Identity,
    Membership,
    Person,
    TurnedAddress,
)
from people_app.names import ANONYMOUS, USER, Key, Taken
from people_app.shown import CALENDAR, COLUMNS
from people_app.traits import ADDRESSES
from upsell_project.lib import bulk, secrets

DELETE = "delete"


def too_late(items: Sequence[Item]) -> list[bool]:
    """For each item, whether it is older than the erasure of whom it names. One small look when nobody was erased."""
    if not bulk.select("SELECT EXISTS (SELECT FROM people_app_erasedname)")[0][0]:
        return [False] * len(items)
    digests = [_digests(item) for item in items]
    sql = "SELECT digest, asked_at FROM people_app_erasedname WHERE digest = ANY(%s)"
    erased = dict(bulk.select(sql, sorted({digest for each in digests for digest in each})))
    return [
        any(digest in erased and item.occurred_at <= erased[digest] for digest in each)
        for item, each in zip(items, digests, strict=True)
    ]


def ask(who: Who, at: datetime, source: str) -> list[int]:
    """Begin the erasure of whom a `delete` item that arrived then names. Returns the people who are new to it."""
    return [who.person_id] if who.person_id and begin(who.person_id, at, source) else []


def begin(person_id: int, at: datetime, source: str) -> bool:
    """Nobody reaches them from now on; False when it had begun before."""
    _, new = Erasure.objects.get_or_create(person_id=person_id, defaults={"asked_at": at, "source": source})
    if not new:
        Erasure.objects.filter(person_id=person_id, done_at=None, asked_at__lt=at).update(asked_at=at)
    Person.objects.filter(pk=person_id, erased_at=None).update(erased_at=at)
    return new


def waiting() -> bool:
    """Whether an erasure is to be carried out."""
    return Erasure.objects.filter(done_at=None).exists()


def family_of(person: Person) -> list[Person]:
    """Whoever they were merged into, and all who were merged into that one."""
    root = person.merged_into or person
    return [root, *Person.objects.filter(merged_into=root).order_by("pk")]


def names_of(family: Sequence[Person]) -> list[Key]:
    """All names under which they, and the accounts that are theirs alone, are known. Addresses are among them."""
    found = {addresses.key(kind, address) for kind, address in addresses_of(family)}
    found |= set(Identity.objects.filter(person__in=family).values_list("kind", "value"))
    found |= {(USER, one.user_id) for one in family if one.user_id}
    own = AccountName.objects.filter(account__personal_of__in=family)
    found |= set(
        own.exclude(kind__in=(account_names.PERSON, account_names.STAFF)).values_list("kind", "value")
    )
    return sorted(found)


def addresses_of(family: Sequence[Person]) -> set[tuple[str, str]]:
    """(kind, plain address) of where they are reached, and of what else was said under their names."""
    found = set(ContactPoint.objects.filter(person__in=family).values_list("channel", "address"))
    for facts in Identity.objects.filter(person__in=family).values_list("facts", flat=True):
        said = sayings.read(facts)
        found |= {(ADDRESSES[field], said[field].value) for field in said.keys() & ADDRESSES.keys()}
    kinds = addresses.KINDS
    return {(kinds[channel], address) for channel, address in found if address and channel in kinds}


def take_addresses(family: Sequence[Person], now: datetime) -> list[Step]:
    """What was said by their addresses alone is forgotten with them, also if others have the same address and it was
    nobody's. Returns what the apps above have to move. The family is locked.
    """
    root = family[0].pk
    keys = {addresses.key(kind, address) for kind, address in addresses_of(family)}
    addresses.lock(names.add(dict.fromkeys(keys)))
    taken = [Taken(name.id, None, root) for name in names.find(keys).values() if name.person_id is None]
    addresses.give(taken)
    home = homes.of([root], now, create=False)[root]
    return [step for one in taken for step in merging.renamed(one, None, home)]


def forget(family: Sequence[Person], asked_at: datetime) -> None:
    """This app's part: names become hashes, facts go, and what is left are empty rows that the others refer to."""
    bulk.execute(
        "INSERT INTO people_app_erasedname (digest, asked_at) SELECT digest, at FROM json_to_recordset(%s)"
        " AS r(digest text, at timestamptz) ON CONFLICT (digest) DO UPDATE"
        " SET asked_at = greatest(people_app_erasedname.asked_at, excluded.asked_at)",
        [
            {"digest": digest, "at": asked_at}
            for digest in sorted({_digest(*name) for name in names_of(family)})
        ],
    )
    TurnedAddress.objects.filter(address__in={address for _, address in addresses_of(family)}).delete()
    _forget_accounts(family)
    Identity.objects.filter(person__in=family).delete()
    ContactPoint.objects.filter(person__in=family).delete()
    Membership.objects.filter(person__in=family).delete()
    blank = dict.fromkeys(
        ("first_name", "role", "timezone", "locale", "country", "preferred_channel", "device"), ""
    )
    Person.objects.filter(pk__in=[one.pk for one in family]).update(
        user_id=None, traits={}, provenance={}, aliased_at=None, erased_at=asked_at, **blank
    )


def _forget_accounts(family: Sequence[Person]) -> None:
    """What their events implied of a company stays said of it. An account that is theirs alone keeps the calendar by
    which its use was counted.
    """
    own = Account.objects.filter(personal_of__in=family)
    AccountName.objects.filter(account__in=own).delete()
    bulk.select(_FORGET_IMPLIED, [one.pk for one in family])
    Entitlement.objects.filter(account__in=own).delete()
    plain = {name: getattr(Account(), name) for name in COLUMNS.keys() - CALENDAR}
    own.update(**plain)


def _digests(item: Item) -> list[str]:
    """Of every name that the item brings. An address says who did it only where no user id does."""
    named = [(USER, item.user_id), (ANONYMOUS, item.anonymous_id), *item.person_ids.items()]
    named += [(USER, item.previous_id), (ANONYMOUS, item.previous_id), *item.account_ids.items()]
    if item.lookup and not item.user_id:
        named += addresses.of(item)
    return [_digest(kind, value) for kind, value in named if value]


def _digest(kind: str, value: str) -> str:
    return secrets.fingerprint(f"{kind}:{value}", "erased name")


def known_as(user_id: str) -> Person | None:
    """Who is known under this user id, also if it was another one before a merge."""
    name = Identity.objects.select_related("person").filter(kind=USER, value=user_id).first()
    person = name.person if name else Person.objects.filter(user_id=user_id).first()
    return (person.merged_into or person) if person else None


_FORGET_IMPLIED = """
DELETE FROM people_app_accountname n USING people_app_identity i
WHERE i.person_id = ANY(%s) AND n.kind = 'person' AND n.value = i.id::text AND n.account_id IS NULL RETURNING 1
"""
