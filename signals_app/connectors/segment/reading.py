"""From bytes to verdicts. `read` is used twice: at the door for verdicts only, by the worker for `items` too.

Both see the same, because the result depends on nothing but the arguments.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

import msgspec

from signals_app.connectors.segment.building import built
from signals_app.connectors.segment.verdict import (
    DELETE,
    KINDS,
    Sound,
    judge,
    object_at,
    occurred_at,
    skew_of,
)
from signals_app.incoming import MAX_RAW, Incoming, Rejected
from upsell_project.lib import gunzip, strict_json
from upsell_project.lib.strict_json import NotJson, Refused, TooLarge

CALLS = frozenset(KINDS) | {"batch"}
MAX_BODY = 500 * 1024
MAX_ITEM = 32 * 1024
MAX_ITEMS = 2_500
_BATCH_LEVELS = 2


class _RawItems(msgspec.Struct):
    batch: list[msgspec.Raw]


_RAW = msgspec.json.Decoder(_RawItems)
_PLAIN = msgspec.json.Decoder()


class Unreadable(Exception):
    """The whole request fails with this HTTP status (400 or 413) and message."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


@dataclass
class Batch:
    """What one body held: verdicts at once (`accepted`, `rejected`), `items` built when first asked for."""

    write_key: str | None
    received_at: datetime
    sound: list[Sound] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    context: dict[str, Any] = field(default_factory=dict)
    integrations: dict[str, Any] = field(default_factory=dict)

    @property
    def accepted(self) -> int:
        return len(self.sound)

    def refuse_deletes(self) -> None:
        """For keys that anybody may know: nobody is forgotten because a page says so."""
        told = "is delete, which only a server may send: nothing was erased"
        self.rejected += [
            Rejected(one.index, f"type {told}", "type") for one in self.sound if one.kind == DELETE
        ]
        self.rejected.sort(key=lambda one: one.index)
        self.sound = [one for one in self.sound if one.kind != DELETE]

    @cached_property
    def items(self) -> list[Incoming]:
        equal: dict[str, int] = {}
        return [built(one, self.received_at, self.context, self.integrations, equal) for one in self.sound]


def read(body: bytes, call: str, received_at: datetime) -> Batch:
    """Verdicts for a body, gzipped or not. `call` is one of `CALLS`; single calls are batches of one."""
    try:
        plain = gunzip.inflate(body, MAX_BODY)
        if call == "batch":
            return _read_batch(plain, received_at)
        return _read_single(plain, call, received_at)
    except TooLarge as error:
        raise Unreadable(413, f"The body {error.reason}.") from None
    except Refused as error:
        raise Unreadable(400, f"{error.sentence('The body')}.") from None


def read_sound(body: bytes, call: str, received_at: datetime) -> Batch:
    """What `read` finds in a body in which it refused nothing, in half the time: nothing is judged again."""
    head = _PLAIN.decode(gunzip.inflate(body, MAX_BODY))
    if call != "batch":
        batch, items = Batch(None, received_at), [head]
    else:
        batch, items = _empty(head, received_at), head["batch"]
    skew = skew_of(head.get("sentAt") if call == "batch" else None, received_at)
    for index, item in enumerate(items):
        kind = item["type"] if call == "batch" else call
        batch.sound.append(Sound(index, kind, item, occurred_at(item, skew, received_at)))
    return batch


def _read_batch(plain: bytes, received_at: datetime) -> Batch:
    try:
        head = strict_json.loads(plain, max_depth=strict_json.MAX_DEPTH + _BATCH_LEVELS)
    except NotJson:
        raise
    except Refused:
        return _read_spoiled_batch(plain, received_at)
    items = _items_of(head)
    if len(plain) > MAX_ITEM and any(len(memoryview(item)) > MAX_ITEM for item in _RAW.decode(plain).batch):
        return _read_spoiled_batch(plain, received_at)
    return _judged(_empty(head, received_at), enumerate(items), "batch", head.get("sentAt"))


def _read_spoiled_batch(plain: bytes, received_at: datetime) -> Batch:
    """The slow way, where something is refused: decode item by item, so that it costs only its own item."""
    head_text, texts = strict_json.split(plain.decode(), "batch")
    head = strict_json.loads(head_text)
    if _items_of(head, texts):
        raise Refused("is a key that must be written without escapes", "batch")
    batch = _empty(head, received_at)
    decoded = []
    for index, text in enumerate(texts):
        try:
            decoded.append((index, _decoded_item(text)))
        except NotJson:
            raise
        except Refused as error:
            batch.rejected.append(_rejected(index, error, text))
    _judged(batch, decoded, "batch", head.get("sentAt"))
    batch.rejected.sort(key=lambda one: one.index)
    return batch


def _read_single(plain: bytes, call: str, received_at: datetime) -> Batch:
    if len(plain) > MAX_ITEM:
        raise TooLarge(f"is larger than {MAX_ITEM} bytes, the limit for one event")
    try:
        item = strict_json.loads(plain)
    except NotJson:
        raise
    except Refused as error:
        return Batch(_key_of_refused(plain), received_at, rejected=[_rejected(0, error, plain.decode())])
    if not isinstance(item, dict):
        raise Refused("is not a JSON object")
    return _judged(Batch(_write_key(item), received_at), [(0, item)], call, None)


def _decoded_item(text: str) -> Any:
    if _oversize(text):
        raise Refused(f"is larger than {MAX_ITEM} bytes")
    return strict_json.loads(text)


def _oversize(text: str) -> bool:
    return len(text) > MAX_ITEM or (len(text) * 4 > MAX_ITEM and len(text.strip().encode()) > MAX_ITEM)


def _items_of(head: Any, texts: list[str] | None = None) -> list[Any]:
    if not isinstance(head, dict):
        raise Refused("is not a JSON object")
    items = head.get("batch")
    if not isinstance(items, list):
        raise Refused("is not an array", "batch")
    if len(items if texts is None else texts) > MAX_ITEMS:
        raise TooLarge(f"holds more than {MAX_ITEMS} events")
    return items


def _empty(head: dict[str, Any], received_at: datetime) -> Batch:
    context, integrations = (object_at(head, name) for name in ("context", "integrations"))
    return Batch(_write_key(head), received_at, context=context, integrations=integrations)


def _write_key(holder: Any) -> str | None:
    key = holder.get("writeKey") if isinstance(holder, dict) else None
    return key.strip() or None if isinstance(key, str) else None


def _judged(batch: Batch, items: Iterable[tuple[int, Any]], call: str, sent_at: Any) -> Batch:
    skew = skew_of(sent_at, batch.received_at)
    for index, item in items:
        try:
            kind, occurred_at = judge(item, call, skew, batch.received_at)
            batch.sound.append(Sound(index, kind, item, occurred_at))
        except Refused as error:
            batch.rejected.append(_rejected(index, error, json.dumps(item, ensure_ascii=False)))
    return batch


def _rejected(index: int, error: Refused, raw: str) -> Rejected:
    return Rejected(index, error.sentence("the item"), error.path, raw.strip()[:MAX_RAW])


def _key_of_refused(plain: bytes) -> str | None:
    """Who sent a body that is refused as an item: it is still rejected in their name."""
    try:
        return _write_key(json.loads(plain, parse_int=str))
    except RecursionError:
        return None
