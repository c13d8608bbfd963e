"""Envelopes are read a chunk ahead: while PostgreSQL stores the events of one, Python reads those of the next."""

import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager

from signals_app import ingest
from signals_app.ingest import LEASE, Opened
from signals_app.models import Envelope

LARGE = 100_000
MOST_ITEMS = 8_000
_thread = ThreadPoolExecutor(1, "ahead")


class Chunk:
    """Claimed envelopes, to be opened once: by whoever asks, or before that by a thread.

    Sources and mappings are those of the moment of the claim. So many are opened as hold MOST_ITEMS together: a small
    body may hold very many, and they have to fit into memory.
    """

    def __init__(self, envelopes: Sequence[Envelope]) -> None:
        self.envelopes = envelopes
        self.unread: Sequence[Envelope] = ()
        """Known once it is opened: those that were too many, no longer among `envelopes`."""
        self._since = time.monotonic()
        self._each = ingest.opening(envelopes)
        self._opening: Future[list[Opened]] | None = None

    @property
    def size(self) -> int:
        """Bytes of bodies."""
        return sum(len(one.body) for one in self.envelopes)

    @property
    def large(self) -> bool:
        """Storing it takes long enough to read another one. What is claimed alone may kill its worker, and is not."""
        return len(self.envelopes) > 1 and self.size > LARGE

    @property
    def in_time(self) -> bool:
        """Enough of the lease is left to process it."""
        return time.monotonic() - self._since < LEASE.total_seconds() / 2

    def opened(self) -> list[Opened]:
        """What is in them. Raises what their connectors raise, whoever read them."""
        return self._opening.result() if self._opening else self._open()

    @contextmanager
    def opened_meanwhile(self) -> Iterator[None]:
        """Read them while this block waits for PostgreSQL; at its end they are read."""
        self._opening = _thread.submit(self._open)
        try:
            yield
        finally:
            wait([self._opening])

    def _open(self) -> list[Opened]:
        found, items = [], 0
        for one in self._each:
            found.append(one)
            items += len(one.items) + len(one.rejected)
            if items >= MOST_ITEMS:
                read = {id(one.envelope) for one in found}
                self.unread = [envelope for envelope in self.envelopes if id(envelope) not in read]
                self.envelopes = [one.envelope for one in found]
                break
        return found
