"""Amplitude's HTTP API V2 (`/2/httpapi`) and Batch API (`/batch`), and the events of its streaming webhook.

Source: requests captured from amplitude-analytics 1.3.0 (PyPI) and @amplitude/analytics-node 1.5.73 (npm);
amplitude.com/docs, "HTTP V2 API".

Who did it. `user_id` is a user id and `device_id` an anonymous id; an event that names both joins them. The account is
the group of the type `company`, `organization`, ... in `groups`; others are left out. `user_properties` are traits:
whole, or as `$set`, `$setOnce` (never overwrites), `$unset` and `$add`, which becomes the event `Profile Incremented`;
operations on lists are left out. Events are told apart by `insert_id`, per device as Amplitude does.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from signals_app.connectors.analytics.dialect import (
    Dialect,
    Reading,
    account_of,
    changes,
    corrected,
    from_number,
    id_in,
    judged,
    message_id,
    profile,
    sub_id,
)
from signals_app.connectors.base import from_iso, members
from signals_app.incoming import MAX_NAME, Incoming
from upsell_project.lib import strict_items
from upsell_project.lib.strict_json import Refused

_OPS = {"$set": "set", "$setOnce": "once", "$add": "add", "$unset": "unset"}
_REVENUE = ("revenue", "price", "quantity", "productId", "revenueType", "currency")


class Amplitude(Dialect):
    name: ClassVar[str] = "amplitude"

    def read(self, body: bytes, call: str, received_at: datetime) -> Reading:
        found = strict_items.under(body, "events")
        sent = from_iso(found.head.get("client_upload_time"))
        skew = received_at - sent if sent else None
        return judged(
            found, [found.head.get("api_key")], lambda index, item: built(index, item, skew, received_at)
        )


def built(index: int, item: dict[str, Any], skew: timedelta | None, received_at: datetime) -> list[Incoming]:
    """One event of Amplitude; its properties of the person and of the group are items of their own."""
    event = strict_items.name_at(item, "event_type", MAX_NAME)
    user_id, device_id = id_in(item, "user_id"), id_in(item, "device_id")
    if user_id is None and device_id is None and event != "$groupidentify":
        raise Refused("and device_id are both missing", "user_id")
    occurred_at, timed = _occurred_at(item, skew, received_at)
    insert_id = id_in(item, "insert_id") or id_in(item, "$insert_id") or id_in(item, "uuid")
    given = f"{device_id}:{insert_id}" if device_id and insert_id else insert_id
    made = Incoming(
        kind="track",
        message_id=message_id(given, item, index, received_at, timed=timed),
        occurred_at=occurred_at,
        name=event,
        user_id=user_id,
        anonymous_id=device_id,
        group_id=account_of(strict_items.object_at(item, "groups")),
        context=_context(item),
    )
    if event == "$groupidentify":
        return _group(made, item)
    if event == "$identify":
        made.kind, made.name = "identify", ""
        return profile(made, _ops(strict_items.object_at(item, "user_properties")))
    made.properties = strict_items.object_at(item, "event_properties")
    money = {name: item[name] for name in _REVENUE if item.get(name) is not None}
    made.properties = {**money, **made.properties}
    about = Incoming("identify", sub_id(made.message_id, "user"), occurred_at, active=False)
    about.user_id, about.anonymous_id = user_id, device_id
    return [made, *changes(about, _ops(strict_items.object_at(item, "user_properties")))]


def _occurred_at(
    item: dict[str, Any], skew: timedelta | None, received_at: datetime
) -> tuple[datetime, bool]:
    """And whether the sender said so. The webhook's `event_time` is ISO 8601 in UTC without a zone."""
    for name in ("time", "event_time"):
        given = item.get(name)
        if given is None:
            continue
        moment = from_iso(given) or from_number(given)
        if moment is None:
            raise Refused("is neither milliseconds since 1970 nor an ISO 8601 moment", name)
        return corrected(moment, skew, received_at), True
    return received_at, False


def _group(made: Incoming, item: dict[str, Any]) -> list[Incoming]:
    made.kind, made.name, made.active = "group", "", False
    made.user_id = made.anonymous_id = None
    if made.group_id is None:
        return []
    return profile(made, _ops(strict_items.object_at(item, "group_properties")))


def _ops(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Plain properties are to be set."""
    ops: dict[str, Any] = {ours: properties[name] for name, ours in _OPS.items() if name in properties}
    plain = {name: value for name, value in properties.items() if not name.startswith("$")}
    if plain:
        ops["set"] = {**plain, **members(ops.get("set"))}
    return ops


def _context(item: dict[str, Any]) -> dict[str, Any]:
    told = {"locale": item.get("language"), "device_type": item.get("device_type") or item.get("platform")}
    return {name: value[:200] for name, value in told.items() if value and isinstance(value, str)}
