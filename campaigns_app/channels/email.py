"""E-mail, by EMAIL_URL: `smtp://user:pass@host:port`, `smtps://`, `smtp+tls://`, `console://` or `demo://`.

SMTP is spoken step by step, because only the step tells whether a failure means "not sent" or "who knows".
"""

import re
import smtplib
import ssl
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from email.generator import BytesGenerator
from email.utils import format_datetime, parseaddr
from io import BytesIO
from urllib.parse import SplitResult, unquote, urlsplit

from django.core.mail import EmailMultiAlternatives

from campaigns_app.channels import mail_headers
from campaigns_app.channels.base import Accepted, Connection, Message, Outcome, Refused, Unknown
from campaigns_app.channels.mail_headers import message_id

CONNECT_SECONDS = 3.0
READ_SECONDS = 10.0
PORTS = {"smtp": 25, "smtps": 465, "smtp+tls": 587}
SCHEMES = (*PORTS, "console", "demo")
# What a server that is down gets as a rest, in seconds.
DOWN_SECONDS = 30

Keep = Callable[[str, str, str, str, datetime], None]
"""Stores (message id, to, subject, raw mail, at)."""


class Email:
    """Raises ValueError for a URL that is none of the above."""

    at_intent = False
    key_lives = None

    def __init__(self, url: str, keep: Keep | None = None) -> None:
        self.url = urlsplit(url)
        if self.url.scheme not in SCHEMES:
            raise ValueError(
                f"EMAIL_URL must start with one of {', '.join(f'{name}://' for name in SCHEMES)}"
            )
        self.name = self.url.scheme.replace("+", "_")
        self.keep = keep

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """One connection for a whole batch, opened by the first message that needs it."""
        if self.url.scheme == "console":
            yield Console()
        elif self.url.scheme == "demo":
            yield Kept(self.keep)
        else:
            server = Smtp(self.url)
            try:
                yield server
            finally:
                server.close()


def compose(message: Message) -> bytes:
    """The MIME mail (CRLF): HTML and text, one-click headers, an id that follows from the delivery."""
    mail = EmailMultiAlternatives(
        subject=message.subject,
        body=message.text,
        from_email=message.sender,
        to=[message.to],
        headers={
            "Message-ID": message_id(message),
            "Date": format_datetime(message.at),
            **mail_headers.automatic(),
            **mail_headers.unsubscribe(message),
            **message.headers,
        },
    )
    mail.attach_alternative(message.html, "text/html")
    raw = BytesIO()
    # Unfolded: a one-click address broken off its header's first line is lost on some readers.
    BytesGenerator(raw, mangle_from_=False, maxheaderlen=0).flatten(mail.message(), linesep="\r\n")
    return raw.getvalue()


class Console:
    def send(self, message: Message) -> Outcome:
        sys.stdout.write(compose(message).decode("utf-8", "replace").replace("\r\n", "\n") + "\n")
        sys.stdout.flush()
        return Accepted(message_id(message))


class Kept:
    def __init__(self, keep: Keep | None) -> None:
        self.keep = keep

    def send(self, message: Message) -> Outcome:
        if self.keep is None:
            return Refused("demo:// has no inbox here", retry=False)
        raw = compose(message).decode("utf-8", "replace")
        self.keep(message_id(message), message.to, message.subject, raw, message.at)
        return Accepted(message_id(message))


class Smtp:
    """A kept SMTP connection that knows how far each mail got."""

    def __init__(self, url: SplitResult) -> None:
        self.url = url
        self.server: smtplib.SMTP | None = None

    def send(self, message: Message) -> Outcome:
        """Before the body went out everything is a refusal; from its first byte on, silence is `Unknown`."""
        try:
            raw = compose(message)
        except (ValueError, UnicodeError) as error:
            return Refused(f"not a sendable mail: {type(error).__name__}", retry=False)
        for fresh in (self.server is None, True):
            try:
                server = self._open()
            except (OSError, smtplib.SMTPException) as error:
                self.close()
                return Refused(_told("the mail server cannot be used", error), retry=True, down=True)
            try:
                refusal = _envelope(server, message)
            except ValueError as error:
                self.close()
                return Refused(_told("not an address this server takes", error), retry=False)
            except (OSError, smtplib.SMTPException) as error:
                self.close()
                if fresh:
                    return Refused(_told("the connection broke", error), retry=True, retry_after=DOWN_SECONDS)
                continue  # a kept connection may have died idle: once more over a new one
            return refusal or self._body(server, raw)
        raise AssertionError("unreachable")

    def close(self) -> None:
        if self.server is not None:
            with suppress(OSError, smtplib.SMTPException):
                self.server.quit()
            self.server.close()
        self.server = None

    def _open(self) -> smtplib.SMTP:
        if self.server is None:
            self.server = _connect(self.url)
        return self.server

    def _body(self, server: smtplib.SMTP, raw: bytes) -> Outcome:
        try:
            server.send(_dotted(raw))
            code, reply = server.getreply()
        except (OSError, smtplib.SMTPException) as error:
            self.close()
            return Unknown(_told("no answer after the mail was handed over", error))
        if 200 <= code < 300:
            return Accepted(_text(reply)[:200])
        if 400 <= code < 600:
            return _refused(server, code, reply)
        self.close()
        return Unknown(f"an answer that is none after the mail was handed over: {code}")


def _connect(url: SplitResult) -> smtplib.SMTP:
    host, port = url.hostname or "localhost", url.port or PORTS[url.scheme]
    server: smtplib.SMTP
    if url.scheme == "smtps":
        server = smtplib.SMTP_SSL(host, port, timeout=CONNECT_SECONDS, context=ssl.create_default_context())
    else:
        server = smtplib.SMTP(host, port, timeout=CONNECT_SECONDS)
    try:
        if server.sock is not None:
            server.sock.settimeout(READ_SECONDS)
        server.ehlo_or_helo_if_needed()
        if url.scheme == "smtp+tls":
            server.starttls(context=ssl.create_default_context())
        if url.username:
            server.login(unquote(url.username), unquote(url.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _envelope(server: smtplib.SMTP, message: Message) -> Refused | None:
    """MAIL, RCPT, DATA: after None the server waits for the body. Raises when the connection breaks."""
    sender = parseaddr(message.sender)[1]
    code, reply = server.mail(sender, ["BODY=8BITMIME"] if server.has_extn("8bitmime") else [])
    if code == 250:
        code, reply = server.rcpt(message.to)
    if code in (250, 251):
        code, reply = server.docmd("DATA")
    return None if code == 354 else _refused(server, code, reply)


def _refused(server: smtplib.SMTP, code: int, reply: bytes) -> Refused:
    with suppress(OSError, smtplib.SMTPException):
        server.rset()
    return Refused(f"{code} {_text(reply)}"[:300], retry=400 <= code < 500 or code == -1)


def _dotted(raw: bytes) -> bytes:
    """The body as SMTP carries it: leading dots doubled, ended by a line with one dot."""
    quoted = re.sub(rb"(?m)^\.", b"..", raw)
    return quoted + (b"" if quoted.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _told(what: str, error: Exception) -> str:
    """Without addresses: a provider's words may quote them, and reasons are shown and logged."""
    return f"{what}: {type(error).__name__}"


def _text(reply: bytes) -> str:
    words = " ".join(reply.decode("utf-8", "replace").split())
    return re.sub(r"<?[^\s<>@]+@[^\s<>@]+>?", "(address)", words)
