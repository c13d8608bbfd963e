"""Group commit: what several requests hand in at the same moment is made durable by one statement and one fsync.

Like PostgreSQL's own group commit, one floor up: a request gives its row away and goes on, and its answer is kept back
until the row is committed (`held_back`, `settle`). Meanwhile the process reads the next requests, and all rows that
come together while one commit is under way go into the next. Where nobody keeps answers back (a command, a worker, a
test), a row is written there and then, in the caller's own connection and transaction.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from queue import Empty, SimpleQueue
from typing import Any

from django.db import InterfaceError, OperationalError, connection

from upsell_project.lib.errors import told

Row = tuple[Any, ...]
Promise = Future[None]
# A statement's rows must fit into memory a few times over: it takes no more of them from here on.
MAX_ROWS = 64
MAX_BYTES = 4 * 1024 * 1024
QUIET_SECONDS = 0.02
log = logging.getLogger(__name__)
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
        self._rows: SimpleQueue[tuple[Row, int, Promise]] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    def add(self, row: Row, size: int) -> None:
        """Write `row`, of about `size` bytes, or promise it to whoever holds back the answer."""
        promises = _promises.get()
        if promises is None:
            self._write([row])
            self._then()
            return
        promise: Promise = Future()
        promises.append(promise)
        self._rows.put((row, size, promise))
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
        """What waits, as soon as something does: as much as one statement may hold."""
        row, held, promise = self._rows.get()
        group = [(row, promise)]
        with suppress(Empty):
            while len(group) < MAX_ROWS and held < MAX_BYTES:
                row, size, promise = self._rows.get_nowait()
                group.append((row, promise))
                held += size
        return group

    def _commit(self, group: list[tuple[Row, Promise]]) -> None:
        try:
            self._write_anew([row for row, _ in group])
        except Exception as error:
            if isinstance(error, OperationalError | InterfaceError):
                _break([promise for _, promise in group], error)
            elif len(group) == 1:
                log.error("a row was refused: %s", told(error))  # no trouble that ends by itself
                _break([group[0][1]], error)
            else:
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


def _break(promises: list[Promise], error: Exception) -> None:
    for promise in promises:
        promise.set_exception(error)
