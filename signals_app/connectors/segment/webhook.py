"""Segment's Webhook destination: what a customer's Segment relays to us, one event or an array of them.

Source: segment-docs `destinations/catalog/webhooks` and `actions-webhook`, segmentio/action-destinations
`webhook/index.ts`. Of an array only the first element is signed: what the others say is unproven, so batching is better
left off there.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from signals_app.connectors.base import BadSignature, Connector, HookRequest, Parsed, printable, unusable
from signals_app.connectors.segment.building import built
from signals_app.connectors.segment.reading import MAX_ITEMS
from signals_app.connectors.segment.verdict import Sound, judge
from signals_app.connectors.shared.signatures import check_mac
from signals_app.incoming import Rejected
from upsell_project.lib import signing, strict_json
from upsell_project.lib.strict_json import NotJson, Refused, TooLarge

_FIRST = json.JSONDecoder(parse_int=str, parse_float=str)


class SegmentWebhook(Connector):
    kind: ClassVar[str] = "segment_webhook"
    label: ClassVar[str] = "Segment (Webhook destination)"
    methods: ClassVar[frozenset[str]] = frozenset({"POST", "PUT", "PATCH"})
    needs_secret: ClassVar[bool] = False
    lists: ClassVar[tuple[str, ...]] = ("",)
    most: ClassVar[int] = MAX_ITEMS
    setup: ClassVar[str] = (
        "In Segment add a Webhook destination with this URL, the same shared secret as here, and batching off: "
        "of a batch Segment signs only the first event."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        if not secrets:
            return
        signed = _signed(request.body)
        given = request.headers.get("x-signature", "").strip().lower()
        check_mac(secrets, [given], lambda secret: signing.hex_mac(secret, signed, algorithm="sha1"))

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        if reason := self.too_much(body):
            return unusable(body, f"the body {reason}")
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
        raise TooLarge(f"holds more than {MAX_ITEMS} events")
    return items


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
