"""CPU time of process trees, read from Linux's /proc."""

import os
import resource
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class _Process:
    parent: int
    seconds: float


def is_readable() -> bool:
    """Whether this system tells the CPU time of other processes."""
    return (_PROC / "self" / "stat").exists()


def parent_of(pid: int) -> int:
    """Return the parent of process `pid`; raise OSError if there is no such process."""
    return _parse((_PROC / str(pid) / "stat").read_text("utf-8", "replace")).parent


def tree_seconds(root: int) -> float:
    """Return the CPU seconds of process `root` and all below it, ended children included.

    A child's time passes to its parent when it ends, so the sum never falls.
    """
    processes = _snapshot()
    children: dict[int, list[int]] = {}
    for pid, process in processes.items():
        children.setdefault(process.parent, []).append(pid)
    total, waiting = 0.0, [root]
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        if pid in processes:
            total += processes[pid].seconds
    return total


def ended_children_seconds() -> float:
    """Return the CPU seconds of all processes that this one started and saw ending."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _snapshot() -> dict[int, _Process]:
    found = {}
    for folder in _PROC.glob("[0-9]*"):
        try:
            found[int(folder.name)] = _parse((folder / "stat").read_text("utf-8", "replace"))
        except OSError:  # it has ended meanwhile
            continue
    return found


def _parse(stat: str) -> _Process:
    """Read a line of proc_pid_stat(5); the name in brackets may hold anything."""
    fields = stat.rpartition(")")[2].split()
    return _Process(parent=int(fields[1]), seconds=sum(map(int, fields[11:15])) / _TICKS)
