"""Stripe billing events: signature, envelope, and whose account it is.

Source: stripe-python `_webhook.py` (signature), stripe/openapi fixtures (shapes).
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
    from_unix,
    identifier,
    members,
    unusable,
    words,
)
from signals_app.connectors.stripe.events import READERS, Reader
from signals_app.connectors.stripe.subscription import Facts, metadata_of, present, reference
from signals_app.incoming import Incoming, short_id
from upsell_project.lib import signing, strict_json

_ELEMENT = re.compile(r"\s*(t|v1)=([0-9a-f]{1,128})\s*")


class Stripe(Connector):
    kind: ClassVar[str] = "stripe"
    label: ClassVar[str] = "Stripe"
    freshness: ClassVar[timedelta | None] = timedelta(seconds=300)

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
        if members(event).get("object") != "event":
            thin = str(members(event).get("object")).startswith("v2.")
            return Parsed() if thin else unusable(body, "the body is not a Stripe event")
        reader = READERS.get(words(event.get("type")))
        if reader is None:
            return Parsed()
        occurred_at = from_unix(event.get("created"))
        if not words(event.get("id")) or occurred_at is None:
            return unusable(body, "the event has no id or no time")
        return Parsed(_items(event, reader, min(occurred_at, received_at)))


def _items(event: dict[str, Any], reader: Reader, occurred_at: datetime) -> list[Incoming]:
    """Facts about the account first, if there are any, then what happened; each with its own message id."""
    subject = members(members(event.get("data")).get("object"))
    before = members(members(event.get("data")).get("previous_attributes"))
    facts, happened = reader(subject, before)
    blank = _addressed(subject, occurred_at)
    items = [replace(blank, kind="group", account_traits=facts | _customer(blank))] if facts else []
    items += [replace(blank, name=name, properties=present(properties)) for name, properties in happened]
    for position, item in enumerate(items, start=1):
        item.message_id = short_id(words(event["id"]) + (f":{position}" if position > 1 else ""))
    return items


def _addressed(subject: dict[str, Any], occurred_at: datetime) -> Incoming:
    metadata = metadata_of(subject)
    lookup = {
        "stripe_customer_id": reference(subject.get("customer")),
        "email": identifier(members(subject.get("customer_details")).get("email")).lower(),
    }
    return Incoming(
        kind="track",
        message_id="",
        occurred_at=occurred_at,
        user_id=identifier(metadata.get("user_id")) or None,
        group_id=identifier(metadata.get("account_id"))
        or identifier(subject.get("client_reference_id"))
        or None,
        lookup={name: value for name, value in lookup.items() if value},
        active=False,
    )


def _customer(item: Incoming) -> Facts:
    return {name: value for name, value in item.lookup.items() if name == "stripe_customer_id"}
