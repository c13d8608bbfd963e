"""May this item be taken? Raises `Refused` with the field and the reason."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from signals_app.connectors.base import from_iso
from signals_app.incoming import MAX_ID, MAX_NAME
from upsell_project.lib.strict_json import Refused

FUTURE_TOLERANCE = timedelta(hours=24)
KINDS = ("track", "identify", "group", "alias", "page", "screen")
DELETE = "delete"
"""Asks that the person be forgotten: only in a batch, and only from a server."""
_OBJECTS = ("properties", "traits", "context", "integrations")
MAX_MESSAGE_ID = 32 * 1024


@dataclass(slots=True)
class Sound:
    index: int
    kind: str
    item: dict[str, Any]
    occurred_at: datetime


def judge(item: Any, call: str, skew: timedelta | None, received_at: datetime) -> tuple[str, datetime]:
    """The item's kind and when it happened."""
    if item.__class__ is not dict:
        raise Refused("is not a JSON object")
    kind = _kind(item) if call == "batch" else call
    _require_person(item)
    if kind == "track":
        _require(item, "event", name_at(item, "event"))
    elif kind == "group":
        _require(item, "groupId", id_at(item, "groupId"))
    elif kind == "alias":
        _require(item, "previousId", id_at(item, "previousId"))
    elif kind in ("page", "screen"):
        name_at(item, "name")
    id_at(item, "messageId", limit=MAX_MESSAGE_ID)
    for name in _OBJECTS:
        if item.get(name).__class__ is not dict:
            object_at(item, name)
    return kind, occurred_at(item, skew, received_at)


def _kind(item: dict[str, Any]) -> str:
    kind = item.get("type")
    if kind is None:
        raise Refused("is missing", "type")
    if not isinstance(kind, str) or kind not in (*KINDS, DELETE):
        raise Refused(f"is not one of {', '.join((*KINDS, DELETE))}", "type")
    return kind


def _require_person(item: dict[str, Any]) -> None:
    user_id, anonymous_id = id_at(item, "userId"), id_at(item, "anonymousId")
    if user_id is None and anonymous_id is None:
        raise Refused("and anonymousId are both missing", "userId")


def _require(item: dict[str, Any], name: str, value: str | None) -> None:
    if value is None:
        raise Refused("is empty" if name in item else "is missing", name)


def id_at(item: dict[str, Any], name: str, limit: int = MAX_ID) -> str | None:
    """Numbers are taken as text, as Segment does; blank means absent."""
    value = item.get(name)
    if value is None:
        return None
    if value.__class__ is str and 0 < len(value) <= limit:
        return value if not value.isspace() else None
    if value.__class__ is not str:
        if value.__class__ is float and value.is_integer():
            value = int(value)
        if value.__class__ is not int:
            raise Refused("is neither a string nor a whole number", name)
        value = str(value)
    if len(value) > limit:
        raise Refused(f"is longer than {limit} characters", name)
    return value if value and not value.isspace() else None


def name_at(item: dict[str, Any], name: str) -> str | None:
    value = item.get(name)
    if value is None:
        return None
    if value.__class__ is not str:
        raise Refused("is not a string", name)
    if len(value) > MAX_NAME:
        raise Refused(f"is longer than {MAX_NAME} characters", name)
    return value.strip() or None


def object_at(item: dict[str, Any], name: str) -> dict[str, Any]:
    value = item.get(name)
    if value is None:
        return {}
    if value.__class__ is not dict:
        raise Refused("is not a JSON object", name)
    members: dict[str, Any] = value
    return members


def skew_of(sent_at: Any, received_at: datetime) -> timedelta | None:
    """How far the sender's clock is behind ours; None without a readable `sentAt`: nothing is corrected."""
    sent = from_iso(sent_at)
    return received_at - sent if sent else None


def occurred_at(item: dict[str, Any], batch_skew: timedelta | None, received_at: datetime) -> datetime:
    """`receivedAt - (sentAt - timestamp)`, as Segment corrects it.

    RudderStack sends the moment that the caller gave as `timestamp`, beside the `originalTimestamp` of the
    call. An item that already carries a `receivedAt` was corrected by whoever relays it.
    """
    name = "timestamp" if item.get("timestamp") is not None else "originalTimestamp"
    given = item.get(name)
    if given is None:
        return received_at
    moment = from_iso(given)
    if moment is None:
        raise Refused("is not an ISO 8601 date and time after 1970", name)
    skew = skew_of(item["sentAt"], received_at) if item.get("sentAt") else batch_skew
    if skew and not item.get("receivedAt"):
        try:
            moment += skew
        except OverflowError:
            return received_at
    return received_at if moment - received_at > FUTURE_TOLERANCE else moment
