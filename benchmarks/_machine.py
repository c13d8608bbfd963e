"""What the operating system says of processes: CPU time of whole trees, and the most memory they held. Linux only."""

import os
from contextlib import suppress
from pathlib import Path

_TICK = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


def cpu_seconds(*roots: int) -> float:
    """User and system time of these processes and all their descendants, ended ones included.

    A descendant that ended is in its parent's sum as soon as the parent has waited for it.
    """
    stats = _stats()
    return sum(sum(map(int, stats[pid][13 - 2 : 17 - 2])) for pid in _tree(stats, roots)) / _TICK


def peak_megabytes(root: int) -> float:
    """The sum of the most resident memory (VmHWM) that each process of the tree ever had."""
    return sum(_peak_kilobytes(pid) for pid in _tree(_stats(), (root,))) / 1024


def _peak_kilobytes(pid: int) -> int:
    with suppress(OSError):
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
    return 0


def _stats() -> dict[int, list[str]]:
    """The fields of /proc/<pid>/stat from the third one on: before it stands the name, which may hold anything."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            found[int(path.parent.name)] = path.read_text().rpartition(")")[2].split()
    return found


def _tree(stats: dict[int, list[str]], roots: tuple[int, ...]) -> set[int]:
    tree = {pid for pid in roots if pid in stats}
    while more := {pid for pid, fields in stats.items() if int(fields[1]) in tree} - tree:
        tree |= more
    return tree
