"""`make run`: everything in the foreground. See `main`."""

import fcntl
import http.client
import os
import signal
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import environ

from upsell_project import embedded
from upsell_project.runner import environment
from upsell_project.runner.daemon import EmbeddedError, port_is_free
from upsell_project.runner.output import Output
from upsell_project.runner.supervisor import Child, Supervisor, end_with_parent

MANAGE = [sys.executable, str(environment.ROOT / "manage.py")]
PREPARATION = (["migrate", "--verbosity=1", "--no-input"], ["load_starter_pack"], ["first_admin"])
WORKERS = 2
WEB_THREADS = 16
CHECK_SECONDS = 0.5
RETRY_SECONDS = 5.0


def granian(port: int) -> list[str]:
    """Return the web server's command.

    A body that never ends holds one thread for as long as its sender likes: granian has no time-out for bodies.
    """
    return [
        str(Path(sys.executable).parent / "granian"),
        *["--interface", "wsgi", "upsell_project.wsgi:application"],
        *["--host", "127.0.0.1", "--port", str(port), "--no-ws", "--log-level", "warning"],
        *["--workers", "2", "--blocking-threads", str(WEB_THREADS), "--respawn-failed-workers"],
    ]


class LocalRunner:
    """One local copy, from its servers to its children."""

    def __init__(self, place: environment.Place) -> None:
        self.place = place
        self.supervisor = Supervisor(Output(), self.watch)
        self.servers: embedded.Servers | None = None
        self.children_env: dict[str, str] = {}
        self.announced = False
        self.check_at = 0.0

    def run(self) -> int:
        """Return the exit code once everything has ended. Raises EmbeddedError."""
        given = {name: value for name, value in os.environ.items() if value or name not in _OURS}
        self.servers = embedded.start(
            self.place.data_dir, postgres="DATABASE_URL" not in given, redis="REDIS_URL" not in given
        )
        try:
            self.children_env = environment.for_children(self.place, self.servers, given)
            code = self.prepare()
            if code == 0:
                self.supervisor.run(self.children())
            return 0 if self.supervisor.stops_asked else code
        finally:
            self.servers.stop()
            self.supervisor.say("Stopped.")

    def prepare(self) -> int:
        """Migrate and fill the database; return the first exit code that is not 0."""
        assert self.servers is not None
        seeded = environment.seeded_marker(self.place, self.children_env, self.servers)
        steps = [*PREPARATION, *([] if seeded.exists() else [["seed_demo"]])]
        for step in steps:
            if code := self.supervisor.run_once(self.child(step[0], [*MANAGE, *step])):
                if not self.supervisor.stops_asked:
                    self.supervisor.say(
                        f"`manage.py {step[0]}` failed with code {code}: nothing was started."
                    )
                return code
        seeded.touch()
        return 0

    def children(self) -> list[Child]:
        return [
            self.child("web", granian(self.place.port)),
            self.child("dispatch", [*MANAGE, "dispatch"]),
            *(self.child(f"worker-{n + 1}", [*MANAGE, "run_worker"]) for n in range(WORKERS)),
        ]

    def child(self, name: str, command: Sequence[str]) -> Child:
        return Child(name, command, self.children_env)

    def watch(self) -> None:
        """Look after the servers; tell the URLs once the web server answers."""
        if time.monotonic() < self.check_at:
            return
        self.check_at = time.monotonic() + CHECK_SECONDS
        self._revive_servers()
        if not self.announced and self._web_answers():
            self.announced = True
            self._announce()

    def _revive_servers(self) -> None:
        if self.servers is None:
            return
        try:
            for name in self.servers.revive():
                self.supervisor.output.line(name, "died; started again")
        except EmbeddedError as error:
            self.supervisor.say(str(error))
            self.check_at = time.monotonic() + RETRY_SECONDS

    def _web_answers(self) -> bool:
        connection = http.client.HTTPConnection("127.0.0.1", self.place.port, timeout=1)
        with suppress(OSError, http.client.HTTPException):
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        return False

    def _announce(self) -> None:
        url, user = self.place.url, self.children_env["DJANGO_SUPERUSER_USERNAME"]
        ours = "DJANGO_SUPERUSER_PASSWORD" not in os.environ
        password = (
            self.children_env["DJANGO_SUPERUSER_PASSWORD"] if ours else "(your DJANGO_SUPERUSER_PASSWORD)"
        )
        for line in (
            f"Admin       {url}/admin/",
            f"Demo page   {url}/demo/",
            f"Demo inbox  {url}/demo/inbox/",
            f"API docs    {url}/api/docs/",
            f"Login       {user} / {password}",
        ):
            self.supervisor.say(line)


# An empty value in the environment or `.env` means "not given" for these.
_OURS = frozenset({"DATABASE_URL", "REDIS_URL", "SECRET_KEY", "PUBLIC_URL", "SANDBOX", "DEBUG"})


def refuse(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def main() -> int:
    """Run one copy until Ctrl-C or SIGTERM; return the exit code (1 with a sentence when it cannot start)."""
    if "MAKELEVEL" in os.environ:
        end_with_parent(os.getppid())
    os.chdir(environment.ROOT)
    environ.Env.read_env(str(environment.ROOT / ".env"))
    try:
        place = environment.Place.of(os.environ)
        place.data_dir.mkdir(parents=True, exist_ok=True)
    except (ValueError, OSError) as error:
        return refuse(str(error))
    # Held as long as this process lives.
    lock = os.open(place.data_dir / "runner.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return refuse(
            f"Another `make run` uses {place.data_dir}. Choose another: DATA_DIR=.data2 PORT=8001 make run"
        )
    if not becomes_free(place.port):
        return refuse(f"Port {place.port} is already in use. Choose another: PORT={place.port + 1} make run")
    return supervise(LocalRunner(place))


def becomes_free(port: int) -> bool:
    """Wait a little: the web server of a runner that was killed just now may still be ending."""
    deadline = time.monotonic() + 3
    while not (free := port_is_free(port)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return free


def supervise(runner: LocalRunner) -> int:
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, runner.supervisor.ask_to_stop)
    try:
        return runner.run()
    except EmbeddedError as error:
        return refuse(str(error))


if __name__ == "__main__":
    sys.exit(main())
