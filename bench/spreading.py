"""`citus`: one inventory on one, two and three nodes of a cluster, and which statements fan out.

The cluster is that of CINV_TEST_CITUS_URL, whose database knows its nodes. On one machine more
nodes are more work for the same processors: the figures are the overhead of a cluster.
"""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from bench import fanning
from bench.fanning import Fan
from bench.sample import Sample, percentile
from customer_inventory.cli.running import prepare
from customer_inventory.facilities.distribution.distributing import distribute
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Unavailable
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.page import Query
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, connect

PLAIN = "one node, not distributed"
URL = "CINV_TEST_CITUS_URL"
_ACTOR = Actor("bench", "benchmark")
_PERSON = TYPES["individual"]
_SHARDS = 12


@dataclass(frozen=True)
class Plan:
    """How many individuals are made, changed and read on each cluster, by so many at a time."""

    records: int = 2_000
    reads: int = 5_000
    lists: int = 100
    at_a_time: int = 16


@dataclass(frozen=True)
class Result:
    """What came of a plan: samples by what was done, on each cluster, and what fans out."""

    plan: Plan
    citus: str
    samples: dict[str, dict[str, Sample]] = field(default_factory=dict)
    fans: list[Fan] = field(default_factory=list)


async def measure(plan: Plan) -> Result:
    """Measure on a plain database, then on one node, two and so on; remove everything."""
    url = os.environ.get(URL)
    if not url:
        raise Unavailable(f"{URL} is not set.", hint="Name the coordinator of a Citus cluster.")
    connection = await connect(url)
    nodes = [
        (row[0], row[1])
        for row in await connection.fetch(
            "SELECT nodename, nodeport FROM pg_dist_node"
            " WHERE noderole = 'primary' ORDER BY groupid"
        )
    ]
    citus = await connection.fetchval("SELECT citus_version()")
    await connection.close()
    result = Result(plan, str(citus).partition(" on ")[0])
    for number in range(len(nodes) + 1):
        async with _made(url, nodes[:number]) as dsn, Database(dsn) as database:
            label = f"{number} node{'s' * (number > 1)}" if number else PLAIN
            result.samples[label] = await _measured(plan, database)
            if number == len(nodes):
                result.fans.extend(await fanning.fans(database))
    return result


async def _measured(plan: Plan, database: Database) -> dict[str, Sample]:
    inventory = Inventory(database)
    made: list[str] = []

    async def create(number: int) -> None:
        given = {"@type": "Individual", "givenName": f"N{number}", "familyName": "Bench"}
        made.append((await inventory.create(_PERSON, given, actor=_ACTOR)).id)

    async def get(number: int) -> None:
        await inventory.get(_PERSON, made[number % len(made)])

    async def change(number: int) -> None:
        given = {"familyName": f"B{number}"}
        await inventory.change(
            _PERSON, made[number % len(made)], lambda old: {**old, **given}, actor=_ACTOR
        )

    async def page(number: int) -> None:
        await inventory.page(_PERSON, Query(limit=20, offset=number % 50))

    await _done(create, 20, plan.at_a_time)  # connections are made, plans are kept
    return {
        "create": await _done(create, plan.records, plan.at_a_time),
        "read by id": await _done(get, plan.reads, plan.at_a_time),
        "change": await _done(change, plan.records, plan.at_a_time),
        "list of 20": await _done(page, plan.lists, plan.at_a_time),
    }


async def _done(work: Callable[[int], Awaitable[None]], times: int, at_a_time: int) -> Sample:
    numbers = iter(range(times))
    took: list[float] = []

    async def client() -> None:
        for number in numbers:
            began = time.perf_counter()
            await work(number)
            took.append(time.perf_counter() - began)

    began = time.perf_counter()
    await asyncio.gather(*(client() for _ in range(at_a_time)))
    seconds = time.perf_counter() - began
    return Sample(times, seconds, 1e3 * percentile(took, 50), 1e3 * percentile(took, 99))


@asynccontextmanager
async def _made(url: str, nodes: Sequence[tuple[str, int]]) -> AsyncIterator[str]:
    """Lend an inventory on these nodes, all of which take shards; on none: a plain database."""
    name = f"cinv_bench_{os.getpid()}_{len(nodes)}"
    places = [url.rpartition("/")[0]]
    user = places[0].partition("@")[0]
    places += [f"{user}@{host}:{port}" for host, port in nodes[1:]]
    try:
        for place in places:
            await _tell(f"{place}/postgres", f"CREATE DATABASE {name}")
            await _tell(f"{place}/{name}", *(["CREATE EXTENSION citus"] if nodes else []))
        dsn = f"{places[0]}/{name}"
        if nodes:
            (host, port), *workers = nodes
            await _tell(
                dsn,
                f"SELECT citus_set_coordinator_host('{host}', {port})",
                *(f"SELECT citus_add_node('{host}', {port})" for host, port in workers),
                f"SELECT citus_set_node_property('{host}', {port}, 'shouldhaveshards', true)",
            )
        await prepare(dsn)
        if nodes:
            async for _ in distribute(dsn, shards=_SHARDS):
                pass
        yield dsn
    finally:
        for place in places:
            await _tell(f"{place}/postgres", f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


async def _tell(dsn: str, *statements: str) -> None:
    connection = await connect(dsn)
    try:
        # Each node is told for itself.
        await connection.execute("SET citus.enable_create_database_propagation TO off")
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
