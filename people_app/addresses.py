"""Addresses as names: what was said by an e-mail address or phone number alone is kept under its keyed hash.

Such a name is theirs who has the address, if exactly one person with a user id has it, and nobody's otherwise: an
address finds people and creates nobody. A provider's id that came with an address and never with a user id is theirs,
too. Whose it is follows from the contact points of people, so it changes when they do: `note` writes down that an
address turned, and `settling.settle` looks whose its names are now. To have that end somewhere, an address that was
said under such a name itself is nobody's (see `withheld`).
"""

from collections.abc import Collection, Iterable, Mapping

from people_app import facts
from people_app.item import Item
from people_app.models import Channel, Identity
from people_app.names import Key, Known, Taken
from upsell_project.lib import bulk, secrets

EMAIL, PHONE = "hashed_email", "hashed_phone"
CHANNELS: dict[str, str] = {EMAIL: Channel.EMAIL, PHONE: Channel.SMS}
KINDS = {channel: kind for kind, channel in CHANNELS.items()}
Addresses = dict[Key, str]
"""Plain addresses by the names that they are."""


def key(kind: str, address: str) -> Key:
    return kind, secrets.fingerprint(f"{kind}:{address}", "address name")


def text(key: Key) -> str:
    """As it stands in `Identity.claimed_by`."""
    return f"{key[0]}:{key[1]}"


def of(item: Item) -> Addresses:
    """Where to look for who did it; the e-mail address first."""
    lookup = item.lookup
    said = {EMAIL: lookup.get("email", "").strip().lower(), PHONE: facts.phone(lookup.get("phone", ""))}
    return {key(kind, address): address for kind, address in said.items() if address}


def holders(addresses: Mapping[Key, str]) -> dict[Key, int]:
    """The people who have these addresses: each the only one with a user id who has it."""
    names = {(CHANNELS[key[0]], address): key for key, address in addresses.items()}
    rows = bulk.execute(
        _HOLDERS, [{"channel": channel, "address": address} for channel, address in sorted(names)]
    )
    return {names[channel, address]: person for channel, address, person in rows}


def lock(known: Known) -> None:
    """Hold the names among these that are addresses: those that are nobody's are guarded by no person."""
    ids = sorted(name.id for key, name in known.items() if key[0] in CHANNELS)
    if ids:
        bulk.select("SELECT 1 FROM people_app_identity WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", ids)


def turn(known: Known, holder: Mapping[Key, int], asked: Collection[Key]) -> list[Taken]:
    """Give these addresses to who has them. All of the people are locked."""
    turned = [
        Taken(known[key].id, known[key].person_id, holder.get(key))
        for key in sorted(asked)
        if key in known and known[key].person_id != holder.get(key)
    ]
    give(turned)
    return turned


def give(taken: Iterable[Taken]) -> None:
    """Write down whose these names are now."""
    rows = [{"id": one.name_id, "person_id": one.new} for one in taken]
    bulk.update("people_app_identity", {"person_id": "bigint"}, rows)


def note(addresses: Iterable[tuple[str, str]]) -> None:
    """These (kind, address) turned, or may have: look whose they are once this transaction is over."""
    bulk.execute(
        "INSERT INTO people_app_turnedaddress (kind, address)"
        " SELECT kind, address FROM json_to_recordset(%s) AS r(kind text, address text)",
        [{"kind": kind, "address": address} for kind, address in sorted(set(addresses)) if address],
    )


def withheld(name: Identity) -> tuple[str, ...]:
    """The addresses that do not count if they were said under this name.

    Whose the name is depends on who has an address, and who has one must not depend on whose the name is: e-mail
    addresses come from names that depend on none, phone numbers also from those that depend on an e-mail address.
    """
    by = name.kind if name.kind in CHANNELS else ""
    if name.claim == Identity.Claim.ADDRESS:
        by = name.claimed_by.partition(":")[0]
    return {EMAIL: ("email",), PHONE: ("email", "phone")}.get(by, ())


_HOLDERS = """
SELECT r.channel, r.address, min(c.person_id) FROM json_to_recordset(%s) AS r(channel text, address text)
JOIN people_app_contactpoint c ON (c.channel, c.address) = (r.channel, r.address)
JOIN people_app_person p ON p.id = c.person_id AND p.merged_into_id IS NULL AND p.user_id IS NOT NULL
GROUP BY r.channel, r.address HAVING count(DISTINCT c.person_id) = 1
"""
