"""What this machine gives to a server: memory, processors, disk."""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


@dataclass(frozen=True)
class Machine:
    """Memory and disk in bytes, and the processors this process may use."""

    memory: int
    cores: int
    disk: int


def measure(folder: Path) -> Machine:
    """Measure the machine, with the file system that holds `folder`."""
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return Machine(
        memory=min([memory, *memory_limits()]),
        cores=_cores(),
        disk=shutil.disk_usage(folder).total,
    )


def memory_limits(root: Path = Path("/")) -> list[int]:
    """Return the limits in bytes that control groups (versions 1 and 2) set on this process.

    A group's limit holds for the groups below it, so all of them up to the root count. In a
    container the path told by the kernel may not exist; the root of what is mounted does.
    """
    return [limit for file in _limit_files(root) if (limit := _number(file)) is not None]


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _limit_files(root: Path) -> Iterator[Path]:
    mounted = root / "sys/fs/cgroup"
    for line in _lines(root / "proc/self/cgroup"):
        _, controllers, group = line.split(":", 2)
        if controllers == "":
            base, name = mounted, "memory.max"
        elif "memory" in controllers.split(","):
            base, name = mounted / "memory", "memory.limit_in_bytes"
        else:
            continue
        path = PurePosixPath(group.lstrip("/"))
        for level in (path, *path.parents):
            yield base / level / name


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return []


def _number(file: Path) -> int | None:
    text = "".join(_lines(file))
    return int(text) if text.isdigit() else None
