"""CPU time of process trees, read from Linux's /proc."""

import os
import resource
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_TICKS = os.sysconf("SC_CLK_TCK")
_TRIES = 100


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

    A child's time passes to its parent when it ends, so the sum never falls. Processes are read
    one after the other: one that ends in between would count twice or not at all, so they are
    read again until all that were found are still there afterwards.
    """
    seen = _tree(root)
    for _ in range(_TRIES):
        after = _tree(root)
        if seen.keys() <= after.keys():
            break
        seen = after
    return sum(seen.values())


def _tree(root: int) -> dict[int, float]:
    """Return the CPU seconds of `root` and of each process below it, by id."""
    processes = _snapshot()
    children: dict[int, list[int]] = {}
    for pid, process in processes.items():
        children.setdefault(process.parent, []).append(pid)
    found, waiting = {}, [root]
    while waiting:
        pid = waiting.pop()
        waiting += children.get(pid, [])
        if pid in processes:
            found[pid] = processes[pid].seconds
    return found


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
