"""Bodies as SDKs send them."""

import json
from datetime import UTC, datetime
from typing import Any

from signals_app.connectors import segment
from signals_app.incoming import Incoming

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
TRACK: dict[str, Any] = {
    "type": "track",
    "userId": "u_1",
    "event": "Report Exported",
    "messageId": "m-1",
    "timestamp": "2026-03-02T09:29:00.000Z",
}


def batch(*items: Any, **head: Any) -> segment.Batch:
    return segment.read(json.dumps({"batch": items, **head}).encode(), "batch", NOW)


def single(call: str, item: dict[str, Any]) -> segment.Batch:
    return segment.read(json.dumps(item).encode(), call, NOW)


def taken(item: dict[str, Any], **head: Any) -> Incoming:
    found = batch(item, **head)
    assert found.rejected == []
    return found.items[0]
