"""The WSGI entry point; granian serves it."""

import os
from _thread import allocate_lock
from collections.abc import Callable, Iterable
from io import BytesIO
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Any

from django.core.handlers.wsgi import WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.utils.module_loading import import_string

from upsell_project import middleware
from upsell_project.lib import group_commit

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "upsell_project.settings")

Application = Callable[[dict[str, Any], Any], Iterable[bytes]]
MAX_BODY = 10 * 1024 * 1024


class Turn:
    """One request and what was answered, which is not said before everything in `promises` is durable."""

    def __init__(self, environ: dict[str, Any]) -> None:
        self.environ = environ
        self.status = ""
        self.headers: list[tuple[str, str]] = []
        self.body: list[bytes] = []
        self.error: BaseException | None = None
        self._over = allocate_lock()
        self._over.acquire()

    def start(self, status: str, headers: list[tuple[str, str]], _error: Any = None) -> None:
        """The `start_response` of WSGI (PEP 3333)."""
        self.status, self.headers = status, headers

    def over(self, promise: group_commit.Promise | None = None) -> None:
        """Let the waiting thread speak; without the commit that was promised, it speaks of that."""
        self.error = self.error or (promise.exception() if promise else None)
        self._over.release()

    def wait(self) -> None:
        """Until it is over."""
        self._over.acquire()


class Buffered:
    """The server's threads wait for bodies; one thread works, as fast as alone and with one kept connection.

    So a sender who never ends a body holds one of many waiting threads and not the process. The same threads wait for
    the commit of what they brought, while the one that works reads the next.
    """

    def __init__(self, application: Application) -> None:
        self.application = application
        self.turns: SimpleQueue[Turn] = SimpleQueue()
        self._starting = Lock()
        self._thread: Thread | None = None

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = _body(environ)
        if body is None:
            text = f"The body is larger than {MAX_BODY} bytes.".encode()
            headers = [("Content-Type", "text/plain"), ("Content-Length", str(len(text)))]
            start_response("413 Content Too Large", headers)
            return [text]
        environ["wsgi.input"], environ["CONTENT_LENGTH"] = BytesIO(body), str(len(body))
        turn = Turn(environ)
        self.turns.put(turn)
        if self._thread is None:
            self._begin()
        turn.wait()
        if turn.error:
            _refuse(turn, turn.error)
        start_response(turn.status, turn.headers)
        return turn.body

    def _begin(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = Thread(target=self._work, name="work", daemon=True)
                self._thread.start()

    def _work(self) -> None:
        while True:
            turn = self.turns.get()
            try:
                promises = self._answer(turn)
            except BaseException as error:
                turn.error = error
                turn.over()
                continue
            if promises:  # they are kept in this order
                promises[-1].add_done_callback(turn.over)
            else:
                turn.over()

    def _answer(self, turn: Turn) -> list[group_commit.Promise]:
        with group_commit.held_back() as promises:
            response = self.application(turn.environ, turn.start)
            try:
                turn.body = list(response)
            finally:
                getattr(response, "close", lambda: None)()
        return promises


def _body(environ: dict[str, Any]) -> bytes | None:
    """What was sent, also in chunks, whose length nobody tells beforehand; None if it is too much."""
    chunked = "chunked" in str(environ.get("HTTP_TRANSFER_ENCODING", "")).lower()
    told = str(environ.get("CONTENT_LENGTH") or "0")
    length = MAX_BODY + 1 if chunked else int(told) if told.isascii() and told.isdigit() else 0
    if length > MAX_BODY and not chunked:
        return None
    body: bytes = environ["wsgi.input"].read(length) if length else b""
    return body if len(body) <= MAX_BODY else None


def _refuse(turn: Turn, error: BaseException) -> None:
    """What came was not kept: 503, which a page may read as it might have read the answer."""
    if not isinstance(error, Exception):
        raise error
    refusal = middleware.refusal(WSGIRequest(turn.environ), error)
    kept = [pair for pair in turn.headers if pair[0].lower().startswith(("access-control-", "vary"))]
    turn.status = f"{refusal.status_code} {refusal.reason_phrase}"
    turn.headers, turn.body = [*refusal.items(), *kept], [refusal.content]


_django = get_wsgi_application()
# Only now the models can be read.
application = Buffered(import_string("signals_app.express.Lane")(_django))
