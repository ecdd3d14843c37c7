"""Workers: the chunks in order, whoever made them, and an end that is noticed on both sides."""

import asyncio
import multiprocessing
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from customer_inventory.capture.mapping import read_mapping
from customer_inventory.capture.reading import SourceFile
from customer_inventory.capture.workers import worked
from customer_inventory.demo.generate import generate, lines
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Unavailable

MAPPING = read_mapping("records")
ROWS = 20

ORPHANS = """
import asyncio, multiprocessing, sys
from pathlib import Path
from customer_inventory.capture.mapping import read_mapping
from customer_inventory.capture.reading import SourceFile
from customer_inventory.capture.workers import worked
from customer_inventory.kit.actor import Actor

async def main():
    mapping = read_mapping("records")
    file = SourceFile(Path(sys.argv[1]), mapping)
    chunks = file.chunks(file.resumed([]), rows=1, size=1)
    async for _ in worked(chunks, mapping, (), Actor("a", "b"), workers=2):
        print(*(child.pid for child in multiprocessing.active_children()), flush=True)
        await asyncio.sleep(3600)

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.fixture
def file(tmp_path: Path) -> SourceFile:
    path = tmp_path / "demo.ndjson"
    path.write_bytes(b"".join(lines(30, seed=9)))
    return SourceFile(path, MAPPING)


@pytest.mark.parametrize("workers", [0, 1, 3])
async def test_chunks_come_in_order(file: SourceFile, actor: Actor, workers: int) -> None:
    chunks = file.chunks(file.resumed([]), rows=ROWS, size=1_000_000)
    seen, line = [], 1
    async for chunk, work in worked(chunks, MAPPING, (), actor, workers=workers):
        assert chunk.line == line
        line = chunk.end.line
        seen += [identifier for batch in work.batches.values() for identifier in batch.ids]
        assert work.rows == sum(len(lines) for lines in work.lines.values())
    made = [record.id for record in generate(30, seed=9)]
    assert sorted(seen) == sorted(made)
    assert line == len(made) + 1
    assert multiprocessing.active_children() == []


async def test_a_worker_that_is_killed_is_missed(file: SourceFile, actor: Actor) -> None:
    chunks = file.chunks(file.resumed([]), rows=1, size=1_000_000)
    ready = worked(chunks, MAPPING, (), actor, workers=2)
    await anext(ready)
    for child in multiprocessing.active_children():
        os.kill(child.pid or 0, signal.SIGKILL)
    with pytest.raises(Unavailable, match="worker process ended"):
        await exhausted(ready)
    assert multiprocessing.active_children() == []


async def exhausted(ready: AsyncIterator[object]) -> None:
    async for _ in ready:
        pass


async def test_who_stops_early_leaves_no_process(file: SourceFile, actor: Actor) -> None:
    chunks = file.chunks(file.resumed([]), rows=1, size=1_000_000)
    ready = worked(chunks, MAPPING, (), actor, workers=2)
    async with aclosing(ready):
        async for _ in ready:
            assert len(multiprocessing.active_children()) == 2
            break
    assert multiprocessing.active_children() == []


async def test_workers_end_with_a_process_that_is_killed(tmp_path: Path, file: SourceFile) -> None:
    script = tmp_path / "orphans.py"
    script.write_text(ORPHANS)
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), str(file.path), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    workers = [int(word) for word in (await process.stdout.readline()).split()]
    assert len(workers) == 2
    process.kill()
    await process.wait()
    async with asyncio.timeout(60):
        while any(map(is_running, workers)):
            await asyncio.sleep(0.05)


def is_running(pid: int) -> bool:
    """Tell whether a process runs; one that waits to be reaped does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state != "Z"
