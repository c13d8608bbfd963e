"""How mail services hand over a mail: SendGrid and Mailgun as forms, Postmark as JSON, anybody as raw MIME."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from signals_app.connectors.base import elements, members, words
from signals_app.connectors.inbound_mail import mail as mails
from signals_app.connectors.inbound_mail.mail import Mail
from signals_app.connectors.inbound_mail.parts import LONGEST_HEADER
from upsell_project.lib import strict_json

_BOUNDARY = re.compile(r'boundary="?([^";,]{1,200})"?', re.IGNORECASE)
_NAME = re.compile(rb'[;\s]name="([^"\r\n]{1,100})"', re.IGNORECASE)
_FILE = re.compile(rb"[;\s]filename\*?=", re.IGNORECASE)
_MAX_FIELDS = 200

Fields = Mapping[str, bytes]


def read(body: bytes, content_type: str) -> Mail:
    """Raises strict_json.Refused for JSON that is none, ValueError for a form that holds no mail."""
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "application/json":
        return _postmark(members(strict_json.loads(body)))
    if kind in ("multipart/form-data", "application/x-www-form-urlencoded"):
        return _form(fields_of(body, content_type))
    return mails.from_mime(body)


def fields_of(body: bytes, content_type: str) -> Fields:
    """The fields of a form, each once; files are left out."""
    found = _BOUNDARY.search(content_type)
    if content_type.lower().startswith("multipart/"):
        return _multipart(body, found[1].encode()) if found else {}
    try:
        pairs = parse_qs(
            body.decode("utf-8", "surrogateescape"), errors="surrogateescape", max_num_fields=_MAX_FIELDS
        )
    except ValueError:
        return {}
    return {name: values[0].encode("utf-8", "surrogateescape") for name, values in pairs.items()}


def _multipart(body: bytes, boundary: bytes) -> Fields:
    found: dict[str, bytes] = {}
    cut = (b"\r\n" + body).split(b"\r\n--" + boundary, _MAX_FIELDS + 1)
    for part in cut[1 : _MAX_FIELDS + 1]:
        head, _, value = part.partition(b"\r\n\r\n")
        head = head[:LONGEST_HEADER]
        name = _NAME.search(head)
        if name and not _FILE.search(head):
            found.setdefault(name[1].decode("utf-8", "replace"), value)
    return found


def _form(fields: Fields) -> Mail:
    """SendGrid's raw mail is in `email`, Mailgun's in `body-mime`; else both give the mail taken apart."""
    raw = fields.get("email") or fields.get("body-mime")
    if raw and (b"\n" in raw.strip()):
        mail = mails.from_mime(raw)
    elif "body-plain" in fields or "message-headers" in fields or "body-html" in fields:
        mail = _mailgun(fields)
    elif "headers" in fields or "text" in fields or "html" in fields:
        mail = _sendgrid(fields)
    else:
        raise ValueError("the form holds no mail")
    _envelope(fields, mail)
    return mail


def _sendgrid(fields: Fields) -> Mail:
    charsets = _json(fields.get("charsets", b""))
    mail = Mail(headers=mails.read_headers(_said(fields, "headers", "")))
    for name in ("from", "to", "subject"):
        if name not in mail.headers and name in fields:
            mail.headers[name] = [_said(fields, name, words(charsets.get(name)))]
    mail.text = _said(fields, "text", words(charsets.get("text")))
    mail.html = _said(fields, "html", words(charsets.get("html")))
    return mail


def _mailgun(fields: Fields) -> Mail:
    try:
        listed = elements(strict_json.loads(fields.get("message-headers", b"[]")))
    except strict_json.Refused:
        listed = []
    pairs = [(words(pair[0]), words(pair[1])) for pair in map(elements, listed) if len(pair) == 2]
    mail = Mail(headers=mails.headers_of(pairs))
    for name in ("From", "Subject", "Message-Id", "In-Reply-To", "References", "Date"):
        given = _said(fields, name, "") or _said(fields, name.lower(), "")
        if given and name.lower() not in mail.headers:
            mail.headers[name.lower()] = [given]
    mail.text, mail.html = _said(fields, "body-plain", ""), _said(fields, "body-html", "")
    return mail


def _envelope(fields: Fields, mail: Mail) -> None:
    """SendGrid tells it as JSON, Mailgun as `sender` and `recipient`."""
    told = _json(fields.get("envelope", b""))
    recipients = [words(address) for address in elements(told.get("to"))] or [_said(fields, "recipient", "")]
    mail.recipients = mails.addresses(recipients) + mail.recipients
    mail.recipients += mails.addresses(mail.headers.get("to", []))
    if isinstance(told.get("from"), str):
        mail.envelope_sender = words(told["from"]).lower()
    elif "sender" in fields:
        mail.envelope_sender = _said(fields, "sender", "").strip().lower()


def _postmark(said: dict[str, Any]) -> Mail:
    if "From" not in said and "FromFull" not in said:
        raise ValueError("the body names no sender: it is not a mail")
    listed = [members(header) for header in elements(said.get("Headers"))]
    mail = Mail(headers=mails.headers_of((words(one.get("Name")), words(one.get("Value"))) for one in listed))
    address = words(members(said.get("FromFull")).get("Email")) or words(said.get("From"))
    mail.headers.setdefault("from", [mails.clean(address)])
    for name in ("Subject", "Date"):
        mail.headers.setdefault(name.lower(), [mails.clean(words(said.get(name)))])
    mail.headers.setdefault("message-id", [mails.clean(words(said.get("MessageID")))])
    mail.recipients = mails.addresses([words(said.get("OriginalRecipient")), words(said.get("To"))])
    mail.text, mail.html = mails.clean(words(said.get("TextBody"))), mails.clean(words(said.get("HtmlBody")))
    return mail


def _said(fields: Fields, name: str, charset: str) -> str:
    value = fields.get(name, b"")
    try:
        return mails.clean(value.decode(charset or "utf-8", "replace"))
    except (LookupError, ValueError):
        return mails.clean(value.decode("utf-8", "replace"))


def _json(text: bytes) -> dict[str, Any]:
    try:
        return members(strict_json.loads(text))
    except strict_json.Refused:
        return {}
