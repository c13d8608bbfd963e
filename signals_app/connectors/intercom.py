"""Intercom: conversations as tickets, contacts and companies as facts.

Source: developers.intercom.com, signed notifications and webhook models; intercom/Intercom-OpenAPI 2.15.
Unverified: the topics `conversation.rating.added`, `contact.tag.created`, `contact.unsubscribed`, `ticket.created`
and `ticket.closed`, and what their items hold.

A conversation may name its contact by Intercom's id alone: with an access token the contact is read ("Get a contact").
"""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    Question,
    Wanted,
    elements,
    from_unix,
    identifier,
    members,
    printable,
    unusable,
    words,
)
from signals_app.incoming import Incoming, digest, short_id
from upsell_project.lib import plain_text, signing, strict_json

# Set by whoever has the whole event.
_LATER = datetime.min.replace(tzinfo=UTC)
_SIGNATURE = "x-hub-signature"
_CONTACT = "contact"
_CONTACT_ID = re.compile("[A-Za-z0-9_-]{1,64}")
API_VERSION = "2.11"
_MAX_TEXT = 10_000


class Intercom(Connector):
    kind: ClassVar[str] = "intercom"
    label: ClassVar[str] = "Intercom"
    beta: ClassVar[str] = (
        "Topics about ratings, contact tags, unsubscriptions and tickets are read as we remember them; "
        "conversations, contacts and companies are documented."
    )
    setup: ClassVar[str] = (
        "Developer Hub > your app > Webhooks: enter this URL and choose the conversation, contact, company and ticket "
        "topics. The secret is the app's client secret (Basic information); its access token is the API key."
    )
    reads: ClassVar[str] = "https://api.intercom.io"

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        given = request.headers.get(_SIGNATURE, "").strip()
        expected = [
            "sha1=" + signing.hex_mac(secret, request.body, algorithm="sha1")
            for secret in signing.usable(secrets)
        ]
        if not signing.any_same(expected, [given]):
            raise BadSignature("no active secret made this signature")

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            said = strict_json.loads(body)
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        if call == f"read:{_CONTACT}":
            return _read(members(said), body, received_at)
        topic = words(members(said).get("topic"))
        if not topic:
            return unusable(body, "the body is not a notification: it has no topic", "topic")
        reader = _TOPICS.get(topic.replace("conversation.contact.", "conversation.user."))
        if reader is None:
            return Parsed()
        item = reader(members(members(said.get("data")).get("item")))
        if item is None:
            return unusable(body, "the notification names neither a contact nor a company", "data.item")
        item.message_id = short_id(words(said.get("id")) or f"sha256:{digest(printable(body))}")
        item.occurred_at = min(from_unix(said.get("created_at")) or received_at, received_at)
        item.active = False
        return Parsed([item], wanted=_wanted(item))

    def question(self, wanted: Wanted, api_url: str, api_key: str) -> Question | None:
        if wanted.kind != _CONTACT or not _CONTACT_ID.fullmatch(wanted.id):
            return None
        headers = {"Authorization": f"Bearer {api_key}", "Accept": "application/json"}
        return Question(f"{api_url}/contacts/{wanted.id}", {**headers, "Intercom-Version": API_VERSION})


def _wanted(item: Incoming) -> list[Wanted]:
    """Whoever did something and is known neither by our id nor by an address."""
    named = item.user_id or item.lookup or item.kind != "track"
    return [] if named else [Wanted(_CONTACT, one) for one in item.person_ids.values()]


def _read(contact: dict[str, Any], body: bytes, received_at: datetime) -> Parsed:
    item = _identify(contact)
    if item is None:
        return unusable(body, "the answer is no contact")
    item.message_id = short_id(f"contact:{identifier(contact.get('id'))}:{digest(printable(body))}")
    item.occurred_at = min(from_unix(contact.get("updated_at")) or received_at, received_at)
    item.active = False
    return Parsed([item])


def _blank(kind: str, contact: dict[str, Any]) -> Incoming:
    email = identifier(contact.get("email")).lower()
    contact_id = identifier(contact.get("id"))
    return Incoming(
        kind=kind,
        message_id="",
        occurred_at=_LATER,
        user_id=identifier(contact.get("external_id")) or identifier(contact.get("user_id")) or None,
        person_ids={"intercom_contact_id": contact_id} if contact_id else {},
        lookup={"email": email} if email else {},
    )


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
        item = _blank("track", _contact_of(talk))
        listed = members(talk.get("tags"))
        tags = [words(members(tag).get("name")) for tag in elements(listed.get("tags"))]
        properties = {
            "ticket_id": identifier(talk.get("id")),
            "text": text_of(talk)[:_MAX_TEXT],
            "subject": plain_text.from_html(words(members(talk.get("source")).get("subject")))[:_MAX_TEXT],
            "tags": [tag for tag in tags if tag],
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
    score, remark = rating.get("rating"), words(rating.get("remark"))[:_MAX_TEXT]
    item.properties |= _present({"score": score if isinstance(score, int) else words(score), "text": remark})
    return item


def _ticket(name: str) -> Callable[[dict[str, Any]], Incoming]:
    def read(ticket: dict[str, Any]) -> Incoming:
        item = _talk(name, _nothing)(ticket)
        typed = members(ticket.get("ticket_attributes"))
        text = words(typed.get("_default_description_")) if name == "Ticket Created" else ""
        item.properties |= _present(
            {
                "subject": words(typed.get("_default_title_"))[:_MAX_TEXT],
                "text": plain_text.from_html(text)[:_MAX_TEXT],
            }
        )
        return item

    return read


def _identify(contact: dict[str, Any]) -> Incoming | None:
    item = _blank("identify", contact)
    traits = {
        "email": identifier(contact.get("email")).lower(),
        "phone": identifier(contact.get("phone")),
        "name": identifier(contact.get("name")),
    }
    item.traits = {name: value for name, value in traits.items() if value}
    return item if item.user_id or item.person_ids else None


def _delete(contact: dict[str, Any]) -> Incoming | None:
    item = _blank("delete", contact)
    return item if item.user_id or item.person_ids else None


def _archive(contact: dict[str, Any]) -> Incoming | None:
    """Put away in their inbox, not deleted: worth a line, and no reason to forget anybody."""
    return _about(contact, "Contact Archived", {})


def _unsubscribe(contact: dict[str, Any]) -> Incoming | None:
    return _about(contact, "Unsubscribed", {"channel": "email"})


def _tagged(tagging: dict[str, Any]) -> Incoming | None:
    contact = members(tagging.get("contact")) or tagging
    return _about(contact, "Contact Tagged", {"tag": words(members(tagging.get("tag")).get("name"))})


def _about(contact: dict[str, Any], name: str, properties: dict[str, Any]) -> Incoming | None:
    item = _blank("track", contact)
    item.name, item.properties = name, properties
    return item if item.user_id or item.person_ids or item.lookup else None


def _company(company: dict[str, Any]) -> Incoming | None:
    """Its `company_id` is our account's id: the customer's own product gave it to Intercom."""
    own, theirs = identifier(company.get("company_id")), identifier(company.get("id"))
    employees = company.get("size")
    traits = {
        "name": identifier(company.get("name")),
        "industry": identifier(company.get("industry")),
        "plan": identifier(members(company.get("plan")).get("name")),
        "employees": employees if isinstance(employees, int) and not isinstance(employees, bool) else None,
    }
    if not (own or theirs):
        return None
    return Incoming(
        kind="group",
        message_id="",
        occurred_at=_LATER,
        group_id=own or None,
        account_ids={"intercom_company_id": theirs} if theirs else {},
        account_traits={name: value for name, value in traits.items() if value},
    )


def _present(properties: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in properties.items() if value not in ("", [], None)}


_TOPICS: dict[str, Callable[[dict[str, Any]], Incoming | None]] = {
    "conversation.user.created": _talk("Ticket Created", _opening),
    "conversation.user.replied": _talk("Ticket Updated", _newest_part),
    "conversation.admin.closed": _talk("Ticket Solved", _nothing),
    "conversation.rating.added": _rated,
    "conversation_part.tag.created": _talk("Ticket Updated", _nothing),
    "ticket.created": _ticket("Ticket Created"),
    "ticket.closed": _ticket("Ticket Solved"),
    "contact.created": _identify,
    "contact.signed_up": _identify,
    "contact.user.created": _identify,
    "contact.lead.created": _identify,
    "contact.email.updated": _identify,
    "contact.tag.created": _tagged,
    "contact.user.tag.created": _tagged,
    "contact.unsubscribed": _unsubscribe,
    "contact.archive": _archive,
    "contact.archived": _archive,
    "contact.deleted": _delete,
    "company.created": _company,
    "company.updated": _company,
}
