"""What a webhook says: which object was made, changed, merged or deleted, and one property of it at most."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from signals_app.connectors.base import Parsed, Wanted, from_unix, identifier, members, printable, words
from signals_app.connectors.hubspot.objects import (
    COMPANY,
    CONTACT,
    PRIMARY,
    account_facts,
    company_ids,
    person_facts,
)
from signals_app.incoming import Incoming, Rejected, short_id

# Newer subscriptions say `object.creation` and name the sort of object by its type id.
TYPES = {"0-1": "contact", "0-2": "company", "0-3": "deal", "0-5": "ticket"}
READ_AFTER = frozenset({"creation", "propertyChange", "restore", "merge", "associationChange"})
UNSUBSCRIBED = "hs_email_optout"
Said = dict[str, Any]


def parsed(said: list[Any], received_at: datetime) -> Parsed:
    """One request holds up to a hundred changes; objects that they name are read once."""
    result = Parsed()
    for index, change in enumerate(said):
        if not isinstance(change, dict):
            result.rejected.append(_rejected(index, change, "is no JSON object", ""))
            continue
        sort, what = _kind(change)
        if sort not in ("contact", "company", "deal", "ticket"):
            continue
        object_id = _id(change, what)
        if not object_id:
            result.rejected.append(_rejected(index, change, "names no object", "objectId"))
            continue
        result.items += _items(change, sort, what, object_id, received_at)
        named = _associated(change) if what == "associationChange" else {sort: object_id}
        result.wanted += [Wanted(*one) for one in named.items() if what in READ_AFTER]
    result.wanted = list(dict.fromkeys(result.wanted))
    return result


def _kind(change: Said) -> tuple[str, str]:
    sort, _, what = words(change.get("subscriptionType")).partition(".")
    return TYPES.get(words(change.get("objectTypeId")), "") if sort == "object" else sort, what


def _id(change: Said, what: str) -> str:
    """A merge makes a new object or keeps the primary one; an association is read from its start."""
    names = {"merge": ("newObjectId", "primaryObjectId", "objectId"), "associationChange": ("fromObjectId",)}
    found = (identifier(change.get(name)) for name in names.get(what, ("objectId",)))
    return next(filter(str.isdecimal, found), "")


def _associated(change: Said) -> dict[str, str]:
    """Both ends by their sort: `CONTACT_TO_COMPANY`, or the type ids of newer subscriptions."""
    start, _, end = words(change.get("associationType")).lower().partition("_to_")
    sorts = [TYPES.get(words(change.get(f"{side}ObjectTypeId")), "") for side in ("from", "to")]
    ids = [identifier(change.get(f"{side}ObjectId")) for side in ("from", "to")]
    named = zip((sorts[0] or start, sorts[1] or end.removesuffix("_unlabeled")), ids, strict=True)
    return {sort: id for sort, id in named if sort in TYPES.values() and id.isdecimal()}


def _belonging(change: Said, received_at: datetime) -> list[Incoming]:
    """A contact and its primary company. What ends is left alone: they may act in that account by other rights."""
    ends = _associated(change)
    primary = change.get("isPrimaryAssociation") is not False and change.get("associationRemoved") is not True
    if not (primary and {"contact", "company"} <= ends.keys()):
        return []
    ids = {"person_ids": {CONTACT: ends["contact"]}, "account_ids": {COMPANY: ends["company"]}}
    return [_blank(change, "identify", received_at, **ids)]


def _items(change: Said, sort: str, what: str, object_id: str, received_at: datetime) -> list[Incoming]:
    if sort == "contact" and what == "privacyDeletion":
        return [_blank(change, "delete", received_at, person_ids={CONTACT: object_id})]
    if what == "associationChange":
        return _belonging(change, received_at)
    if what == "propertyChange" and sort in _CHANGED:
        return _CHANGED[sort](change, object_id, received_at)
    return []


def _contact(change: Said, object_id: str, received_at: datetime) -> list[Incoming]:
    name, value = words(change.get("propertyName")), change.get("propertyValue")
    ids = {CONTACT: object_id}
    if name == UNSUBSCRIBED and words(value).lower() == "true":
        item = _blank(change, "track", received_at, person_ids=ids)
        item.name, item.properties = "Unsubscribed", {"channel": "email"}
        return [item]
    item = _blank(change, "identify", received_at, person_ids=ids)
    item.traits = person_facts({name: value})
    item.account_ids = company_ids(value) if name == PRIMARY else {}
    return [item] if item.traits or item.account_ids else []


def _company(change: Said, object_id: str, received_at: datetime) -> list[Incoming]:
    item = _blank(change, "group", received_at, account_ids={COMPANY: object_id})
    item.account_traits = account_facts({words(change.get("propertyName")): change.get("propertyValue")})
    return [item] if item.account_traits else []


_CHANGED: dict[str, Callable[[Said, str, datetime], list[Incoming]]] = {
    "contact": _contact,
    "company": _company,
}


def _blank(change: Said, kind: str, received_at: datetime, **ids: dict[str, str]) -> Incoming:
    """`eventId` alone is documented as not unique."""
    at = change.get("occurredAt")
    occurred_at = from_unix(at / 1000) if isinstance(at, int | float) and not isinstance(at, bool) else None
    parts = [change.get(name) for name in ("eventId", "subscriptionId", "occurredAt")]
    key = ":".join([*map(words, parts), *(value for one in ids.values() for value in one.values())])
    return Incoming(
        kind=kind,
        message_id=short_id(key),
        occurred_at=min(occurred_at or received_at, received_at),
        active=False,
        person_ids=members(ids.get("person_ids")),
        account_ids=members(ids.get("account_ids")),
    )


def _rejected(index: int, change: Any, reason: str, path: str) -> Rejected:
    raw = printable(json.dumps(change, ensure_ascii=False).encode())
    return Rejected(index, f"{path or 'the change'} {reason}", path, raw)
