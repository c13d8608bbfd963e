"""Requests as the SDKs of product-analytics vendors send them."""

import json
from typing import Any

from django.test import Client

from signals_app import ingest
from signals_app.models import Envelope

FORM = "application/x-www-form-urlencoded"
MOMENT = "2026-03-02T09:29:00Z"


def body_for(path: str, key: str, event: Any = "Report Exported") -> dict[str, Any]:
    """One event in the shape that the path takes."""
    if path == "/batch/":
        item = {
            "event": event,
            "distinct_id": "u_1",
            "uuid": "m-1",
            "timestamp": MOMENT,
            "properties": {"n": 1},
        }
        return {"api_key": key, "batch": [item]}
    if path in ("/e/", "/i/v0/e/", "/capture/"):
        return {
            "event": event,
            "uuid": "m-1",
            "properties": {"token": key, "distinct_id": "u_1", "n": 1},
        }
    if path in ("/2/httpapi", "/batch"):
        item = {"event_type": event, "user_id": "u_1", "insert_id": "m-1", "event_properties": {"n": 1}}
        return {"api_key": key, "events": [item]}
    if path.startswith("/heap"):
        return {
            "app_id": key,
            "identity": "u_1",
            "event": event,
            "idempotency_key": "m-1",
            "properties": {"n": 1},
        }
    return {"event": event, "properties": {"token": key, "distinct_id": "u_1", "$insert_id": "m-1", "n": 1}}


PATHS = (
    "/e/",
    "/i/v0/e/",
    "/capture/",
    "/batch/",
    "/batch",
    "/2/httpapi",
    "/heap/api/track",
    "/track",
    "/import",
)


def post(client: Client, path: str, body: Any, **more: Any) -> Any:
    data = body if isinstance(body, bytes | str) else json.dumps(body)
    return client.post(path, data, content_type=more.pop("content_type", "application/json"), **more)


def opened() -> list[Any]:
    return [item for one in ingest.open_all(list(Envelope.objects.order_by("pk"))) for item in one.items]
