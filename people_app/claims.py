"""Which names the incoming items carry, and whose they say that these are."""

from collections.abc import Iterator, Mapping, Sequence

from people_app import addresses
from people_app.addresses import Addresses
from people_app.item import Item, Said, Trust
from people_app.merging import Alias
from people_app.models import Identity
from people_app.names import ANONYMOUS, USER, Bid, Key, Known

Claim = Identity.Claim
# A browser would learn by it whose an address is.
FINDERS = (Trust.FULL, Trust.HEARSAY)
Asked = dict[int, Addresses]
"""The addresses that say who did it, for the items (by `id`) of which no user id does."""


def spoken(said: Sequence[Said]) -> Iterator[tuple[Item, Trust]]:
    return ((item, one.trust) for one in said for item in one.items)


def asked(said: Sequence[Said]) -> Asked:
    """Whoever is deleted under a name is not whoever else has the same address."""
    return {
        id(item): found
        for item, trust in spoken(said)
        if item.lookup and not item.user_id and trust in FINDERS
        if not (item.kind == "delete" and own(item)) and (found := addresses.of(item))
    }


def own(item: Item) -> list[Key]:
    """Every name but an address under which the item's person may be known, the strongest first."""
    keys = [(USER, item.user_id)] if item.user_id else []
    if item.anonymous_id:
        keys.append((ANONYMOUS, item.anonymous_id))
    if item.person_ids:
        keys += [(kind, value) for kind, value in item.person_ids.items() if value]
    return keys


def strongest(item: Item, asked: Asked) -> Key | None:
    """The name under which the item is kept: the user id, else the anonymous or a provider's id, else the address."""
    if item.user_id:
        return USER, item.user_id
    if item.anonymous_id:
        return ANONYMOUS, item.anonymous_id
    keys = own(item) if item.person_ids else []
    return keys[0] if keys else next(iter(asked.get(id(item), ())), None)


def wanted(said: Sequence[Said], asked: Asked) -> set[Key]:
    """All names in the items, and of an alias both that the other one may be."""
    found: set[Key] = set()
    for item, trust in spoken(said):
        if item.user_id:
            found.add((USER, item.user_id))
        if item.anonymous_id or item.person_ids:
            found.update(own(item))
        if item.previous_id and item.kind == "alias" and item.user_id and trust is Trust.FULL:
            found |= {(USER, item.previous_id), (ANONYMOUS, item.previous_id)}
    return found.union(*asked.values())


def aliases(said: Sequence[Said]) -> list[Alias]:
    """Those between users. An alias does not say of which kind the id was before, so it is taken for both."""
    return [
        Alias(item.occurred_at, item.user_id, item.previous_id)
        for item, trust in spoken(said)
        if item.kind == "alias" and trust is Trust.FULL
        if item.user_id and item.previous_id and item.previous_id != item.user_id
    ]


def bids(said: Sequence[Said], known: Known, holders: Mapping[Key, int], asked: Asked) -> dict[Key, Bid]:
    """The best claim that these items make to each name that is no user id, if it is better than what holds it."""
    found: dict[Key, Bid] = {}
    for item, trust in spoken(said):
        if not (item.anonymous_id or item.person_ids or item.previous_id):
            continue
        for key, bid in _bids(item, trust, known, holders, asked):
            held = known[key].held if key in known else None
            if held is None or bid[:3] < held:  # claims only ever get better, so this look may be an old one
                found[key] = min(bid, found.get(key, bid), key=lambda one: one[:3])
    return found


def _bids(
    item: Item, trust: Trust, known: Known, holders: Mapping[Key, int], asked: Asked
) -> Iterator[tuple[Key, Bid]]:
    if item.user_id:
        user = known.get((USER, item.user_id))
        person, by = (user.person_id if user else 0), item.user_id
        claim = Claim.SERVER if trust is Trust.FULL else Claim.BROWSER
        if item.kind == "alias" and item.previous_id and trust is Trust.FULL:
            yield (ANONYMOUS, item.previous_id), Bid(Claim.ALIAS, item.occurred_at, by, person)
    elif id(item) in asked:
        address = next(iter(asked[id(item)]))
        person, by, claim = holders.get(address), addresses.text(address), Claim.ADDRESS
    else:
        return
    for key in own(item):
        if key[0] != USER:
            yield key, Bid(claim, item.occurred_at, by, person)


def owners(
    said: Sequence[Said], holders: Mapping[Key, int], asked: Asked
) -> tuple[dict[Key, str], dict[Key, int | None]]:
    """Whose a name is that nobody has yet: by user id, and by person where an address says it.

    An alias names users and visitors that were never seen.
    """
    users = {item.user_id for item, _ in spoken(said) if item.user_id}
    by_user: dict[Key, str] = {}
    by_address: dict[Key, int | None] = {key: holders.get(key) for each in asked.values() for key in each}
    for key, bid in bids(said, {}, holders, asked).items():
        if bid.claim != Claim.ADDRESS:
            by_user[key] = bid.by
        elif bid.person_id is not None:
            by_address[key] = bid.person_id
    for alias in sorted(aliases(said)):
        if alias.previous not in users:
            by_user.setdefault((USER, alias.previous), alias.user_id)
    return by_user, by_address
