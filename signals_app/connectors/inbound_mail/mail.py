"""One received mail, read from raw MIME with the standard library, whoever carried it here."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
from itertools import islice

from signals_app.connectors.inbound_mail import parts
from signals_app.connectors.inbound_mail.parts import LONGEST_HEADER
from upsell_project.lib import plain_text

MAX_TEXT = 100_000
_MAX_VALUES = 50
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff]")


@dataclass(slots=True)
class Report:
    """What a mail system says became of a mail to one recipient (RFC 3464)."""

    action: str
    status: str
    recipient: str
    reason: str


@dataclass(slots=True)
class Mail:
    """Names of headers are in lower case; texts hold neither NUL nor lone surrogates."""

    headers: dict[str, list[str]] = field(default_factory=dict)
    text: str = ""
    html: str = ""
    recipients: list[str] = field(default_factory=list)
    """Where it arrived, as the envelope said; may hold the token of a reply address."""
    envelope_sender: str | None = None
    """Empty for a bounce; None where nobody told."""
    reports: list[Report] = field(default_factory=list)
    original: dict[str, list[str]] = field(default_factory=dict)
    """The headers of the mail that a report is about."""

    def header(self, name: str) -> str:
        return next(iter(self.headers.get(name, [])), "")

    @property
    def sender(self) -> str:
        return next(iter(addresses(self.headers.get("from", []))), "")

    @property
    def body(self) -> str:
        return self.text if self.text.strip() else plain_text.from_html(self.html, quotes=False)


def from_mime(raw: bytes) -> Mail:
    """Never raises: what cannot be decoded is left out."""
    message = parts.read(raw)
    mail = Mail(headers=_headers(message))
    mail.recipients = addresses(
        value
        for name in ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
        for value in mail.headers.get(name, [])
    )
    if "return-path" in mail.headers:
        mail.envelope_sender = mail.header("return-path").strip().strip("<>").lower()
    for part in parts.leaves(message):
        kind, attached = part.get_content_type(), part.get_content_disposition() == "attachment"
        if kind == "message/delivery-status":
            mail.reports += _reports(part)
        elif kind in ("message/rfc822", "text/rfc822-headers") and not mail.original:
            mail.original = read_headers(_text(part))
        elif kind == "text/plain" and not attached and not mail.text:
            mail.text = _text(part)
        elif kind == "text/html" and not attached and not mail.html:
            mail.html = _text(part)
    return mail


def headers_of(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name.strip().lower(), []).append(
            clean(" ".join(parts.shortened(name, value).split()))
        )
    return found


def read_headers(raw: str) -> dict[str, list[str]]:
    return _headers(parts.read(raw.encode(errors="replace")))


def clean(text: str) -> str:
    """Text that any column holds."""
    return _CONTROL.sub("\ufffd", text)[:MAX_TEXT]


def addresses(values: Iterable[str]) -> list[str]:
    """The addresses in these headers, in lower case; what is nested too deep names nobody."""
    said = [str(value)[:LONGEST_HEADER] for value in islice(values, _MAX_VALUES)]
    try:
        found = [address.strip().lower() for _, address in getaddresses(said)]
    except RecursionError:
        return []
    return [address for address in found if "@" in address and len(address) <= 200]


def moment(text: str) -> datetime | None:
    try:
        said = parsedate_to_datetime(text)
        return said.replace(tzinfo=UTC) if said.tzinfo is None else said.astimezone(UTC)
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


def _headers(message: Message) -> dict[str, list[str]]:
    return headers_of((name, _decoded(str(value))) for name, value in message.items())


def _decoded(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (MessageError, LookupError, ValueError):
        return value


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    try:
        return clean(payload[: MAX_TEXT * 4].decode(part.get_content_charset("utf-8"), "replace"))
    except (LookupError, ValueError):
        return clean(payload[: MAX_TEXT * 4].decode("utf-8", "replace"))


def _reports(part: Message) -> list[Report]:
    """One block of headers for the mail as a whole, then one a recipient."""
    found = []
    for block in parts.blocks(part):
        told = _headers(block)
        status = next(iter(told.get("status", [])), "").split(" ")[0]
        if status or "action" in told:
            recipient = next(iter(told.get("final-recipient", []) or told.get("original-recipient", [])), "")
            reason = next(iter(told.get("diagnostic-code", [])), "")
            action = next(iter(told.get("action", [])), "").lower()
            found.append(Report(action, status, recipient.partition(";")[2].strip().lower(), reason))
    return found
