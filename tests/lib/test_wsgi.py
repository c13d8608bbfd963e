"""The server's threads wait for bodies, one thread works."""

import threading
from collections.abc import Iterable, Iterator
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


def test_half_a_body_is_not_taken_for_a_whole_one() -> None:
    """The server hands on what came before the connection was lost."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise AssertionError("it was handed on")

    status, answer = ask(application, BytesIO(b"0123"), "10")
    assert status.startswith("400")
    assert b"did not arrive whole" in answer


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
        self.line.add((environ["wsgi.input"].read(),), 1)
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


PLACE = {"PATH_INFO": "/v1/track", "REQUEST_METHOD": "POST"}


def test_one_of_several_promises_that_is_broken_is_enough() -> None:
    lost, slow = Kept(OperationalError("away")), Kept()

    def both(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        lost(environ, start_response)
        return slow(environ, start_response)

    lost.go_on.set()
    slow.go_on.set()
    said: list[Any] = []
    b"".join(Buffered(both)(PLACE | {"wsgi.input": BytesIO()}, lambda *answer: said.extend(answer)))
    assert said[0] == "503 Service Unavailable"


def test_the_slowest_of_several_promises_is_waited_for() -> None:
    slow, quick, answers = Kept(), Kept(), list[Answer]()

    def both(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        slow(environ, start_response)
        return quick(environ, start_response)

    waiting = threading.Thread(target=lambda: answers.append(ask(both, BytesIO(b""), "0")))
    waiting.start()
    assert slow.writing.wait(10)
    quick.go_on.set()
    waiting.join(0.2)
    assert answers == []
    slow.go_on.set()
    waiting.join(10)
    assert answers == [("200 OK", b"kept")]


@pytest.mark.parametrize("error", [KeyError("broken"), OperationalError("away"), SystemExit(3)])
def test_an_error_of_the_application_is_the_servers_to_tell(error: BaseException) -> None:
    def broken(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        raise error

    served = Buffered(broken)
    for _ in range(2):  # and who works goes on
        with pytest.raises(type(error)) as caught:
            served(PLACE | {"wsgi.input": BytesIO()}, None)
        assert caught.value is error


def test_an_error_of_the_application_does_not_wait_for_what_it_promised() -> None:
    kept, error = Kept(), KeyError("broken")

    def broken(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        kept(environ, start_response)
        raise error

    with pytest.raises(KeyError) as caught:
        ask(broken, BytesIO(b""), "0")
    assert caught.value is error
    kept.go_on.set()


def test_an_error_while_the_answer_is_made_is_told_too_and_the_response_is_closed() -> None:
    closed: list[bool] = []
    error = ValueError("halfway")

    class Response:
        def __iter__(self) -> Iterator[bytes]:
            yield b"x"
            raise error

        def close(self) -> None:
            closed.append(True)

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        start_response("200 OK", [])
        return Response()

    with pytest.raises(ValueError, match="halfway") as caught:
        ask(application, BytesIO(b""), "0")
    assert caught.value is error
    assert closed == [True]
