"""Real servers in directories of their own: started, found, killed, taken over, stopped."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tests.running.wait import until
from upsell_project import embedded
from upsell_project.runner import postgres_server
from upsell_project.runner.daemon import command_line, port_is_free

pytestmark = pytest.mark.xdist_group("running")

SMALL = {"shared_buffers": "16MB"}


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A directory that every user can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory(prefix="upsell-") as made:
        Path(made).chmod(0o755)
        yield Path(made) / "data"
        if servers := embedded.urls(Path(made) / "data"):
            embedded.start(Path(made) / "data").stop()
            raise AssertionError(f"left running: {servers}")


@pytest.fixture(scope="module")
def made_before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory whose cluster exists, to copy: creating one takes most of a first start."""
    made = tmp_path_factory.mktemp("template") / "data"
    start(made, redis=False).stop()
    return made


@pytest.fixture
def used_dir(data_dir: Path, made_before: Path) -> Path:
    """As data_dir, after a first start."""
    return shutil.copytree(made_before, data_dir)


def start(data_dir: Path, *, postgres: bool = True, redis: bool = True) -> embedded.Servers:
    return embedded.start(data_dir, postgres=postgres, redis=redis, fsync=False, settings=SMALL)


def remember(servers: embedded.Servers) -> int:
    """Add a row; return how many there are now."""
    with psycopg.connect(servers.database_url) as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS memory (id serial)")
        connection.execute("INSERT INTO memory DEFAULT VALUES")
        row = connection.execute("SELECT count(*) FROM memory").fetchone()
    assert row is not None
    return int(row[0])


def answers(servers: embedded.Servers) -> bool:
    with redis.Redis.from_url(servers.redis_url) as client:
        return bool(client.ping())


def pids(servers: embedded.Servers) -> list[int]:
    found = [server.pid() for server in (servers.postgres, servers.redis) if server]
    return [pid for pid in found if pid]


def processes_of(data_dir: Path) -> list[str]:
    lines = [command_line(int(entry.name)) for entry in Path("/proc").glob("[0-9]*")]
    return [line for line in lines if f"-D {data_dir}" in line]


def test_it_works_and_resumes_at_the_same_address(data_dir: Path) -> None:
    first = start(data_dir)
    assert (remember(first), answers(first)) == (1, True)
    found = embedded.urls(data_dir)
    assert found == (first.database_url, first.redis_url)
    ports = [first.postgres.port, first.redis.port] if first.postgres and first.redis else []
    first.stop()
    assert embedded.urls(data_dir) is None
    assert processes_of(data_dir) == []
    assert all(port_is_free(port) for port in ports)

    second = start(data_dir)
    assert (remember(second), (second.database_url, second.redis_url)) == (2, found)
    second.stop()


def test_wrong_password_is_refused(used_dir: Path) -> None:
    servers = start(used_dir)
    assert servers.postgres and servers.redis
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(servers.database_url.replace(servers.postgres.password, "guess"))
    with pytest.raises(redis.AuthenticationError):
        redis.Redis.from_url(servers.redis_url.replace(servers.redis.password, "guess")).ping()
    assert {path.stat().st_mode & 0o077 for path in used_dir.glob("*.json")} == {0}
    servers.stop()


def test_two_copies_run_side_by_side(data_dir: Path, made_before: Path) -> None:
    copies = [shutil.copytree(made_before, data_dir / name) for name in ("one", "two")]
    one, two = start(copies[0]), start(copies[1])
    assert one.database_url != two.database_url
    assert one.redis_url != two.redis_url
    assert (remember(one), remember(one), remember(two)) == (1, 2, 1)
    one.stop()
    assert remember(two) == 2
    two.stop()


def test_what_was_killed_starts_again_with_its_data(used_dir: Path) -> None:
    servers = start(used_dir)
    addresses = (servers.database_url, servers.redis_url)
    remember(servers)
    assert servers.revive() == []
    for pid in pids(servers):
        os.kill(pid, signal.SIGKILL)
    revived: set[str] = set()

    def all_revived() -> bool:
        revived.update(servers.revive())
        return revived == {"postgres", "redis"}

    assert until(all_revived)
    assert (remember(servers), answers(servers)) == (2, True)
    assert (servers.database_url, servers.redis_url) == addresses
    servers.stop()


def test_a_pid_file_whose_number_another_process_has_now_is_no_obstacle(used_dir: Path) -> None:
    servers = start(used_dir, redis=False)
    remember(servers)
    assert servers.postgres
    pid_file = servers.postgres.cluster / "postmaster.pid"
    kept = pid_file.read_text().splitlines()
    servers.stop()
    with subprocess.Popen(["/bin/sleep", "60"]) as other:
        pid_file.write_text("\n".join([str(other.pid), *kept[1:], ""]))
        servers = start(used_dir, redis=False)
        other.kill()
    assert remember(servers) == 2
    servers.stop()


def test_servers_of_a_killed_process_are_taken_over(used_dir: Path) -> None:
    script = (
        "import os, pathlib, sys; from upsell_project import embedded;"
        "embedded.start(pathlib.Path(sys.argv[1])); os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", script, str(used_dir)], check=False, timeout=60)
    found = embedded.urls(used_dir)
    assert found

    servers = start(used_dir)
    assert (servers.database_url, servers.redis_url) == found
    assert (remember(servers), answers(servers)) == (1, True)
    running = pids(servers)
    servers.stop()
    assert embedded.urls(used_dir) is None
    assert [command_line(pid) for pid in running] == ["", ""]


def test_the_last_of_two_users_stops_them(used_dir: Path) -> None:
    one, two = start(used_dir), start(used_dir)
    assert pids(one) == pids(two)
    one.stop()
    one.stop()
    assert answers(two)
    two.stop()
    assert embedded.urls(used_dir) is None


def test_data_is_durable_unless_tests_ask_otherwise(used_dir: Path) -> None:
    shown = []
    for fsync in (True, False):
        servers = embedded.start(used_dir, redis=False, fsync=fsync)
        with psycopg.connect(servers.database_url) as connection:
            row = connection.execute("SELECT current_setting('fsync'), current_setting('synchronous_commit')")
            shown.append(row.fetchone())
        servers.stop()
    assert shown == [("on", "on"), ("off", "on")]


def test_each_is_optional(data_dir: Path) -> None:
    servers = start(data_dir, postgres=False)
    assert (servers.database_url, answers(servers)) == ("", True)
    assert embedded.urls(data_dir) == ("", servers.redis_url)
    servers.stop()


def test_it_works_below_a_directory_only_its_owner_can_enter(data_dir: Path) -> None:
    data_dir.mkdir(mode=0o700)
    servers = start(data_dir / "clone" / ".data")
    assert (remember(servers), answers(servers)) == (1, True)
    servers.stop()
    assert processes_of(data_dir / "clone") == []


def test_it_works_there_where_user_namespaces_are_forbidden(
    data_dir: Path, made_before: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    last = postgres_server.accounts()[-1]
    monkeypatch.setattr(postgres_server, "accounts", lambda: [last])
    data_dir.mkdir(mode=0o700)
    servers = start(shutil.copytree(made_before, data_dir / "clone"), redis=False)
    assert remember(servers) == 1
    servers.stop()


def test_a_clone_that_was_opened_or_closed_later_keeps_its_data(data_dir: Path, made_before: Path) -> None:
    data_dir.mkdir(mode=0o755)
    clone = shutil.copytree(made_before, data_dir / "clone")
    counts = []
    for mode in (0o755, 0o700, 0o755):
        data_dir.chmod(mode)
        servers = start(clone, redis=False)
        counts.append(remember(servers))
        servers.stop()
    assert counts == [1, 2, 3]


def test_half_made_cluster_is_made_anew(data_dir: Path) -> None:
    (data_dir / "postgres.new").mkdir(parents=True)
    (data_dir / "postgres.new" / "PG_VERSION").write_text("18\n")
    servers = start(data_dir, redis=False)
    assert remember(servers) == 1
    servers.stop()


def test_another_terminal_learns_how_the_copy_runs(used_dir: Path) -> None:
    servers = start(used_dir)
    embedded.keep_environment(used_dir, {"SANDBOX": "true"})
    assert embedded.environment(used_dir) == {
        "SANDBOX": "true",
        "DATABASE_URL": servers.database_url,
        "REDIS_URL": servers.redis_url,
    }
    servers.stop()
    assert embedded.environment(used_dir) == {}


def test_no_way_to_run_is_told_in_a_sentence(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    refused = postgres_server.Account(prefix=["/bin/false"])
    monkeypatch.setattr(postgres_server, "accounts", lambda: [refused])
    with pytest.raises(embedded.EmbeddedError, match="set DATABASE_URL to a running server"):
        start(data_dir)
    assert embedded.urls(data_dir) is None
