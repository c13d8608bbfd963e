"""Intercom: conversations as tickets, contacts and companies as facts.

Source: developers.intercom.com, signed notifications and webhook models; intercom/Intercom-OpenAPI 2.15.
Unverified: the topics `conversation.rating.added`, `contact.tag.created`, `contact.unsubscribed`, `ticket.created`
and `ticket.closed`, and what their items hold; what the item of `company.contact.attached` holds.

A conversation may name its contact by Intercom's id alone: with an access token the contact is read ("Get a contact").
"""

import re
from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from signals_app.connectors.base import (
    MAX_TEXT,
    HookRequest,
    Parsed,
    Question,
    Wanted,
    elements,
    from_unix,
    identifier,
    members,
    words,
)
from signals_app.connectors.intercom import contacts
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_mac
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import plain_text, signing

_SIGNATURE = "x-hub-signature"
_CONTACT = "contact"
_CONTACT_ID = re.compile("[A-Za-z0-9_-]{1,64}")
API_VERSION = "2.11"


class Intercom(JsonConnector):
    kind: ClassVar[str] = "intercom"
    label: ClassVar[str] = "Intercom"
    beta: ClassVar[str] = (
        "Topics about ratings, contact tags, unsubscriptions, tickets and contacts of companies are read as we "
        "remember them; "
        "conversations, contacts and companies are documented."
    )
    setup: ClassVar[str] = (
        "Developer Hub > your app > Webhooks: enter this URL and choose the conversation, contact, company and ticket "
        "topics. The secret is the app's client secret (Basic information); its access token is the API key."
    )
    anybody_typed: ClassVar[bool] = True
    reads: ClassVar[str] = "https://api.intercom.io"

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        given = request.headers.get(_SIGNATURE, "").strip()
        check_mac(
            secrets, [given], lambda one: "sha1=" + signing.hex_mac(one, request.body, algorithm="sha1")
        )

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        if arrival.call == f"read:{_CONTACT}":
            return _read(said, arrival)
        topic = words(said.get("topic"))
        if not topic:
            return arrival.unusable("the body is not a notification: it has no topic", "topic")
        reader = _TOPICS.get(topic.replace("conversation.contact.", "conversation.user."))
        if reader is None:
            return Parsed()
        about = members(members(said.get("data")).get("item"))
        item = reader(about)
        if item is None:
            return arrival.unusable("the notification names neither a contact nor a company", "data.item")
        item.message_id = arrival.id(words(said.get("id")))
        item.occurred_at = arrival.at(from_unix(said.get("created_at")))
        item.active = False
        return Parsed(contacts.with_companies(item, about), wanted=_wanted(item))

    def question(self, wanted: Wanted, api_url: str, api_key: str) -> Question | None:
        if wanted.kind != _CONTACT or not _CONTACT_ID.fullmatch(wanted.id):
            return None
        headers = {"Authorization": f"Bearer {api_key}", "Accept": "application/json"}
        return Question(f"{api_url}/contacts/{wanted.id}", {**headers, "Intercom-Version": API_VERSION})


def _wanted(item: Incoming) -> list[Wanted]:
    """Whoever did something and is known neither by our id nor by an address."""
    named = item.user_id or item.lookup or item.kind != "track"
    return [] if named else [Wanted(_CONTACT, one) for one in item.person_ids.values()]


def _read(contact: dict[str, Any], arrival: Arrival) -> Parsed:
    item = contacts.identify(contact)
    if item is None:
        return arrival.unusable("the answer is no contact")
    item.message_id = short_id(f"contact:{identifier(contact.get('id'))}:{arrival.id('')}")
    item.occurred_at = arrival.at(from_unix(contact.get("updated_at")))
    item.active = False
    return Parsed(contacts.with_companies(item, contact))


def _contact_of(talk: dict[str, Any]) -> dict[str, Any]:
    """Whose conversation it is: the first contact, with the address that only its author may show."""
    listed = members(talk.get("contacts"))
    contacts = elements(listed.get("contacts")) or elements(listed.get("data"))
    contact = members(contacts[0]) if contacts else members(talk.get("user") or talk.get("contact"))
    author = members(members(talk.get("source")).get("author"))
    customer = author.get("type") in ("user", "lead", "contact")
    if customer and (not contact or author.get("id") == contact.get("id")):
        return {**author, **contact}
    return contact


def _talk(name: str, text_of: Callable[[dict[str, Any]], str]) -> Callable[[dict[str, Any]], Incoming]:
    """A conversation is a ticket."""

    def read(talk: dict[str, Any]) -> Incoming:
        item = contacts.blank("track", _contact_of(talk))
        listed = members(talk.get("tags"))
        tags = [words(members(tag).get("name")) for tag in elements(listed.get("tags"))]
        properties = {
            "ticket_id": identifier(talk.get("id")),
            "text": text_of(talk)[:MAX_TEXT],
            "subject": plain_text.from_html(words(members(talk.get("source")).get("subject")))[:MAX_TEXT],
            "tags": [tag for tag in tags if tag],
            "status": words(talk.get("state")).lower(),
            "channel": "chat",
        }
        item.name, item.properties = name, _present(properties)
        return item

    return read


def _opening(talk: dict[str, Any]) -> str:
    return plain_text.from_html(words(members(talk.get("source")).get("body")))


def _newest_part(talk: dict[str, Any]) -> str:
    """The last thing that the customer said: parts of staff and bots are not their words."""
    parts = [
        members(part) for part in elements(members(talk.get("conversation_parts")).get("conversation_parts"))
    ]
    said = [part for part in parts if members(part.get("author")).get("type") not in ("admin", "bot", "team")]
    return plain_text.from_html(words(said[-1].get("body"))) if said else ""


def _nothing(talk: dict[str, Any]) -> str:
    return ""


def _rated(talk: dict[str, Any]) -> Incoming:
    item = _talk("Ticket Rated", _nothing)(talk)
    rating = members(talk.get("conversation_rating"))
    score, remark = rating.get("rating"), words(rating.get("remark"))[:MAX_TEXT]
    item.properties |= _present({"score": score if isinstance(score, int) else words(score), "text": remark})
    return item


def _ticket(name: str) -> Callable[[dict[str, Any]], Incoming]:
    def read(ticket: dict[str, Any]) -> Incoming:
        item = _talk(name, _nothing)(ticket)
        typed = members(ticket.get("ticket_attributes"))
        text = words(typed.get("_default_description_")) if name == "Ticket Created" else ""
        item.properties |= _present(
            {
                "subject": words(typed.get("_default_title_"))[:MAX_TEXT],
                "text": plain_text.from_html(text)[:MAX_TEXT],
            }
        )
        return item

    return read


def _present(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value not in ("", [], None)}


_TOPICS: dict[str, Callable[[dict[str, Any]], Incoming | None]] = {
    "conversation.user.created": _talk("Ticket Created", _opening),
    "conversation.user.replied": _talk("Ticket Updated", _newest_part),
    "conversation.admin.closed": _talk("Ticket Solved", _nothing),
    "conversation.admin.opened": _talk("Ticket Updated", _nothing),
    "conversation.rating.added": _rated,
    "conversation_part.tag.created": _talk("Ticket Updated", _nothing),
    "ticket.created": _ticket("Ticket Created"),
    "ticket.closed": _ticket("Ticket Solved"),
    "contact.created": contacts.identify,
    "contact.signed_up": contacts.identify,
    "contact.user.created": contacts.identify,
    "contact.lead.created": contacts.identify,
    "contact.lead.added_email": contacts.identify,
    "contact.lead.signed_up": contacts.identify,
    "contact.added_email": contacts.identify,
    "contact.user.updated": contacts.identify,
    "contact.lead.updated": contacts.identify,
    "user.created": contacts.identify,
    "user.email.updated": contacts.identify,
    "user.unsubscribed": contacts.unsubscribe,
    "user.deleted": contacts.delete,
    "user.tag.created": contacts.tagged,
    "contact.email.updated": contacts.identify,
    "contact.tag.created": contacts.tagged,
    "contact.user.tag.created": contacts.tagged,
    "contact.lead.tag.created": contacts.tagged,
    "contact.unsubscribed": contacts.unsubscribe,
    "contact.archive": contacts.archive,
    "contact.archived": contacts.archive,
    "contact.deleted": contacts.delete,
    "company.contact.attached": contacts.attached,
    "company.created": contacts.company_of,
    "company.updated": contacts.company_of,
}
