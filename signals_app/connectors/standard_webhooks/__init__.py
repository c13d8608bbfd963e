"""Events of our own producers: signed as Standard Webhooks (Svix) say, or posted by Zapier, Tray and Workato.

All four take the same JSON (`reading`). Source: the Standard Webhooks specification, PyPI standardwebhooks 1.1.0 and
svix; for the automation tools the shape is ours, and the source's own secret is their key.
Unverified: when Svix repeats a call.
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import ClassVar

from signals_app.connectors.base import (
    Answer,
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
)
from signals_app.connectors.shared.signatures import require_token
from signals_app.connectors.standard_webhooks import reading
from upsell_project.lib import signing

_PREFIX = "whsec_"
_FAMILIES = ("webhook", "svix")
_KEY = "idempotency-key"


class OwnJson(Connector):
    """Sends the JSON of `reading`; `headers` may hold the id of the request."""

    lists: ClassVar[tuple[str, ...]] = ("", *reading.LISTS)
    most: ClassVar[int] = reading.MOST

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        id = next((value for name in self.headers if (value := headers.get(name, "").strip())), "")
        return reading.read(body, id, received_at)


class StandardWebhooks(OwnJson):
    kind: ClassVar[str] = "standard_webhooks"
    label: ClassVar[str] = "Standard Webhooks (own producers, Svix)"
    aliases: ClassVar[tuple[str, ...]] = ("standard", "svix")
    freshness: ClassVar[timedelta | None] = timedelta(seconds=300)
    headers: ClassVar[tuple[str, ...]] = ("webhook-id", "svix-id")
    beta: ClassVar[str] = "Svix's schedule of repeats is from general knowledge."
    setup: ClassVar[str] = (
        "Sign with any Standard Webhooks or Svix library and the secret shown here (whsec_...), or store the secret "
        "of an existing sender here. The JSON body is described in docs/connect/own-producers.md."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        id, timestamp, signatures = _signed_parts(request)
        given = [one[3:] for one in signatures.split(" ") if one.startswith("v1,")]
        if not id or not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= 12) or not given:
            raise BadSignature("no readable webhook-id, webhook-timestamp and webhook-signature headers")
        signed = f"{id}.{timestamp}.".encode() + request.body
        expected = [_mac(key, signed) for key in map(_key, signing.usable(secrets)) if key]
        if not signing.any_same(expected, given):
            raise BadSignature("no active secret made this signature")
        self.refuse_stale(int(timestamp), now)


def _signed_parts(request: HookRequest) -> tuple[str, str, str]:
    """Of one family: parts of two would let a stranger choose."""
    for family in _FAMILIES:
        found = [request.headers.get(f"{family}-{part}", "") for part in ("id", "timestamp", "signature")]
        if any(found):
            return found[0], found[1], found[2]
    return "", "", ""


def _key(secret: str) -> bytes:
    """What follows `whsec_` is base64; a secret that is none opens nothing."""
    try:
        return base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        return b""


def _mac(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


class Automation(OwnJson):
    """A tool that sends the JSON we define, with the source's secret as API key."""

    headers: ClassVar[tuple[str, ...]] = (_KEY,)

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        require_token(request, secrets)

    def answer(self, request: HookRequest) -> Answer:
        """What the tool's test step shows: how the body was understood."""
        return Answer(body=reading.told(request.body))


class Zapier(Automation):
    kind: ClassVar[str] = "zapier"
    label: ClassVar[str] = "Zapier"
    setup: ClassVar[str] = (
        "Use the action Webhooks by Zapier, Custom Request: POST to this URL, header X-Api-Key with the secret shown "
        "here, header Idempotency-Key with the id of the trigger's record, and the JSON of docs/connect/zapier.md."
    )


class Tray(Automation):
    kind: ClassVar[str] = "tray"
    label: ClassVar[str] = "Tray.ai"
    setup: ClassVar[str] = (
        "Use the HTTP Client connector: POST to this URL, header X-Api-Key with the secret shown here, header "
        "Idempotency-Key with the id of the trigger's record, and the JSON of docs/connect/tray.md."
    )


class Workato(Automation):
    kind: ClassVar[str] = "workato"
    label: ClassVar[str] = "Workato"
    setup: ClassVar[str] = (
        "Use the HTTP connector with header authorization: POST to this URL, header X-Api-Key with the secret shown "
        "here, header Idempotency-Key with the job's id, and the JSON of docs/connect/workato.md."
    )
