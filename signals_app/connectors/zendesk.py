"""Zendesk tickets: event webhooks (fixed JSON) and trigger webhooks (whatever JSON an admin typed).

Source: developer.zendesk.com, "Verifying webhook authenticity" and "Ticket events". Event webhooks hold no
e-mail address; for triggers we ask admins for `ticket_id`, `requester_email`, `requester_external_id`,
`subject`, `tags`, `comment`, `status` and, unless it is a new or a solved ticket, `event` (created, updated,
solved, rated).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    elements,
    from_iso,
    identifier,
    members,
    printable,
    unusable,
    words,
)
from signals_app.incoming import Incoming, digest, short_id
from upsell_project.lib import signing, strict_json

TICKET = "zen:event-type:ticket."
SOLVED = frozenset({"solved", "closed"})
EVENTS = {
    "created": "Ticket Created",
    "updated": "Ticket Updated",
    "solved": "Ticket Solved",
    "closed": "Ticket Solved",
    "rated": "Ticket Rated",
}
_SIGNATURE = "x-zendesk-webhook-signature"
_INVOCATION = "x-zendesk-webhook-invocation-id"
_MAX_TEXT = 10_000


class Zendesk(Connector):
    kind: ClassVar[str] = "zendesk"
    label: ClassVar[str] = "Zendesk"
    freshness: ClassVar[timedelta | None] = timedelta(seconds=3600)

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        timestamp = request.headers.get(f"{_SIGNATURE}-timestamp", "")
        signed_at = from_iso(timestamp)
        if signed_at is None:
            raise BadSignature("no readable signature timestamp")
        signed = (timestamp.encode(), request.body)
        expected = [signing.base64_mac(secret, *signed) for secret in signing.usable(secrets)]
        if not signing.any_same(expected, [request.headers.get(_SIGNATURE, "").strip()]):
            raise BadSignature("no active secret made this signature")
        self.refuse_stale(signed_at.timestamp(), now)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            said = strict_json.loads(body)
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        if not isinstance(said, dict):
            return unusable(body, "the body is not a JSON object")
        kind = said.get("type")
        if isinstance(kind, str) and kind.startswith("zen:event-type:"):
            return Parsed([_from_event(said, body, received_at)] if kind.startswith(TICKET) else [])
        return _from_trigger(said, body, headers, received_at)


def _from_event(said: dict[str, Any], body: bytes, received_at: datetime) -> Incoming:
    detail, change = members(said.get("detail")), members(said.get("event"))
    suffix = str(said["type"]).removeprefix(TICKET)
    happened_at = from_iso(said.get("time")) or from_iso(detail.get("updated_at")) or received_at
    comment = members(change.get("comment"))
    properties = {
        "ticket_id": words(detail.get("id")),
        "text": words(comment.get("body")) or words(detail.get("description")),
        "subject": words(detail.get("subject")),
        "tags": [tag for tag in map(words, elements(detail.get("tags"))) if tag],
        "priority": words(detail.get("priority")).lower(),
        "type": words(detail.get("type")).lower(),
        "status": words(detail.get("status")).lower(),
        "external_id": words(detail.get("external_id")),
        "channel": words(members(detail.get("via")).get("channel")),
        "change": "" if suffix == "created" else suffix,
    }
    return Incoming(
        kind="track",
        message_id=short_id(words(said.get("id")) or _hash(body)),
        occurred_at=min(happened_at, received_at),
        name=_name_of(suffix, change),
        properties=_present(properties),
        lookup=_strings(
            zendesk_requester_id=words(detail.get("requester_id")),
            zendesk_organization_id=words(detail.get("organization_id")),
            external_id=words(detail.get("external_id")),
        ),
        active=False,
    )


def _name_of(suffix: str, change: dict[str, Any]) -> str:
    """A ticket is solved once: going from solved to closed is housekeeping."""
    if suffix == "status_changed":
        now, before = (words(change.get(name)).lower() for name in ("current", "previous"))
        return EVENTS["solved" if now in SOLVED and before not in SOLVED else "updated"]
    return EVENTS["created" if suffix == "created" else "updated"]


def _from_trigger(
    said: dict[str, Any], body: bytes, headers: Mapping[str, str], received_at: datetime
) -> Parsed:
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
    lookup = _strings(
        email=_first(typed, "requester_email", "ticket_requester_email", "email").lower(),
        zendesk_requester_id=_first(typed, "requester_id", "ticket_requester_id"),
        zendesk_organization_id=_first(typed, "organization_id", "ticket_organization_id"),
        organization_external_id=_first(
            typed, "organization_external_id", "ticket_organization_external_id", "account_id"
        ),
        external_id=str(properties["external_id"]),
    )
    if not properties["ticket_id"] and not user_id and not lookup:
        return unusable(body, "the trigger's body names neither a ticket nor a requester")
    item = Incoming(
        kind="track",
        message_id=short_id(headers.get(_INVOCATION, "").strip() or _hash(body)),
        occurred_at=received_at,
        name=_trigger_name(typed, str(properties["status"])),
        user_id=user_id or None,
        properties=_present(properties),
        lookup=lookup,
        active=False,
    )
    return Parsed([item])


def _trigger_name(typed: dict[str, str], status: str) -> str:
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


def _present(properties: dict[str, Any]) -> dict[str, Any]:
    cut = {name: value[:_MAX_TEXT] for name, value in properties.items()}
    return {name: value for name, value in cut.items() if value or name == "tags"}


def _strings(**found: str) -> dict[str, str]:
    return {name: value for name, value in found.items() if identifier(value)}


def _hash(body: bytes) -> str:
    return f"sha256:{digest(printable(body))}"
