"""A real SMTP server on loopback that answers as it is told and keeps what it accepted."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as SmtpServer
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session


class Sink:
    """Answers as told by `replies` and keeps what it accepted."""

    def __init__(self) -> None:
        self.replies: dict[str, str] = {}
        self.mails: list[EmailMessage] = []
        self.connections: set[tuple[str, int]] = set()
        self.after_data: Callable[[SmtpServer], None] | None = None
        self.logins: list[bytes] = []

    async def handle_MAIL(
        self, server: SmtpServer, _: Session, envelope: Envelope, address: str, __: Any
    ) -> str:
        envelope.mail_from = address
        self.connections.add(server.session.peer)
        return self.replies.get("MAIL", "250 OK")

    async def handle_RCPT(self, _: Any, __: Any, envelope: Envelope, address: str, ___: Any) -> str:
        envelope.rcpt_tos.append(address)
        return self.replies.get("RCPT", "250 OK")

    async def handle_DATA(self, server: SmtpServer, _: Any, envelope: Envelope) -> str:
        self.mails.append(message_from_bytes(envelope.content or b"", policy=policy.default))
        if self.after_data:
            self.after_data(server)
        return self.replies.get("DATA", "250 2.0.0 queued as 4711")

    def login(self, _: Any, __: Any, ___: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login)
        return AuthResult(success=data.password == b"p@ss", handled=False)


class _OnFreePort(Controller):  # type: ignore[misc]
    """aiosmtpd's own start-up check connects to the port it was given, which is none."""

    def bound_port(self) -> int:
        return int(self.server.sockets[0].getsockname()[1])

    def _trigger_server(self) -> None:
        self.port = self.bound_port()
        super()._trigger_server()


@contextmanager
def serving(sink: Sink, **options: Any) -> Iterator[int]:
    """Serve on a free port of loopback and yield it."""
    controller = _OnFreePort(sink, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield controller.bound_port()
    finally:
        controller.stop()
