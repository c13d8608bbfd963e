"""From an item that was found sound to the normalized `Incoming`. Nothing here can refuse any more."""

import json
from datetime import datetime
from typing import Any

from signals_app.connectors.segment.verdict import MAX_MESSAGE_ID, Sound, id_at, name_at, object_at
from signals_app.incoming import Incoming, digest, short_id
from upsell_project.lib.strict_json import Refused

OUR_NAME = "upsell"
_CONTEXT_TEXT = 2_000


def built(
    one: Sound, received_at: datetime, batch_context: dict[str, Any], batch_integrations: dict[str, Any]
) -> Incoming:
    """The batch's own context and integrations lie under those of the item."""
    item = one.item
    context = {**batch_context, **object_at(item, "context")}
    traits = object_at(item, "traits")
    built = Incoming(
        kind=one.kind,
        message_id=_message_id(one, received_at),
        occurred_at=one.occurred_at,
        name=name_at(item, "event" if one.kind == "track" else "name") or "",
        user_id=id_at(item, "userId"),
        anonymous_id=id_at(item, "anonymousId"),
        group_id=id_at(item, "groupId") if one.kind == "group" else _context_group(context),
        properties=object_at(item, "properties"),
        context=_kept(context, item),
        active=context.get("active") is not False,
        declined=_declined({**batch_integrations, **object_at(item, "integrations")}),
    )
    if one.kind == "identify":
        # rudder-sdk-python puts the traits of an identify call into its context only.
        under = context.get("traits")
        built.traits = {**under, **traits} if isinstance(under, dict) else traits
    elif one.kind == "group":
        built.account_traits = traits
    elif one.kind == "alias":
        built.previous_id = id_at(item, "previousId")
    return built


def _message_id(one: Sound, received_at: datetime) -> str:
    """The sender's, else a hash of the item; one that names no time either is a new fact each time."""
    given = id_at(one.item, "messageId", limit=MAX_MESSAGE_ID)
    if given is not None:
        return short_id(given)
    content = {name: value for name, value in one.item.items() if name not in ("sentAt", "writeKey")}
    if content.get("timestamp") is None and content.get("originalTimestamp") is None:
        content["received"] = f"{received_at.isoformat()} {one.index}"
    return f"sha256:{digest(json.dumps(content, sort_keys=True))}"


def _context_group(context: dict[str, Any]) -> str | None:
    try:
        return id_at(context, "groupId")
    except Refused:
        return None


def _kept(context: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    device, page = context.get("device"), context.get("page")
    device, page = (part if isinstance(part, dict) else {} for part in (device, page))
    found = {
        "timezone": context.get("timezone"),
        "locale": context.get("locale"),
        "device_type": device.get("type"),
        "channel": item.get("channel") or context.get("channel"),
        "page_url": page.get("url"),
        "page_path": page.get("path"),
    }
    return {name: value[:_CONTEXT_TEXT] for name, value in found.items() if value and isinstance(value, str)}


def _declined(integrations: dict[str, Any]) -> bool:
    ours = [wanted for name, wanted in integrations.items() if name.lower() == OUR_NAME]
    return ours[-1] is False if ours else integrations.get("All") is False
