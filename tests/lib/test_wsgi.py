"""The server's threads wait for bodies, one thread works."""

import threading
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pytest

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
