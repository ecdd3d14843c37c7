"""Everything broken under load, and then counted: six clients, two services, one database.

What it does, in order: the product is set up in a folder of its own, a base copy is taken, clients
work and an import runs while one thing after the other is broken; then all is let be, what is
merged is parted, events are waited for, an independent count is made, the ledger verified, and all
of it brought back from the backups into another folder and compared.
"""

import asyncio
import json
import random
import signal
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from customer_inventory.demo.generate import lines
from tests.prove.client import API, PARTY, Lane
from tests.prove.counting import FIRST, Count, count, read_logs, told_of
from tests.prove.faults import Breaker
from tests.prove.proxy import Proxy
from tests.prove.stage import Stage, serve, staged
from tests.record.event.listener import Listener

CLIENTS = 6
SHARED = 12
CUSTOMERS = 400
SETTLING = 300.0
ROOT = Path(__file__).parents[2]
TABLES = ("individual", "history", "outbox", "link", "customer")
"""What is compared after all was brought back."""


@dataclass
class Stormed:
    """What was broken how often, what was tried, and what was lost."""

    broken: dict[str, int]
    tried: Counter[str]
    wrong: list[str]
    skipped: dict[str, str] = field(default_factory=dict)


async def storm(seconds: float, seed: int, tell: Callable[[str], None]) -> Stormed:
    """Run it; the folder stays where something was wrong."""
    with tempfile.TemporaryDirectory(prefix="cinv-prove-", ignore_cleanup_errors=True) as folder:
        stage = staged(Path(folder))
        try:
            return await _on(stage, seconds, random.Random(seed), tell)
        finally:
            await stage.end()


async def _on(stage: Stage, seconds: float, chance: random.Random,
              tell: Callable[[str], None]) -> Stormed:  # fmt: skip
    tell("setting up")
    stage.product.introduce()
    imported = stage.folder / "customers.ndjson"
    imported.write_bytes(b"".join(lines(CUSTOMERS, seed=chance.randrange(2**31))))
    serve(stage)
    for service in stage.services:
        await service.start()
    await stage.until_ready()
    code, said = await stage.cinv("db", "backup")
    if code:
        raise AssertionError(f"no base copy could be taken: {said}")
    listener = Listener()
    hearing = await asyncio.start_server(listener.serve, "127.0.0.1", 0)
    listener.port = hearing.sockets[0].getsockname()[1]
    proxy = Proxy([service.port for service in stage.services])
    await proxy.start()
    base = f"http://127.0.0.1:{proxy.port}"
    shared = await _begun(base, stage.product.token, listener)
    breaker = Breaker(stage, proxy, chance, imported)
    clients = [await _client(stage, base, number, chance, shared) for number in range(CLIENTS)]
    await breaker.storm(seconds, tell)
    tell("letting it be")
    found = await _settled(stage, breaker, clients, base, listener, tell)
    await proxy.stop()
    tell("bringing it back from the backups")
    found.wrong += await _brought_back(stage)
    hearing.close()
    return Stormed(breaker.done, found.tried, found.wrong, stage.skipped)


async def _begun(base: str, token: str, listener: Listener) -> list[str]:
    """Let the listener subscribe, and make the people that all clients change."""
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=30) as client:
        hub = PARTY.rpartition("/")[0] + "/hub"
        answer = await client.post(hub, json={"callback": listener.callback})
        assert answer.status_code == 201, answer.text
        shared = []
        for number in range(SHARED):
            body = {"givenName": f"shared {number}", "familyName": "Byron", **dict(FIRST or ())}
            made = await client.post(PARTY, json=body)
            assert made.status_code == 201, made.text
            shared.append(made.json()["id"])
    return shared


async def _client(stage: Stage, base: str, number: int, chance: random.Random,
                  shared: list[str]) -> asyncio.subprocess.Process:  # fmt: skip
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.prove.client", base, str(stage.logs), f"c{number}",
        str(chance.random()), *shared,
        cwd=ROOT, stdin=asyncio.subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(stage.product.token.encode() + b"\n")
    await process.stdin.drain()
    return process


async def _settled(stage: Stage, breaker: Breaker, clients: list[asyncio.subprocess.Process],
                   base: str, listener: Listener,
                   tell: Callable[[str], None]) -> Count:  # fmt: skip
    await stage.until_ready()
    for client in clients:
        assert client.stdin is not None
        client.stdin.close()
    codes = [await client.wait() for client in clients]
    await _import_to_its_end(breaker)
    asked = read_logs(stage.logs)
    await _parted(asked, base, stage.product.token)
    await _read_all(asked, base, stage)
    connection = await stage.connect()
    try:
        tell("waiting for events")
        heard = await _heard(connection, listener)
        tell("counting")
        found = await count(connection, read_logs(stage.logs), heard)
        await _imported(found, connection, breaker.imported)
    finally:
        await connection.close()
    found.expect(not any(codes), f"a client ended by itself: {codes}")
    found.expect(breaker.backups or "back up" not in breaker.done, "no base copy could be taken")
    code, said = await stage.cinv("usage", "ledger", "verify")
    found.expect(code == 0, f"the ledger is not as it was sealed: {said}")
    return found


async def _import_to_its_end(breaker: Breaker) -> None:
    """What was killed goes on where it was."""
    if breaker.importing is not None:
        await breaker.importing.wait()
    await breaker.begin_import()
    if breaker.importing is not None:
        await breaker.importing.wait()


async def _parted(asked: list[Any], base: str, token: str) -> None:
    """Part what is merged still, until nothing is; what is not merged says so."""
    headers = {"Authorization": f"Bearer {token}"}
    others = {other for one in asked if one.asked.verb == "merge" for other in one.asked.others}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60) as client:
        for other in others:
            await client.post(f"{API}/unmerge", json={"type": "individual", "id": other})


async def _read_all(asked: list[Any], base: str, stage: Stage) -> None:
    """Read every record once more: what is there now must follow from all that was answered."""

    headers = {"Authorization": f"Bearer {stage.product.token}"}
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=60) as client:
        last = Lane(client, "last", stage.logs, "0", [])
        for key in sorted({one.key for one in asked if one.key}):
            await last.read(key)


async def _heard(connection: asyncpg.Connection, listener: Listener) -> list[str]:
    """Return the events that were heard, once all were or nothing comes any more."""
    wanted = (await told_of(connection)).keys()
    waited = 0.0
    while waited < SETTLING:
        heard = [call.headers["webhook-id"] for call in listener.taken]
        if wanted <= set(heard):
            break
        await asyncio.sleep(1)
        waited += 1
    return heard


async def _imported(found: Count, connection: asyncpg.Connection, file: Path) -> None:
    """Every record of the file is there, once, as often as the import was killed."""
    content = await asyncio.to_thread(file.read_bytes)
    wanted = Counter(json.loads(line)["id"] for line in content.splitlines())
    tables = await connection.fetch(
        "SELECT c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace"
        " JOIN pg_attribute AS a ON a.attrelid = c.oid AND a.attname = 'body'"
        " JOIN pg_attribute AS b ON b.attrelid = c.oid AND b.attname = 'subject_id'"
        " WHERE n.nspname = 'record' AND c.relkind = 'r'"
    )
    there: Counter[str] = Counter()
    for table in tables:
        rows = await connection.fetch(
            f"SELECT id FROM record.{table[0]} WHERE id = ANY($1)", list(wanted)
        )
        there.update(row["id"] for row in rows)
    lost = wanted - there
    found.expect(not lost, f"{len(lost)} of {len(wanted)} imported records are not there")
    found.tried["imported records"] += len(wanted)


async def _brought_back(stage: Stage) -> list[str]:
    """Bring everything back from the vault; return how that differs from what was there."""
    before = await _content(stage)
    for service in stage.services:
        await service.end(signal.SIGTERM)
    stage.product.server.stop()
    code, said = await stage.cinv("db", "restore", "--yes")
    if code:
        return [f"nothing could be brought back: {said}"]
    with stage.product.server.running():
        after = await _content(stage)
    return [
        f"brought back otherwise: {name} ({len(before[name])} rows, {len(after[name])} after)"
        for name in before
        if before[name] != after[name]
    ]


async def _content(stage: Stage) -> dict[str, list[str]]:
    connection = await stage.connect()
    try:
        return {
            name: [row[0] for row in await connection.fetch(
                f"SELECT md5(t::text) FROM record.{name} AS t ORDER BY 1"
            )]
            for name in TABLES
        }  # fmt: skip
    finally:
        await connection.close()
