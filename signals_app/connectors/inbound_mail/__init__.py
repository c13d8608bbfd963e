"""Answers to our mails, by the inbound webhook of a mail service or by a pipe of the mail server.

Source: SendGrid "Inbound Parse", Mailgun "Routes" (signature: HMAC-SHA256 over timestamp and token), Postmark
"Inbound webhook", RFC 5322 and 2045 for raw mail, RFC 3834 and 3464 for what machines send. Unverified: whether
Mailgun renews its timestamp on retries (12 hours are allowed, as its token does not cover the body anyway), and
SendGrid's optional signature of Inbound Parse, which is not read.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from signals_app.connectors.base import (
    BadSignature,
    Connector,
    HookRequest,
    Parsed,
    unusable,
)
from signals_app.connectors.inbound_mail import automatic, carriers, quoting
from signals_app.connectors.inbound_mail import mail as mails
from signals_app.connectors.inbound_mail.mail import Mail
from signals_app.connectors.shared.signatures import check_mac, require_token
from signals_app.incoming import Incoming, digest, short_id
from upsell_project.lib import signing, strict_json

_MAX_WORDS = 10_000
_OLDEST = timedelta(days=7)
_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
# Lower case as we write it: Apple's own message ids are UUIDs too, in upper case.
_OURS = re.compile(rf"<?({_UUID})@")
_TAGGED = re.compile(rf"[^\s@]*\+({_UUID})@")
_ID = re.compile(r"<([^<>\s]{1,500})>")


class InboundMail(Connector):
    kind: ClassVar[str] = "inbound_mail"
    label: ClassVar[str] = "Inbound mail (replies)"
    freshness: ClassVar[timedelta | None] = timedelta(hours=12)
    beta: ClassVar[str] = (
        "SendGrid's optional signature of Inbound Parse is not checked (use user:password in the URL), and Mailgun's "
        "signature does not cover the mail itself."
    )
    setup: ClassVar[str] = (
        "Set this URL as SendGrid Inbound Parse, Mailgun route or Postmark inbound webhook of the address that mails "
        "name in Reply-To. The secret is Mailgun's HTTP webhook signing key, else the password in the URL. A mail "
        "server's pipe calls `manage.py receive_mail --source ID` instead."
    )

    def verify(self, request: HookRequest, secrets: Sequence[str], now: float) -> None:
        kind = request.headers.get("content-type", "")
        is_form = "form" in kind.lower()
        fields = carriers.fields_of(request.body, kind) if is_form and secrets else {}
        if not {"timestamp", "token", "signature"} <= fields.keys():
            require_token(request, secrets)
            return
        given, signed = fields["signature"].decode("ascii", "replace"), (fields["timestamp"], fields["token"])
        check_mac(secrets, [given.strip()], lambda secret: signing.hex_mac(secret, *signed))
        timestamp = fields["timestamp"].decode("ascii", "replace")
        if not (timestamp.isascii() and timestamp.isdecimal() and len(timestamp) <= 12):
            raise BadSignature("no readable timestamp")
        self.refuse_stale(int(timestamp), now)

    def parse(
        self, body: bytes, headers: Mapping[str, str], received_at: datetime, call: str = "batch"
    ) -> Parsed:
        kind = next((value for name, value in headers.items() if name.lower() == "content-type"), "")
        try:
            mail = carriers.read(body, kind)
        except strict_json.Refused as error:
            return unusable(body, error.sentence("the body"), error.path)
        except ValueError as error:
            return unusable(body, str(error))
        if report := automatic.bounce(mail):
            return _bounced(mail, report, body, received_at)
        if automatic.is_automatic(mail):
            return Parsed()
        if not mail.sender:
            return unusable(body, "the mail names no sender", "from")
        properties = {
            "text": quoting.own_words(mail.body)[:_MAX_WORDS],
            "subject": mail.header("subject")[:500],
        }
        return Parsed([_item("Reply Received", mail, mail.sender, properties, body, received_at)])


def _bounced(mail: Mail, report: mails.Report, body: bytes, received_at: datetime) -> Parsed:
    properties: dict[str, Any] = {
        "permanent": automatic.permanent(report),
        "reason": automatic.reason(report),
    }
    item = _item("Message Bounced", mail, report.recipient, properties, body, received_at)
    if not item.lookup and "delivery_id" not in item.properties:
        return unusable(body, "the bounce names neither its recipient nor one of our mails")
    return Parsed([item])


def _item(
    name: str, mail: Mail, address: str, properties: dict[str, Any], body: bytes, received_at: datetime
) -> Incoming:
    delivery_id, answered = _answered(mail)
    told = {"delivery_id": delivery_id, "provider_message_id": answered[:200]}
    sent_at = mails.moment(mail.header("date")) or received_at
    recent = received_at - _OLDEST <= sent_at <= received_at
    usable = "@" in address and len(address) <= 200
    return Incoming(
        kind="track",
        message_id=short_id(mail.header("message-id").strip("<> ") or f"sha256:{digest(body.hex())}"),
        occurred_at=sent_at if recent else received_at,
        name=name,
        properties={"channel": "email", **properties, **{key: value for key, value in told.items() if value}},
        lookup={"email": address} if usable else {},
        active=False,
    )


def _answered(mail: Mail) -> tuple[str, str]:
    """Our delivery and the message id that is answered: by a tagged address, In-Reply-To, References, newest first,
    and for a bounce by the headers of the mail that it brings back."""
    replied = _ID.findall(mail.header("in-reply-to"))
    named = [*replied, *reversed(_ID.findall(mail.header("references")))]
    named += [one for value in mail.original.get("message-id", []) for one in _ID.findall(value)]
    tagged = [found[1] for address in mail.recipients if (found := _TAGGED.match(address))]
    ours = [found[1] for one in named if (found := _OURS.match(one))]
    return next(iter([*tagged, *ours]), ""), next(iter(named), "")
