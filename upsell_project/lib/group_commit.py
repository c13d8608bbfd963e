"""Group commit: what several requests hand in at the same moment is made durable by one statement and one fsync.

Like PostgreSQL's own group commit, one floor up: a request gives its row away and goes on, and its answer is kept back
until the row is committed (`held_back`, `settle`). Meanwhile the process reads the next requests, and all rows that
come together while one commit is under way go into the next. Where nobody keeps answers back (a command, a worker, a
test), a row is written there and then, in the caller's own connection and transaction.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from queue import Empty, SimpleQueue
from typing import Any

from django.db import InterfaceError, OperationalError, connection

Row = tuple[Any, ...]
Promise = Future[None]
# Together they must fit into memory a few times over; a body has at most 10 MB, and mostly a few kB.
MAX_ROWS = 64
QUIET_SECONDS = 0.02
_promises: ContextVar[list[Promise] | None] = ContextVar("promises", default=None)


@contextmanager
def held_back() -> Iterator[list[Promise]]:
    """Whoever opens this keeps the answer back until the promises it collects are settled."""
    promises: list[Promise] = []
    token = _promises.set(promises)
    try:
        yield promises
    finally:
        _promises.reset(token)


def settle(promises: list[Promise]) -> None:
    """Wait until everything is durable. Raises what went wrong: then nothing may be acknowledged."""
    for promise in promises:
        promise.result()


class Line:
    """Rows of one sort on their way to the database, written by a thread of its own that begins with the first."""

    def __init__(self, write: Callable[[list[Row]], None], then: Callable[[], None]) -> None:
        """`write` commits rows, all or none; `then` follows soon, when those who wait have been told."""
        self._write = write
        self._then = then
        self._rows: SimpleQueue[tuple[Row, Promise]] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, row: Row) -> None:
        """Write `row`, or promise it to whoever holds back the answer."""
        promises = _promises.get()
        if promises is None:
            self._write([row])
            self._then()
            return
        promise: Promise = Future()
        promises.append(promise)
        self._rows.put((row, promise))
        if self._thread is None:
            self._begin()

    def _begin(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="group-commit", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        told = 0.0
        while True:
            self._commit(self._next())
            if self._rows.empty() or time.monotonic() - told > QUIET_SECONDS:
                told = time.monotonic()
                with suppress(Exception):  # a hint; what is due is found without it
                    self._then()

    def _next(self) -> list[tuple[Row, Promise]]:
        """All that waits, as soon as something does."""
        group = [self._rows.get()]
        with suppress(Empty):
            while len(group) < MAX_ROWS:
                group.append(self._rows.get_nowait())
        return group

    def _commit(self, group: list[tuple[Row, Promise]]) -> None:
        try:
            self._write_anew([row for row, _ in group])
        except Exception as error:
            if len(group) == 1 or isinstance(error, OperationalError | InterfaceError):
                for _, promise in group:
                    promise.set_exception(error)
                return
            for alone in group:  # one row that the database refuses costs no other one
                self._commit([alone])
            return
        for _, promise in group:
            promise.set_result(None)

    def _write_anew(self, rows: list[Row]) -> None:
        """A connection that died since the last time is replaced once. What was written twice is recognized later."""
        try:
            self._write(rows)
        except (OperationalError, InterfaceError):
            connection.close()
            self._write(rows)
