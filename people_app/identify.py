"""Who did it: find or create the people and accounts of many incoming items at once.

The number of statements does not grow with the number of items. Rows are always taken in the order people, accounts,
contact points and, within a table, by key: two workers can wait for each other but never in a circle.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from people_app import accounts, facts, merging, names, traits
from people_app.item import Item, Trust, Who
from people_app.merging import Alias, Merged, Step, lock
from people_app.models import Identity
from people_app.names import ANONYMOUS, USER, Bid, Key, Known, Name
from upsell_project.lib import bulk

Claim = Identity.Claim
__all__ = ["Resolved", "lock", "resolve"]


@dataclass(slots=True)
class Resolved:
    """Answers in the order of the items, the accounts whose facts changed, and what the apps above have to move."""

    who: list[Who]
    changed_accounts: set[int] = field(default_factory=set)
    steps: list[Step | accounts.Folded] = field(default_factory=list)
    recounted: set[int] = field(default_factory=set)
    """Accounts whose calendar changed (zone, billing period): what they used is to be counted anew."""

    @property
    def merges(self) -> list[tuple[int, int]]:
        """(winner, loser) of people."""
        return [(step.winner, step.loser) for step in self.steps if isinstance(step, Merged)]


class ErasedMeanwhile(Exception):
    """Somebody whom the items name was erased while we waited for them: read the items afresh."""


@dataclass(frozen=True, slots=True)
class _Reached:
    """A person found by an address, under their own user id."""

    name: Name
    user_id: str


def resolve(items: Sequence[Item], source: str, now: datetime, *, trust: Trust = Trust.FULL) -> Resolved:
    """Find or create everybody in `items`; apply traits and facts, newest wins.

    Less than full trust is for what a browser sent: it creates no account and joins nobody to one, merges no known
    people and says neither where to reach people nor what the law or their account is. Without a person token it says
    nothing at all of a known person.
    """
    known, reached = _held(items, now, trust)
    steps = merging.take(names.claim(_bids(items, known, reached, trust)), now)
    aliases = _aliases(items, trust)
    steps += merging.unite(aliases, known, now) if aliases else []
    if steps:
        known, reached = names.find(_wanted(items, trust)), _by_address(items, trust)
    who = [_answer(item, known, reached) for item in items]
    moved = {person for step in steps for person in merging.touched(step)}
    assigned = accounts.assign(items, who, source, now, trust, moved)
    traits.apply(items, who, source, trust, moved)
    return Resolved(who, assigned.changed, [*steps, *assigned.steps], assigned.recounted)


def _held(items: Sequence[Item], now: datetime, trust: Trust) -> tuple[Known, dict[str, _Reached]]:
    """All names in the items, created where they are missing, and their people locked.

    Whoever moves a name holds both of its people, so a name whose person is locked stays with them. What moved while we
    waited for the lock is looked up again. Raises ErasedMeanwhile.
    """
    reached = _by_address(items, trust)
    wanted = _wanted(items, trust) | {(USER, one.user_id) for one in reached.values()}
    known = names.find(wanted)
    known = names.add_missing(wanted, _owners(items, reached, trust), known, now)
    while True:
        lock({name.person_id for name in known.values()})
        now_known, now_reached = names.find(wanted), _by_address(items, trust)
        if len(now_known) < len(known):
            raise ErasedMeanwhile
        if _people_of(now_known) == _people_of(known) and now_reached.keys() <= reached.keys():
            return now_known, now_reached
        known, reached = (
            now_known,
            {address: one for address, one in now_reached.items() if address in reached},
        )


def _people_of(known: Known) -> dict[Key, int]:
    return {key: name.person_id for key, name in known.items()}


def _wanted(items: Sequence[Item], trust: Trust) -> set[Key]:
    wanted = {key for item in items for key in _keys(item)}
    if trust is Trust.FULL:
        previous = [item.previous_id for item in items if item.kind == "alias" and item.user_id]
        wanted |= {(kind, value) for value in previous if value for kind in (USER, ANONYMOUS)}
    return wanted


def _owners(items: Sequence[Item], reached: dict[str, _Reached], trust: Trust) -> dict[Key, str]:
    """By user id, whose a name is that nobody has yet; an alias names users and visitors that were never seen."""
    users = {item.user_id for item in items if item.user_id}
    owners: dict[Key, str] = {}
    for key, bid in sorted(_bids(items, {}, reached, trust).items()):
        owners[key] = bid.by
    for alias in sorted(_aliases(items, trust)):
        if alias.previous not in users:
            owners.setdefault((USER, alias.previous), alias.user_id)
    return owners


def _keys(item: Item) -> list[Key]:
    """Every name under which the item's person may be known, the strongest first."""
    keys = [(USER, item.user_id)] if item.user_id else []
    if item.anonymous_id:
        keys.append((ANONYMOUS, item.anonymous_id))
    if item.person_ids:
        keys += [(kind, value) for kind, value in item.person_ids.items() if value]
    return keys


def _aliases(items: Iterable[Item], trust: Trust) -> list[Alias]:
    """Those between users. An alias does not say of which kind the id was before, so it is taken for both."""
    if trust is not Trust.FULL:
        return []
    return [
        Alias(item.occurred_at, item.user_id, item.previous_id)
        for item in items
        if item.kind == "alias" and item.user_id and item.previous_id and item.previous_id != item.user_id
    ]


def _bids(items: Iterable[Item], known: Known, reached: dict[str, _Reached], trust: Trust) -> dict[Key, Bid]:
    """The best claim that these items make to each name that is no user id."""
    bids: dict[Key, Bid] = {}
    for item in items:
        if not (item.anonymous_id or item.person_ids or item.previous_id):
            continue
        user_id = _claimant(item, reached)
        if user_id is None:
            continue
        person = known[USER, user_id].person_id if (USER, user_id) in known else 0
        usual = Claim.SERVER if trust is Trust.FULL else Claim.BROWSER
        claims = [(key, usual) for key in _keys(item) if key[0] != USER]
        if item.kind == "alias" and item.previous_id and trust is Trust.FULL:
            claims.append(((ANONYMOUS, item.previous_id), Claim.ALIAS))
        for key, claim in claims:
            bid = Bid(claim, item.occurred_at, user_id, person)
            held = known[key].held if key in known else None
            if held is None or bid[:3] < held:  # claims only ever get better, so this look may be an old one
                bids[key] = min(bid, bids.get(key, bid))
    return bids


def _claimant(item: Item, reached: dict[str, _Reached]) -> str | None:
    one = None if item.user_id else _reached(item, reached)
    return one.user_id if one else item.user_id


def _answer(item: Item, known: Known, reached: dict[str, _Reached]) -> Who:
    """By user id, else by an address that only one person has, else by the strongest other name."""
    one = None if item.user_id else _reached(item, reached)
    keys = _keys(item)
    if one is not None:
        return Who(person_id=one.name.person_id, identity_id=one.name.id)
    if not keys:
        return Who()
    name = known[keys[0]]
    return Who(person_id=name.person_id, identity_id=name.id)


def _reached(item: Item, reached: dict[str, _Reached]) -> _Reached | None:
    """Who is deleted under a name is nobody else who has the same address; an address alone is asked for who has it."""
    if not reached or (item.kind == "delete" and _keys(item)):
        return None
    return next((reached[address] for address in _addresses(item) if address in reached), None)


def _addresses(item: Item) -> list[str]:
    said = [item.lookup.get("email", "").strip().lower(), facts.phone(item.lookup.get("phone", ""))]
    return [address for address in said if address]


def _by_address(items: Sequence[Item], trust: Trust) -> dict[str, _Reached]:
    """People by e-mail or phone, for items that know nothing better; an address of several people finds nobody."""
    if trust is not Trust.FULL:
        return {}
    wanted = {address for item in items if not item.user_id for address in _addresses(item)}
    if not wanted:
        return {}
    rows = bulk.select(_BY_ADDRESS, sorted(wanted))
    return {address: _Reached(Name(id, person), user_id) for address, id, person, user_id in rows}


_BY_ADDRESS = """
SELECT c.address, min(i.id), min(i.person_id), min(p.user_id) FROM people_app_contactpoint c
JOIN people_app_person p ON p.id = c.person_id AND p.merged_into_id IS NULL
JOIN people_app_identity i ON i.kind = 'user' AND i.value = p.user_id
WHERE c.channel IN ('email', 'sms') AND c.address = ANY(%s)
GROUP BY c.address HAVING count(DISTINCT c.person_id) = 1
"""
