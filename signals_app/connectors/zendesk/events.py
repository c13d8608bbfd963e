"""Event webhooks: about tickets, the users who ask, and the organizations they belong to."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from signals_app.connectors.base import LATER, Parsed, Wanted, elements, from_iso, identifier, members, words
from signals_app.incoming import Incoming, digest, short_id

PREFIXES = ("zen:event-type:", "zen:event-type/")
SOLVED = frozenset({"solved", "closed"})
# A ticket that is gone no longer stands in anybody's way.
GONE = frozenset({"soft_deleted", "permanently_deleted", "marked_as_spam", "merged"})
STAFF = frozenset({"agent", "admin"})
USER = "user"
# When it is first known, or matters anew, who it is that asked.
_WORTH_ASKING = frozenset({"created", "requester_changed"})
MAX_TEXT = 10_000


def read(said: dict[str, Any], event: str, message_id: str, received_at: datetime) -> Parsed:
    """`event` is the type, such as `zen:event-type:ticket.created`; those about other things say nothing."""
    subject, _, change = event[len(PREFIXES[0]) :].partition(".")
    reader = _READERS.get(subject)
    if reader is None:
        return Parsed()
    detail = members(said.get("detail"))
    happened_at = from_iso(said.get("time")) or from_iso(detail.get("updated_at")) or received_at
    item = reader(detail, members(said.get("event")), change)
    if item is None:
        return Parsed()
    item.message_id, item.occurred_at, item.active = message_id, min(happened_at, received_at), False
    who = item.person_ids.get("zendesk_requester_id")
    worth = subject == "ticket" and (change in _WORTH_ASKING or item.name == "Ticket Rated")
    return Parsed([item], wanted=[Wanted(USER, who)] if who and worth else [])


def asked(user: dict[str, Any], received_at: datetime) -> Parsed:
    """The user as the API answers it; agents are nobody to us."""
    item = _user(user, {}, "")
    if item is None:
        return Parsed()
    item.message_id = short_id(f"user:{words(user.get('id'))}:{digest(repr(user))}")
    item.occurred_at = min(from_iso(user.get("updated_at")) or received_at, received_at)
    item.active = False
    return Parsed([item])


def present(properties: dict[str, Any]) -> dict[str, Any]:
    """Cut to size; what is empty is left out, but that a ticket has no tags is worth saying."""
    cut = {name: value[:MAX_TEXT] for name, value in properties.items()}
    return {name: value for name, value in cut.items() if value or name == "tags"}


def strings(**found: str) -> dict[str, str]:
    """Those that say something. Zendesk writes the id `0` for nobody and for no organization."""
    return {name: value for name, value in found.items() if identifier(value) and value != "0"}


def _blank(kind: str) -> Incoming:
    return Incoming(kind=kind, message_id="", occurred_at=LATER)


def _ticket(detail: dict[str, Any], event: dict[str, Any], change: str) -> Incoming:
    properties = {
        "ticket_id": words(detail.get("id")),
        "text": words(detail.get("description")) if change == "created" else _said_by_requester(event),
        "subject": words(detail.get("subject")),
        "tags": [tag for tag in map(words, elements(detail.get("tags"))) if tag],
        "priority": words(detail.get("priority")).lower(),
        "type": words(detail.get("type")).lower(),
        "status": words(detail.get("status")).lower(),
        "external_id": words(detail.get("external_id")),
        "channel": words(members(detail.get("via")).get("channel")),
        "change": "" if change == "created" else change,
    }
    item = _blank("track")
    item.name = _name(change, event)
    item.properties = present(properties) | (_rating(event) if item.name == "Ticket Rated" else {})
    item.person_ids = strings(zendesk_requester_id=words(detail.get("requester_id")))
    item.account_ids = strings(zendesk_organization_id=words(detail.get("organization_id")))
    return item


def _name(change: str, event: dict[str, Any]) -> str:
    """A ticket is solved once: going from solved to closed is housekeeping."""
    if change == "status_changed":
        now, before = (words(event.get(name)).lower() for name in ("current", "previous"))
        return "Ticket Solved" if now in SOLVED and before not in SOLVED else "Ticket Updated"
    if change in GONE:
        return "Ticket Solved"
    if "satisfaction" in change or "csat" in change:
        return "Ticket Rated"
    return "Ticket Created" if change == "created" else "Ticket Updated"


def _said_by_requester(event: dict[str, Any]) -> str:
    """The text of a comment, unless our own staff wrote it or it is a note among them."""
    comment = members(event.get("comment"))
    by_staff = members(comment.get("author")).get("is_staff") is True
    return "" if by_staff or comment.get("is_public") is False else words(comment.get("body"))


def _rating(event: dict[str, Any]) -> dict[str, str]:
    current = event.get("current", event.get("rating"))
    rating = current if isinstance(current, dict) else {"score": current}
    score, text = words(rating.get("score", rating.get("rating"))), words(rating.get("comment"))
    return present({"score": score.lower(), "text": text})


def _user(detail: dict[str, Any], event: dict[str, Any], change: str) -> Incoming | None:
    """Facts about a customer; our own agents are users there too. A deleted one asks to be forgotten."""
    if words(detail.get("role")).lower() in STAFF:
        return None
    item = _blank("delete" if change == "deleted" else "identify")
    item.user_id = identifier(detail.get("external_id")) or None
    item.person_ids = strings(zendesk_requester_id=words(detail.get("id")))
    email = identifier(detail.get("email")).lower()
    item.lookup = strings(email=email)
    if item.kind == "identify":
        joined = members(event.get("organization")) if change == "organization_membership_created" else {}
        organization = words(joined.get("id")) or words(detail.get("organization_id"))
        item.account_ids = strings(zendesk_organization_id=organization)
        name = words(event.get("current")) if change == "name_changed" else words(detail.get("name"))
        item.traits = strings(email=email, name=name)
    known = item.user_id or item.person_ids
    worth = item.traits or item.account_ids or item.user_id or item.kind == "delete"
    return item if known and worth else None


def _organization(detail: dict[str, Any], event: dict[str, Any], change: str) -> Incoming | None:
    """Its external id is our account's id, given there by whoever keeps the two in step."""
    if change == "deleted":
        return None
    item = _blank("group")
    item.group_id = identifier(detail.get("external_id")) or None
    item.account_ids = strings(zendesk_organization_id=words(detail.get("id")))
    name = words(event.get("current")) if change == "name_changed" else words(detail.get("name"))
    item.account_traits = strings(name=name)
    worth = item.account_traits or item.group_id
    return item if worth and (item.group_id or item.account_ids) else None


_READERS: dict[str, Callable[[dict[str, Any], dict[str, Any], str], Incoming | None]] = {
    "ticket": _ticket,
    "user": _user,
    "organization": _organization,
}
