"""Twilio's inbound messages and status callbacks, SMS and WhatsApp, by one hook: the fields tell which it is.

Source: twilio-python `request_validator.py`; Twilio's pages on webhook security, Advanced Opt-Out and error codes.
Signed is the whole URL, with or without its port, followed by the sorted form fields; of a JSON body only the hash,
as `bodySHA256` of the URL. Whatever the signature does not bind is refused. A status callback may name our delivery
as `delivery_id` (or `m`) in its query.

Twilio itself answers STOP, START and, on numbers for SMS, HELP and INFO: we say nothing to them, and who asks for help
refuses nothing and needs nobody. On WhatsApp nobody answers HELP, so there it is a reply that a human reads.

Unverified: the fields of WhatsApp replies (ButtonText), START, UNSTOP, HELP and INFO as words that Twilio answers, that
Twilio repeats a request, and for how many seconds it waits. A plain YES opts nobody in: it may as well be the answer to
an offer.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import parse_qsl, urlsplit

from signals_app.connectors.base import (
    MAX_TEXT,
    QUERY,
    Answer,
    Connector,
    HookRequest,
    Parsed,
    identifier,
    unusable,
    words,
)
from signals_app.connectors.shared.keywords import HELPS, STARTS, STOPS, plain
from signals_app.connectors.twilio import signature
from signals_app.incoming import Incoming
from signals_app.receipt import receipt
from upsell_project.lib import strict_json

STATUSES = {
    "sent": "Message Sent",
    "delivered": "Message Delivered",
    "read": "Message Opened",
    "undelivered": "Message Failed",
    "failed": "Message Failed",
    "canceled": "Message Dropped",
}
# It makes no sense to try this message again.
PERMANENT = frozenset(
    ("21211", "21610", "21614", "30003", "30004", "30005", "30006", "30007", "63016", "63024")
)
# ... though the number itself may be all right.
OF_THE_MESSAGE = frozenset(("21610", "30003", "30004", "30007", "63016"))
OPTED_OUT = "21610"


class Twilio(Connector):
    kind: ClassVar[str] = "twilio"
    label: ClassVar[str] = "Twilio"
    beta: ClassVar[str] = (
        "The fields of WhatsApp's buttons, and that Twilio answers START, HELP and INFO, could not be checked."
    )
    setup: ClassVar[str] = (
        "In Twilio give the URL to the number or Messaging Service, for incoming messages and as the status callback."
        " The secret is the account's auth token, or the shared key of signed webhooks."
    )
    methods: ClassVar[frozenset[str]] = frozenset({"POST", "GET"})
    headers: ClassVar[tuple[str, ...]] = (QUERY,)

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        signature.check(request, secrets)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        try:
            fields = _fields(body)
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        except ValueError:
            return unusable(body, "the body is neither a form nor JSON")
        fields |= {name: value for name, value in _form(headers.get(QUERY, "")).items() if name not in fields}
        return Parsed(_status(fields, received_at) if _is_status(fields) else _inbound(fields, received_at))

    def answer(self, request: HookRequest) -> Answer:
        """No second word: Twilio itself confirms a STOP and answers a HELP."""
        try:
            status = _is_status(_fields(request.body or urlsplit(request.url).query.encode()))
        except ValueError:
            status = True
        return Answer(b"", "text/plain", 204) if status else Answer(b"<Response/>", "text/xml")


def _fields(body: bytes) -> dict[str, str]:
    """A form, a query string or a JSON object, by what the bytes are. Raises ValueError."""
    if body.lstrip()[:1] in (b"{", b"["):
        said = strict_json.loads(body)
        return {name: words(value) for name, value in said.items()} if isinstance(said, dict) else {}
    return _form(body.decode(errors="replace"))


def _form(text: str) -> dict[str, str]:
    return {
        name: value.replace("\x00", "\ufffd")
        for name, value in reversed(
            parse_qsl(text, keep_blank_values=True, max_num_fields=signature.MOST_FIELDS)
        )
    }


def _is_status(fields: Mapping[str, str]) -> bool:
    said = fields.get("MessageStatus") or fields.get("SmsStatus", "")
    return bool(said) and said.lower() != "received" and "OptOutType" not in fields


def _channel(address: str) -> tuple[str, str]:
    """`whatsapp:+1415...` is a number on WhatsApp, a bare number one for SMS; other prefixes name no phone."""
    prefix, _, number = address.strip().rpartition(":")
    channel = {"whatsapp": "whatsapp", "": "sms", "rcs": "sms"}.get(prefix.lower(), "chat")
    return channel, number if channel != "chat" and number.startswith("+") else ""


def _inbound(fields: Mapping[str, str], received_at: datetime) -> list[Incoming]:
    channel, number = _channel(fields.get("From", ""))
    sid = _sid(fields)
    if not fields.get("From") or not sid:
        return []
    text = (fields.get("ButtonText") or fields.get("Body", ""))[:MAX_TEXT]
    name, said = "Reply Received", text
    option = fields.get("OptOutType", "").upper()
    if option == "STOP" or plain(fields.get("Body", "")) in STOPS:
        name, said = "Unsubscribed", ""
    elif option == "START" or (not option and plain(text) in STARTS):
        name, said = "Resubscribed", ""
    elif option == "HELP" or (channel == "sms" and plain(text) in HELPS):
        name, said = "Help Requested", ""
    phone = {"phone": number}
    return [receipt(name, sid, received_at, channel=channel, message=sid, lookup=phone, text=said)]


def _status(fields: Mapping[str, str], received_at: datetime) -> list[Incoming]:
    status = (fields.get("MessageStatus") or fields.get("SmsStatus", "")).lower()
    sid = _sid(fields)
    if status not in STATUSES or not sid:
        return []
    channel, number = _channel(fields.get("To", ""))
    error = identifier(fields.get("ErrorCode", "")) if fields.get("ErrorCode") != "0" else ""
    about: dict[str, dict[str, Any]] = {
        "Message Opened": {"machine": False},
        "Message Dropped": {"reason": status},
        "Message Failed": {
            "permanent": error in PERMANENT,
            "scope": "message" if error in OF_THE_MESSAGE else "",
            "reason": error or status,
        },
    }
    delivery = identifier(fields.get("delivery_id", "")) or identifier(fields.get("m", ""))
    names = [STATUSES[status], *(["Unsubscribed"] if error == OPTED_OUT else [])]
    return [
        receipt(
            name,
            f"{sid}:{status}" if place == 0 else f"{sid}:{status}:{place + 1}",
            received_at,
            channel=channel,
            message=sid,
            lookup={"phone": number},
            delivery_id=delivery,
            **about.get(name, {}),
        )
        for place, name in enumerate(names)
    ]


def _sid(fields: Mapping[str, str]) -> str:
    return identifier(fields.get("MessageSid") or fields.get("SmsSid") or fields.get("SmsMessageSid", ""))
