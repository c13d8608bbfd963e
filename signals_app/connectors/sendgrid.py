"""SendGrid's Event Webhook: what became of each mail, in an array, signed with ECDSA by SendGrid's private key.

Source: sendgrid-python `helpers/eventwebhook`, and SendGrid's "Event Webhook Reference". The secret of the source is
the *public* key of SendGrid's console (base64 of DER, no PEM armor needed); it signs timestamp + body, raw.
`custom_args` come back at the top level: `delivery_id` (or `message_id`) and `user_id` are read. For mail that was
handed over by SMTP, `smtp-id` is the Message-ID, which begins with our delivery's id.

Unverified: `sg_machine_open`, how long SendGrid repeats an event, and how many events it puts into one request at
most.
"""

import base64
import binascii
import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, ClassVar

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from signals_app.connectors.base import (
    BadSignature,
    HookRequest,
    Parsed,
    from_unix,
    identifier,
    printable,
    words,
)
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.incoming import Incoming, Rejected, digest
from signals_app.receipt import receipt
from upsell_project.lib import signing

NAMES = {
    "processed": "Message Sent",
    "delivered": "Message Delivered",
    "open": "Message Opened",
    "click": "Message Clicked",
    "bounce": "Message Bounced",
    "dropped": "Message Dropped",
    "spamreport": "Spam Reported",
    "unsubscribe": "Unsubscribed",
    "group_unsubscribe": "Unsubscribed",
    "group_resubscribe": "Resubscribed",
}
# Why SendGrid did not even try, and what that says of the address.
DROPPED = {
    "unsubscribed address": "Unsubscribed",
    "bounced address": "Message Bounced",
    "invalid": "Message Bounced",
    "spam reporting address": "Spam Reported",
}
_SIGNATURE = "x-twilio-email-event-webhook-signature"
_TIMESTAMP = "x-twilio-email-event-webhook-timestamp"
_ARMOR = re.compile(r"-----[A-Z ]+-----|\s")
# What SendGrid appends to the X-Message-Id of the request that sent the mail.
_APPENDED = re.compile(r"\.(?:filter|recvd)")
_OUR_ID = re.compile(r"<?([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@", re.IGNORECASE)


class SendGrid(JsonConnector):
    kind: ClassVar[str] = "sendgrid"
    label: ClassVar[str] = "SendGrid"
    dated: ClassVar[str] = _TIMESTAMP
    beta: ClassVar[str] = "How SendGrid marks opens by machines could not be checked against SendGrid."
    setup: ClassVar[str] = (
        "In SendGrid under Settings, Mail Settings, Event Webhooks: paste the URL, switch on the signed event webhook,"
        " and give its verification key (the public key) to this source as its secret."
    )
    lists: ClassVar[tuple[str, ...]] = ("",)

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        try:
            signature = base64.b64decode(request.headers.get(_SIGNATURE, "").encode(), validate=True)
        except (binascii.Error, UnicodeEncodeError):
            signature = b""
        signed = request.headers.get(_TIMESTAMP, "").encode(errors="surrogatepass") + request.body
        keys = [key for secret in signing.usable(secrets) if (key := _key(secret))]
        if not any(_signed_by(key, signature, signed) for key in keys):
            raise BadSignature("no active key made this signature")

    def read(self, said: Any, arrival: Arrival) -> Parsed:
        parsed = Parsed()
        for index, event in enumerate(said if isinstance(said, list) else [said]):
            if isinstance(event, dict) and isinstance(event.get("event"), str):
                parsed.items += _items(event, arrival.received_at)
            else:
                raw = printable(repr(event).encode(errors="replace"))
                parsed.rejected.append(Rejected(index, "event is missing", f"[{index}].event", raw))
        return parsed


@lru_cache(maxsize=32)
def _key(secret: str) -> ec.EllipticCurvePublicKey | None:
    """None for a text that is no public key: it signs for nobody."""
    try:
        key = load_der_public_key(base64.b64decode(_ARMOR.sub("", secret).encode(), validate=True))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, ec.EllipticCurvePublicKey) else None


def _signed_by(key: ec.EllipticCurvePublicKey, signature: bytes, signed: bytes) -> bool:
    try:
        key.verify(signature, signed, ec.ECDSA(SHA256()))
    except InvalidSignature:
        return False
    return True


def _items(event: dict[str, Any], received_at: datetime) -> list[Incoming]:
    """One, and a second one where a refusal to send tells what is known of the address."""
    kind = event["event"].lower()
    names = [NAMES[kind]] if kind in NAMES else []
    if kind == "dropped" and (also := DROPPED.get(words(event.get("reason")).lower())):
        names.append(also)
    key = words(event.get("sg_event_id")) or f"sha256:{digest(repr(sorted(event.items())))}"
    at = min(from_unix(event.get("timestamp")) or received_at, received_at)
    return [
        receipt(
            name,
            key if place == 0 else f"{key}:{place + 1}",
            at,
            channel="email",
            message=_APPENDED.split(words(event.get("sg_message_id")))[0],
            user_id=words(event.get("user_id")),
            lookup={"email": words(event.get("email")).lower()},
            delivery_id=_delivery(event),
            **_about(name, kind, event),
        )
        for place, name in enumerate(names)
    ]


def _about(name: str, kind: str, event: dict[str, Any]) -> dict[str, Any]:
    reason = {"reason": words(event.get("reason"))}
    if name == "Message Opened":
        return {"machine": event.get("sg_machine_open") is True, "user_agent": _agent(event)}
    if name == "Message Clicked":
        return {"machine": False, "url": words(event.get("url")), "user_agent": _agent(event)}
    if name == "Message Bounced":
        # "blocked" and "expired" say something of that hour, not of the address.
        return {
            "permanent": kind == "dropped" or words(event.get("type")).lower() in ("", "bounce"),
            **reason,
        }
    if name == "Message Dropped":
        return reason
    return {"topic": identifier(event.get("asm_group_id"))} if kind.startswith("group_") else {}


def _agent(event: dict[str, Any]) -> str:
    return words(event.get("useragent"))[:300]


def _delivery(event: dict[str, Any]) -> str:
    named = identifier(event.get("delivery_id")) or identifier(event.get("message_id"))
    ours = _OUR_ID.match(words(event.get("smtp-id")))
    return named or (ours[1].lower() if ours else "")
