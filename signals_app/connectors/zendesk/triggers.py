"""Trigger and automation webhooks: nothing is guaranteed, so many spellings of the same are understood."""

from datetime import datetime
from typing import Any

from signals_app.connectors.base import identifier, words
from signals_app.connectors.zendesk.events import SOLVED, present, strings
from signals_app.incoming import Incoming

EVENTS = {
    "created": "Ticket Created",
    "updated": "Ticket Updated",
    "solved": "Ticket Solved",
    "closed": "Ticket Solved",
    "rated": "Ticket Rated",
}


def read(said: dict[str, Any], message_id: str, received_at: datetime) -> Incoming | None:
    """None when it names neither a ticket nor a requester."""
    typed = dict(_flat(said))
    properties = {
        "ticket_id": _first(typed, "ticket_id", "id"),
        "text": _first(typed, "comment", "latest_comment", "ticket_latest_comment", "description", "text"),
        "subject": _first(typed, "subject", "ticket_subject", "title", "ticket_title"),
        "tags": _first(typed, "tags", "ticket_tags").replace(",", " ").split(),
        "priority": _first(typed, "priority", "ticket_priority").lower(),
        "type": _first(typed, "type", "ticket_type").lower(),
        "status": _first(typed, "status", "ticket_status").lower(),
        "score": _first(typed, "score", "rating", "satisfaction_score", "ticket_satisfaction_score"),
        "external_id": _first(typed, "external_id", "ticket_external_id"),
    }
    user_id = identifier(_first(typed, "requester_external_id", "ticket_requester_external_id", "user_id"))
    lookup = strings(email=_first(typed, "requester_email", "ticket_requester_email", "email").lower())
    person_ids = strings(zendesk_requester_id=_first(typed, "requester_id", "ticket_requester_id"))
    account_ids = strings(
        zendesk_organization_id=_first(typed, "organization_id", "ticket_organization_id"),
        group_id=_first(typed, "organization_external_id", "ticket_organization_external_id", "account_id"),
    )
    if not properties["ticket_id"] and not (user_id or lookup or person_ids or account_ids):
        return None
    return Incoming(
        kind="track",
        message_id=message_id,
        occurred_at=received_at,
        name=_name(typed, str(properties["status"])),
        user_id=user_id or None,
        properties=present(properties),
        lookup=lookup,
        person_ids=person_ids,
        account_ids=account_ids,
        active=False,
    )


def _name(typed: dict[str, str], status: str) -> str:
    said = _first(typed, "event", "event_type").lower().removeprefix("ticket").strip(" ._")
    return EVENTS.get(said) or EVENTS["solved" if status in SOLVED else "created"]


def _flat(said: dict[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """`{"ticket": {"id": 1}}`, `{"ticket.id": 1}` and `{"Ticket ID": 1}` all become `ticket_id`."""
    found: list[tuple[str, str]] = []
    for key, value in said.items():
        name = prefix + key.strip().lower().replace(".", "_").replace(" ", "_")
        if isinstance(value, dict):
            found += _flat(value, f"{name}_")
        elif isinstance(value, list):
            found.append((name, " ".join(map(words, value))))
        else:
            found.append((name, words(value)))
    return found


def _first(typed: dict[str, str], *names: str) -> str:
    """The first that says something; a placeholder left as typed says nothing."""
    values = (typed.get(name, "") for name in names)
    return next((value for value in values if value and "{{" not in value), "")
