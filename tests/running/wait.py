"""Waiting for other processes, with a deadline."""

import time
from collections.abc import Callable

SECONDS = 15.0


def until(condition: Callable[[], object], seconds: float = SECONDS) -> bool:
    """Return whether the condition became true in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True
