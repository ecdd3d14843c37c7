"""How much memory a process had at most, read from Linux's /proc while it runs."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

_MOST = re.compile(r"^VmHWM:\s+(\d+) kB", re.MULTILINE)
_PAUSE_SECONDS = 0.1


async def most_of(process: asyncio.subprocess.Process) -> int | None:
    """Wait for the end of `process`; return the most bytes it had resident, None if unknown.

    Those below it count too, each with the most that it had itself. The kernel keeps the peaks, so
    that only what comes in the last moments can be missed.
    """
    most: dict[int, int] = {}
    ended = asyncio.ensure_future(process.wait())
    while not ended.done():
        for pid in _tree(process.pid):
            most[pid] = max(most.get(pid, 0), _resident(pid))
        await asyncio.wait((ended,), timeout=_PAUSE_SECONDS)
    return sum(most.values()) or None


def _tree(pid: int) -> Iterator[int]:
    yield pid
    for children in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in _read(children).split():
            yield from _tree(int(child))


def _resident(pid: int) -> int:
    found = _MOST.search(_read(Path(f"/proc/{pid}/status")))
    return int(found[1]) * 1024 if found else 0


def _read(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except OSError:  # no /proc, or no such process any more
        return ""
