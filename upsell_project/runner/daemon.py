"""A server kept below a data directory: found again by its files, at the same address every time."""

import json
import os
import secrets
import signal
import socket
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from pathlib import Path
from subprocess import Popen, TimeoutExpired, run

START_SECONDS = 60.0
STOP_SECONDS = 30.0
LOG_BYTES_KEPT = 5_000_000


class EmbeddedError(RuntimeError):
    """A server cannot be started; the message says why and what to do, in sentences."""


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def write_private(path: Path, text: str) -> None:
    """Replace the file in one step; only its owner can read it."""
    new = path.with_name(f"{path.name}.{os.getpid()}.new")
    with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    new.replace(path)


def command_line(pid: int) -> str:
    """Return the arguments of a live process, "" for a dead one (also one that nobody waited for)."""
    if Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        return ""
    shown = run(["ps", "-ww", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return shown.stdout


class Daemon(ABC):
    """One server. `state` (port and password) outlives it in `<data_dir>/<name>.json`."""

    name: str
    stop_signals: tuple[signal.Signals, ...]

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir.resolve()
        self.process: Popen[bytes] | None = None
        self.port, self.password = self._read_state()

    @property
    @abstractmethod
    def url(self) -> str:
        """Where clients connect, password included."""

    @abstractmethod
    def pid(self) -> int | None:
        """Return the process id of this directory's running server, whoever started it."""

    @abstractmethod
    def is_ready(self) -> bool:
        """Tell whether it accepts clients now."""

    @abstractmethod
    def prepare(self) -> None:
        """Make what the server needs to be there before it starts."""

    @abstractmethod
    def launch(self) -> Popen[bytes]:
        """Start the server at `port` in a session of its own (the terminal's Ctrl-C must not reach it)."""

    def start(self) -> None:
        """Start it, or take over one that a killed process left running.

        Raises EmbeddedError when it does not accept clients within a minute.
        """
        if self.pid() is None:
            self.prepare()
            self._launch_where_free()
        elif not self._becomes_ready():
            raise EmbeddedError(f"{self.name} runs but does not accept connections; see {self.log_path}")

    def revive(self) -> bool:
        """Start it again at the same address if it died; return whether it had."""
        if self._lives():
            return False
        for _ in range(50):
            if port_is_free(self.port):
                break
            time.sleep(0.1)
        self.process = self.launch()
        if not self._becomes_ready():
            raise EmbeddedError(f"{self.name} died and does not start again: {self.log_tail()}")
        return True

    def stop(self) -> None:
        """End it, orderly first; return when it is gone."""
        for number in self.stop_signals:
            pid = self.pid() if self.process is None else self.process.pid
            if pid is None or (self.process and self.process.poll() is not None):
                break
            with suppress(ProcessLookupError):
                os.kill(pid, number)
            if self._goes(pid):
                break
        self.process = None

    @property
    def log_path(self) -> Path:
        return self.data_dir / f"{self.name}.log"

    def open_log(self) -> int:
        """Return a descriptor that appends to the log; a log grown large starts anew."""
        if self.log_path.exists() and self.log_path.stat().st_size > LOG_BYTES_KEPT:
            self.log_path.unlink()
        return os.open(self.log_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def log_tail(self) -> str:
        lines = self.log_path.read_text(errors="replace").splitlines() if self.log_path.exists() else []
        return " / ".join(lines[-5:])

    def _read_state(self) -> tuple[int, str]:
        with suppress(OSError, ValueError, KeyError):
            state = json.loads((self.data_dir / f"{self.name}.json").read_text())
            return int(state["port"]), str(state["password"])
        return 0, ""

    def _keep_state(self, port: int) -> None:
        self.port, self.password = port, self.password or secrets.token_hex(24)
        write_private(
            self.data_dir / f"{self.name}.json", json.dumps({"port": self.port, "password": self.password})
        )

    def _launch_where_free(self) -> None:
        for _ in range(5):
            port = self.port if self.port and port_is_free(self.port) else free_port()
            self._keep_state(port)
            self.process = self.launch()
            if self._becomes_ready():
                return
            # Somebody may have taken the port between the look and the start.
            self.port = 0
        raise EmbeddedError(f"{self.name} does not start: {self.log_tail()}")

    def _lives(self) -> bool:
        return self.pid() is not None if self.process is None else self.process.poll() is None

    def _becomes_ready(self) -> bool:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.is_ready():
                return True
            if self.process and self.process.poll() is not None:
                return False
            time.sleep(0.02)
        return False

    def _goes(self, pid: int) -> bool:
        if self.process:
            with suppress(TimeoutExpired):
                self.process.wait(STOP_SECONDS)
                return True
            return False
        deadline = time.monotonic() + STOP_SECONDS
        while time.monotonic() < deadline:
            if not command_line(pid):
                return True
            time.sleep(0.02)
        return False
