"""Whose an address is, after it came to somebody or left them: its names follow, each time in a transaction of its own.

A provider's id that only an address claims goes where the address goes, and is a stranger's again when that is nowhere.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import transaction

from people_app import addresses, identify, merging, names
from people_app.identify import Resolved
from people_app.merging import Joined
from people_app.models import Identity, TurnedAddress
from people_app.names import Key, Taken
from upsell_project.lib import bulk

CHUNK = 200


def waiting() -> bool:
    """Whether an address turned."""
    return TurnedAddress.objects.exists()


def settle(now: datetime) -> Resolved | None:
    """Give the names of some addresses that turned to who has them now; None when none did. Within a transaction."""
    turned = bulk.select(_TAKE, CHUNK)
    if not turned:
        return None
    asked = {addresses.key(kind, address): address for kind, address in turned}
    taken = _taken(asked, now)
    return identify.follow(Joined(taken, merging.absorb(taken)), now)


def _taken(asked: addresses.Addresses, now: datetime) -> list[Taken]:
    """Whose names change, their people locked."""
    found = _names(asked)
    while True:
        holders = addresses.holders(asked)
        people = {one.person_id for one in found if one.person_id} | set(holders.values())
        with transaction.atomic():
            identify.lock(people)
            bulk.select(_LOCK, sorted(one.name_id for one in found))
            held = _names(asked) == found and addresses.holders(asked) == holders
            transaction.set_rollback(not held)
        if held:
            break
        found = _names(asked)
    taken = _turned(found, holders, now)
    addresses.give(taken)
    return taken


class _Found(NamedTuple):
    """A name, and the address that says whose it is."""

    name_id: int
    address: str
    person_id: int | None
    itself: bool
    """It is the address."""
    nobodys: bool
    """It is nobody's, or a stranger's."""


def _names(asked: Collection[Key]) -> list[_Found]:
    keys = [{"kind": key[0], "value": key[1], "address": addresses.text(key)} for key in sorted(asked)]
    return [_Found(*row) for row in bulk.execute(_NAMES, keys)]


def _turned(found: Sequence[_Found], holders: Mapping[Key, int], now: datetime) -> list[Taken]:
    """A stranger stays one while nobody has the address."""
    holder = {addresses.text(key): person for key, person in holders.items()}
    turned = [one for one in found if (holder.get(one.address) or _left(one)) != one.person_id]
    left = [one for one in turned if one.address not in holder and not one.itself]
    strangers = dict(zip((one.name_id for one in left), names.strangers(len(left), now), strict=True))
    return [
        Taken(one.name_id, one.person_id, holder.get(one.address) or strangers.get(one.name_id))
        for one in turned
    ]


def _left(one: _Found) -> int | None:
    """Whose it is while nobody has the address; 0 is a stranger whom it takes to make."""
    if one.itself:
        return None
    return one.person_id if one.nobodys else 0


_TAKE = """
DELETE FROM people_app_turnedaddress WHERE id IN
    (SELECT id FROM people_app_turnedaddress ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
RETURNING kind, address
"""
_LOCK = "SELECT 1 FROM people_app_identity WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"
_NAMES = f"""
WITH asked AS (SELECT * FROM json_to_recordset(%s) AS r(kind text, value text, address text)),
found AS (
    SELECT i.id, a.address, i.person_id, true AS itself FROM asked a
    JOIN people_app_identity i ON (i.kind, i.value) = (a.kind, a.value)
    UNION ALL
    SELECT i.id, a.address, i.person_id, false FROM asked a
    JOIN people_app_identity i ON i.claim = {Identity.Claim.ADDRESS} AND i.claimed_by = a.address)
SELECT f.id, f.address, f.person_id, f.itself, p.user_id IS NULL
FROM found f LEFT JOIN people_app_person p ON p.id = f.person_id ORDER BY f.id
"""
