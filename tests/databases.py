"""Databases for tests: one that is migrated, to copy, and a quick way to empty one that was used."""

import hashlib
import multiprocessing
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.core.management import call_command
from django.db import connection, connections
from psycopg import sql

ROOT = Path(__file__).resolve().parents[1]
_PREFIX = "migrated_"
_HALF_DONE = "half_migrated"
# Branches in turn, checkouts side by side.
_KEPT = 3
_ONE_AT_A_TIME = 7_215_001


def migrated() -> str:
    """Return the name of a database with all migrations and nobody connected, to `CREATE DATABASE ... TEMPLATE`.

    It is made by whichever process asks first, once for each state of the migrations.
    """
    name = f"{_PREFIX}{_state()}"
    with psycopg.connect(_url("postgres"), autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [_ONE_AT_A_TIME])
        found = server.execute(
            "SELECT datname FROM pg_database WHERE starts_with(datname, %s) ORDER BY oid", [_PREFIX]
        )
        there = [str(row[0]) for row in found.fetchall()]
        if name not in there:
            _make(server, name, [_HALF_DONE, *there[:-_KEPT]])
    return name


def _make(server: psycopg.Connection[tuple[object, ...]], name: str, outdated: list[str]) -> None:
    for old in outdated:
        server.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(old)))
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(_HALF_DONE)))
    migrate(_url(_HALF_DONE))
    renamed = sql.SQL("ALTER DATABASE {} RENAME TO {}")
    server.execute(renamed.format(sql.Identifier(_HALF_DONE), sql.Identifier(name)))


def migrate(url: str, *target: str) -> None:
    """Run `manage.py migrate` on the database."""
    env = os.environ | {"DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "upsell_project.settings_test"}
    command = [sys.executable, "manage.py", "migrate", "--skip-checks", "--no-input", "-v0", *target]
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def migrate_in_child(url: str, *target: str) -> None:
    """Run `migrate` on the database in a fork of this process, which has loaded everything already."""
    child = multiprocessing.get_context("fork").Process(
        target=_migrate, args=(urlsplit(url).path[1:], target)
    )
    child.start()
    child.join()
    assert child.exitcode == 0, "its traceback is on stderr"


def _migrate(name: str, target: Sequence[str]) -> None:
    own = connections.create_connection("default")
    own.settings_dict = {**own.settings_dict, "NAME": name}
    # The parent's connection is not closed here: on its socket that would end the parent's session.
    connections["default"] = own
    call_command("migrate", *target, skip_checks=True, interactive=False, verbosity=0)


def _state() -> str:
    digest = hashlib.sha256(django.__version__.encode())
    for path in sorted(ROOT.glob("*/migrations/*.py")) + sorted(
        ROOT.glob("upsell_project/*/migrations/*.py")
    ):
        digest.update(path.name.encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def _url(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


# How many in this database wait for a lock, at this moment: others have databases of their own beside it.
WAITING = """
SELECT count(*) FROM pg_locks waits WHERE NOT granted AND EXISTS (SELECT FROM pg_locks holds
    WHERE holds.pid = waits.pid AND holds.database = (SELECT oid FROM pg_database WHERE datname = current_database()))
"""

# What `migrate` itself keeps up is left. TRUNCATE of a hundred tables makes a thousand files, for a few rows.
_EMPTY = """
DO $$ DECLARE used text;
BEGIN
    SET CONSTRAINTS ALL DEFERRED;
    FOR used IN
        SELECT oid::regclass::text FROM pg_class
        WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 0
            AND relname NOT IN ('django_migrations', 'django_content_type', 'auth_permission')
    LOOP EXECUTE 'DELETE FROM ' || used; END LOOP;
END $$
"""


def empty() -> None:
    """Leave no row in any table."""
    with connection.cursor() as cursor:
        cursor.execute(_EMPTY)
