"""The web server as real processes: killed, bombed, shouted at, without Redis. What it said 200 to is there."""

import gzip
import http.client
import json
import os
import random
import signal
import subprocess
import sys
import time
import uuid
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.running_stack import ROOT, Stack, ask, running, until
from tests.smtp_sink import Sink
from upsell_project import embedded
from upsell_project.runner.daemon import free_port

pytestmark = [pytest.mark.xdist_group("stack"), pytest.mark.timeout(300)]
EVENTS, BATCH, LANES, KILLS = 20_000, 20, 4, 6
MEGABYTE = 1024 * 1024


class Web:
    """The web server as Procfile starts it: two processes that are started again when they die."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.start()

    def start(self) -> None:
        """Return when it answers."""
        stack = self.stack
        command = [
            str(Path(sys.executable).parent / "granian"),
            *["--interface", "wsgi", "upsell_project.wsgi:application", "--host", "127.0.0.1"],
            *["--port", str(stack.port), "--no-ws", "--log-level", "warning", "--respawn-failed-workers"],
            *["--workers", "2", "--blocking-threads", "16", "--respawn-interval", "0.1"],
        ]
        with (stack.directory / "web.log").open("wb") as log:
            stack.web = subprocess.Popen(
                command, cwd=ROOT, env=stack.env, stdout=log, stderr=log, start_new_session=True
            )
        until(stack._answers, f"the web server answers: {stack.log('web')}")

    def keep(self) -> None:
        """Start the whole again when it gave up, as a supervisor would: several deaths are a crash loop to it."""
        if self.stack.web and self.stack.web.poll() is not None:
            self.start()

    def processes(self) -> list[int]:
        """Those that serve: the children of the one that was started."""
        assert self.stack.web
        found = Path(f"/proc/{self.stack.web.pid}/task/{self.stack.web.pid}/children").read_text()
        return [int(pid) for pid in found.split() if b"resource_tracker" not in _command(int(pid))]


def _command(pid: int) -> bytes:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    return b""


@contextmanager
def started(directory: Path, **env: str) -> Iterator[tuple[Stack, Web, Any]]:
    with running(directory, Sink()) as (stack, servers):
        stack.env |= env
        yield stack, Web(stack), servers


def deliver(stack: Stack, key: str, batch: list[dict[str, Any]]) -> int:
    """As an SDK does it: send again until it is acknowledged. Returns how many attempts got no answer."""
    body = json.dumps({"batch": batch, "writeKey": key})
    deadline = time.monotonic() + 120
    for unanswered in range(10_000):
        assert time.monotonic() < deadline
        connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=10)
        try:
            connection.request("POST", "/v1/batch", body, {"Content-Type": "application/json"})
            if connection.getresponse().status == 200:
                return unanswered
        except (OSError, http.client.HTTPException):
            time.sleep(0.05)
        finally:
            connection.close()
    raise AssertionError


def test_every_event_that_was_acknowledged_by_web_servers_that_are_killed_is_there_once(
    tmp_path: Path,
) -> None:
    dice, kills = random.Random(1), 0
    with started(tmp_path) as (stack, web, _):
        key = stack.source("http")["write_key"]
        batches = [
            [
                {"type": "track", "event": "E", "userId": f"u_{n % 50}", "messageId": f"{number}:{n}"}
                for n in range(BATCH)
            ]
            for number in range(EVENTS // BATCH)
        ]
        with ThreadPoolExecutor(LANES) as pool:
            sent = [pool.submit(deliver, stack, key, batch) for batch in batches]
            while (done := sum(one.done() for one in sent)) < len(sent):
                web.keep()
                if done > len(sent) * kills // KILLS:
                    for pid in web.processes()[: dice.randint(1, 2)]:
                        os.kill(pid, signal.SIGKILL)
                        kills += 1
                time.sleep(0.02)
            unanswered = sum(one.result() for one in sent)
        stack.start("worker", "run_worker")
        stack.start("dispatch", "dispatch")
        until(stack.read, "everything is read")
        found = stack.rows("SELECT count(*), count(DISTINCT message_id) FROM signals_app_event")
    print(f"{kills} kills, {unanswered} requests without an answer")
    assert kills >= KILLS
    assert unanswered >= 1
    assert found == [(EVENTS, EVENTS)]


def bombs() -> dict[str, bytes]:
    """Small to send; 400 megabytes (all that 500 KB of gzip hold), or without end, when inflated."""
    packer = zlib.compressobj(9, wbits=31)
    large = b"".join(packer.compress(b" " * MEGABYTE) for _ in range(400)) + packer.flush()
    return {
        "one member": large,
        "many members": gzip.compress(b"") * 20_000,
        "gzip in gzip": gzip.compress(gzip.compress(b" " * 50 * MEGABYTE)),
        "an array of arrays": gzip.compress(b"[" * 400_000),
        "a long key": b'{"batch": [' + b'{"' + b"k" * 400_000 + b'": 1}]}',
        "a huge number": b'{"batch": [' + b"9" * 400_000 + b"]}",
    }


def memory(pid: int) -> float:
    """The most it ever held, in megabytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def test_bombs_and_shouts_leave_the_memory_of_the_web_server_bounded(tmp_path: Path) -> None:
    with started(tmp_path) as (stack, web, _):
        key, hook = stack.source("http")["write_key"], stack.source("stripe")
        stack.send({"write_key": key}, {"type": "track", "event": "E", "userId": "ana"})
        before = {pid: memory(pid) for pid in web.processes()}
        statuses = set()
        for path in ("/v1/batch", "/v1/track", f"/hooks/stripe/{hook['hook_path'].rpartition('/')[2]}"):
            for body in bombs().values():
                with ThreadPoolExecutor(LANES) as pool:
                    send = [pool.submit(ask, stack.url + path, body, X_Write_Key=key) for _ in range(LANES)]
                    statuses |= {one.result().status for one in send}
        for shout in ({"X-Shout": "x" * 5 * MEGABYTE}, {f"X-{n}": "y" for n in range(20_000)}):
            with suppress(OSError):  # it may hang up on us, but not fall over
                statuses.add(ask(stack.url + "/v1/track", b"{}", **shout).status)
        after = {pid: memory(pid) for pid in web.processes()}
        stack.send({"write_key": key}, {"type": "track", "event": "E", "userId": "ana"})
    assert statuses <= {200, 400, 401, 413, 429, 431}, statuses  # 429: what is slow to explain has its price
    assert after.keys() == before.keys(), "none had to be started again"
    grown = {pid: after[pid] - before[pid] for pid in after}
    print("megabytes more:", grown)
    assert max(grown.values()) < 120


def test_redis_killed_under_load_the_limit_by_address_still_holds(tmp_path: Path) -> None:
    """20 a second in each of two processes: of 400 requests a second some are taken, and most are not."""
    with started(tmp_path, REQUESTS_PER_ADDRESS="20") as (stack, _, servers):
        before = statuses(stack, 3.0)
        pid = servers.redis.pid()
        os.kill(pid, signal.SIGKILL)
        after = statuses(stack, 3.0)
    for asked, taken in (before, after):
        assert asked > 150, "the load was too small to be limited"
        assert 20 <= taken <= 2 * 20 * 5, (asked, taken)


def statuses(stack: Stack, seconds: float) -> tuple[int, int]:
    """How many were asked and how many were not refused."""
    until_then, found = time.monotonic() + seconds, []
    connection = http.client.HTTPConnection("127.0.0.1", stack.port, timeout=10)
    while time.monotonic() < until_then:
        connection.request("POST", "/v1/track", json.dumps({"messageId": uuid.uuid4().hex, "writeKey": "x"}))
        answer = connection.getresponse()
        answer.read()
        found.append(answer.status)
    connection.close()
    assert set(found) <= {400, 401, 429}
    return len(found), len([status for status in found if status != 429])


def test_what_a_killed_database_lost_of_the_inbox_is_processed_again_and_stored_once(tmp_path: Path) -> None:
    """The end of a chunk is not waited for on the disk, so a crash takes back chunks that seemed done."""
    batches, size, kills = 40, 100, 0
    with crashing(tmp_path) as (stack, servers):
        key = stack.source("http")["write_key"]
        for number in range(batches):
            names = [f"{number}:{n}" for n in range(size)]
            calls = [{"type": "track", "event": "E", "userId": "ana", "messageId": name} for name in names]
            deliver(stack, key, calls)
        stack.start("worker", "run_worker")
        stack.start("dispatch", "dispatch")
        for wanted in (1, batches * size // 2):
            until(partial(stored_at_least, wanted, stack), "some are stored")
            os.kill(servers.postgres.pid(), signal.SIGQUIT)  # at once, without writing anything
            kills += 1
            until(lambda: "postgres" in servers.revive(), "PostgreSQL is there again")
        until(lambda: stored(stack) == batches * size and stack.read(), "everything is read")
        found = stack.rows("SELECT count(*), count(DISTINCT message_id) FROM signals_app_event")
        used = stack.rows("SELECT count(*) FROM signals_app_envelope WHERE state <> 'done'")
    assert kills == 2
    assert (found, used) == ([(batches * size, batches * size)], [(0,)])


@contextmanager
def crashing(directory: Path) -> Iterator[tuple[Stack, Any]]:
    """With a PostgreSQL that nobody else needs."""
    servers = embedded.start(directory)
    stack = Stack(directory, servers.database_url, servers.redis_url, free_port())
    try:
        stack.manage("migrate", "-v0")
        stack.start_web()
        yield stack, servers
    finally:
        stack.stop()
        servers.stop()


def stored_at_least(number: int, stack: Stack) -> bool:
    return stored(stack) >= number


def stored(stack: Stack) -> int:
    with suppress(psycopg.Error):
        return int(stack.rows("SELECT count(*) FROM signals_app_event")[0][0])
    return 0
