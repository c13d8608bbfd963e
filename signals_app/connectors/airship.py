"""Airship's Real-Time Data Streaming: one event, an array of them, `{"events": [...]}` or one JSON object a line.

Source: docs.airship.com on Real-Time Data Streaming; Snowplow's Airship schemas; Tealium's guide to Airship. Nothing is
signed: whoever forwards the stream sends the secret as header `X-Api-Key` or as Bearer token.

Unverified: all of it but the common fields (`id`, `occurred`, `type`, `device`, `body`), above all opt-outs
(`SUBSCRIPTION` with `new_status`), e-mail events and inbound SMS (`MOBILE_ORIGINATED`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar

from signals_app import counted
from signals_app.connectors.base import (
    MAX_TEXT,
    Connector,
    HookRequest,
    Parsed,
    elements,
    from_iso,
    from_unix,
    identifier,
    members,
    printable,
    unusable,
    words,
)
from signals_app.connectors.shared.signatures import require_token
from signals_app.incoming import Incoming, Rejected, digest
from signals_app.receipt import receipt
from upsell_project.lib import strict_json

NAMES = {
    "SEND": "Message Sent",
    "SEND_REJECTED": "Message Failed",
    "SEND_ABORTED": "Message Dropped",
    "RICH_DELIVERY": "Message Delivered",
    "RICH_READ": "Message Opened",
    "IN_APP_MESSAGE_DISPLAY": "Message Opened",
    "SHORT_LINK_CLICK": "Message Clicked",
    "WEB_CLICK": "Message Clicked",
    "MOBILE_ORIGINATED": "Reply Received",
    "UNINSTALL": "Application Uninstalled",
}
IN_APP = ("RICH_DELIVERY", "RICH_READ", "IN_APP_MESSAGE_DISPLAY")
DEVICES = {"EMAIL": "email", "SMS": "sms", "OPEN": "chat"}
OUT = ("OPT_OUT", "OPTED_OUT", "UNSUBSCRIBED")
IN = ("OPT_IN", "OPTED_IN", "SUBSCRIBED")


class Airship(Connector):
    kind: ClassVar[str] = "airship"
    label: ClassVar[str] = "Airship"
    beta: ClassVar[str] = (
        "Most of Airship's event bodies, opt-outs above all, could not be checked against Airship."
    )
    setup: ClassVar[str] = (
        "Forward Airship's Real-Time Data Streaming (JSON or one event a line) to the URL, with the secret as header"
        " X-Api-Key or as Bearer token. Use our user ids as named users."
    )
    lists: ClassVar[tuple[str, ...]] = ("", "events")
    lines: ClassVar[bool] = True

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        require_token(request, secrets)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        if reason := self.too_much(body):
            return unusable(body, f"the body {reason}")
        parsed = Parsed()
        for index, event in enumerate(_events(body)):
            if isinstance(event, Rejected):
                parsed.rejected.append(Rejected(index, event.reason, event.path, event.raw))
            elif not words(event.get("type")):
                raw = printable(repr(event).encode(errors="replace"))
                parsed.rejected.append(Rejected(index, "type is missing", f"[{index}].type", raw))
            elif item := _item(event, received_at):
                parsed.items.append(item)
        return parsed


def _events(body: bytes) -> Iterator[dict[str, Any] | Rejected]:
    """Each event, or why a line is none."""
    try:
        yield from _whole(strict_json.loads(body))
        return
    except strict_json.Refused as error:
        lines = list(counted.lines_of(body))
        if len(lines) < 2:
            yield Rejected(0, error.sentence("the body"), error.path, printable(body))
            return
    for line in lines:
        try:
            yield from _whole(strict_json.loads(line))
        except strict_json.Refused as error:
            yield Rejected(0, error.sentence("the line"), error.path, printable(line))


def _whole(said: Any) -> Iterator[dict[str, Any] | Rejected]:
    if isinstance(said, dict) and isinstance(said.get("events"), list):
        said = said["events"]
    for one in elements(said) if isinstance(said, list) else [said]:
        if isinstance(one, dict):
            yield one
        else:
            yield Rejected(
                0, "an event is not a JSON object", "", printable(repr(one).encode(errors="replace"))
            )


def _item(event: dict[str, Any], received_at: datetime) -> Incoming | None:
    kind, said, device = (
        words(event["type"]).upper(),
        members(event.get("body")),
        members(event.get("device")),
    )
    name = _name(kind, said)
    if not name:
        return None
    happened_at = from_iso(event.get("occurred")) or from_unix(event.get("occurred")) or received_at
    address = words(said.get("address")) or words(device.get("address"))
    channel = "in_app" if kind in IN_APP else _channel(device)
    return receipt(
        name,
        words(event.get("id")) or f"sha256:{digest(repr(event))}",
        min(happened_at, received_at),
        channel=channel,
        message=_push_id(said),
        user_id=words(device.get("named_user_id")) or words(device.get("named_user")),
        lookup=_lookup(channel, address),
        person_ids={"airship_channel_id": words(device.get("channel"))},
        delivery_id=identifier(said.get("delivery_id")),
        **_about(name, kind, said),
    )


def _name(kind: str, said: dict[str, Any]) -> str:
    """An app is opened by a push when the body names it; otherwise it says nothing of a message."""
    if kind == "OPEN":
        return "Message Opened" if members(said.get("triggering_push")) else ""
    if kind == "SUBSCRIPTION":
        status = (
            words(said.get("new_status")) or words(said.get("event_type")) or words(said.get("type"))
        ).upper()
        out = any(status.endswith(one) for one in OUT)
        return "Unsubscribed" if out else "Resubscribed" if any(status.endswith(one) for one in IN) else ""
    return NAMES.get(kind, "")


def _channel(device: dict[str, Any]) -> str:
    return DEVICES.get(words(device.get("device_type")).upper(), "push")


def _push_id(said: dict[str, Any]) -> str:
    push = members(said.get("triggering_push")) or said
    return words(push.get("push_id")) or words(push.get("send_id"))


def _lookup(channel: str, address: str) -> dict[str, str]:
    return (
        {"email": address.lower()} if channel == "email" else {"phone": address if channel == "sms" else ""}
    )


def _about(name: str, kind: str, said: dict[str, Any]) -> dict[str, Any]:
    if name == "Message Opened":
        return {"machine": False}
    if name == "Message Clicked":
        return {"machine": False, "url": words(said.get("url")) or words(said.get("short_link"))}
    if name == "Message Failed":
        return {"permanent": False, "reason": words(said.get("reason")) or kind.lower()}
    if name == "Reply Received":
        text = words(said.get("inbound_message")) or words(said.get("message")) or words(said.get("keyword"))
        return {"text": text[:MAX_TEXT]}
    return {"reason": words(said.get("reason")) or kind.lower()} if name == "Message Dropped" else {}
