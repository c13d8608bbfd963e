"""HubSpot webhooks, and reading contacts, companies, deals and tickets by its CRM API: webhooks carry only ids.

Source: developers.hubspot.com "Validating requests", "Webhooks" and "CRM objects"; hubspot-api-client (signatures v1
and v3 checked against it).
Unverified: the list of characters to decode in the URL of a v3 signature, how often and how long HubSpot tries again,
and the shapes of merges and association changes, which are from the documentation only.
"""

import hashlib
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    Question,
    Wanted,
    unusable,
)
from signals_app.connectors.hubspot import changes, objects
from upsell_project.lib import signing, strict_json

# HubSpot signs the URL with these characters decoded; the `?` before the query is no escape and stays.
_DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
_LONGEST_TIME = 16


class HubSpot(Connector):
    kind: ClassVar[str] = "hubspot"
    label: ClassVar[str] = "HubSpot"
    freshness: ClassVar[timedelta | None] = timedelta(seconds=300)
    reads: ClassVar[str] = "https://api.hubapi.com"
    beta: ClassVar[str] = (
        "Merges, association changes and URLs with escaped characters follow HubSpot's documentation and were not seen "
        "from a real account."
    )
    setup: ClassVar[str] = (
        "In HubSpot's app settings enter this URL as the webhook target and its client secret here; add an access "
        "token as the API key, so that contacts and companies can be read. A contact property `user_id` and a company "
        "property `account_id` with your own ids make every match certain."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        usable = signing.usable(secrets)
        if "x-hubspot-signature-v3" in request.headers:
            self._verify_v3(request, usable, now)
            return
        given = request.headers.get("x-hubspot-signature", "").strip().lower()
        version = request.headers.get("x-hubspot-signature-version", "v1").strip().lower()
        if not given or version not in ("v1", "v2"):
            raise BadSignature("no HubSpot signature that is known")
        parts = (
            [b""] if version == "v1" else [f"{request.method}{url}".encode() for url in _urls(request.url)]
        )
        expected = [_sha256(secret.encode() + part + request.body) for secret in usable for part in parts]
        if not signing.any_same(expected, [given]):
            raise BadSignature("no active secret made this signature")

    def _verify_v3(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        at = request.headers.get("x-hubspot-request-timestamp", "").strip()
        if not (at.isascii() and at.isdecimal() and len(at) <= _LONGEST_TIME):
            raise BadSignature("no readable X-HubSpot-Request-Timestamp header")
        expected = [
            signing.base64_mac(secret, f"{request.method}{url}".encode(), request.body, at.encode())
            for secret in secrets
            for url in _urls(request.url)
        ]
        if not signing.any_same(expected, [request.headers["x-hubspot-signature-v3"].strip()]):
            raise BadSignature("no active secret made this signature")
        self.refuse_stale(int(at) / 1000, now)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            said = strict_json.loads(body)
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        if call.startswith("read:"):
            return _read(said, call.removeprefix("read:"), body, received_at)
        if not isinstance(said, list | dict):
            return unusable(body, "the body is neither an array nor an object")
        return changes.parsed(said if isinstance(said, list) else [said], received_at)

    def question(self, wanted: Wanted, api_url: str, api_key: str) -> Question | None:
        asked = objects.QUESTIONS.get(wanted.kind)
        if asked is None or not (wanted.id.isascii() and wanted.id.isdecimal()):
            return None
        url = f"{api_url}/crm/v3/objects/{asked.path}/{wanted.id}?properties={','.join(asked.properties)}"
        if asked.associations:
            url += f"&associations={','.join(asked.associations)}"
        return Question(url, {"Authorization": f"Bearer {api_key}", "Accept": "application/json"})


def _read(said: Any, kind: str, body: bytes, received_at: datetime) -> Parsed:
    reader = objects.READERS.get(kind)
    if reader is None or not isinstance(said, dict):
        return unusable(body, f"the answer is no HubSpot {kind}")
    return Parsed(reader(said, received_at))


def _urls(url: str) -> list[str]:
    """With the escapes that HubSpot decodes, and as it is: not every sender of theirs decodes."""
    decoded = _DECODED.sub(lambda found: chr(int(found[1], 16)), url)
    return list(dict.fromkeys([decoded, url]))


def _sha256(signed: bytes) -> str:
    return hashlib.sha256(signed).hexdigest()
