"""A command with PostgreSQL and Redis: `python -m upsell_project.runner.with_servers DATA_DIR COMMAND...`.

The command finds them in DATABASE_URL and REDIS_URL; URLs that are already set are used as they are. The exit
code is the command's; the servers end with it.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from upsell_project import embedded


def run(data_dir: Path, command: Sequence[str]) -> int:
    """Return the command's exit code, 1 with a sentence on stderr when a server cannot start."""
    given = {name for name in ("DATABASE_URL", "REDIS_URL") if os.environ.get(name)}
    try:
        servers = embedded.start(
            data_dir, postgres="DATABASE_URL" not in given, redis="REDIS_URL" not in given
        )
    except embedded.EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    ours = {"DATABASE_URL": servers.database_url, "REDIS_URL": servers.redis_url, "DATA_DIR": str(data_dir)}
    environment = {**os.environ, **{name: value for name, value in ours.items() if name not in given}}
    try:
        return subprocess.run(command, env=environment, check=False).returncode
    finally:
        servers.stop()


def stop_orderly(*_: object) -> None:
    sys.exit(143)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stop_orderly)
    sys.exit(run(Path(sys.argv[1]).resolve(), sys.argv[2:]))
