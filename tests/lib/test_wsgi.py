"""The server's threads wait for bodies, one thread works."""

import threading
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest
from django.db import OperationalError

from upsell_project.lib.group_commit import Line
from upsell_project.wsgi import MAX_BODY, Buffered

Answer = tuple[str, bytes]


def ask(application: Any, body: Any, length: str | None) -> Answer:
    statuses: list[str] = []
    environ = {"wsgi.input": body} | ({"CONTENT_LENGTH": length} if length is not None else {})
    answer = b"".join(Buffered(application)(environ, lambda status, headers: statuses.append(status)))
    return statuses[0], answer


def echo(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [environ["wsgi.input"].read()]


def test_the_application_gets_the_whole_body() -> None:
    assert ask(echo, BytesIO(b"0123456789"), "10") == ("200 OK", b"0123456789")


@pytest.mark.parametrize("length", [None, "", "x", "-1", "\u0663"])
def test_without_a_usable_length_there_is_no_body(length: str | None) -> None:
    assert ask(echo, BytesIO(b"0123"), length) == ("200 OK", b"")


def test_a_body_over_the_limit_is_refused_unread() -> None:
    class Unread:
        def read(self, size: int) -> bytes:
            raise AssertionError("it was read")

    status, answer = ask(echo, Unread(), str(MAX_BODY + 1))
    assert status.startswith("413")
    assert b"larger than" in answer


def chunked(body: bytes) -> Any:
    environ = {"wsgi.input": BytesIO(body), "HTTP_TRANSFER_ENCODING": "chunked"}
    said: list[str] = []
    answer = b"".join(Buffered(measured)(environ, lambda status, headers: said.append(status)))
    return said[0], answer


def measured(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    start_response("200 OK", [])
    return [environ["CONTENT_LENGTH"].encode(), environ["wsgi.input"].read()]


def test_a_body_in_chunks_is_read_whole() -> None:
    assert chunked(b"0123456789") == ("200 OK", b"100123456789")
    assert chunked(b"x" * (MAX_BODY + 1))[0].startswith("413")


def test_a_body_that_never_ends_does_not_hold_up_the_others() -> None:
    held, served = threading.Event(), threading.Event()

    class Endless:
        def read(self, size: int) -> bytes:
            held.set()
            served.wait(10)
            return b""

    application = Buffered(echo)
    begin = lambda status, headers: None  # noqa: E731
    environ = {"wsgi.input": Endless(), "CONTENT_LENGTH": "5"}
    waiting = threading.Thread(target=lambda: application(environ, begin))
    waiting.start()
    assert held.wait(10)
    assert list(application({"wsgi.input": BytesIO(b"ok"), "CONTENT_LENGTH": "2"}, begin)) == [b"ok"]
    served.set()
    waiting.join(10)
    assert not waiting.is_alive()


def test_the_response_is_closed() -> None:
    closed: list[bool] = []

    class Response(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return Response([b"x"])

    assert ask(application, BytesIO(b""), "0") == ("200 OK", b"x")
    assert closed == [True]


class Kept:
    """An application that keeps what it is sent, and the statement that takes its time over it."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.line = Line(self.write, lambda: None)
        self.writing, self.go_on = threading.Event(), threading.Event()

    def write(self, rows: list[Any]) -> None:
        self.writing.set()
        assert self.go_on.wait(10)
        if self.error:
            raise self.error

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        self.line.add((environ["wsgi.input"].read(),))
        start_response("200 OK", [("Vary", "Origin"), ("Content-Length", "4")])
        return [b"kept"]


def test_nothing_is_acknowledged_before_it_is_durable() -> None:
    kept, answers = Kept(), list[Answer]()
    waiting = threading.Thread(target=lambda: answers.append(ask(kept, BytesIO(b"x"), "1")))
    waiting.start()
    assert kept.writing.wait(10)
    assert answers == []
    kept.go_on.set()
    waiting.join(10)
    assert answers == [("200 OK", b"kept")]


def test_what_could_not_be_kept_is_not_acknowledged() -> None:
    kept, said = Kept(OperationalError("away")), list[Any]()
    kept.go_on.set()
    environ = {"PATH_INFO": "/v1/track", "REQUEST_METHOD": "POST", "wsgi.input": BytesIO(b"x")}
    body = b"".join(Buffered(kept)(environ | {"CONTENT_LENGTH": "1"}, lambda *answer: said.extend(answer)))
    assert said[0] == "503 Service Unavailable"
    headers = dict(said[1])
    assert (headers["Retry-After"], headers["Vary"]) == ("2", "Origin")
    assert "Content-Length" not in headers
    assert b"nothing was stored" in body


def test_an_error_of_the_application_is_the_servers_to_tell() -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise KeyError("broken")

    with pytest.raises(KeyError):
        ask(broken, BytesIO(b""), "0")
