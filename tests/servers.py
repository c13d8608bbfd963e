"""Loaded by pytest before Django: a real PostgreSQL and Redis for the whole run, unless the environment names some.

Workers of pytest-xdist inherit the URLs; each has its own database and its own Redis number.
"""

import gc
import os
from pathlib import Path

import pytest

from upsell_project import embedded

DATA_DIR = Path(__file__).resolve().parent.parent / ".data" / "test"
_servers: list[embedded.Servers] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    # Beside a million objects that stay, the usual 700 make the collector go through many of them all the time.
    gc.set_threshold(50_000, 20, 20)
    if not {"DATABASE_URL", "REDIS_URL"} <= os.environ.keys():
        servers = embedded.start(DATA_DIR, fsync=False)
        _servers.append(servers)
        os.environ.setdefault("DATABASE_URL", servers.database_url)
        os.environ.setdefault("REDIS_URL", servers.redis_url)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rsplit('/', 1)[0]}/{int(worker) + 1}"


def pytest_collection_finish() -> None:
    gc.freeze()


def pytest_unconfigure() -> None:
    while _servers:
        _servers.pop().stop()
