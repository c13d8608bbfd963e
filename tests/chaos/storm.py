"""Kills workers at work, again and again, until everything due is done or held by the dead."""

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

import redis

from tests.chaos.ledger import Ledger
from tests.running_stack import Stack, until
from upsell_project.embedded import Servers

LONGEST_SECONDS = 50.0  # within the lease of what is held at its start
SENDING, WORKING = "while sending", "in a transaction"
WORKERS = ("worker-1", "worker-2", "worker-3")
DISPATCHERS = ("dispatch-1", "dispatch-2")
TABLES = {
    "envelopes": "signals_app_envelope WHERE state = 'pending'",
    "runs": "campaigns_app_enrollment WHERE state = 'active'",
    "mails": "campaigns_app_delivery WHERE state IN ('claimed', 'sending')",
}
AT_WORK = (
    "SELECT application_name FROM pg_stat_activity WHERE datname = current_database() AND state <> 'idle'"
    " AND application_name LIKE 'worker%%' AND query NOT LIKE '%%heartbeat%%'"
)
FREE = (
    "SELECT 1 FROM signals_app_envelope WHERE state = 'pending' AND (lease_until IS NULL OR lease_until < now())"
    " UNION ALL SELECT 1 FROM campaigns_app_enrollment WHERE state = 'active' AND wake_at <= now()"
    " + (SELECT coalesce(max(seconds), 0) FROM sandbox_clock) * interval '1 second'"
    " AND (lease_until IS NULL OR lease_until < now())"
    " UNION ALL SELECT 1 FROM campaigns_app_delivery WHERE channel = 'email' AND (state = 'intended'"
    " AND (retry_at IS NULL OR retry_at <= now()) OR state IN ('claimed', 'sending') AND lease_until < now()) LIMIT 1"
)
# Nobody lives who could hold a lease, so turning it back is the minute that would pass.
LEASE_MINUTE = [
    f"UPDATE {table.split()[0]} SET lease_until = lease_until - interval '61 seconds' WHERE lease_until IS NOT NULL"
    for table in TABLES.values()
]


@dataclass
class Tally:
    """What happened. `kills`: only those that found a worker at work. `orphans`: rows whose holder was killed."""

    kills: Counter[str] = field(default_factory=Counter)
    orphans: Counter[str] = field(default_factory=Counter)
    redis_emptied: int = 0


@dataclass
class Storm:
    stack: Stack
    servers: Servers
    ledger: Ledger
    random: random.Random
    longest_pause: float = 0.3
    mutation: str = ""
    tally: Tally = field(default_factory=Tally)

    def start(self) -> None:
        """Three workers and two dispatchers; those that run already go on."""
        for name in (*WORKERS, *DISPATCHERS):
            self._keep(name)

    def rage(self, trouble: Callable[[], None] | None = None, only: str = "") -> None:
        """Kill whoever is at work (`only`: at this) until nothing is left that a living worker could take.

        `trouble` comes on top of the first kill.
        """
        self.start()
        deadline = time.monotonic() + LONGEST_SECONDS
        while time.monotonic() < deadline and self._goes_on():
            time.sleep(self.random.uniform(0, self.longest_pause))
            victim = self.random.choice(WORKERS)
            if (at_work := self._at_work(victim)) and only in at_work:
                self.stack.kill(victim)
                self.tally.kills[at_work] += 1
                if trouble:
                    trouble()
                    trouble = None
            elif self.random.random() < 0.05:
                self.stack.kill(self.random.choice(DISPATCHERS))
                self.tally.kills["dispatcher, at any moment"] += 1
            self.start()
        assert trouble is None, "nobody was at work"

    def all_die(self) -> None:
        """Kill everybody, count what they held."""
        for name in WORKERS:
            if at_work := self._at_work(name):
                self.tally.kills[at_work] += 1
            self.stack.kill(name)
        for what, rows in TABLES.items():
            held = self.stack.rows(f"SELECT count(*) FROM {rows} AND lease_until IS NOT NULL")
            self.tally.orphans[what] += held[0][0]

    def let_leases_run_out(self) -> None:
        for statement in LEASE_MINUTE:
            self.stack.rows(statement)

    def flush_redis(self) -> None:
        with redis.from_url(self.servers.redis_url) as connection:
            connection.flushall()
        self.tally.redis_emptied += 1

    def kill_redis(self) -> None:
        """It comes back at the same address and knows nothing."""
        assert self.servers.redis
        pid = self.servers.redis.pid()
        assert pid
        os.kill(pid, signal.SIGKILL)
        until(self.servers.revive, "Redis is started again")
        self.tally.redis_emptied += 1

    def _keep(self, name: str) -> None:
        if name in self.stack.pids and self.stack.ended(name):
            self.stack.pids.pop(name)
        if name not in self.stack.pids:
            command = "run_worker" if name in WORKERS else "dispatch"
            self.stack.start(name, command, mutation=self.mutation if name in WORKERS else "")

    def _at_work(self, name: str) -> str:
        """What the worker is in the middle of: a transaction, a hand-over of mail, or nothing ("")."""
        if self.ledger.served_by(self.stack.pids[name]):
            return SENDING
        return WORKING if (name,) in self.stack.rows(AT_WORK) else ""

    def _goes_on(self) -> bool:
        """False after a second without work: between claiming and beginning a worker looks idle for a moment."""
        quiet = time.monotonic() + 1
        while time.monotonic() < quiet:
            if self.stack.rows(FREE) or any(self._at_work(name) for name in WORKERS):
                return True
            time.sleep(0.05)
        return False
