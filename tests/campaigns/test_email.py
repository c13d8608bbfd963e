"""E-mail over real SMTP: what was certainly refused is told apart from what nobody can know."""

import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from campaigns_app.channels import email, mail_headers, of
from campaigns_app.channels.base import Accepted, Message, Outcome, Refused, Unknown
from tests.smtp_sink import Sink, serving

AT = datetime(2026, 3, 10, 10, tzinfo=UTC)


def a_message(**changes: Any) -> Message:
    given: dict[str, Any] = {
        "delivery_id": "7b6f2c0e-0000-4000-8000-000000000001",
        "to": "ana@acme.test",
        "at": AT,
        "sender": "Upsell <offers@upsell.test>",
        "subject": "Almost out of reports",
        "text": "Hi Ana,\n\n.a line with a dot\n",
        "html": "<p>Hi Ana, 49\xa0€</p>",
        "unsubscribe_url": "https://upsell.test/u/token",
    }
    return Message(**given | changes)


@pytest.fixture
def sink() -> Sink:
    return Sink()


@pytest.fixture
def url(sink: Sink) -> Iterator[str]:
    with serving(sink) as port:
        yield f"smtp://127.0.0.1:{port}"


def sent(url: str, *messages: Message) -> list[Outcome]:
    with email.Email(url).connect() as connection:
        return [connection.send(message) for message in messages or (a_message(),)]


def test_it_sends_both_parts_with_one_click_headers(sink: Sink, url: str) -> None:
    assert sent(url) == [Accepted("2.0.0 queued as 4711")]
    mail = sink.mails[0]
    assert mail["Message-ID"] == "<7b6f2c0e-0000-4000-8000-000000000001@upsell.test>"
    assert mail["List-Unsubscribe"] == "<https://upsell.test/u/token>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert mail["Date"].datetime == AT
    assert mail["To"] == "ana@acme.test"
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == ["Hi Ana,", "", ".a line with a dot"]
    assert html.get_content().strip() == "<p>Hi Ana, 49\xa0€</p>"


def test_long_addresses_stay_on_the_line_of_their_header_and_all_is_crlf() -> None:
    address = f"https://upsell.test/u/{'t' * 200}"
    raw = email.compose(a_message(unsubscribe_url=address, subject="Fast am Limit: " + "Übergröße " * 12))
    assert f"List-Unsubscribe: <{address}>\r\n".encode() in raw
    assert raw.count(b"\n") == raw.count(b"\r\n")
    subject = str(message_from_bytes(raw, policy=policy.default)["Subject"])
    assert subject.strip().endswith("Übergröße")


def test_a_batch_shares_one_connection(sink: Sink, url: str) -> None:
    outcomes = sent(url, *(a_message(delivery_id=str(number)) for number in range(5)))
    assert all(isinstance(outcome, Accepted) for outcome in outcomes)
    assert len(sink.connections) == 1
    assert len({mail["Message-ID"] for mail in sink.mails}) == 5


@pytest.mark.parametrize("phase", ["MAIL", "RCPT", "DATA"])
@pytest.mark.parametrize(
    ("reply", "retry"), [("451 4.3.0 try later", True), ("550 5.1.1 no such user", False)]
)
def test_a_reply_decides_between_later_and_never(
    sink: Sink, url: str, phase: str, reply: str, retry: bool
) -> None:
    sink.replies[phase] = reply
    assert sent(url) == [Refused(reply, retry)]


def test_a_refused_mail_does_not_stop_the_next_on_the_same_connection(sink: Sink, url: str) -> None:
    sink.replies["RCPT"] = "550 5.1.1 <ana@acme.test> unknown"
    with email.Email(url).connect() as connection:
        refused = connection.send(a_message())
        sink.replies.clear()
        assert isinstance(connection.send(a_message()), Accepted)
    assert refused == Refused("550 5.1.1 (address) unknown", retry=False)
    assert len(sink.connections) == 1


def test_an_idle_connection_that_died_is_replaced(sink: Sink, url: str) -> None:
    server = email.Smtp(urlsplit(url))
    assert isinstance(server.send(a_message()), Accepted)
    assert server.server is not None
    assert server.server.sock is not None
    server.server.sock.shutdown(socket.SHUT_RDWR)
    assert isinstance(server.send(a_message()), Accepted)
    server.close()
    assert len(sink.connections) == 2


def test_a_connection_lost_after_the_body_is_uncertain(sink: Sink, url: str) -> None:
    sink.after_data = lambda server: server.transport.abort()
    (outcome,) = sent(url)
    assert isinstance(outcome, Unknown)
    assert len(sink.mails) == 1


def test_silence_after_the_body_is_uncertain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email, "READ_SECONDS", 0.3)
    script = [b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n", b"354 go\r\n"]
    with scripted(script) as port:
        (outcome,) = sent(f"smtp://127.0.0.1:{port}")
    assert isinstance(outcome, Unknown)


@pytest.mark.parametrize("answered", [2, 3, 4])
def test_silence_before_the_body_is_a_refusal_to_be_retried(
    monkeypatch: pytest.MonkeyPatch, answered: int
) -> None:
    monkeypatch.setattr(email, "READ_SECONDS", 0.3)
    script = [b"220 hi\r\n", b"250 ok\r\n", b"250 ok\r\n", b"250 ok\r\n"]
    with scripted(script[:answered]) as port:
        (outcome,) = sent(f"smtp://127.0.0.1:{port}")
    assert isinstance(outcome, Refused)
    assert outcome.retry
    assert not outcome.down


def test_a_server_that_does_not_greet_is_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(email, "CONNECT_SECONDS", 0.3)
    with scripted([]) as port:
        (outcome,) = sent(f"smtp://127.0.0.1:{port}")
    assert isinstance(outcome, Refused)
    assert outcome.down


def test_a_closed_port_is_down() -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    (outcome,) = sent(f"smtp://127.0.0.1:{port}")
    assert outcome == Refused("the mail server cannot be used: ConnectionRefusedError", retry=True, down=True)


@pytest.mark.parametrize(("password", "accepted"), [("p%40ss", True), ("wrong", False)])
def test_it_logs_in_over_tls(
    sink: Sink, certificate: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, password: str, accepted: bool
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    options = {
        "tls_context": context,
        "require_starttls": True,
        "auth_required": True,
        "authenticator": sink.login,
    }
    with serving(sink, **options) as port:
        (outcome,) = sent(f"smtp+tls://u%40x:{password}@localhost:{port}")
    assert isinstance(outcome, Accepted) == accepted
    assert sink.logins == [b"u@x"] * len(sink.logins)
    if isinstance(outcome, Refused):
        assert outcome.down
        assert outcome.reason.endswith("SMTPAuthenticationError")


def test_an_untrusted_certificate_gets_no_mail(sink: Sink, certificate: tuple[Path, Path]) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(*certificate)
    with serving(sink, tls_context=context) as port:
        (outcome,) = sent(f"smtp+tls://localhost:{port}")
    assert isinstance(outcome, Refused)
    assert outcome.down
    assert not sink.mails


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "a\r\nBcc: x@evil.test"},
        {"to": "ana@acme.test\r\nRCPT TO:<x@evil.test>"},
        {"to": "änä@acme.test"},
    ],
)
def test_a_mail_that_smuggles_or_cannot_be_addressed_is_refused_for_good(
    sink: Sink, url: str, changes: dict[str, str]
) -> None:
    (outcome,) = sent(url, a_message(**changes))
    assert isinstance(outcome, Refused)
    assert not outcome.retry
    assert not sink.mails


def test_console_prints_the_mail(capsys: pytest.CaptureFixture[str]) -> None:
    (outcome,) = sent("console://")
    assert isinstance(outcome, Accepted)
    assert "List-Unsubscribe-Post: List-Unsubscribe=One-Click" in capsys.readouterr().out


def test_demo_keeps_the_mail() -> None:
    kept: list[tuple[Any, ...]] = []
    with email.Email("demo://", lambda *mail: kept.append(mail)).connect() as connection:
        assert isinstance(connection.send(a_message()), Accepted)
    assert kept[0][:3] == (mail_headers.message_id(a_message()), "ana@acme.test", "Almost out of reports")
    assert kept[0][4] == AT


@pytest.mark.parametrize("url", ["http://x", "smtp", "sendmail://"])
def test_an_unknown_url_is_refused_at_once(url: str) -> None:
    with pytest.raises(ValueError, match="EMAIL_URL"):
        email.Email(url)


def test_a_deployment_without_mail_has_no_mail_channel() -> None:
    assert of("email", "") is None
    assert of("sms", "smtp://x") is None
    in_app, task, mail = of("in_app", ""), of("chat", ""), of("email", "console://")
    assert [channel.at_intent for channel in (in_app, task, mail) if channel] == [True, True, False]


@contextmanager
def scripted(replies: list[bytes]) -> Iterator[int]:
    """A server that greets and answers line by line from a list, then stays silent with the line open."""
    listener = socket.create_server(("127.0.0.1", 0))
    opened: list[socket.socket] = []

    def serve() -> None:
        connection, _ = listener.accept()
        opened.append(connection)
        lines = connection.makefile("rb")
        for index, reply in enumerate(replies):
            if index:
                lines.readline()
            connection.sendall(reply)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        thread.join(5)
        for connection in opened:
            connection.close()
        listener.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    folder = tmp_path_factory.mktemp("tls")
    cert, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout {key} -out {cert}"
        " -addext subjectAltName=DNS:localhost".split(),
        check=True,
        capture_output=True,
    )
    return cert, key
