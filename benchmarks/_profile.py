"""Where the time of processing goes: `python -m benchmarks._profile`.

cProfile over ENVELOPES (100) of 100 events in this process, the 40 costliest functions by own and by cumulative time,
then the time of the SQL statements. The profiler itself about doubles the time of Python code.
"""

import cProfile
import json
import os
import pstats
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import django
from django.db import connection

from benchmarks import _rows as rows
from benchmarks import _stack as stack
from benchmarks import _worker as worker

ENVELOPES = int(os.environ.get("ENVELOPES", "100"))


class Statements:
    """Seconds and calls of each SQL statement that goes through Django's cursor."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()
        self.calls: Counter[str] = Counter()

    def __call__(self, execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        started = time.monotonic()
        try:
            return execute(sql, *rest)
        finally:
            short = " ".join(str(sql).split())[:140]
            self.seconds[short] += time.monotonic() - started  # type: ignore[assignment]
            self.calls[short] += 1

    def show(self, most: int) -> None:
        print(f"\n{sum(self.seconds.values()):.3f} s in {sum(self.calls.values())} statements")
        for sql, seconds in self.seconds.most_common(most):
            print(f"{seconds * 1000:8.1f} ms {self.calls[sql]:5} x  {sql}")


def drain() -> None:
    """Process until the inbox is empty."""
    from campaigns_app import pipeline  # noqa: PLC0415  Django must be set up first
    from signals_app import ingest  # noqa: PLC0415

    while ingest.waiting():
        pipeline.process_inbox()


def main() -> None:
    with stack.servers():
        django.setup()
        key = json.loads(stack.manage("create_source", "http", "--json"))["write_key"]
        worker.fill([rows.limits(key), *rows.bodies(20, key)])
        drain()
        worker.fill(rows.bodies(ENVELOPES, key))
        started = time.monotonic()
        drain()
        print(f"without the profiler: {ENVELOPES * rows.BATCH / (time.monotonic() - started):.0f} events/s")
        worker.fill(rows.bodies(ENVELOPES, key))
        profiler, statements = cProfile.Profile(), Statements()
        with connection.execute_wrapper(statements):
            profiler.runcall(drain)
        for order in ("tottime", "cumtime"):
            pstats.Stats(profiler).sort_stats(order).print_stats(40)
        statements.show(25)


if __name__ == "__main__":
    main()
