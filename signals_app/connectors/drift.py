"""Drift: conversations as tickets, contacts as facts.

Source: devdocs.drift.com.
Unverified: everything. The shapes are as we remember them, and whether Drift (now part of
Salesloft) still gives out tokens is unknown; what cannot be read is kept as rejected.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar

from signals_app.connectors.base import (
    LATER,
    BadSignature,
    HookRequest,
    Parsed,
    from_unix,
    identifier,
    members,
    present,
    words,
)
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_token
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import plain_text, signing, strict_json

_NAMES = {
    "new_conversation": "Ticket Created",
    "new_message": "Ticket Updated",
    "conversation_status_updated": "Ticket Solved",
    "playbook_goal_met": "Chat Goal Met",
}


class Drift(JsonConnector):
    kind: ClassVar[str] = "drift"
    label: ClassVar[str] = "Drift"
    needs_secret: ClassVar[bool] = False
    anybody_typed: ClassVar[bool] = True
    beta: ClassVar[str] = (
        "Written without access to Drift: bring your own app, and look at rejected events first."
    )
    setup: ClassVar[str] = (
        "dev.drift.com > your app > Webhooks: enter this URL. The secret, if you want one proof more than the URL, is "
        "the app's verification token."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        try:
            check_token(request, secrets)
        except BadSignature:
            told = _token(request.body)
            if not told or not signing.any_same(signing.usable(secrets), [told]):
                raise

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        kind, data = words(said.get("type")), members(said.get("data"))
        if not kind:
            return arrival.unusable("the body is not an event: it has no type", "type")
        item = _identify(data) if kind == "contact_identified" else _talk(kind, data)
        if item is None:
            return Parsed()
        if not (item.user_id or item.person_ids or item.lookup or item.properties.get("ticket_id")):
            return arrival.unusable("the event names neither a contact nor a conversation", "data")
        item.message_id = short_id(f"{kind}:{_unique(kind, data) or arrival.id('')}")
        item.occurred_at = arrival.at(_moment(data))
        return Parsed([item])


def _token(body: bytes) -> str:
    try:
        said = members(strict_json.loads(body))
    except strict_json.Refused:
        return ""
    return words(said.get("token")) or words(said.get("verificationToken"))


def _unique(kind: str, data: dict[str, Any]) -> str:
    """A message comes once; a conversation may be closed again and again."""
    id, at = words(data.get("id")), words(data.get("createdAt"))
    changes = id and kind == "conversation_status_updated"
    return f"{id}:{words(data.get('status')).lower()}:{at}" if changes else id


def _moment(data: dict[str, Any]) -> datetime | None:
    at = data.get("createdAt")
    return from_unix(at / 1000) if isinstance(at, int) and not isinstance(at, bool) else None


def _talk(kind: str, data: dict[str, Any]) -> Incoming | None:
    name, author = _NAMES.get(kind), members(data.get("author"))
    status = words(data.get("status")).lower()
    if name == "Ticket Solved" and status == "open":
        name = "Ticket Updated"
    if name is None or (name == "Ticket Solved" and status != "closed"):
        return None
    if kind == "new_message" and (author.get("type") != "contact" or data.get("type") == "private_note"):
        return None  # what our own people and bots say is not the customer's word
    contact = author if author.get("type") == "contact" else members(data.get("contact"))
    item = _blank("track", contact or {"id": data.get("contactId")})
    ticket = data.get("conversationId") or (data.get("id") if kind != "new_message" else None)
    item.name = name
    item.properties = present(
        ticket_id=identifier(ticket),
        text=plain_text.from_html(words(data.get("body"))),
        status=status,
        channel="chat",
    )
    return item


def _identify(data: dict[str, Any]) -> Incoming:
    contact = members(data.get("contact")) or data
    item = _blank("identify", {**contact, "id": contact.get("contactId", contact.get("id"))})
    attributes = members(contact.get("attributes")) or contact
    email, name = identifier(attributes.get("email")).lower(), identifier(attributes.get("name"))
    item.traits = present(email=email, name=name)
    return item


def _blank(kind: str, contact: dict[str, Any]) -> Incoming:
    attributes = members(contact.get("attributes")) or contact
    email, contact_id = identifier(attributes.get("email")).lower(), identifier(contact.get("id"))
    own = identifier(contact.get("externalId")) or identifier(attributes.get("externalId"))
    return Incoming(
        kind=kind,
        message_id="",
        occurred_at=LATER,
        user_id=own or None,
        lookup={"email": email} if email else {},
        person_ids={"drift_contact_id": contact_id} if contact_id else {},
        active=False,
    )
