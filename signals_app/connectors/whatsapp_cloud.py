"""Meta's WhatsApp Cloud API: what became of messages, what people answer, and who wants no more marketing.

Source: Meta's WhatsApp Business Platform, "Webhooks", "messages webhook reference", "user_preferences webhook
reference" and "Error codes". Signed is the raw body, with the app's secret. Before it sends anything Meta asks by a GET
whether somebody is here who knows the verify token: that is the last part of the URL, so that no secret travels in a
query. `biz_opaque_callback_data` is our delivery's id, `context.id` the message that somebody answers.

Unverified: all of it is from documentation, no webhook of a real account was seen; above all `user_preferences`, the
members of buttons, how many changes one request holds at most, and numbers (Brazil, Mexico) whose WhatsApp id is not
the number that was written to. People who show a name in place of their number cannot be told apart yet.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import parse_qs, urlsplit

from signals_app.connectors.base import (
    MAX_TEXT,
    Answer,
    BadSignature,
    HookRequest,
    Parsed,
    elements,
    from_unix,
    identifier,
    members,
    words,
)
from signals_app.connectors.shared.json_body import Arrival, JsonConnector
from signals_app.connectors.shared.keywords import STARTS, STOPS, plain
from signals_app.connectors.shared.signatures import check_mac
from signals_app.incoming import Incoming, digest
from signals_app.receipt import receipt
from upsell_project.lib import signing

STATUSES = {
    "sent": "Message Sent",
    "delivered": "Message Delivered",
    "read": "Message Opened",
    "failed": "Message Failed",
}
PREFERENCES = {"stop": "Unsubscribed", "resume": "Resubscribed"}
MARKETING = "marketing_messages"
OPTED_OUT = "131050"
SAID_NOTHING = frozenset(("reaction", "system", "unsupported", "unknown"))
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,200}")


class WhatsAppCloud(JsonConnector):
    kind: ClassVar[str] = "whatsapp_cloud"
    label: ClassVar[str] = "WhatsApp (Meta Cloud API)"
    beta: ClassVar[str] = "Written from Meta's documentation; no webhook of a real account was seen."
    setup: ClassVar[str] = (
        "In Meta's app under WhatsApp, Configuration: paste the URL as callback URL, its last part as verify token, and"
        " subscribe to messages and user_preferences. The secret is the app's secret (App settings, Basic)."
    )
    methods: ClassVar[frozenset[str]] = frozenset({"POST", "GET"})

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        if request.method == "GET":
            if not _asked(request):
                raise BadSignature("the verify token is not the last part of the URL")
            return
        given = request.headers.get("x-hub-signature-256", "").strip()
        check_mac(secrets, [given], lambda secret: "sha256=" + signing.hex_mac(secret, request.body))

    def greeting(self, request: HookRequest) -> Answer | None:
        challenge = _asked(request) if request.method == "GET" else ""
        return Answer(challenge.encode(), "text/plain") if challenge else None

    def beyond(self, body: bytes) -> bool:
        """Each status, message and preference has a time of its own."""
        return body.count(b'"timestamp"') > self.most

    def read(self, said: dict[str, Any], arrival: Arrival) -> Parsed:
        changes = [
            members(members(change).get("value"))
            for entry in elements(said.get("entry"))
            for change in elements(members(entry).get("changes"))
        ]
        readers = {"statuses": _status, "messages": _message, "user_preferences": _preference}
        return Parsed(
            [
                item
                for value in changes
                for name, reader in readers.items()
                for one in elements(value.get(name))
                for item in reader(members(one), arrival)
            ]
        )


def _asked(request: HookRequest) -> str:
    """The challenge of who knows the verify token; empty for anybody else."""
    address = urlsplit(request.url)
    try:
        said = parse_qs(address.query, max_num_fields=10)
    except ValueError:
        return ""
    token, challenge = said.get("hub.verify_token", [""])[0], said.get("hub.challenge", [""])[0]
    ours = address.path.rstrip("/").rpartition("/")[2]
    subscribes = said.get("hub.mode") == ["subscribe"] and _CHALLENGE.fullmatch(challenge)
    return challenge if subscribes and signing.same(ours, token) else ""


def _status(said: dict[str, Any], arrival: Arrival) -> list[Incoming]:
    """One, and a second one where the failure is somebody's no."""
    status, message = words(said.get("status")).lower(), identifier(said.get("id"))
    if status not in STATUSES or not message:
        return []
    error = identifier(members(next(iter(elements(said.get("errors"))), None)).get("code"))
    about: dict[str, dict[str, Any]] = {
        "Message Opened": {"machine": False},
        # Meta does not tell a number without WhatsApp from one that it does not want to reach today.
        "Message Failed": {"permanent": True, "scope": "message", "reason": error or status},
    }
    names = [STATUSES[status], *(["Unsubscribed"] if error == OPTED_OUT else [])]
    return [
        receipt(
            name,
            f"{message}:{status}:{place}",
            _at(said, arrival),
            channel="whatsapp",
            message=message,
            lookup=_number(said.get("recipient_id")),
            delivery_id=identifier(said.get("biz_opaque_callback_data")),
            **about.get(name, {}),
        )
        for place, name in enumerate(names)
    ]


def _message(said: dict[str, Any], arrival: Arrival) -> list[Incoming]:
    """What somebody wrote or pressed: a word that stops, one that takes it back, or an answer for a human."""
    message, kind = identifier(said.get("id")), words(said.get("type"))
    if not message or kind in SAID_NOTHING:
        return []
    text = _text(said, kind)
    name = "Reply Received"
    if plain(text) in STOPS:
        name = "Unsubscribed"
    elif plain(text) in STARTS:
        name = "Resubscribed"
    return [
        receipt(
            name,
            message,
            _at(said, arrival),
            channel="whatsapp",
            message=identifier(members(said.get("context")).get("id")) or message,
            lookup=_number(said.get("from")),
            text=text[:MAX_TEXT] if name == "Reply Received" else "",
        )
    ]


def _text(said: dict[str, Any], kind: str) -> str:
    """The words, the button's label, or what stands below a picture."""
    part = members(said.get(kind))
    if kind == "interactive":
        part = members(part.get(words(part.get("type"))))
    named = (words(part.get(name)) for name in ("body", "text", "title", "caption"))
    return next((found for found in named if found), "")


def _preference(said: dict[str, Any], arrival: Arrival) -> list[Incoming]:
    name = PREFERENCES.get(words(said.get("value")).lower(), "")
    number = _number(said.get("wa_id"))
    if not name or not number or words(said.get("category")) != MARKETING:
        return []
    at = _at(said, arrival)
    key = digest(f"{number['phone']}:{name}:{at}")
    return [receipt(name, key, at, channel="whatsapp", lookup=number)]


def _number(wa_id: Any) -> dict[str, str]:
    digits = words(wa_id).removeprefix("+")
    return {"phone": f"+{digits}"} if digits.isascii() and digits.isdecimal() and len(digits) <= 15 else {}


def _at(said: dict[str, Any], arrival: Arrival) -> datetime:
    """Meta writes unix seconds as text."""
    seconds = words(said.get("timestamp"))
    plain_number = seconds.isascii() and seconds.isdecimal() and len(seconds) <= 12
    return arrival.at(from_unix(int(seconds)) if plain_number else None)
