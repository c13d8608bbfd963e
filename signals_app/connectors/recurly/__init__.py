"""Recurly: small signed JSON notifications that name an object, and the older full ones in JSON or XML.

Source: docs.recurly.com (signature verification, webhook payloads JSON and XML), recurly-client-ruby
`lib/recurly/webhooks.rb`; the v3 API reference for the objects that are read. A small notification says what to read;
what happened is told from the object itself, once per moment that it names.
Unverified: which further members small notifications hold, whether JSON is ever sent in the classic form (a
second-hand source says so), the v3 objects against a live site. Classic notifications call a subscription by its UUID
and the API by its id: of one site use one of the two. What a plan costs a month is computed from the current period.
"""

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar
from urllib.parse import quote

from signals_app.connectors.base import (
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    Question,
    Wanted,
    identifier,
    members,
    unusable,
    words,
)
from signals_app.connectors.recurly import notification
from signals_app.connectors.recurly.objects import READERS
from signals_app.connectors.shared.signatures import check_mac, require_token
from upsell_project.lib import signing, strict_json

VERSION = "application/vnd.recurly.v2021-02-25"
_SUFFIX = "_notification"
_HEADER = re.compile(r"\s*(\d{1,16})\s*((?:,\s*[0-9a-f]{1,128}\s*)+)")
_WANTED = {
    "subscription": "subscription",
    "account": "account",
    "invoice": "invoice",
    "charge_invoice": "invoice",
    "credit_invoice": "invoice",
}
_PATHS = {"subscription": "subscriptions", "account": "accounts", "invoice": "invoices"}


class Recurly(Connector):
    kind: ClassVar[str] = "recurly"
    label: ClassVar[str] = "Recurly"
    freshness: ClassVar[timedelta | None] = timedelta(seconds=300)
    reads: ClassVar[str] = "https://v3.recurly.com"
    beta: ClassVar[str] = (
        "Written from Recurly's documentation; the objects read by API were not tried on a live site."
    )
    setup: ClassVar[str] = (
        "Under Integrations, Webhooks, add this URL as a JSON endpoint and store its signing key here, and a private "
        "API key to read what the notifications name. An XML endpoint is not signed: give it the same secret as the "
        "password of HTTP Basic authentication. Send recurly_account_code once as a trait of each account."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        header = request.headers.get("recurly-signature")
        if header is None:
            require_token(request, secrets)
            return
        found = _HEADER.fullmatch(header)
        if found is None:
            raise BadSignature("no readable recurly-signature header")
        given = [one.strip() for one in found[2].split(",")[1:]]
        signed = (found[1].encode(), b".", request.body)
        check_mac(secrets, given, lambda secret: signing.hex_mac(secret, *signed))
        self.refuse_stale(int(found[1]) / 1000, now)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            xml = body.lstrip()[:1] == b"<"
            said = notification.from_xml(body) if xml else strict_json.loads(body)
        except notification.Unreadable as error:
            return unusable(body, str(error))
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        if not isinstance(said, dict):
            return unusable(body, "the body is not an object")
        if call.startswith("read:"):
            reader = READERS.get(words(said.get("object")))
            return Parsed(reader(said, received_at) if reader else [])
        name = next(iter(said)) if len(said) == 1 else ""
        if name.endswith(_SUFFIX):
            full = members(said[name])
            return Parsed(notification.read(name.removesuffix(_SUFFIX), full, body, received_at))
        return _named(said, body)

    def question(self, wanted: Wanted, api_url: str, api_key: str) -> Question | None:
        if wanted.kind not in _PATHS:
            return None
        url = f"{api_url}/{_PATHS[wanted.kind]}/{quote(wanted.id, safe='')}"
        return Question(url, {"Authorization": _basic(api_key), "Accept": VERSION})


def _named(said: dict[str, Any], body: bytes) -> Parsed:
    if "event_type" not in said or "object_type" not in said:
        return unusable(body, "the body is not a Recurly notification")
    kind = _WANTED.get(words(said["object_type"]))
    if kind is None:
        return Parsed()
    uuid = identifier(said.get("uuid"))
    id = identifier(said.get("id")) or (f"uuid-{uuid}" if uuid else "")
    return Parsed(wanted=[Wanted(kind, id)]) if id else unusable(body, "the notification has no id", "id")


def _basic(api_key: str) -> str:
    """The key as user name, without a password."""
    return "Basic " + base64.b64encode(f"{api_key}:".encode()).decode()
