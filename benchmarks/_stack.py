"""A stack of its own for one benchmark run: PostgreSQL with fsync, Redis, and granian with two processes."""

import os
import shutil
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
def servers() -> Iterator[None]:
    """Fresh PostgreSQL and Redis; Django of this process is set up on them and migrated."""
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
        "DJANGO_SETTINGS_MODULE": "benchmarks._settings",
    }
    try:
        manage("migrate", "-v0")
        manage("load_starter_pack")
        yield
    finally:
        running.stop()
        shutil.rmtree(data, ignore_errors=True)


def manage(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, check=True, capture_output=True, text=True
    )
    return done.stdout


@contextmanager
def web(processes: int = 2) -> Iterator[int]:
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
    command += ["--workers", str(processes), "--blocking-threads", "16", "--no-ws", "--log-level", "warning"]
    server = subprocess.Popen([*command, "upsell_project.wsgi:application"], cwd=ROOT)
    try:
        _wait(port)
        yield port
    finally:
        server.terminate()
        server.wait(15)


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
