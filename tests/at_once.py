"""Two workers at one moment: the other one runs in a thread, with a connection of its own."""

import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection, transaction

from tests.databases import WAITING


class Other:
    """Another worker. `waits` is true once PostgreSQL says that it waits for a lock."""

    def __init__(self, work: Callable[[], Any]) -> None:
        self.error: Exception | None = None
        self.thread = threading.Thread(target=self._run, args=(work,))
        self.thread.start()

    def _run(self, work: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                work()
        except Exception as error:
            self.error = error
        finally:
            connection.close()

    def until_it_waits(self) -> None:
        until_one_waits()

    def end(self) -> None:
        self.thread.join(20)
        assert self.error is None, self.error


def until_one_waits() -> None:
    """Until somebody in this database waits for a lock that another one holds."""
    until = time.monotonic() + 20
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
        time.sleep(0.01)
    raise AssertionError("it never waited")
