"""Zendesk: event webhooks (fixed JSON) and trigger webhooks (whatever JSON an admin typed).

Source: developer.zendesk.com, "Verifying webhook authenticity", "Ticket events", "User events" and "Organization
events".
Unverified: whether a retry renews the signed time (an hour is allowed), the spelling in upper case of status and
priority (both are read), the invocation id, the names of events about satisfaction, and how long Zendesk waits for an
answer.

Ticket events name who asked by an id only: with an API key the user is read ("Show User").
"""

import base64
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    HookRequest,
    Parsed,
    Question,
    Wanted,
    from_iso,
    members,
    words,
)
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_mac
from signals_app.connectors.zendesk import events, triggers
from upsell_project.lib import signing

_SIGNATURE = "x-zendesk-webhook-signature"
_INVOCATION = "x-zendesk-webhook-invocation-id"


class Zendesk(JsonConnector):
    kind: ClassVar[str] = "zendesk"
    label: ClassVar[str] = "Zendesk"
    freshness: ClassVar[timedelta | None] = timedelta(seconds=3600)
    headers: ClassVar[tuple[str, ...]] = (_INVOCATION, "x-zendesk-webhook-id")
    methods: ClassVar[frozenset[str]] = frozenset({"POST", "PUT", "PATCH"})
    beta: ClassVar[str] = (
        "Satisfaction events and the id of trigger webhooks are read as we remember them; the rest is documented."
    )
    setup: ClassVar[str] = (
        "Admin Center > Apps and integrations > Webhooks: create one for ticket, user and organization events with "
        "this URL and paste its signing secret here. Ticket events hold no e-mail address: give the URL of "
        "your Zendesk and an API key (address/token:key) so that it can be read, or let a trigger webhook send "
        '{"ticket_id", "event", "requester_email", "requester_external_id", "subject", "tags", "comment", "status"}.'
    )

    reads: ClassVar[str] = "https://<subdomain>.zendesk.com"

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        timestamp = request.headers.get(f"{_SIGNATURE}-timestamp", "")
        signed_at = from_iso(timestamp)
        if signed_at is None:
            raise BadSignature("no readable signature timestamp")
        signed = (timestamp.encode(), request.body)
        given = request.headers.get(_SIGNATURE, "").strip()
        check_mac(secrets, [given], lambda secret: signing.base64_mac(secret, *signed))
        self.refuse_stale(signed_at.timestamp(), now)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        if not body.strip():
            return Parsed()  # a webhook under test may send nothing
        return super().parse(body, headers, received_at, call)

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        if arrival.call == f"read:{events.USER}":
            return events.asked(members(said.get("user")), arrival.received_at)
        event = said.get("type")
        if isinstance(event, str) and event.startswith(events.PREFIXES):
            return events.read(said, event, arrival.id(words(said.get("id"))), arrival.received_at)
        invocation = arrival.headers.get(_INVOCATION, "").strip()
        item = triggers.read(said, arrival.id(invocation), arrival.received_at)
        if item is None:
            return arrival.unusable("the trigger's body names neither a ticket nor a requester")
        return Parsed([item])

    def question(self, wanted: Wanted, api_url: str, api_key: str) -> Question | None:
        """A key with a colon is an address and its API token; any other is an OAuth token."""
        if (
            wanted.kind != events.USER
            or not (wanted.id.isascii() and wanted.id.isdecimal())
            or "<" in api_url
        ):
            return None
        basic = ":" in api_key
        proof = base64.b64encode(api_key.encode()).decode() if basic else api_key
        headers = {"Authorization": f"{'Basic' if basic else 'Bearer'} {proof}", "Accept": "application/json"}
        return Question(f"{api_url}/api/v2/users/{wanted.id}.json", headers)
