"""Keeps child processes running: one that dies, whatever its exit code, is started again."""

import ctypes
import os
import selectors
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, Popen

from upsell_project.runner.output import Output, Stream

FIRST_DELAY = 0.2
LONGEST_DELAY = 5.0
# One that lived this long died of something new.
HEALTHY_SECONDS = 10.0
GRACE_SECONDS = 15.0
TICK_SECONDS = 0.1
PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(parent: int) -> None:
    """Ask Linux to send this process SIGTERM when its parent dies, even by SIGKILL; elsewhere do nothing."""
    if _libc:
        _libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:
            os.kill(os.getpid(), signal.SIGTERM)


def kill_session(leader: int) -> None:
    """SIGKILL everything started in the leader's session, also what moved to another process group."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    for entry in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if os.getsid(int(entry.name)) == leader:
                os.kill(int(entry.name), signal.SIGKILL)


class Child:
    """One command that should always run."""

    def __init__(self, name: str, command: Sequence[str], env: Mapping[str, str]) -> None:
        self.name, self.command, self.env = name, list(command), dict(env)
        self.process: Popen[bytes] | None = None
        self.delay = FIRST_DELAY
        self.started_at = 0.0
        self.start_at = 0.0

    def start(self) -> int:
        """Start it; return the descriptor of its output."""
        runner = os.getpid()
        self.started_at = time.monotonic()
        # The runner has one thread, so running Python between fork and exec is safe.
        self.process = Popen(
            self.command,
            stdin=DEVNULL,
            stdout=PIPE,
            stderr=STDOUT,
            env=self.env,
            start_new_session=True,
            preexec_fn=lambda: end_with_parent(runner),
        )
        assert self.process.stdout is not None
        return os.dup(self.process.stdout.fileno())

    def has_ended(self) -> int | None:
        """Return the exit code once after it ended; the rest of its session is gone, a restart planned."""
        if self.process is None or (code := self.process.poll()) is None:
            return None
        self._forget()
        lived = time.monotonic() - self.started_at
        self.delay = FIRST_DELAY if lived >= HEALTHY_SECONDS else self.delay
        self.start_at = time.monotonic() + self.delay
        self.delay = min(self.delay * 2, LONGEST_DELAY)
        return code

    def terminate(self) -> None:
        if self.process:
            self.process.terminate()

    def kill(self) -> None:
        if self.process:
            kill_session(self.process.pid)

    def _forget(self) -> None:
        if self.process:
            kill_session(self.process.pid)
            self.process = None


class Supervisor:
    """Runs children in the foreground until `ask_to_stop`; `watch` is called about once a tick besides."""

    def __init__(self, output: Output, watch: Callable[[], None] = lambda: None) -> None:
        self.output, self.watch = output, watch
        self.children: list[Child] = []
        self.selector = selectors.DefaultSelector()
        self.stops_asked = 0

    def ask_to_stop(self, *_: object) -> None:
        """Stop soon; asked twice, at once. Usable as a signal handler."""
        self.stops_asked += 1

    def run_once(self, child: Child) -> int:
        """Run a command to its end; return its exit code, 130 when a stop was asked for meanwhile."""
        self._start(child)
        while (code := child.has_ended()) is None:
            self._pump()
            if self.stops_asked:
                self._end([child])
                return 130
        self._drain()
        return code

    def run(self, children: Sequence[Child]) -> None:
        """Keep the children running until a stop is asked for; then end them, work at hand first."""
        self.children = list(children)
        while not self.stops_asked:
            for child in self.children:
                self._keep_running(child)
            self._pump()
            self.watch()
        self._end(self.children)

    def say(self, text: str) -> None:
        self.output.line("", text)

    def _keep_running(self, child: Child) -> None:
        if child.process is None:
            if time.monotonic() >= child.start_at:
                self._start(child)
        elif (code := child.has_ended()) is not None:
            wait = child.start_at - time.monotonic()
            self.output.line(child.name, f"ended with code {code}; starts again in {max(wait, 0):.1f} s")

    def _start(self, child: Child) -> None:
        stream = Stream(child.name, child.start(), self.output)
        self.selector.register(stream.descriptor, selectors.EVENT_READ, stream)

    def _pump(self, seconds: float = TICK_SECONDS) -> bool:
        """Pass on output for at most one tick; return whether there was any."""
        if not self.selector.get_map():
            time.sleep(seconds)
            return False
        ready = self.selector.select(seconds)
        for key, _ in ready:
            if not key.data.read():
                self.selector.unregister(key.fd)
        self.output.flush()
        return bool(ready)

    def _drain(self) -> None:
        while self._pump(0):
            pass

    def _end(self, children: Sequence[Child]) -> None:
        alive = [child for child in children if child.process]
        for child in alive:
            child.terminate()
        deadline = time.monotonic() + GRACE_SECONDS
        while alive:
            self._pump()
            if time.monotonic() > deadline or self.stops_asked > 1:
                for child in alive:
                    child.kill()
            alive = [child for child in alive if child.has_ended() is None]
        self._drain()
