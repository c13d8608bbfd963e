"""The whole product as real processes: web server, dispatchers, workers, a database and a Redis of their own.

They are started one by one, talk to a mail server in this process and can be killed at any moment.
"""

import json
import logging
import os
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

from tests import databases
from tests.smtp_sink import Sink, serving
from upsell_project import embedded
from upsell_project.runner.daemon import free_port

# Hundreds of mails would fill a failed test's report with SMTP.
logging.getLogger("mail.log").setLevel(logging.WARNING)
ROOT = Path(__file__).resolve().parents[1]
# A busy machine starts a Python process in tens of seconds.
PATIENCE_SECONDS = 120.0
SETTINGS = {
    "DJANGO_SETTINGS_MODULE": "upsell_project.settings",
    "SECRET_KEY": "only-for-tests-0123456789-abcdefghijklmnop",
    "SANDBOX": "true",
    "HOLDOUT_PERCENT": "0",
    "SENDER": "Insightify <offers@insightify.test>",
    "POSTAL_ADDRESS": "Insightify GmbH, Teststr. 1, 10115 Berlin",
    "LOG_LEVEL": "INFO",
    "PYTHONUNBUFFERED": "1",
}


def until(condition: Callable[[], Any], what: str, seconds: float = PATIENCE_SECONDS) -> Any:
    """Return what the condition returned once it is true; real time only bounds the wait."""
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, f"waited {seconds:.0f} s in vain: {what}"
        time.sleep(0.05)
    return found


class Answer(NamedTuple):
    """What a server said. `url` differs from the one asked when it redirected."""

    status: int
    headers: Any
    body: bytes
    url: str

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(url: str, data: bytes | None = None, method: str | None = None, **headers: str) -> Answer:
    """One request; `X_Write_Key=` becomes the header `X-Write-Key`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(url, data, named, method=method)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return Answer(answer.status, answer.headers, answer.read(), answer.url)
    except urllib.error.HTTPError as error:
        return Answer(error.code, error.headers, error.read(), error.url)


class Forker:
    """The other end of `tests.forking`."""

    def __init__(self, env: dict[str, str]) -> None:
        command = [sys.executable, "-m", "tests.forking"]
        pipe = subprocess.PIPE
        self.process = subprocess.Popen(command, stdin=pipe, stdout=pipe, cwd=ROOT, env=env, text=True)
        assert self._read() == "ready"

    def __call__(self, **asked: Any) -> Any:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        return self._read()

    def stop(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(30)
        self.process.stdout.close()

    def _read(self) -> Any:
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line, f"the forking process ended with code {self.process.wait(30)}"
        return json.loads(line)


class Stack:
    """`start` what the test needs; names are the test's own."""

    def __init__(self, directory: Path, database_url: str, redis_url: str, mail_port: int) -> None:
        self.directory, self.port = directory, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url, self.mail_port = database_url, mail_port
        mail = f"smtp://127.0.0.1:{mail_port}"
        self.env = environment(database_url, redis_url, directory, PUBLIC_URL=self.url, EMAIL_URL=mail)
        self.forker = Forker(self.env)
        self.pids: dict[str, int] = {}
        self.web: subprocess.Popen[bytes] | None = None
        self.api_key = ""

    def start(self, name: str, *args: str, mutation: str = "") -> int:
        """Start `manage.py ARGS...`; its statements in PostgreSQL bear its name. `mutation`: see `tests.forking`."""
        env = {"PGAPPNAME": name}
        log = str(self.directory / f"{name}.log")
        self.pids[name] = self.forker(do="start", args=args, env=env, log=log, mutation=mutation)
        return self.pids[name]

    def start_web(self) -> None:
        command = [
            str(Path(sys.executable).parent / "granian"),
            *["--interface", "wsgi", "upsell_project.wsgi:application", "--host", "127.0.0.1"],
            *["--port", str(self.port), "--no-ws", "--log-level", "warning"],
            *["--workers", "1", "--blocking-threads", "1"],
        ]
        with (self.directory / "web.log").open("wb") as log:
            self.web = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        until(self._answers, f"the web server answers: {self.log('web')}")

    def start_all(self) -> None:
        """Web, one dispatcher, two workers."""
        self.start("dispatch", "dispatch")
        for number in (1, 2):
            self.start(f"worker-{number}", "run_worker")
        self.start_web()

    def kill(self, name: str, number: signal.Signals = signal.SIGKILL) -> int:
        """Send the signal; return the exit code once it is gone."""
        pid = self.pids.pop(name)
        with suppress(ProcessLookupError):
            os.kill(pid, number)
        return int(self.forker(do="wait", pid=pid))

    def ended(self, name: str) -> bool:
        return self.forker(do="poll", pid=self.pids[name]) is not None

    def manage(self, *args: str) -> str:
        """Run a command to its end; return what it printed."""
        done = self.forker(do="run", args=args, log=str(self.directory / "command.log"))
        assert done["code"] == 0, f"manage.py {' '.join(args)}: {done['out']}"
        return str(done["out"])

    def stop(self) -> None:
        self.forker.stop()
        if self.web:
            os.killpg(self.web.pid, signal.SIGKILL)
            self.web.wait(30)

    def log(self, name: str) -> str:
        path = self.directory / f"{name}.log"
        return path.read_text(errors="replace") if path.exists() else ""

    def source(self, kind: str, *origins: str) -> dict[str, Any]:
        """What `create_source` prints."""
        chosen = [word for origin in origins for word in ("--origin", origin)]
        made: dict[str, Any] = json.loads(self.manage("create_source", kind, "--json", *chosen))
        return made

    def send(self, source: dict[str, Any], *calls: dict[str, Any]) -> None:
        """One batch by hand, which must be taken whole."""
        batch = [{"messageId": uuid.uuid4().hex, **call} for call in calls]
        body = json.dumps({"batch": batch, "writeKey": source["write_key"]}).encode()
        answer = ask(f"{self.url}/v1/batch", body)
        assert (answer.status, answer.json["accepted"]) == (200, len(calls)), answer

    def api(self, path: str) -> Any:
        """GET from the staff API as an administrator."""
        if not self.api_key:
            made = self.manage("create_api_key", "--name", "test", "--role", "admin", "--json")
            self.api_key = json.loads(made)["key"]
        answer = ask(f"{self.url}/api/{path}", Authorization=f"Bearer {self.api_key}")
        assert answer.status == 200, answer
        return answer.json

    def all(self, resource: str, **filters: Any) -> list[dict[str, Any]]:
        """All rows of a resource of the staff API."""
        query = "&".join(f"{name}={value}" for name, value in {"limit": 1_000, **filters}.items())
        rows: list[dict[str, Any]] = []
        page: str | None = f"{resource}/?{query}"
        while page:
            found = self.api(page)
            rows += found["results"]
            page = found["next"] and found["next"].split("/api/", 1)[1]
        return rows

    def rows(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Straight from its database."""
        with psycopg.connect(self.database_url, autocommit=True) as connection:
            cursor = connection.execute(statement, values)
            return cursor.fetchall() if cursor.description else []

    def read(self) -> bool:
        """Whether everything received has become events."""
        return not self.rows("SELECT 1 FROM signals_app_envelope WHERE state = 'pending' LIMIT 1")

    @contextmanager
    def database_away(self) -> Iterator[None]:
        """PostgreSQL ends every connection of the product and takes no new one."""
        name = urlsplit(self.database_url).path[1:]
        _admin("ALTER DATABASE {} ALLOW_CONNECTIONS false", name)
        try:
            _admin(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
            yield
        finally:
            _admin("ALTER DATABASE {} ALLOW_CONNECTIONS true", name)

    def _answers(self) -> bool:
        assert self.web and self.web.poll() is None, self.log("web")
        with suppress(OSError):
            return ask(f"{self.url}/healthz").status == 200
        return False


@contextmanager
def running(directory: Path, sink: Sink) -> Iterator[tuple[Stack, embedded.Servers]]:
    """A stack with the starter pack and nothing started yet, and its own Redis server."""
    name = f"{_PREFIX}{os.getpid()}_{next(_numbers)}"
    _admin("CREATE DATABASE {} TEMPLATE {}", name, _template())
    servers = embedded.start(directory, postgres=False)
    try:
        with serving(sink) as port:
            stack = Stack(directory, _url(name), servers.redis_url, port)
            try:
                yield stack, servers
            finally:
                stack.stop()
    finally:
        servers.stop()
        _admin("DROP DATABASE {} WITH (FORCE)", name)


_PREFIX = "stack_"
_numbers = count(1)


@cache
def _template() -> str:
    """Filled once per test process; those of processes that are gone are dropped."""
    for (old,) in _admin("SELECT datname FROM pg_database WHERE datname LIKE 'stack\\_%'"):
        if not Path(f"/proc/{old.split('_')[1]}").exists():
            _admin("DROP DATABASE IF EXISTS {} WITH (FORCE)", old)
    name = f"{_PREFIX}{os.getpid()}_template"
    _admin("CREATE DATABASE {} TEMPLATE {}", name, databases.migrated())
    with TemporaryDirectory() as directory:
        env = environment(_url(name), "redis://127.0.0.1:1/0", Path(directory))
        forker = Forker(env)
        done = forker(do="run", args=["load_starter_pack"], log=f"{directory}/log")
        assert done["code"] == 0, done["out"]
        forker.stop()
    return name


def _admin(statement: str, *names: str) -> list[tuple[Any, ...]]:
    query = sql.SQL(statement).format(*map(sql.Identifier, names)) if names else sql.SQL(statement)
    with psycopg.connect(_url("postgres"), autocommit=True) as connection:
        cursor = connection.execute(query)
        return cursor.fetchall() if cursor.description else []


def _url(name: str) -> str:
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def environment(database_url: str, redis_url: str, directory: Path, **more: str) -> dict[str, str]:
    """Of the product's processes: nothing of this test's own settings, and those that are given."""
    kept = {name: value for name, value in os.environ.items() if not _OURS.match(name)}
    servers = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "DATA_DIR": str(directory)}
    return kept | SETTINGS | servers | more


_OURS = re.compile("DATABASE_URL|REDIS_URL|DJANGO_|EMAIL_URL|DATA_DIR|PUBLIC_URL|SANDBOX|PYTEST_")
