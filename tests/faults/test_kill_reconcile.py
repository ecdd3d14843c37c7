"""kill -9 of a reconciliation and of the server at random moments: it finds all the same."""

import asyncio
import contextlib
import random
from pathlib import Path
from typing import Any

import msgspec

from customer_inventory.demo.generate import lines
from tests.conftest import PROFILE
from tests.faults.product import CINV, Product
from tests.faults.test_kill_import import asked, folder  # noqa: F401

KILLS, CUSTOMERS = {"ci": (4, 1_500), "long": (20, 8_000)}[PROFILE]
SEED = 20261127
ITEMS = (
    "SELECT kind, record_type, record_id, path, here::text, there::text, reason, line, state"
    " FROM capture.reconciliation_item"
)
RUN = (
    "SELECT rows_read, rows_refused, rows_unknown, records, agreeing, totals::text"
    " FROM capture.reconciliation WHERE ended_at IS NOT NULL ORDER BY id DESC LIMIT 1"
)
ROWS = "SELECT line, row_text FROM capture.reconciliation_row"
LEFT = "SELECT count(*) FROM capture.reconciliation_staged"


def extract(rows: list[bytes]) -> bytes:
    """Return an extract that leaves rows out, says some otherwise and has some that are broken."""
    made = [_said(number, row) for number, row in enumerate(rows) if number % 101]
    return b"".join(made)


def _said(number: int, row: bytes) -> bytes:
    if number % 97 == 0:
        return b'{"broken' + row
    if number % 13 == 0:
        document = msgspec.json.decode(row)
        return msgspec.json.encode({**document, "description": f"row {number}"}) + b"\n"
    return row


async def test_killed_again_and_again_it_finds_what_one_left_alone_does(
    folder: Path,  # noqa: F811
) -> None:
    chance = random.Random(SEED)
    rows = list(lines(CUSTOMERS, seed=SEED))
    (folder / "held.ndjson").write_bytes(b"".join(rows))
    (folder / "extract.ndjson").write_bytes(extract(rows))
    product = Product(folder / "home", 0)
    try:
        product.cinv("access", "sandbox")
        product.cinv("capture", "import", str(folder / "held.ndjson"), "--mapping", "records")
        deaths = 0
        while deaths < KILLS:
            if await ended(product, folder, chance, with_server=deaths % 2 == 1):
                await forget(product)
            else:
                deaths += 1
        assert await finished(product, folder)
        killed = await content(product)
        await forget(product)
        assert await finished(product, folder)
        assert await content(product) == killed
        assert killed["left"] == [(0,)]
        kinds = {item[0] for item in killed["items"]}
        assert kinds == {"missingThere", "different", "refused"}
    finally:
        await product.end()


async def ended(
    product: Product,
    folder: Path,  # noqa: F811
    chance: random.Random,
    *,
    with_server: bool,
) -> bool:
    """Reconcile, and kill that at a random moment; tell whether it ended before."""
    process = await begun(product, folder)
    waits = asyncio.create_task(process.wait())
    if chance.random() < 0.4:
        await asyncio.wait((waits,), timeout=chance.uniform(0.5, 6))
    else:
        before = await advanced(product)
        while not waits.done() and await advanced(product) == before:
            await asyncio.sleep(0.01)
        await asyncio.wait((waits,), timeout=chance.uniform(0, 0.5))
    is_ended = waits.done()
    if with_server and not is_ended:
        product.kill_database()
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await waits
    return is_ended


async def finished(product: Product, folder: Path) -> bool:  # noqa: F811
    """Reconcile to the end; tell whether it says that rows could not be compared."""
    process = await begun(product, folder)
    return await process.wait() == 4


async def begun(product: Product, folder: Path) -> asyncio.subprocess.Process:  # noqa: F811
    return await asyncio.create_subprocess_exec(
        *CINV, "capture", "reconcile", "run", str(folder / "extract.ndjson"),
        "--mapping", "records",
        env=product.environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def advanced(product: Product) -> Any:
    """Return when a reconciliation advanced last; None while there is no server."""
    with contextlib.suppress(Exception):
        return await asked(product, "SELECT max(advanced_at) FROM capture.reconciliation")
    return None


async def forget(product: Product) -> None:
    """Let nothing have been found yet."""
    with product.server.running():
        for table in ("reconciliation_item", "reconciliation"):
            await asked(product, f"DELETE FROM capture.{table}")


async def content(product: Product) -> dict[str, list[tuple[Any, ...]]]:
    """Return what was found, but for moments and numbers."""
    asking = {"items": ITEMS, "run": RUN, "rows": ROWS, "left": LEFT}
    with product.server.running():
        found = {name: await asked(product, text, rows=True) for name, text in asking.items()}
    return {name: sorted(rows, key=repr) for name, rows in found.items()}
