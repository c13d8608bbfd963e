"""Heap's server-side track API, single (`/api/track`) and in batches (`/api/integrations/track`), and the traits of
people (`/api/add_user_properties`), single and under `users`.

Source: the bodies that rudderlabs/rudder-transformer and segmentio/action-destinations send to Heap; Heap publishes no
SDK that can be pointed elsewhere.

Who did it. `identity` is a user id; `user_id` is the number by which Heap knows an unidentified visitor, and
`anonymous_id` another name of one: both are anonymous ids. A batch names them in `user_identifier`, where an `email`
alone finds a known person and creates nobody.

Unverified: all of it was read in other people's code, none of it against Heap.
"""

from datetime import UTC, datetime
from typing import Any, ClassVar

from signals_app.connectors.analytics.dialect import (
    Dialect,
    Reading,
    account_of,
    corrected,
    from_number,
    id_in,
    judged,
    message_id,
    trait_name,
)
from signals_app.connectors.base import from_iso, identifier
from signals_app.incoming import MAX_NAME, Incoming
from upsell_project.lib import strict_items
from upsell_project.lib.strict_json import Refused

_LATER = datetime.min.replace(tzinfo=UTC)
_USERS, _VISITORS = ("identity",), ("user_id", "anonymous_id")


class Heap(Dialect):
    name: ClassVar[str] = "heap"

    def read(self, body: bytes, call: str, received_at: datetime) -> Reading:
        """`call` is `heap`, or `heap:users` for the traits of people."""
        people = call.endswith(":users")
        found = _items(body, "users" if people else "events")
        heads = [found.head, *(item for _, item in found.taken[:1]), *_refused_heads(found)]
        keys = [head.get("app_id") for head in heads if isinstance(head, dict)]
        build = _person if people else _event
        return judged(found, keys, lambda index, item: [build(index, item, received_at)])


def _items(body: bytes, many: str) -> strict_items.Items:
    """A batch where there is one, else a single event or person."""
    if f'"{many}"'.encode() in body:
        try:
            return strict_items.under(body, many)
        except Refused as error:
            if (error.path, error.reason) != (many, "is not an array"):
                raise
    return strict_items.alone(body)


def _refused_heads(found: strict_items.Items) -> list[dict[str, Any]]:
    return [strict_items.said_by(text) for _, _, text in found.refused[:1]]


def _event(index: int, item: dict[str, Any], received_at: datetime) -> Incoming:
    made = _named("track", item)
    made.name = strict_items.name_at(item, "event", MAX_NAME)
    made.properties = strict_items.object_at(item, "properties") or strict_items.object_at(
        item, "custom_properties"
    )
    made.group_id = account_of(made.properties, only_ids=True)
    given = item.get("timestamp")
    moment = (from_iso(given) or from_number(given)) if given is not None else received_at
    if moment is None:
        raise Refused("is not an ISO 8601 date and time after 1970", "timestamp")
    made.occurred_at = corrected(moment, None, received_at)
    key = id_in(item, "idempotency_key")
    made.message_id = message_id(key, item, index, received_at, timed=given is not None)
    return made


def _person(index: int, item: dict[str, Any], received_at: datetime) -> Incoming:
    made = _named("identify", item)
    said = strict_items.object_at(item, "properties")
    made.traits = {trait_name(name): value for name, value in said.items()}
    made.occurred_at, made.active = received_at, False
    made.message_id = message_id(None, item, index, received_at, timed=False)
    return made


def _named(kind: str, item: dict[str, Any]) -> Incoming:
    """Without its time and id, which `kind`s find in different places."""
    named = strict_items.object_at(item, "user_identifier") or item
    path = "user_identifier." if named is not item else ""
    users, visitors = ([id_in(named, name, path) for name in names] for names in (_USERS, _VISITORS))
    email = identifier(named.get("email")) if named is not item else ""
    made = Incoming(kind, "", _LATER, lookup={"email": email} if email else {})
    made.user_id, made.anonymous_id = (next(filter(None, ids), None) for ids in (users, visitors))
    if not (made.user_id or made.anonymous_id or email):
        raise Refused("is missing", "identity" if named is item else "user_identifier.identity")
    return made
