"""The same reply, and bounces, as mail services and mail servers hand them over.

Field names: the documentation of SendGrid's Inbound Parse, Mailgun's routes and Postmark's inbound webhook.
"""

from email.message import EmailMessage

from tests.connectors import payload

OURS = "0b1c2d3e-4f50-4617-8293-a4b5c6d7e8f9"
RAW = {"content-type": "message/rfc822"}
SAID = "No thanks, we are fine.\n\nOn Mon, 2 Mar 2026 at 08:00, Upsell <offers@x.test> wrote:\n> Upgrade now\n> STOP\n"


def a_reply(text: str = SAID, html: str = "", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    given_ = {
        "From": "Ana Roth <Ana@Example.com>",
        "To": "Upsell <offers@x.test>",
        "Subject": "Re: 17 of 20 reports",
        "Message-ID": "<CAF-1@mail.example.com>",
        "In-Reply-To": f"<{OURS}@x.test>",
        "References": f"<{OURS}@x.test>",
        "Date": "Mon, 02 Mar 2026 10:29:00 +0100",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    for name, value in given_.items():
        if value:
            mail[name] = value
    mail.set_content(text)
    if html:
        mail.add_alternative(html, subtype="html")
    return mail


def form(fields: dict[str, str | bytes], charset: str = "utf-8") -> tuple[bytes, dict[str, str]]:
    """Multipart as SendGrid sends it, with an attachment that is not to be read."""
    parts = b""
    for name, value in fields.items():
        said = value if isinstance(value, bytes) else value.encode(charset)
        parts += (
            b'--xYzZY\r\nContent-Disposition: form-data; name="'
            + name.encode()
            + b'"\r\n\r\n'
            + said
            + b"\r\n"
        )
    parts += (
        b'--xYzZY\r\nContent-Disposition: form-data; name="attachment1"; filename="text"\r\n'
        b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x00\r\n--xYzZY--\r\n"
    )
    return parts, {"content-type": 'multipart/form-data; boundary="xYzZY"'}


def carried(by: str) -> tuple[bytes, dict[str, str]]:
    """The same reply by each of the ways, as it is stored; attachments are bytes of no encoding."""
    kept = payload.read("inbound_mail", by)
    headers = {name.lower(): value for name, value in kept["headers"].items()}
    return kept["raw"].encode("latin-1"), headers


def a_bounce(action: str, status: str, *, original: bool = True) -> bytes:
    brought_back = (
        f"--b\r\nContent-Type: message/rfc822\r\n\r\nMessage-ID: <{OURS}@x.test>\r\n"
        "Subject: 17 of 20\r\n\r\nUpgrade\r\n"
    )
    return (
        "From: MAILER-DAEMON@mx.test\r\nTo: offers@x.test\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        "Message-ID: <b-1@mx.test>\r\nDate: Mon, 02 Mar 2026 09:29:00 +0000\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.test\r\n\r\n"
        f"Final-Recipient: rfc822; Ana@Example.com\r\nAction: {action}\r\nStatus: {status}\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 <ana@example.com> User unknown\r\n\r\n"
        f"{brought_back if original else ''}--b--\r\n"
    ).encode()
