"""What somebody and their account would show if a server had just said this: by the same rules as what is stored."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from people_app import entitlements, sayings, traits
from people_app.account_names import GROUP, PERSON
from people_app.item import Item
from people_app.models import Account, AccountName, Identity, Membership, Person
from people_app.names import USER
from people_app.sayings import Facts, Saying
from people_app.shown import LIMIT, shown

SOURCE = "http"
"""Whatever is supposed is believed as a server is."""


@dataclass(slots=True)
class Supposed:
    """Rows that nobody saves. `account`: the one it is about, None where that is not known; `caps`: its limits by
    resource, None is unlimited; `role`: what the person is there, else what they said."""

    person: Person
    account: Account | None
    caps: dict[str, Decimal | None]
    role: str


def of(person: Person, account_id: int | None, items: Sequence[Item]) -> Supposed:
    """Had `person` said these, of this account. Whom the items name is not looked at."""
    names = list(Identity.objects.filter(person=person))
    mine = _own(names, person)
    them = _person(person, names, mine, items)
    account, caps = _account(account_id, mine, items) if account_id else (None, {})
    return Supposed(them, account, caps, _role(person, account_id, items) or them.role)


def _own(names: list[Identity], person: Person) -> Identity:
    """The name under which they say it."""
    found = next((one for one in names if (one.kind, one.value) == (USER, person.user_id)), None)
    if found is None:
        found = Identity(kind=USER, value=person.user_id or "", person=person)
        names.append(found)
    return found


def _person(person: Person, names: list[Identity], mine: Identity, items: Sequence[Item]) -> Person:
    them = Person.objects.get(pk=person.pk)
    if said := [one for item in items for one in traits.claimed(item, SOURCE)]:
        _learn(mine, said, traits.learn)
        traits.set_columns(them, traits.newest(names, [them.pk])[them.pk])
    for item in items:
        minute = item.occurred_at.replace(second=0, microsecond=0)
        them.first_seen_at = min(them.first_seen_at or minute, minute)
        if item.active:
            them.last_seen_at = max(them.last_seen_at or minute, minute)
    return them


def _account(
    account_id: int, mine: Identity, items: Sequence[Item]
) -> tuple[Account, dict[str, Decimal | None]]:
    account = Account.objects.get(pk=account_id)
    caps = {resource: cap for (_, resource), cap in entitlements.of([account_id]).items()}
    names = list(AccountName.objects.filter(account=account))
    told = [(item, said) for item in items if (said := entitlements.claimed(item, SOURCE))]
    for item, said in told:
        _learn(_name(names, item, mine), said, entitlements.learn)
    if not told:
        return account, caps
    newest = sayings.newest(sayings.read(name.facts) for name in names)
    now = shown(account, newest, entitlements.plans_of([newest]))
    kept = {resource: cap for resource, cap in caps.items() if resource not in now.uncapped}
    said_caps = {name.removeprefix(LIMIT): one.value for name, one in now.caps.items()}
    return account, kept | {
        name: None if value is None else Decimal(value) for name, value in said_caps.items()
    }


def _name(names: list[AccountName], item: Item, mine: Identity) -> AccountName:
    """Of the account, as the item calls it; without any, it is said under the person's own."""
    kind, value = (GROUP, item.group_id) if item.group_id else (PERSON, str(mine.pk))
    found = next((one for one in names if (one.kind, one.value) == (kind, value)), None)
    if found is None:
        found = AccountName(kind=kind, value=value)
        names.append(found)
    return found


def _learn(
    name: Identity | AccountName,
    said: Iterable[tuple[str, Saying]],
    learn: Callable[[Facts, Facts], bool],
) -> None:
    new: Facts = {}
    for field, one in said:
        sayings.add(new, field, one)
    known = sayings.read(name.facts)
    learn(known, new)
    name.facts = known


def _role(person: Person, account_id: int | None, items: Sequence[Item]) -> str:
    """In the account: a group call may say it."""
    there = Membership.objects.filter(person=person, account=account_id).first() if account_id else None
    at, role = (there.role_at, there.role) if there else (None, "")
    for item in items:
        said = item.account_traits.get("role") if item.kind == "group" else None
        if isinstance(said, str) and said and (at is None or (at, role) < (item.occurred_at, said)):
            at, role = item.occurred_at, said[:100]
    return role
