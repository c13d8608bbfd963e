"""Calls of product-analytics SDKs, and what is read in them."""

import json
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from signals_app import compat_views
from signals_app.connectors.analytics import DIALECTS
from signals_app.connectors.base import Parsed
from signals_app.incoming import Incoming
from tests.connectors import payload

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
MOMENT, AT = "2026-03-02T09:30:00Z", datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def parsed(call: str, body: Any, now: datetime = NOW) -> Parsed:
    return DIALECTS[call.partition(":")[0]].parse(json.dumps(body).encode(), {}, now, call)


def one(call: str, body: Any) -> Incoming:
    found = parsed(call, body)
    assert found.rejected == []
    (item,) = found.items
    return item


def why(call: str, body: Any) -> str:
    found = parsed(call, body)
    assert found.items == []
    return found.rejected[0].reason


def who(item: Incoming) -> tuple[str, str | None, str | None, str | None]:
    return item.kind, item.user_id, item.anonymous_id, item.previous_id


def posthog(**item: Any) -> dict[str, Any]:
    return {
        "api_key": "k",
        "batch": [{"event": "E", "distinct_id": "u_1", "uuid": "m", "timestamp": MOMENT, **item}],
    }


def amplitude(**item: Any) -> dict[str, Any]:
    return {
        "api_key": "k",
        "events": [{"event_type": "E", "user_id": "u_1", "insert_id": "m", "time": 1772443800000, **item}],
    }


def mixpanel(event: str = "E", **properties: Any) -> dict[str, Any]:
    return {"event": event, "properties": {"token": "k", "$insert_id": "m", "time": 1772443800, **properties}}


def recorded(vendor: str) -> list[tuple[str, bytes]]:
    """The call and the body as the envelope keeps it."""
    found = []
    for name in ("sdk_py", "sdk_node"):
        for request in payload.read(vendor, name)["requests"]:
            body, call = request["raw"].encode(), vendor
            if vendor == "mixpanel":
                call = f"mixpanel:{request['path'].strip('/')}"
                body = compat_views._data(
                    body, {name: values[0] for name, values in parse_qs(request["query"]).items()}
                )
            found.append((call, body))
    return found
