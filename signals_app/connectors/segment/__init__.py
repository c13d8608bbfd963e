"""Segment's HTTP tracking API, as spoken by the SDKs of Segment and RudderStack and by `curl`.

Source: segmentio/segment-docs, HTTP API and Spec: Common; RudderStack differs where noted.
"""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import ClassVar

from signals_app.connectors.base import SOUND, BadSignature, Connector, HookRequest, Parsed, unusable
from signals_app.connectors.segment.reading import (
    CALLS,
    MAX_BODY,
    MAX_ITEM,
    MAX_ITEMS,
    Batch,
    Unreadable,
    read,
    read_sound,
)
from signals_app.connectors.segment.webhook import SegmentWebhook

__all__ = [
    "CALLS",
    "MAX_BODY",
    "MAX_ITEM",
    "MAX_ITEMS",
    "Batch",
    "SegmentWebhook",
    "Unreadable",
    "read",
    "read_sound",
]


class Segment(Connector):
    may_delete: ClassVar[bool] = True
    signed: ClassVar[bool] = False

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        raise BadSignature("this kind of source is known by its write key, not by a signature")

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            received_at = received_at.astimezone(UTC)
            batch = read_sound(body, call, received_at) if SOUND in headers else read(body, call, received_at)
        except Unreadable as error:
            return unusable(body, error.message)
        if not self.may_delete:
            batch.refuse_deletes()
        return Parsed(batch.items, batch.rejected)


class ServerSource(Segment):
    kind = "http"
    label = "Server SDKs (Segment-compatible)"


class WebSource(Segment):
    kind = "web"
    may_delete = False
    label = "Browser (Segment-compatible, publishable key)"
