"""Who did it: find or create the people and accounts of many incoming items at once, whoever sent them.

The number of statements does not grow with the number of items or of senders. Rows are taken once, in the order
people, their names, names of accounts, accounts, contact points and, within a table, by key: two workers can wait for
each other but never in a circle.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from people_app import accounts, addresses, alike, claims, merging, names, reach, traits
from people_app.addresses import Addresses
from people_app.claims import Asked
from people_app.entitlements import Changed
from people_app.item import Item, Said, Trust, Who
from people_app.merging import Joined, Merged, Step
from people_app.models import Identity
from people_app.names import Bid, Key, Known
from upsell_project.lib import bulk


@dataclass(slots=True)
class Resolved:
    """Answers in the order of the items, which facts of which accounts changed, and what the apps above are to move."""

    who: list[Who]
    changed: Changed = field(default_factory=dict)
    steps: list[Step | accounts.Folded] = field(default_factory=list)
    recounted: set[int] = field(default_factory=set)
    """Accounts whose calendar changed (zone, billing period): what they used is to be counted anew."""

    @property
    def changed_accounts(self) -> set[int]:
        return set(self.changed)

    @property
    def merges(self) -> list[tuple[int, int]]:
        """(winner, loser) of people."""
        return [(step.winner, step.loser) for step in self.steps if isinstance(step, Merged)]


class ErasedMeanwhile(Exception):
    """Somebody whom the items name was erased while we waited for them: read the items afresh."""


@dataclass(slots=True)
class _Named:
    """The names in the items, their people locked."""

    known: Known
    asked: Asked
    addresses: Addresses
    holders: dict[Key, int]
    """Who has the addresses by which items look for somebody."""
    unseen: set[Key] = field(default_factory=set)
    """Those of the addresses that nobody asked for before."""
    born: set[int] = field(default_factory=set)


def resolve(items: Sequence[Item], source: str, now: datetime, *, trust: Trust = Trust.FULL) -> Resolved:
    """As `resolve_all`, for one sort of senders."""
    return resolve_all([Said(items, source, trust)], now)


def resolve_all(said: Sequence[Said], now: datetime) -> Resolved:
    """Find or create everybody in the items; apply traits and facts, newest wins. Once a transaction, for all senders.

    Less than full trust is for what a browser sent, or a provider that is not proven: it creates no account and joins
    nobody to one, merges no known people and says neither where to reach people nor what the law or their account is.
    Without a person token it says nothing at all of a known person.
    """
    said, places = alike.one_each(said)
    named = _held(said, now)
    bids = claims.bids(said, named.known, named.holders, named.asked)
    joined = _joined(said, named, bids)
    known = names.find(named.known) if joined.people else named.known
    who = [[_answer(item, named.asked, known) for item in one.items] for one in said]
    addresses.note(_asked_anew(named, bids))
    resolved = follow(joined, now, said, who, named.born)
    resolved.who = alike.spread(who, places)
    return resolved


def follow(
    joined: Joined,
    now: datetime,
    said: Sequence[Said] = (),
    who: Sequence[Sequence[Who]] = (),
    born: Collection[int] = (),
) -> Resolved:
    """Keep what was said, and let everything else go where the names went: accounts first, then contact points."""
    told = traits.keep(said, who, joined.people)
    steps = merging.rehome(joined, now)
    assigned = accounts.assign(said, who, now, joined)
    _reach(told, born, joined, now)
    return Resolved([], assigned.changed, [*steps, *assigned.steps], assigned.recounted)


def _reach(told: Collection[int], born: Collection[int], joined: Joined, now: datetime) -> None:
    """The last round: show people as what was said of them makes them, and where they are reached."""
    people = joined.people.union(told)
    before = reach.held(people)
    merging.carry(joined)
    names.reachable(born, now)
    traits.show(people)
    turned = reach.turned(before, people, {person for pair in joined.united for person in pair})
    addresses.note(
        (addresses.KINDS[channel], where) for channel, where in turned if channel in addresses.KINDS
    )


def _joined(said: Sequence[Said], named: _Named, bids: dict[Key, Bid]) -> Joined:
    taken = addresses.turn(named.known, named.holders, named.addresses) if named.addresses else []
    won, believed = names.claim(bids)
    taken += won
    return Joined(taken, merging.absorb(taken), merging.unite(claims.aliases(said), named.known), believed)


def _asked_anew(named: _Named, bids: dict[Key, Bid]) -> list[tuple[str, str]]:
    """Addresses by which a name may have been claimed: who gets one at the same moment is not seen from here."""
    claimed = {bid.by for bid in bids.values() if bid.claim == Identity.Claim.ADDRESS}
    return [
        (key[0], address)
        for key, address in named.addresses.items()
        if key in named.unseen or addresses.text(key) in claimed
    ]


def _held(said: Sequence[Said], now: datetime) -> _Named:
    """All names in the items, created where they are missing, and their people locked."""
    asked, aliases = claims.asked(said), claims.aliases(said)
    named = _Named(names.find(wanted := claims.wanted(said, asked)), asked, {}, {})
    if asked:
        named.addresses = {key: address for each in asked.values() for key, address in each.items()}
        named.holders = addresses.holders(named.addresses)
        named.unseen = named.addresses.keys() - named.known.keys()
    if len(named.known) < len(wanted):
        owners = claims.owners(said, named.holders, asked)
        named.known, named.born = names.add_missing(wanted, *owners, named.known, now)
    records = names.add_people({alias.user_id for alias in aliases}, now) if aliases else {}
    if aliases:
        records |= names.records({alias.previous for alias in aliases})
    further = {*records.values(), *accounts.members_at_stake(said)}
    while not _lock_all(named, further):
        found = names.find(wanted)
        if len(found) < len(named.known):
            raise ErasedMeanwhile
        named.known = found
    return named


def _lock_all(named: _Named, further: Collection[int]) -> bool:
    """Lock the people of all names and `further` ones, unless a name moved while we waited: then hold none of them.

    Whoever moves a name holds both of its people, so a name whose person is locked stays with them.
    """
    people = {name.person_id for name in named.known.values() if name.person_id is not None}
    people.update(further, named.holders.values())
    with transaction.atomic():
        lock(people)
        if named.addresses:
            addresses.lock(named.known)
            named.holders = addresses.holders(named.addresses)
        held = names.unchanged(named.known) and people.issuperset(named.holders.values())
        transaction.set_rollback(not held)
    return held


def lock(person_ids: Collection[int]) -> None:
    """Hold these people until the transaction ends, so that what is counted for them is counted once."""
    if person_ids:
        sql = "SELECT 1 FROM people_app_person WHERE id = ANY(%s::bigint[]) ORDER BY id FOR NO KEY UPDATE"
        bulk.select(f"SELECT count(*) FROM ({sql}) held", bulk.array(person_ids))


def _answer(item: Item, asked: Asked, known: Known) -> Who:
    """By user id, else by the anonymous or a provider's id, else by an address that only one person has."""
    key = claims.strongest(item, asked)
    if key is None:
        return Who()
    name = known[key]
    return Who(person_id=name.person_id, identity_id=name.id)
