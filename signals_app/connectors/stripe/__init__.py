"""Stripe billing events: signature, envelope, and whose account it is.

Source: stripe-python `_webhook.py` (signature), stripe/openapi fixtures (shapes), the event reference of Stripe's API
documentation (types). A dispute names only its charge, which is read by the API for its customer.
Unverified: how long live end points retry; how long before its end a trial is told of; the API's answer about a
disputed charge, with a real restricted key.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from signals_app.connectors.base import (
    HookRequest,
    Parsed,
    Question,
    Wanted,
    from_unix,
    identifier,
    members,
    present,
    words,
)
from signals_app.connectors.shared import billing
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import Timed
from signals_app.connectors.stripe import bills, events
from signals_app.connectors.stripe.events import Reader
from signals_app.connectors.stripe.subscription import metadata_of, reference
from signals_app.incoming import Incoming, short_id

READERS: dict[str, Reader] = events.READERS | bills.READERS
DISPUTED = "charge.dispute.created"
API = "https://api.stripe.com"
_CHARGE = re.compile(r"[A-Za-z0-9_]{1,100}")
_SIGNATURE = Timed("stripe-signature", "t", "v1", between=",", joint=b".")


class Stripe(JsonConnector):
    kind: ClassVar[str] = "stripe"
    label: ClassVar[str] = "Stripe"
    freshness: ClassVar[timedelta | None] = timedelta(seconds=300)
    reads: ClassVar[str] = API
    beta: ClassVar[str] = (
        "How long Stripe repeats an event is from general knowledge; no real dispute was read yet."
    )
    setup: ClassVar[str] = (
        "Under Developers, Webhooks, add this URL as an endpoint for customer.*, invoice.*, checkout.session.*, "
        "charge.* and entitlements.*; reveal its signing secret (whsec_...) and store it here. A restricted API key "
        "that reads charges is only needed to know whose payment was disputed."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        self.refuse_stale(_SIGNATURE.check(request, secrets), now)

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        if arrival.call.startswith("read:"):
            return _read(said, arrival.received_at)
        if said.get("object") != "event":
            thin = str(said.get("object")).startswith("v2.")
            return Parsed() if thin else arrival.unusable("the body is not a Stripe event")
        kind = words(said.get("type"))
        if kind == DISPUTED:
            return _disputed(said, arrival)
        if kind not in READERS:
            return Parsed()
        occurred_at = from_unix(said.get("created"))
        if not words(said.get("id")) or occurred_at is None:
            return arrival.unusable("the event has no id or no time")
        return Parsed(_items(said, READERS[kind], arrival.at(occurred_at)))

    def question(self, wanted: Wanted, api_url: str, api_key: str) -> Question | None:
        if wanted.kind != "charge" or not _CHARGE.fullmatch(wanted.id):
            return None
        return Question(f"{api_url}/v1/charges/{wanted.id}", {"Authorization": f"Bearer {api_key}"})


def _disputed(event: dict[str, Any], arrival: Arrival) -> Parsed:
    dispute = members(members(event.get("data")).get("object"))
    charge = dispute.get("charge")
    if isinstance(charge, dict) and reference(charge.get("customer")):
        return _dispute_of(charge, dispute, arrival.at(from_unix(event.get("created"))))
    charge_id = reference(charge)
    return Parsed(wanted=[Wanted("charge", charge_id)] if charge_id else [])


def _read(charge: dict[str, Any], received_at: datetime) -> Parsed:
    """The answer about a charge: a refund may have been made since, a dispute is what was asked for."""
    if charge.get("object") != "charge" or charge.get("disputed") is not True:
        return Parsed()
    return _dispute_of(charge, {}, received_at)


def _dispute_of(charge: dict[str, Any], dispute: dict[str, Any], occurred_at: datetime) -> Parsed:
    name, properties = bills.disputed(charge, dispute)
    item = replace(_addressed(charge, occurred_at), name=name, properties=present(**properties))
    item.message_id = short_id(f"{reference(charge.get('id'))}:disputed")
    return Parsed([item] if reference(charge.get("id")) else [])


def _items(event: dict[str, Any], reader: Reader, occurred_at: datetime) -> list[Incoming]:
    subject = members(members(event.get("data")).get("object"))
    before = members(members(event.get("data")).get("previous_attributes"))
    items = billing.items(words(event["id"]), _addressed(subject, occurred_at), *reader(subject, before))
    where = _typed(subject)
    for item in items:
        if where and item.kind == "track":
            item.account_ids = where
    return items


def _typed(subject: dict[str, Any]) -> dict[str, str]:
    """Anybody can write the reference into the URL of a payment link: it says where a purchase counts, and not whose
    the customer is."""
    reference_ = identifier(subject.get("client_reference_id")) if subject.get("payment_link") else ""
    return {"group_id": reference_} if reference_ and not metadata_of(subject).get("account_id") else {}


def _addressed(subject: dict[str, Any], occurred_at: datetime) -> Incoming:
    metadata = metadata_of(subject)
    its_own = subject.get("id") if subject.get("object") == "customer" else None
    customer = reference(subject.get("customer")) or reference(its_own)
    details = members(subject.get("customer_details")) or (subject if its_own else {})
    email = identifier(details.get("email")).lower()
    return Incoming(
        kind="track",
        message_id="",
        occurred_at=occurred_at,
        user_id=identifier(metadata.get("user_id")) or None,
        group_id=identifier(metadata.get("account_id"))
        or (identifier(subject.get("client_reference_id")) if not subject.get("payment_link") else "")
        or None,
        lookup={"email": email} if email else {},
        account_ids={"stripe_customer_id": customer} if customer else {},
        active=False,
    )
