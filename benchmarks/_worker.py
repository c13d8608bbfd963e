"""One worker in a process of its own, which is stopped while an inbox is filled for it, and then timed."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.test import Client

from benchmarks import _machine as machine
from benchmarks import _rows as rows
from benchmarks import _stack as stack
from upsell_project import embedded

PATIENCE_SECONDS = 300.0
CHECK_SECONDS = 0.02


@dataclass(slots=True)
class Drained:
    """What it took to empty the inbox: wall time, and CPU time of worker, PostgreSQL and Redis together."""

    events: int
    seconds: float
    cpu_seconds: float

    @property
    def per_second(self) -> float:
        return self.events / self.seconds

    @property
    def cpu_ms(self) -> float:
        """For each event."""
        return self.cpu_seconds * 1000 / self.events


class Worker:
    """A running worker. `servers`: its PostgreSQL and Redis."""

    def __init__(self, pid: int, servers: embedded.Servers) -> None:
        assert servers.postgres is not None and servers.redis is not None
        postgres, redis = servers.postgres.pid(), servers.redis.pid()
        assert postgres is not None and redis is not None
        self.pid, self.servers = pid, (postgres, redis)

    def drain(self, bodies: list[bytes]) -> Drained:
        """Store these batches while the worker stands still, then let it process them all."""
        self.settle()
        os.kill(self.pid, signal.SIGSTOP)
        try:
            fill(bodies)
            rows.rest()
            cpu, started = self._cpu(), time.monotonic()
        finally:
            os.kill(self.pid, signal.SIGCONT)
        wait_until_done()
        took, spent = time.monotonic() - started, self._cpu() - cpu
        return Drained(len(bodies) * rows.BATCH, took, spent)

    def settle(self) -> None:
        """Wait until it has nothing more to do: what its events caused comes after the events."""
        until, before = time.monotonic() + 60, -1.0
        while time.monotonic() < until and (now := machine.cpu_seconds(self.pid)) - before > 0.02:
            before = now
            time.sleep(0.5)

    def _cpu(self) -> float:
        return machine.cpu_seconds(self.pid, *self.servers)


@contextmanager
def running(servers: embedded.Servers, key: str, people: int = rows.PEOPLE) -> Iterator[Worker]:
    """A worker that has got to know all people, and what their accounts may use."""
    with stack.process("run_worker") as pid:
        fill([rows.limits(key, people), *rows.bodies(-(-people // rows.BATCH), key, people)])
        wait_until_done()
        yield Worker(pid, servers)


def fill(bodies: list[bytes]) -> None:
    """Send so many requests through the door, in this process, and say that there is work."""
    from upsell_project.lib import queue  # noqa: PLC0415  Django must be set up first

    client = Client(SERVER_NAME="127.0.0.1")
    for body in bodies:
        assert client.post("/v1/batch", body, content_type="application/json").status_code == 200
    queue.the_queue().connection.delete("upsell:waiting:inbox")
    queue.nudge_now("inbox")


def wait_until_done() -> None:
    """Until nothing waits to be stored or looked at. Raises when an envelope was parked or the worker is stuck."""
    until = time.monotonic() + PATIENCE_SECONDS
    with rows.connect(autocommit=True) as connection:
        while time.monotonic() < until:
            found = connection.execute(
                "(SELECT 1 FROM signals_app_envelope WHERE state = 'pending' LIMIT 1)"
                " UNION ALL (SELECT 1 FROM signals_app_unnoticed LIMIT 1)"
            ).fetchone()
            if not found:
                parked = connection.execute(
                    "SELECT error FROM signals_app_envelope WHERE state = 'parked'"
                ).fetchall()
                assert parked == []
                return
            time.sleep(CHECK_SECONDS)
    raise RuntimeError("the inbox was not emptied in time")
