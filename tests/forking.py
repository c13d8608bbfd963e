"""Starts `manage.py` commands by forking a process that has loaded Django: real processes, without the loading.

Reads one JSON object a line, `{"do": "start"|"run"|"wait"|"poll", ...}`, and answers each with one line. Its children
end with it.
"""

import importlib
import json
import os
import random
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import django
from django.core.management import execute_from_command_line

LOADED_BEFORE = (
    "upsell_project.urls",
    "campaigns_app.starter_pack",
    *(f"campaigns_app.management.commands.{name}" for name in ("dispatch", "run_worker", "sandbox_clock")),
)
children: set[int] = set()


def start(args: Sequence[str], env: dict[str, str], log: str, mutation: str = "") -> int:
    """Return the process id of a child that executes `manage.py ARGS...` with its output appended to the file.

    `mutation` names a module of the tests that breaks something in the child before, to show that a test would tell.
    """
    pid = os.fork()
    if pid:
        children.add(pid)
        return pid
    os.setsid()
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(file, 1)
    os.dup2(file, 2)
    os.environ.update(env)
    random.seed()
    code = 1
    try:
        if mutation:
            importlib.import_module(mutation)
        execute_from_command_line(["manage.py", *args])
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def ended(pid: int, flags: int = 0) -> int | None:
    """Return the exit code (negative: the signal), or None while it runs."""
    if pid not in children:
        return 0
    found, status = os.waitpid(pid, flags)
    if not found:
        return None
    children.discard(pid)
    return os.waitstatus_to_exitcode(status)


def answer(asked: dict[str, Any]) -> Any:
    match asked:
        case {"do": "start", "args": args, "env": env, "log": log, "mutation": mutation}:
            return start(args, env, log, mutation)
        case {"do": "run", "args": args, "log": log}:
            Path(log).unlink(missing_ok=True)
            code = ended(start(args, {}, log))
            return {"code": code, "out": Path(log).read_text()}
        case {"do": "wait", "pid": pid}:
            return ended(pid)
        case {"do": "poll", "pid": pid}:
            return ended(pid, os.WNOHANG)
    raise ValueError(asked)


def main() -> None:
    django.setup()
    for module in LOADED_BEFORE:
        importlib.import_module(module)
    print(json.dumps("ready"), flush=True)
    try:
        for line in sys.stdin:
            print(json.dumps(answer(json.loads(line))), flush=True)
    finally:
        for pid in children:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
