"""HubSpot webhooks, and reading contacts, companies, deals and tickets by its CRM API: webhooks carry only ids.

Source: developers.hubspot.com "Validating requests", "Webhooks" and "CRM objects"; hubspot-api-client (signatures v1
and v3 checked against it).
Unverified: the list of characters to decode in the URL of a v3 signature, how often and how long HubSpot tries again,
that it waits five seconds for an answer, and the shapes of merges, association changes and found companies, which are
from the documentation only.
"""

import hashlib
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    HookRequest,
    Parsed,
    Question,
    Wanted,
)
from signals_app.connectors.hubspot import by_domain, changes, objects
from signals_app.connectors.shared import firmographics
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.signatures import check_any
from upsell_project.lib import signing

# HubSpot signs the URL with these characters decoded; the `?` before the query is no escape and stays.
_DECODED = re.compile("%(3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
_LONGEST_TIME = 16


class HubSpot(JsonConnector):
    kind: ClassVar[str] = "hubspot"
    label: ClassVar[str] = "HubSpot"
    freshness: ClassVar[timedelta | None] = timedelta(seconds=300)
    reads: ClassVar[str] = "https://api.hubapi.com"
    enriches: ClassVar[bool] = True
    beta: ClassVar[str] = (
        "Merges, association changes, the search for companies and URLs with escaped characters follow HubSpot's "
        "documentation and were not seen from a real account."
    )
    setup: ClassVar[str] = (
        "In HubSpot's app settings enter this URL as the webhook target and its client secret here; add an access "
        "token as the API key, so that contacts and companies can be read. With it, "
        "companies may be looked up by their domain, too: tick it below. A contact property `user_id` and a company "
        "property `account_id` with your own ids make every match certain."
    )
    lists: ClassVar[tuple[str, ...]] = ("",)
    most: ClassVar[int] = 1_000

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        if "x-hubspot-signature-v3" in request.headers:
            self._verify_v3(request, secrets, now)
            return
        given = request.headers.get("x-hubspot-signature", "").strip().lower()
        version = request.headers.get("x-hubspot-signature-version", "v1").strip().lower()
        if not given or version not in ("v1", "v2"):
            raise BadSignature("no HubSpot signature that is known")
        parts = (
            [b""] if version == "v1" else [f"{request.method}{url}".encode() for url in _urls(request.url)]
        )
        check_any(
            secrets,
            [given],
            lambda secret: [_sha256(secret.encode() + part + request.body) for part in parts],
        )

    def _verify_v3(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        at = request.headers.get("x-hubspot-request-timestamp", "").strip()
        if not (at.isascii() and at.isdecimal() and len(at) <= _LONGEST_TIME):
            raise BadSignature("no readable X-HubSpot-Request-Timestamp header")
        signed = [
            (f"{request.method}{url}".encode(), request.body, at.encode()) for url in _urls(request.url)
        ]
        given = request.headers["x-hubspot-signature-v3"].strip()
        check_any(secrets, [given], lambda secret: [signing.base64_mac(secret, *parts) for parts in signed])
        self.refuse_stale(int(at) / 1000, now)

    def read(self, said: Any, arrival: Arrival) -> Parsed:
        if arrival.call.startswith("read:"):
            return _read(said, arrival.call.removeprefix("read:"), arrival)
        return changes.parsed(said if isinstance(said, list) else [said], arrival.received_at)

    def question(self, wanted: Wanted, api_url: str, api_key: str) -> Question | None:
        headers = {"Authorization": f"Bearer {api_key}", "Accept": "application/json"}
        if wanted.kind == firmographics.COMPANY and firmographics.DOMAIN.fullmatch(wanted.id):
            return by_domain.question(wanted.id, api_url, headers)
        asked = objects.QUESTIONS.get(wanted.kind)
        if asked is None or not (wanted.id.isascii() and wanted.id.isdecimal()):
            return None
        url = f"{api_url}/crm/v3/objects/{asked.path}/{wanted.id}?properties={','.join(asked.properties)}"
        if asked.associations:
            url += f"&associations={','.join(asked.associations)}"
        return Question(url, headers)


def _read(said: Any, kind: str, arrival: Arrival) -> Parsed:
    if kind == firmographics.COMPANY and firmographics.ACCOUNTS in arrival.headers:
        return by_domain.parsed(said, arrival)
    reader = objects.READERS.get(kind)
    if reader is None or not isinstance(said, dict):
        return arrival.unusable(f"the answer is no HubSpot {kind}")
    return Parsed(reader(said, arrival.received_at))


def _urls(url: str) -> list[str]:
    """With the escapes that HubSpot decodes, and as it is: not every sender of theirs decodes."""
    decoded = _DECODED.sub(lambda found: chr(int(found[1], 16)), url)
    return list(dict.fromkeys([decoded, url]))


def _sha256(signed: bytes) -> str:
    return hashlib.sha256(signed).hexdigest()
