"""The supervisor with tiny real children."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.running.wait import SECONDS, until
from upsell_project.runner.daemon import command_line
from upsell_project.runner.output import Output
from upsell_project.runner.supervisor import Child, Supervisor

pytestmark = pytest.mark.xdist_group("running")

LEAVE_PID = "import os, pathlib, sys, time; open(sys.argv[1], 'a').write(f'{os.getpid()}\\n');"
FINISH = (
    "import signal; signal.signal(15, lambda *_: (open(sys.argv[1], 'a').write('finished\\n'), sys.exit()));"
)


def child(code: str, *arguments: object) -> Child:
    return Child("child", [sys.executable, "-c", code, *map(str, arguments)], dict(os.environ))


def lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def supervise_until(condition: Callable[[], object], *children: Child, output: int) -> None:
    """Run the children until the condition holds; fail when it never does."""
    deadline = time.monotonic() + SECONDS

    def watch() -> None:
        if condition() or time.monotonic() > deadline:
            supervisor.ask_to_stop()

    supervisor = Supervisor(Output(output), watch)
    supervisor.run(children)
    assert condition()


@pytest.fixture
def shown(tmp_path: Path) -> int:
    """A descriptor for output nobody looks at."""
    return os.open(tmp_path / "shown", os.O_WRONLY | os.O_CREAT | os.O_APPEND)


@pytest.mark.parametrize("code", [0, 1])
def test_a_child_that_ends_is_started_again(tmp_path: Path, shown: int, code: int) -> None:
    seen = tmp_path / "seen"
    supervise_until(lambda: len(lines(seen)) >= 3, child(f"{LEAVE_PID} sys.exit({code})", seen), output=shown)
    assert len(set(lines(seen))) >= 3
    assert f"child      | ended with code {code}; starts again in 0.2 s" in lines(tmp_path / "shown")


def test_a_child_that_keeps_dying_is_started_ever_less_often(shown: int) -> None:
    dying = child("")
    delays = []
    for _ in range(7):
        os.close(dying.start())
        assert until(lambda: dying.has_ended() == 0)
        delays.append(round(dying.start_at - time.monotonic(), 1))
    assert delays == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_a_killed_child_takes_its_own_children_along(tmp_path: Path, shown: int) -> None:
    seen = tmp_path / "seen"
    sleeper = "import subprocess; subprocess.Popen(['sleep', '60'], process_group=0);"
    code = f"{sleeper} {LEAVE_PID} time.sleep(60)"
    grandchildren: list[int] = []

    def killed_once() -> bool:
        if len(lines(seen)) == 1 and not grandchildren:
            first = int(lines(seen)[0])
            grandchildren.extend(session_members(first))
            os.kill(first, signal.SIGKILL)
        return len(lines(seen)) >= 2

    supervise_until(killed_once, child(code, seen), output=shown)
    assert len(grandchildren) == 2
    assert until(lambda: not any(command_line(pid) for pid in grandchildren))
    assert until(lambda: not session_members(int(lines(seen)[-1])))


def session_members(leader: int) -> list[int]:
    every = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    return [pid for pid in every if command_line(pid) and session_of(pid) == leader]


def session_of(pid: int) -> int:
    try:
        return os.getsid(pid)
    except OSError:
        return -1


def test_a_stop_lets_children_finish_their_work(tmp_path: Path, shown: int) -> None:
    seen = tmp_path / "seen"
    working = child(f"import sys; {FINISH} {LEAVE_PID} time.sleep(60)", seen)
    supervise_until(lambda: lines(seen), working, output=shown)
    assert lines(seen)[1:] == ["finished"]


def test_a_second_stop_does_not_wait(tmp_path: Path, shown: int) -> None:
    seen = tmp_path / "seen"
    deaf = child(f"import signal; signal.signal(15, signal.SIG_IGN); {LEAVE_PID} time.sleep(60)", seen)
    supervisor = Supervisor(Output(shown))

    def ask_twice() -> None:
        for _ in lines(seen) * 2:
            supervisor.ask_to_stop()

    supervisor.watch = ask_twice
    began = time.monotonic()
    supervisor.run([deaf])
    assert time.monotonic() - began < 10
    assert command_line(int(lines(seen)[0])) == ""


def test_lines_are_shown_with_the_name(tmp_path: Path, shown: int) -> None:
    supervisor = Supervisor(Output(shown))
    assert supervisor.run_once(child("print('one\\ntwo', end=''); import sys; sys.exit(3)")) == 3
    assert lines(tmp_path / "shown") == ["child      | one", "child      | two"]


def test_a_reader_that_stalls_blocks_no_child() -> None:
    unread, written = os.pipe()
    supervisor = Supervisor(Output(written))
    began = time.monotonic()
    assert supervisor.run_once(child("print('x' * 5_000_000); print('y\\n' * 100_000)")) == 0
    assert time.monotonic() - began < SECONDS
    os.close(unread)
    os.close(written)


def test_children_end_with_a_killed_runner(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    script = (
        "import os, sys; from upsell_project.runner.output import Output;"
        "from upsell_project.runner.supervisor import Child, Supervisor;"
        "Supervisor(Output()).run([Child('child', [sys.executable, '-c', *sys.argv[1:]], os.environ)])"
    )
    code = f"import sys; {FINISH} {LEAVE_PID} time.sleep(60)"
    with subprocess.Popen(
        [sys.executable, "-c", script, code, str(seen)], stdout=subprocess.DEVNULL
    ) as runner:
        assert until(lambda: lines(seen))
        runner.kill()
    assert until(lambda: command_line(int(lines(seen)[0])) == "")
    assert lines(seen)[1:] == ["finished"]
