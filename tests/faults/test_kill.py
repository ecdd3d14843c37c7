"""kill -9 of service and database in the middle of many writes, again and again.

Writers keep what was acknowledged to them. Afterwards every acknowledged write is there,
none is half there, and history, links and outbox agree with the records.
"""

import asyncio
import contextlib
import json
import random
import socket
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import pytest

from tests.conftest import PROFILE
from tests.faults.product import Product

ROUNDS, WRITES = {"ci": (2, 1_500), "long": (10, 10_000)}[PROFILE]
WRITERS = 40
SEED = 20261124
PARTY = "/tmf-api/partyManagement/v5/individual"
CUSTOMER = "/tmf-api/customerManagement/v5/customer"


class Acknowledged:
    """What the writers were told: the number last acknowledged, by record."""

    def __init__(self) -> None:
        self.last: dict[str, int] = {}
        self.attempted: dict[str, int] = defaultdict(int)
        self.customers: dict[str, str] = {}
        self.written = 0


@pytest.fixture
def product() -> Iterator[Product]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    with tempfile.TemporaryDirectory(prefix="cinv-kill-", ignore_cleanup_errors=True) as folder:
        # The server's account must be able to pass.
        Path(folder).chmod(0o755)
        yield Product(Path(folder) / "home", port)


async def test_nothing_acknowledged_is_lost(product: Product) -> None:
    chance = random.Random(SEED)
    told = Acknowledged()
    product.introduce()
    try:
        for number in range(ROUNDS):
            await product.start()
            await write_until_killed(product, told, chance, kill_both=number % 2 == 0)
        await product.start()
        await check_answers(product, told)
        await check_database(product, told)
    finally:
        await product.end()
    assert told.written > WRITES  # most writes of each round were acknowledged, or nothing is shown


async def write_until_killed(
    product: Product, told: Acknowledged, chance: random.Random, *, kill_both: bool
) -> None:
    """Let writers write, and kill service and database once a part of it is acknowledged."""
    goal = told.written + int(WRITES * chance.uniform(0.5, 0.9))
    stop = asyncio.Event()
    writers = [
        asyncio.create_task(write(product, told, random.Random(chance.random()), stop))
        for _ in range(WRITERS)
    ]
    while told.written < goal and not all(task.done() for task in writers):
        await asyncio.sleep(0.005)
    product.kill_database()
    if kill_both:
        await product.kill_service()
    await asyncio.sleep(0.2)
    if not kill_both:
        # The service outlives its database and starts it again: it must answer by itself.
        async with httpx.AsyncClient() as client:
            for _ in range(600):
                if (await client.get(f"{product.base}/health/ready")).status_code == 200:
                    break
                await asyncio.sleep(0.1)
            else:
                raise AssertionError("the service did not bring its database back")
        await product.kill_service()
    stop.set()
    await asyncio.gather(*writers)


async def write(
    product: Product, told: Acknowledged, chance: random.Random, stop: asyncio.Event
) -> None:
    """Make people and customers and change them, keeping what is acknowledged."""
    headers = {"Authorization": f"Bearer {product.token}"}
    mine: list[str] = []
    async with httpx.AsyncClient(base_url=product.base, headers=headers, timeout=20) as client:
        while not stop.is_set():
            with contextlib.suppress(httpx.TransportError):
                await write_once(client, told, chance, mine)
            await asyncio.sleep(0)


async def write_once(
    client: httpx.AsyncClient, told: Acknowledged, chance: random.Random, mine: list[str]
) -> None:
    if mine and chance.random() < 0.5:
        record = chance.choice(mine)
        told.attempted[record] += 1
        number = told.attempted[record]
        answer = await client.patch(f"{PARTY}/{record}", json={"location": str(number)})
        if answer.status_code == 200:
            told.last[record] = number
            told.written += 1
        return
    answer = await client.post(PARTY, json={"givenName": "A", "familyName": "B", "location": "0"})
    if answer.status_code != 201:
        return
    person = answer.json()["id"]
    mine.append(person)
    told.last[person] = 0
    told.written += 1
    engaged = {"id": person, "@referredType": "Individual"}
    answer = await client.post(CUSTOMER, json={"name": "A B", "engagedParty": engaged})
    if answer.status_code == 201:
        told.customers[answer.json()["id"]] = person
        told.written += 1


async def check_answers(product: Product, told: Acknowledged) -> None:
    """What was acknowledged is what the service answers; what was not may be there as well."""
    headers = {"Authorization": f"Bearer {product.token}"}
    async with httpx.AsyncClient(base_url=product.base, headers=headers, timeout=20) as client:
        for record, number in list(told.last.items())[::10]:
            answer = await client.get(f"{PARTY}/{record}")
            assert answer.status_code == 200
            assert number <= int(answer.json()["location"]) <= told.attempted[record]


async def check_database(product: Product, told: Acknowledged) -> None:
    connection = await asyncpg.connect(product.server.superuser_dsn)
    try:
        rows = await connection.fetch("SELECT id, revision, body FROM record.individual")
        people = {row["id"]: row for row in rows}
        for record, number in told.last.items():
            assert record in people
            now = int(json.loads(people[record]["body"])["location"])
            assert number <= now <= told.attempted[record]
        await check_history(connection)
        await check_links(connection, told)
    finally:
        await connection.close()


async def check_history(connection: asyncpg.Connection) -> None:
    """Each record has every version before its present one, and one outbox row a version."""
    broken = await connection.fetch(
        """
        SELECT r.id
        FROM (
            SELECT id, revision, recorded_at FROM record.individual
            UNION ALL SELECT id, revision, recorded_at FROM record.customer
        ) AS r
        LEFT JOIN (
            SELECT id, count(*) AS versions, max(recorded_to) AS ended
            FROM record.history GROUP BY id
        ) AS h USING (id)
        LEFT JOIN (
            SELECT id, count(*) AS told, count(DISTINCT revision) AS different,
                max(revision) AS last
            FROM record.outbox GROUP BY id
        ) AS o USING (id)
        WHERE coalesce(h.versions, 0) <> r.revision - 1
            OR h.ended IS NOT NULL AND h.ended <> r.recorded_at
            OR o.told IS DISTINCT FROM r.revision
            OR o.different <> o.told
            OR o.last <> r.revision
        """
    )
    assert broken == []
    orphans = await connection.fetchval(
        """
        SELECT count(*) FROM record.outbox AS o
        WHERE NOT EXISTS (SELECT FROM record.individual AS i WHERE i.id = o.id)
            AND NOT EXISTS (SELECT FROM record.customer AS c WHERE c.id = o.id)
        """
    )
    assert orphans == 0


async def check_links(connection: asyncpg.Connection, told: Acknowledged) -> None:
    """Each customer is linked to its person, and the person back, exactly once."""
    rows = await connection.fetch("SELECT id, outward, other_id FROM record.link")
    out = {(row["id"], row["other_id"]) for row in rows if row["outward"]}
    back = {(row["other_id"], row["id"]) for row in rows if not row["outward"]}
    customers = await connection.fetch(
        "SELECT id, body -> 'engagedParty' ->> 'id' AS person FROM record.customer"
    )
    assert out == back == {(row["id"], row["person"]) for row in customers}
    assert set(told.customers.items()) <= out
