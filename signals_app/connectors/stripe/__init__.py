"""Stripe billing events: signature, envelope, and whose account it is.

Source: stripe-python `_webhook.py` (signature), stripe/openapi fixtures (shapes), the event reference of Stripe's API
documentation (types). A dispute names only its charge, which is read by the API for its customer.
Unverified: how long live end points retry; the API's answer about a disputed charge, with a real restricted key.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    Question,
    Wanted,
    from_unix,
    identifier,
    members,
    unusable,
    words,
)
from signals_app.connectors.stripe import billing, events
from signals_app.connectors.stripe.events import Reader
from signals_app.connectors.stripe.subscription import Facts, metadata_of, present, reference
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import signing, strict_json

READERS: dict[str, Reader] = events.READERS | billing.READERS
DISPUTED = "charge.dispute.created"
API = "https://api.stripe.com"
_CHARGE = re.compile(r"[A-Za-z0-9_]{1,100}")
_ELEMENT = re.compile(r"\s*(t|v1)=([0-9a-f]{1,128})\s*")


class Stripe(Connector):
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
        parts = [_ELEMENT.fullmatch(part) for part in request.headers.get("stripe-signature", "").split(",")]
        times = [found[2] for found in parts if found and found[1] == "t" and found[2].isdecimal()]
        given = [found[2] for found in parts if found and found[1] == "v1"]
        if len(times) != 1 or not given:
            raise BadSignature("no readable Stripe-Signature header")
        signed = (times[0].encode(), b".", request.body)
        expected = [signing.hex_mac(secret, *signed) for secret in signing.usable(secrets)]
        if not signing.any_same(expected, given):
            raise BadSignature("no active secret made this signature")
        self.refuse_stale(int(times[0]), now)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            event = strict_json.loads(body)
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        if call.startswith("read:"):
            return _read(members(event), received_at)
        if members(event).get("object") != "event":
            thin = str(members(event).get("object")).startswith("v2.")
            return Parsed() if thin else unusable(body, "the body is not a Stripe event")
        kind = words(event.get("type"))
        if kind == DISPUTED:
            return _disputed(event, received_at)
        if kind not in READERS:
            return Parsed()
        occurred_at = from_unix(event.get("created"))
        if not words(event.get("id")) or occurred_at is None:
            return unusable(body, "the event has no id or no time")
        return Parsed(_items(event, READERS[kind], min(occurred_at, received_at)))

    def question(self, wanted: Wanted, api_url: str, api_key: str) -> Question | None:
        if wanted.kind != "charge" or not _CHARGE.fullmatch(wanted.id):
            return None
        return Question(f"{api_url}/v1/charges/{wanted.id}", {"Authorization": f"Bearer {api_key}"})


def _disputed(event: dict[str, Any], received_at: datetime) -> Parsed:
    dispute = members(members(event.get("data")).get("object"))
    charge = dispute.get("charge")
    if isinstance(charge, dict) and reference(charge.get("customer")):
        return _dispute_of(charge, dispute, min(from_unix(event.get("created")) or received_at, received_at))
    charge_id = reference(charge)
    return Parsed(wanted=[Wanted("charge", charge_id)] if charge_id else [])


def _read(charge: dict[str, Any], received_at: datetime) -> Parsed:
    """The answer about a charge: a refund may have been made since, a dispute is what was asked for."""
    if charge.get("object") != "charge" or charge.get("disputed") is not True:
        return Parsed()
    return _dispute_of(charge, {}, received_at)


def _dispute_of(charge: dict[str, Any], dispute: dict[str, Any], occurred_at: datetime) -> Parsed:
    name, properties = billing.disputed(charge, dispute)
    item = replace(_addressed(charge, occurred_at), name=name, properties=present(properties))
    item.message_id = short_id(f"{reference(charge.get('id'))}:disputed")
    return Parsed([item] if reference(charge.get("id")) else [])


def _items(event: dict[str, Any], reader: Reader, occurred_at: datetime) -> list[Incoming]:
    """Facts about the account first, if there are any, then what happened; each with its own message id."""
    subject = members(members(event.get("data")).get("object"))
    before = members(members(event.get("data")).get("previous_attributes"))
    facts, happened = reader(subject, before)
    blank = _addressed(subject, occurred_at)
    items = [replace(blank, kind="group", account_traits=facts | _customer(blank))] if facts else []
    where = _typed(subject) or blank.account_ids
    items += [
        replace(blank, name=name, properties=present(properties), account_ids=where)
        for name, properties in happened
    ]
    for position, item in enumerate(items, start=1):
        item.message_id = short_id(words(event["id"]) + (f":{position}" if position > 1 else ""))
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


def _customer(item: Incoming) -> Facts:
    return dict(item.account_ids)
