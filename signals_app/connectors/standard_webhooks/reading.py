"""The JSON that our own producers and automation tools send: one event, an array of them, or `{"events": [...]}`.

```json
{"id": "evt_7", "type": "Report Exported", "timestamp": "2026-03-02T09:30:00Z",
 "data": {"user_id": "u_1", "account_id": "acct_9", "email": "ana@example.com", "used": 19}}
```

`type` is the event's name, or `identify` (then `data.traits` describe the person), `group` (`data.traits` describe the
account) or `delete` (an erasure). All that names nobody is a property. Segment's words are taken too: `event`,
`userId`, `anonymousId`, `groupId`, `messageId`, `properties`, `traits`, also beside `type` instead of inside `data`.
"""

import json
from datetime import UTC, datetime
from typing import Any

from signals_app.connectors.base import (
    Parsed,
    first_words,
    from_iso,
    from_unix,
    identifier,
    members,
    printable,
    unusable,
    words,
)
from signals_app.incoming import MAX_NAME, Incoming, Rejected, digest, short_id
from upsell_project.lib import strict_json

MOST = 1_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LISTS = ("events", "batch")
CALLS = frozenset({"track", "identify", "group", "page", "screen", "alias", "delete"})
_IDS = {
    "user_id": ("user_id", "userId"),
    "anonymous_id": ("anonymous_id", "anonymousId"),
    "group_id": ("account_id", "group_id", "groupId"),
    "previous_id": ("previous_id", "previousId"),
}
_MESSAGE = ("id", "message_id", "messageId")
_TIMES = ("timestamp", "occurred_at", "occurredAt", "time")
_NAMES = ("event", "name")
_OBJECTS = ("data", "properties", "traits", "context", "integrations")
_REACH = ("email", "phone")
_WHO = {name for names in _IDS.values() for name in names} | {*_REACH, "active", "context", "integrations"}
_ENVELOPE = {*_WHO, *_MESSAGE, *_TIMES, *_OBJECTS, "type", "event", "writeKey", "sentAt"}


class Unusable(ValueError):
    """The sentence and the path of what is wrong with one event."""

    def __init__(self, reason: str, path: str) -> None:
        super().__init__(reason)
        self.path = path


def read(body: bytes, given_id: str, received_at: datetime) -> Parsed:
    """`given_id` is the id of the request (`webhook-id`, `Idempotency-Key`): of an event without one of its own."""
    try:
        events = _events(strict_json.loads(body, max_depth=strict_json.MAX_DEPTH + 2))
    except strict_json.Refused as error:
        return unusable(body, error.sentence("the body"), error.path)
    except Unusable as error:
        return unusable(body, str(error), error.path)
    parsed = Parsed()
    request_id = given_id or f"sha256:{digest(body.decode())}"
    for index, event in enumerate(events):
        try:
            item = _item(event, received_at)
        except Unusable as error:
            text = printable(json.dumps(event).encode())
            parsed.rejected.append(Rejected(index, str(error), error.path, text))
            continue
        item.message_id = short_id(
            _message_id(event, request_id, index, given_id if len(events) == 1 else "")
        )
        parsed.items.append(item)
    return parsed


def _message_id(event: dict[str, Any], request_id: str, index: int, alone: str) -> str:
    """The request's id says which event it is when there is one; an event's own may be that of a record."""
    return alone or first_words(event, *_MESSAGE) or request_id + (f":{index + 1}" if index else "")


def told(body: bytes) -> bytes:
    """How the body was understood, as JSON: the number of events taken and the first sentence of each refusal."""
    parsed = read(body, "", _EPOCH)
    problems = [{"index": one.index, "reason": one.reason, "path": one.path} for one in parsed.rejected[:20]]
    taken = [{"kind": item.kind, "name": item.name} for item in parsed.items[:20]]
    return json.dumps(
        {"ok": True, "accepted": len(parsed.items), "events": taken, "rejected": problems}
    ).encode()


def _events(said: Any) -> list[Any]:
    many = next(
        (members(said).get(name) for name in LISTS if isinstance(members(said).get(name), list)), said
    )
    events = many if isinstance(many, list) else [many]
    if len(events) > MOST:
        raise Unusable(f"the body holds more than {MOST} events", "")
    return events


def _item(event: Any, received_at: datetime) -> Incoming:
    if not isinstance(event, dict):
        raise Unusable("the event is not a JSON object", "")
    said = {**event, **members(event.get("data"))}
    kind, name = _kind(event, said)
    item = Incoming(
        kind=kind,
        message_id="",
        occurred_at=min(_time(event, said) or received_at, received_at),
        name=name,
        lookup={kind: value.lower() for kind in _REACH if (value := identifier(said.get(kind)))},
        active=said.get("active") is True,
    )
    for field, names in _IDS.items():
        setattr(item, field, _id(said, names))
    _fill(item, event, said)
    _require(item)
    return item


def _kind(event: dict[str, Any], said: dict[str, Any]) -> tuple[str, str]:
    kind = words(event.get("type"))
    if kind in CALLS:
        names = _NAMES if kind in ("track", "page", "screen") else ()
        name = first_words(said, *names)
        if kind == "track" and not name:
            raise Unusable("event is missing", "event")
    else:
        kind, name = "track", kind or first_words(said, "event")
        if not name:
            raise Unusable("type is missing: the name of the event", "type")
    return kind, name[:MAX_NAME]


def _fill(item: Incoming, event: dict[str, Any], said: dict[str, Any]) -> None:
    """What is inside `properties` or `traits`, else whatever names nobody."""
    data = event.get("data")
    inner, outside = (data, _WHO) if isinstance(data, dict) else (event, _ENVELOPE)
    rest = {name: value for name, value in inner.items() if name not in outside}
    if item.kind == "identify":
        item.traits = {**item.lookup, **(members(said.get("traits")) or rest)}
    elif item.kind == "group":
        item.account_traits = members(said.get("traits")) or rest
    elif item.kind in ("track", "page", "screen"):
        item.properties = members(said.get("properties")) or rest


def _require(item: Incoming) -> None:
    if not (item.user_id or item.anonymous_id or item.group_id or item.lookup):
        raise Unusable("user_id, account_id and email are all missing", "data.user_id")
    if item.kind == "group" and not item.group_id:
        raise Unusable("account_id is missing", "data.account_id")
    if item.kind == "alias" and not (item.previous_id and item.user_id):
        raise Unusable("previous_id or user_id is missing", "data.previous_id")


def _id(said: dict[str, Any], names: tuple[str, ...]) -> str | None:
    """A number is taken as text; an id that is longer than any of ours is refused rather than taken for nobody."""
    for name in names:
        value = words(said.get(name))
        if value and not identifier(value):
            raise Unusable(f"{name} is too long", f"data.{name}")
        if value:
            return value
    return None


def _time(event: dict[str, Any], said: dict[str, Any]) -> datetime | None:
    """ISO 8601, or unix seconds; the envelope's own before one inside `data`, which may be the record's."""
    values = [holder.get(name) for holder in (event, said) for name in _TIMES]
    return next((at for value in values if (at := from_iso(value) or from_unix(value))), None)
