"""`make run` itself, as a process of its own, on a port and a data directory of its own."""

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.running.wait import until
from upsell_project import embedded
from upsell_project.runner.daemon import command_line, free_port, port_is_free

pytestmark = pytest.mark.xdist_group("running")

OURS = (
    "DATABASE_URL",
    "REDIS_URL",
    "SECRET_KEY",
    "PUBLIC_URL",
    "SANDBOX",
    "DJANGO_SETTINGS_MODULE",
    "EMAIL_URL",
)
# Generous: migrations, starter pack and demo on a busy machine.
FIRST_START_SECONDS = 240.0


class Copy:
    """One local copy of the product."""

    def __init__(self, tmp_path: Path, port: int | None = None) -> None:
        self.data_dir, self.port = tmp_path / "data", port or free_port()
        self.log = tmp_path / "run.log"

    @contextmanager
    def running(self) -> Iterator[subprocess.Popen[bytes]]:
        with self.log.open("wb") as log, self.start(log.fileno()) as process:
            try:
                until(lambda: "Login " in self.said() or process.poll() is not None, FIRST_START_SECONDS)
                assert "Login " in self.said()
                yield process
            finally:
                process.terminate()
                process.wait(60)

    def start(self, output: int) -> subprocess.Popen[bytes]:
        kept = {name: value for name, value in os.environ.items() if name not in OURS}
        environment = {**kept, "PORT": str(self.port), "DATA_DIR": str(self.data_dir)}
        command = [sys.executable, "-m", "upsell_project.runner"]
        return subprocess.Popen(command, env=environment, stdout=output, stderr=subprocess.STDOUT)

    def refuses(self) -> str:
        """Start it, expecting exit code 1; return what it said."""
        with self.start(subprocess.PIPE) as process:
            said, _ = process.communicate(timeout=60)
        assert process.returncode == 1, said
        return said.decode()

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def answers(self, path: str) -> bool:
        with (
            suppress(OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer,
        ):
            return bool(answer.status == 200)
        return False

    def processes(self) -> dict[int, str]:
        """Return the command lines of everything that runs for this copy, the runner left out."""
        marker = f"DATA_DIR={self.data_dir}".encode()
        found = {}
        for entry in Path("/proc").glob("[0-9]*"):
            line = command_line(int(entry.name))
            with suppress(OSError):
                of_copy = marker in (entry / "environ").read_bytes() or f"-D {self.data_dir}/" in line
                if line and of_copy and "upsell_project.runner" not in line:
                    found[int(entry.name)] = line
        return found


@pytest.mark.timeout(600)
def test_it_works_survives_a_kill_and_resumes(tmp_path: Path) -> None:
    copy = Copy(tmp_path)
    with copy.running() as runner:
        assert f"http://127.0.0.1:{copy.port}/admin/" in copy.said()
        login = re.findall(r"^Login .*", copy.said(), re.MULTILINE)
        assert copy.answers("/admin/login/")
        worker = next(pid for pid, line in copy.processes().items() if "run_worker" in line)
        os.kill(worker, signal.SIGKILL)
        assert until(lambda: "ended with code -9" in copy.said())
        assert until(lambda: sum("run_worker" in line for line in copy.processes().values()) == 2)
        runner.send_signal(signal.SIGINT)
        assert runner.wait(60) == 0
    assert until(lambda: not copy.processes())
    assert embedded.urls(copy.data_dir) is None
    assert port_is_free(copy.port)

    with copy.running():
        assert "seed_demo" not in copy.said()
        assert re.findall(r"^Login .*", copy.said(), re.MULTILINE) == login
    assert until(lambda: not copy.processes())


def test_a_port_in_use_is_told_in_one_sentence(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        copy = Copy(tmp_path, other.getsockname()[1])
        assert copy.refuses().startswith(f"Port {copy.port} is already in use. Choose another: PORT=")
    assert embedded.urls(copy.data_dir) is None


def test_a_port_that_is_none_is_refused(tmp_path: Path) -> None:
    assert Copy(tmp_path, 99999).refuses() == "PORT must be a number from 1 to 65535, not '99999'.\n"
