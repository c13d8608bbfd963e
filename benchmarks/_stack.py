"""A stack of its own for one benchmark run: PostgreSQL with fsync, Redis, and granian with two processes."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from upsell_project import embedded

ROOT = Path(__file__).resolve().parent.parent


@contextmanager
def servers() -> Iterator[embedded.Servers]:
    """Fresh PostgreSQL and Redis, migrated, with the starter pack; the settings of this process point at them."""
    # Ended from outside, it still ends what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    data = Path(tempfile.mkdtemp(prefix="upsell-bench-"))
    running = embedded.start(data)
    os.environ |= {
        "DATABASE_URL": running.database_url,
        "REDIS_URL": running.redis_url,
        "DATA_DIR": str(data),
        "SECRET_KEY": "benchmark-0123456789-0123456789-0123456789",
        "SANDBOX": "false",
        "POSTAL_ADDRESS": "1 Bench Street",
        "EMAIL_URL": os.environ.get("EMAIL_URL", "smtp://127.0.0.1:2525"),
        "HOLDOUT_PERCENT": "0",
        "LOG_LEVEL": "WARNING",
        # All load comes from one address and one source; the counting itself goes on.
        "REQUESTS_PER_ADDRESS": "20000",
        "EVENTS_PER_SOURCE": "200000",
        "MAX_BACKLOG": "1000000",
        "DJANGO_SETTINGS_MODULE": "benchmarks._settings",
    }
    try:
        manage("migrate", "-v0")
        manage("load_starter_pack")
        yield running
    finally:
        running.stop()
        shutil.rmtree(data, ignore_errors=True)


def manage(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True
    )
    return done.stdout


@contextmanager
def web(processes: int = 2, **environment: str) -> Iterator[int]:
    """The web server as `make run` starts it; yields its port."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "granian",
        "--interface",
        "wsgi",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    command += ["--workers", str(processes), "--blocking-threads", "16", "--no-ws", "--log-level", "error"]
    with _running([*command, "upsell_project.wsgi:application"], environment):
        _wait(port)
        yield port


@contextmanager
def process(*arguments: str) -> Iterator[int]:
    """A `manage.py` command that runs until the end of the block; yields its process id."""
    with _running([sys.executable, "manage.py", *arguments], {}) as started:
        yield started.pid


@contextmanager
def _running(command: list[str], environment: dict[str, str]) -> Iterator[subprocess.Popen[bytes]]:
    started = subprocess.Popen(command, cwd=ROOT, env=os.environ | environment)
    try:
        yield started
    finally:
        started.terminate()
        try:
            started.wait(15)
        except subprocess.TimeoutExpired:
            started.kill()
            started.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1).read()
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("the web server did not come up")
