"""What the children say, line by line with a prefix; a reader that stalls blocks nobody."""

import os
import select
from collections import deque
from contextlib import suppress

# A pipe that select calls writable takes this much without blocking.
CHUNK = 4096
KEPT_BYTES = 1_000_000
LONGEST_LINE = 64_000


class Output:
    """Lines waiting to be written to one descriptor; the oldest go when too many wait."""

    def __init__(self, descriptor: int = 1) -> None:
        self.descriptor = descriptor
        self.waiting: deque[bytes] = deque()
        self.size = 0

    def line(self, prefix: str, text: str) -> None:
        self._add(f"{prefix:<10} | {text}\n".encode() if prefix else f"{text}\n".encode())
        self.flush()

    def flush(self) -> None:
        """Write what can be written now."""
        while self.waiting and select.select([], [self.descriptor], [], 0)[1]:
            first = self.waiting.popleft()
            try:
                written = os.write(self.descriptor, first[:CHUNK])
            except OSError:  # nobody reads any more; the children go on
                written = len(first)
            self.size -= written
            if rest := first[written:]:
                self.waiting.appendleft(rest)

    def _add(self, data: bytes) -> None:
        self.waiting.append(data)
        self.size += len(data)
        while self.size > KEPT_BYTES:
            self.size -= len(self.waiting.popleft())


class Stream:
    """One child's pipe; `descriptor` is read without blocking until its end."""

    def __init__(self, name: str, descriptor: int, output: Output) -> None:
        self.name, self.descriptor, self.output = name, descriptor, output
        self.rest = b""
        os.set_blocking(descriptor, False)

    def read(self) -> bool:
        """Pass on what is there; return False when the pipe has ended (it is closed then)."""
        with suppress(BlockingIOError):
            if data := os.read(self.descriptor, 65_536):
                self._pass_on(data)
                return True
            self._pass_on(b"\n" if self.rest else b"")
            os.close(self.descriptor)
            return False
        return True

    def _pass_on(self, data: bytes) -> None:
        *lines, self.rest = (self.rest + data).split(b"\n")
        if len(self.rest) > LONGEST_LINE:
            lines, self.rest = [*lines, self.rest], b""
        for line in lines:
            self.output.line(self.name, line.decode(errors="replace").rstrip("\r"))
