"""From an item that was found sound to the normalized `Incoming`. Nothing here can refuse any more."""

import json
from datetime import datetime
from typing import Any

from signals_app.connectors.segment.verdict import Sound, id_at
from signals_app.incoming import Incoming, digest, short_id
from upsell_project.lib import push_address
from upsell_project.lib.strict_json import Refused

OUR_NAME = "upsell"
_CONTEXT_TEXT = 2_000


def built(
    one: Sound,
    received_at: datetime,
    batch_context: dict[str, Any],
    batch_integrations: dict[str, Any],
    equal: dict[str, int],
) -> Incoming:
    """The batch's own context and integrations lie under those of the item. `equal`: how often each content without an
    id was met in this body; starts empty."""
    item = one.item
    context = item.get("context") or _NOTHING
    if batch_context:
        context = {**batch_context, **context}
    incoming = Incoming(
        kind=one.kind,
        message_id=_message_id(one, received_at, equal),
        occurred_at=one.occurred_at,
        name=(item.get("event" if one.kind == "track" else "name") or "").strip(),
        user_id=_id(item.get("userId")),
        anonymous_id=_id(item.get("anonymousId")),
        group_id=_id(item.get("groupId")) if one.kind == "group" else _context_group(context),
        properties=item.get("properties") or {},
        context=_kept(context, item),
        active=context.get("active") is not False,
        declined=_declined(batch_integrations, item.get("integrations") or _NOTHING),
    )
    if one.kind == "identify":
        # rudder-sdk-python puts the traits of an identify call into its context only.
        under, traits = context.get("traits"), item.get("traits") or {}
        incoming.traits = {**under, **traits} if isinstance(under, dict) else traits
    elif one.kind == "group":
        incoming.account_traits = item.get("traits") or {}
    elif one.kind == "alias":
        incoming.previous_id = _id(item.get("previousId"))
    return incoming


def _id(value: Any) -> str | None:
    """As `verdict.id_at` found it sound."""
    if value is None:
        return None
    text = value if value.__class__ is str else str(int(value))
    return text if text and not text.isspace() else None


def _message_id(one: Sound, received_at: datetime, equal: dict[str, int]) -> str:
    """The sender's, else a hash of the item, and which of those that are equal it is; one that names no time either is
    a new fact each time."""
    given = _id(one.item.get("messageId"))
    if given is not None:
        return short_id(given)
    content = {name: value for name, value in one.item.items() if name not in ("sentAt", "writeKey")}
    if content.get("timestamp") is None and content.get("originalTimestamp") is None:
        content["received"] = f"{received_at.isoformat()} {one.index}"
    hashed = digest(json.dumps(content, sort_keys=True))
    number = equal[hashed] = equal.get(hashed, 0) + 1
    return f"sha256:{hashed}:{number}" if number > 1 else f"sha256:{hashed}"


def _context_group(context: dict[str, Any]) -> str | None:
    """Nothing was refused for it, so it may be anything."""
    if "groupId" not in context:
        return None
    try:
        return id_at(context, "groupId")
    except Refused:
        return None


def _kept(context: dict[str, Any], item: dict[str, Any]) -> dict[str, Any]:
    if not context and "channel" not in item:
        return {}
    found = {"timezone": context.get("timezone"), "locale": context.get("locale")}
    found["channel"] = item.get("channel") or context.get("channel")
    for part, name, kept in _PARTS:
        if part in context and context[part].__class__ is dict:
            found[kept] = context[part].get(name)
    device = context.get("device")
    if device.__class__ is dict and "token" in device:
        found["push_address"] = push_address.of_device(device["token"])
    return {name: value[:_CONTEXT_TEXT] for name, value in found.items() if value.__class__ is str and value}


_PARTS = (("device", "type", "device_type"), ("page", "url", "page_url"), ("page", "path", "page_path"))
_NOTHING: dict[str, Any] = {}


def _declined(batch_integrations: dict[str, Any], own: dict[str, Any]) -> bool:
    if not (batch_integrations or own):
        return False
    integrations = {**batch_integrations, **own}
    ours = [wanted for name, wanted in integrations.items() if name.lower() == OUR_NAME]
    return ours[-1] is False if ours else integrations.get("All") is False
