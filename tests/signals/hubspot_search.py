"""HubSpot's search for companies, as its documentation says it answers: what it does not know is 400."""

import json
from typing import Any

from tests.connectors import payload
from tests.signals.provider_api import Told

SEARCH = "/crm/v3/objects/companies/search"
MEMBERS = {"filterGroups", "properties", "sorts", "limit", "after", "query"}
OPERATORS = {"EQ", "NEQ", "IN", "CONTAINS_TOKEN", "HAS_PROPERTY"}


def record(**properties: str | None) -> dict[str, Any]:
    """The stored company, with other properties."""
    stored: dict[str, Any] = payload.read("hubspot", "found-company")["body"]["results"][0]
    return {**stored, "properties": {**stored["properties"], **properties}}


def knows(*records: dict[str, Any]) -> Told:
    """Searches these, as many at most as are asked for, with the properties that are asked for."""
    return Told(method="POST", reply=lambda body, kind: _search(list(records), body, kind))


def _search(records: list[dict[str, Any]], body: bytes, content_type: str) -> Told:
    if content_type != "application/json":
        return Told(415, {"message": "Unsupported Media Type"})
    asked = json.loads(body)
    sorts = asked.get("sorts", [])
    sound = asked.keys() <= MEMBERS and 1 <= asked.get("limit", 10) <= 200 and len(sorts) <= 1
    filters = [one for group in asked["filterGroups"] for one in group["filters"]]
    if not sound or any(one["operator"] not in OPERATORS for one in filters):
        return Told(400, {"status": "error", "category": "VALIDATION_ERROR"})
    found = [
        one
        for one in records
        if all(one["properties"].get(each["propertyName"]) == each["value"] for each in filters)
    ]
    for sort in sorts:
        name = sort["propertyName"]
        found.sort(key=lambda one: str(one["properties"][name]), reverse=sort["direction"] == "DESCENDING")
    shown = [_shown(one, asked["properties"]) for one in found[: asked.get("limit", 10)]]
    return Told(200, {"total": len(found), "results": shown})


def _shown(one: dict[str, Any], properties: list[str]) -> dict[str, Any]:
    known = {name: value for name, value in one["properties"].items() if name in properties}
    return {**one, "properties": known}
