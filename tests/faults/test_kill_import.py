"""kill -9 of an import at random moments, again and again: it ends as one that was left alone.

Byte for byte: every record with its history, what waits in quarantine, what was refused.
"""

import asyncio
import contextlib
import random
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from customer_inventory.capture.importing import BYTES_OF_CHUNK
from customer_inventory.demo.generate import lines
from customer_inventory.record.types import TYPES
from tests.conftest import PROFILE
from tests.faults.product import CINV, PATIENCE, Product

KILLS, CUSTOMERS = {"ci": (3, 300), "long": (20, 10_000)}[PROFILE]
SEED = 20261126
BROKEN = 37
"""Every so many rows one is broken."""
CHUNKS = 2 * KILLS + 1
"""So many chunks the file has at least: broken rows are as long as that needs."""


@pytest.fixture
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="cinv-load-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)  # the server's account must be able to pass
        yield Path(folder)


async def test_killed_again_and_again_it_ends_as_one_left_alone(folder: Path) -> None:
    chance = random.Random(SEED)
    file = folder / "customers.ndjson"
    rows = list(lines(CUSTOMERS, seed=SEED))
    missing = CHUNKS * BYTES_OF_CHUNK - sum(map(len, rows))
    more = b"x" * max(0, missing * BROKEN // len(rows))
    rows = [line if n % BROKEN else b'{"broken' + more + line for n, line in enumerate(rows)]
    file.write_bytes(b"".join(rows))
    killed, alone = Product(folder / "killed", 0), Product(folder / "alone", 0)
    try:
        killed.cinv("access", "sandbox")
        reached = 0
        for number in range(KILLS):
            reached = await killed_once(killed, file, chance, reached, is_writing=number % 2 > 0)
        assert await finished(killed, file)
        assert await finished(alone, file)
        assert await content(killed) == await content(alone)
    finally:
        await killed.end()
        await alone.end()


async def killed_once(
    product: Product, file: Path, chance: random.Random, before: int, *, is_writing: bool
) -> int:
    """Import, and kill that at a random moment: while it starts, or writes its second chunk.

    Takes and returns how far imports are. The file has more chunks than are written so, which is
    why no import ends before it is killed, however fast it is.
    """
    process = await begun(product, file)
    before = await further(product, before, PATIENCE if is_writing else chance.uniform(0.5, 4))
    if is_writing:
        await further(product, before, chance.uniform(0, 0.3))
    assert process.returncode is None, "it ended before it was killed"
    process.kill()
    await process.wait()
    return max(before, await committed(product))


async def further(product: Product, before: int, seconds: float) -> int:
    """Wait until imports are further than `before`, so long at most; return how far they are."""
    now = before
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while now <= before:
                await asyncio.sleep(0.01)
                now = await committed(product)
    return max(before, now)


async def finished(product: Product, file: Path) -> bool:
    """Import to the end; tell whether it says that some rows were refused, and nothing else."""
    process = await begun(product, file)
    return await process.wait() == 4


async def begun(product: Product, file: Path) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *CINV, "capture", "import", str(file), "--mapping", "records",
        env=product.environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def committed(product: Product) -> int:
    """Return how far imports are, in bytes; 0 while there is no server."""
    with contextlib.suppress(Exception):
        return int(await asked(product, "SELECT sum(next_offset) FROM capture.import") or 0)
    return 0


async def content(product: Product) -> dict[str, list[tuple[Any, ...]]]:
    """Return what the inventory holds, but for moments and ids of loads."""
    asking = {
        **{
            name: f"SELECT id, revision, operation, process, purpose, body FROM record.{of.table}"
            for name, of in TYPES.items()
        },
        "history": "SELECT id, revision, body FROM record.history",
        "outbox": "SELECT id, revision, event FROM record.outbox",
        "link": "SELECT id, other_id, path, outward FROM record.link",
        "quarantine": "SELECT line, row_text, state, sha256 FROM capture.quarantine",
        "refusal": "SELECT DISTINCT line, problem, path, reason, code FROM capture.refusal",
        "tally": "SELECT rows_read, rows_refused, records::text FROM capture.import"
        " WHERE ended_at IS NOT NULL",
    }
    with product.server.running():
        found = {name: await asked(product, text, rows=True) for name, text in asking.items()}
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


async def asked(product: Product, statement: str, *, rows: bool = False) -> Any:
    connection = await asyncpg.connect(product.server.superuser_dsn)
    try:
        if rows:
            return [tuple(row) for row in await connection.fetch(statement)]
        return await connection.fetchval(statement)
    finally:
        await connection.close()
