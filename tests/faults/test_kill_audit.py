"""kill -9 of an audit and of the server at random moments: it ends as one that was left alone."""

import asyncio
import contextlib
import random
from pathlib import Path
from typing import Any

from customer_inventory.demo.generate import lines
from tests.conftest import PROFILE
from tests.faults.product import CINV, Product
from tests.faults.test_kill_import import asked, folder  # noqa: F401

KILLS, CUSTOMERS = {"ci": (4, 1_500), "long": (20, 8_000)}[PROFILE]
SEED = 20261128
SPOIL = """
    UPDATE record.individual SET body = (body::jsonb - 'familyName' - 'gender')::json
    WHERE abs(hashtext(id)) % 9 = 0;
    UPDATE record.individual SET body = (
        body::jsonb || '{"birthDate": "1980-01-01", "deathDate": "1970-01-01"}'
    )::json
    WHERE abs(hashtext(id)) % 9 = 1;
    UPDATE record.customer SET body = (body::jsonb - 'status')::json
    WHERE abs(hashtext(id)) % 9 = 2;
    DELETE FROM record.link
    WHERE path = 'engagedParty' AND abs(hashtext(id || other_id)) % 9 = 3;
"""
FINDINGS = (
    "SELECT record_type, record_id, bucket, rule, requirement, path, dimension, severity, state,"
    " process, given_at, owner FROM audit.finding"
)
STEPS = (
    "SELECT f.record_id, f.rule, s.number, s.state FROM audit.step AS s"
    " JOIN audit.finding AS f ON f.id = s.finding_id AND f.bucket = s.bucket"
)
RESULTS = (
    "SELECT rule, record_type, looked_at, population, failed, accepted, error FROM audit.result"
    " WHERE run_id = (SELECT max(id) FROM audit.run WHERE state = 'done')"
)
COUNTED = (
    "SELECT sum(looked_at), sum(opened), sum(reopened), sum(passed) FROM audit.scan"
    " WHERE run_id = (SELECT max(id) FROM audit.run WHERE state = 'done')"
)
COVERED = "SELECT rule, record_type, population FROM audit.coverage"
LOOKED_AT = "SELECT sum(looked_at) FROM audit.scan"
TABLES = "audit.finding, audit.step, audit.run, audit.scan, audit.coverage, audit.result"


async def test_killed_again_and_again_it_ends_as_one_left_alone(
    folder: Path,  # noqa: F811
) -> None:
    chance = random.Random(SEED)
    (folder / "held.ndjson").write_bytes(b"".join(lines(CUSTOMERS, seed=SEED)))
    product = Product(folder / "home", 0)
    try:
        product.cinv("access", "sandbox")
        product.cinv("capture", "import", str(folder / "held.ndjson"), "--mapping", "records")
        with product.server.running():
            for statement in SPOIL.split(";")[:-1]:
                await asked(product, statement)
        deaths = 0
        while deaths < KILLS:
            if await ended(product, chance, with_server=deaths % 2 == 1):
                await forget(product)
            else:
                deaths += 1
        with product.server.running():
            assert await asked(product, "SELECT count(*) FROM audit.run") == 1, "it was begun anew"
        await finished(product)
        killed = await content(product)
        await forget(product)
        await finished(product)
        alone = await content(product)
        assert killed == alone
        assert len(alone["findings"]) > CUSTOMERS / 9
        assert {row[-1] for row in alone["results"]} == {None}
    finally:
        await product.end()


async def ended(product: Product, chance: random.Random, *, with_server: bool) -> bool:
    """Audit, and kill that at a random moment of its scans; tell whether it ended before."""
    process = await begun(product)
    waits = asyncio.create_task(process.wait())
    before = await looked_at(product)
    while not waits.done() and await looked_at(product) == before:
        await asyncio.sleep(0.01)
    await asyncio.wait((waits,), timeout=chance.uniform(0, 0.3))
    is_ended = waits.done()
    if with_server and not is_ended:
        product.kill_database()
    with contextlib.suppress(ProcessLookupError):
        process.kill()
    await waits
    return is_ended


async def finished(product: Product) -> None:
    """Audit to the end: thresholds are not met, and nothing else is wrong."""
    process = await begun(product)
    assert await process.wait() == 1


async def begun(product: Product) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *CINV, "audit", "run", "--slice", "100",
        env=product.environment,
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip


async def looked_at(product: Product) -> Any:
    """Return how many records scans looked at; None while there is no server."""
    with contextlib.suppress(Exception):
        return await asked(product, LOOKED_AT)
    return None


async def forget(product: Product) -> None:
    """Let no audit have been."""
    with product.server.running():
        await asked(product, f"TRUNCATE {TABLES} CASCADE")


async def content(product: Product) -> dict[str, list[tuple[Any, ...]]]:
    """Return what was found and kept, but for moments and numbers."""
    asking = {
        "findings": FINDINGS,
        "steps": STEPS,
        "results": RESULTS,
        "counted": COUNTED,
        "covered": COVERED,
    }
    with product.server.running():
        found = {name: await asked(product, text, rows=True) for name, text in asking.items()}
    return {name: sorted(rows, key=repr) for name, rows in found.items()}
