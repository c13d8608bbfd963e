"""Segment's Webhook destination: what a customer's Segment relays to us, one event or an array of them.

Source: segment-docs `destinations/catalog/webhooks` and `actions-webhook`, segmentio/action-destinations
`webhook/index.ts`. Of an array only the first element is signed: what the others say is unproven, so batching is better
left off there.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from signals_app.connectors.base import BadSignature, Connector, HookRequest, Parsed, printable, unusable
from signals_app.connectors.segment.building import built
from signals_app.connectors.segment.reading import MAX_ITEMS
from signals_app.connectors.segment.verdict import Sound, judge
from signals_app.incoming import Rejected
from upsell_project.lib import signing, strict_json
from upsell_project.lib.strict_json import NotJson, Refused, TooLarge

_FIRST = json.JSONDecoder(parse_int=str, parse_float=str)
_COMMA = re.compile(r"[ \t\r\n]*,[ \t\r\n]*")
MANY = f"holds more than {MAX_ITEMS} events"


class SegmentWebhook(Connector):
    kind: ClassVar[str] = "segment_webhook"
    label: ClassVar[str] = "Segment (Webhook destination)"
    methods: ClassVar[frozenset[str]] = frozenset({"POST", "PUT", "PATCH"})
    needs_secret: ClassVar[bool] = False
    setup: ClassVar[str] = (
        "In Segment add a Webhook destination with this URL, the same shared secret as here, and batching off: "
        "of a batch Segment signs only the first event."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        if not secrets:
            return
        signed = _signed(request.body)
        given = request.headers.get("x-signature", "").strip().lower()
        expected = [signing.hex_mac(one, signed, algorithm="sha1") for one in signing.usable(secrets)]
        if not given or not signing.any_same(expected, [given]):
            raise BadSignature("no active secret made this signature")

    def too_much(self, body: bytes) -> str:
        return MANY if _holds_many(body) else ""

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        parsed, equal = Parsed(), dict[str, int]()
        try:
            for index, item in _read(body, parsed.rejected):
                _take(parsed, index, item, received_at.astimezone(UTC), equal)
        except Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        parsed.rejected.sort(key=lambda one: one.index)
        return parsed


def _signed(body: bytes) -> bytes:
    """Segment signs `JSON.stringify` of the event, of an array's first element: the bytes are cut out as they came."""
    if not body.lstrip().startswith(b"["):
        return body
    try:
        text = body.decode().lstrip()[1:].lstrip()
        return text[: _FIRST.raw_decode(text)[1]].encode()
    except (ValueError, RecursionError):
        raise BadSignature("the body is no array with a first event") from None


def _read(body: bytes, rejected: list[Rejected]) -> Iterable[tuple[int, Any]]:
    """The events; one that we do not take costs only itself."""
    if _holds_many(body):
        raise TooLarge(MANY)
    try:
        value = strict_json.loads(body, max_depth=strict_json.MAX_DEPTH + 1)
        return enumerate(_few(value) if isinstance(value, list) else [value])
    except (NotJson, TooLarge):
        raise
    except Refused:
        if not body.lstrip().startswith(b"["):
            raise
    found = []
    for index, text in enumerate(_few(strict_json.split(f'{{"batch":{body.decode()}}}', "batch")[1])):
        try:
            found.append((index, strict_json.loads(text)))
        except Refused as error:
            rejected.append(_refused(index, error, text))
    return found


def _few(items: list[Any]) -> list[Any]:
    if len(items) > MAX_ITEMS:
        raise TooLarge(MANY)
    return items


def _holds_many(body: bytes) -> bool:
    """Of an array whose events can be read one by one; no more of them are read than are allowed."""
    if not body.lstrip().startswith(b"[") or body.count(b",") < MAX_ITEMS:
        return False
    try:
        text, at = body.decode().lstrip()[1:].lstrip(), 0
        for _ in range(MAX_ITEMS):
            comma = _COMMA.match(text, _FIRST.raw_decode(text, at)[1])
            if comma is None:
                return False
            at = comma.end()
    except (ValueError, RecursionError):
        return False
    return True


def _take(parsed: Parsed, index: int, item: Any, received_at: datetime, equal: dict[str, int]) -> None:
    """`type: delete` asks for an erasure; only Segment's privacy API sends it."""
    call = "delete" if isinstance(item, dict) and item.get("type") == "delete" else "batch"
    try:
        kind, occurred_at = judge(item, call, None, received_at)
    except Refused as error:
        parsed.rejected.append(_refused(index, error, json.dumps(item, ensure_ascii=False)))
        return
    incoming = built(Sound(index, kind, item, occurred_at), received_at, {}, {}, equal)
    # Whom the sender's `integrations` leave out was decided by Segment, before it sent this on.
    incoming.declined = False
    incoming.proven = index == 0
    parsed.items.append(incoming)


def _refused(index: int, error: Refused, text: str) -> Rejected:
    return Rejected(index, error.sentence("the event"), error.path, printable(text.strip().encode()))
