"""All that comes in, at speed: the marks of accepting, processing, visibility, memory and growth, in one run.

Each line has our figure, the limit that was measured in the same run on the same PostgreSQL (rounds of both take turns,
the median counts), the ratio, and whether the mark holds. ROUNDS (3), SECONDS (3) a round, ENVELOPES (3000) of 100
events for the memory mark, GROWTH=full for 10 million stored events besides 0.1 and 1, MARKS=single,growth for some.
"""

import json
import os
from collections.abc import Callable

import django

from benchmarks import _doors as doors
from benchmarks import _growth as growth
from benchmarks import _processing as processing
from benchmarks import _stack as stack
from benchmarks import _visible as visible
from upsell_project import embedded

ROUNDS = int(os.environ.get("ROUNDS", "3"))
SECONDS = float(os.environ.get("SECONDS", "3"))
ENVELOPES = int(os.environ.get("ENVELOPES", "3000"))


def marks(servers: embedded.Servers, key: str) -> dict[str, Callable[[], None]]:
    """In the order in which they are taken: what leaves much behind comes late."""
    return {
        "accepted": lambda: doors.accepted(key, ROUNDS, SECONDS),
        "single": lambda: doors.single(key, ROUNDS, SECONDS),
        "processed": lambda: processing.processed(servers, key, ROUNDS, SECONDS),
        "visible": lambda: visible.visible(key),
        "memory": lambda: processing.memory(servers, key, ENVELOPES),
        "growth": lambda: growth.growth(servers, key, ROUNDS, SECONDS),
    }


def main() -> None:
    with stack.servers() as servers:
        django.setup()
        key = json.loads(stack.manage("create_source", "http", "--json"))["write_key"]
        there = marks(servers, key)
        for name in os.environ.get("MARKS", ",".join(there)).split(","):
            there[name]()


if __name__ == "__main__":
    main()
