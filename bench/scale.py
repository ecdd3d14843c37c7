"""`scale`: what an answer takes as the inventory grows, asked of all sizes in one interleaved run.

Services of all sizes stand side by side, and one caller asks them in turn, shape by shape: what
else the machine does falls on all alike. *Cold* are the first requests after the servers and
services were started: nothing is in their memory, though the files may be in the system's.
"""

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import asyncpg
import click

from bench import scale_data, shapes
from bench.asking import Caller, calling
from bench.scale_data import Size
from bench.server import Home, our_service
from bench.tables import Connection, connected
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.customer360 import MOST_OF_A_KIND
from customer_inventory.record.customer360 import statement as statement_around
from customer_inventory.record.sight import EVERYTHING
from customer_inventory.record.types import TYPES

Seconds = list[float]


@dataclass(frozen=True)
class Plan:
    """What to ask of which sizes, and how often."""

    sizes: tuple[int, ...] = (10_000, 100_000)
    requests: int = 400
    cold: int = 40
    seed: int = 1
    keep: bool = False


@dataclass(frozen=True)
class Timings:
    """What was taken at one size: seconds by shape, and of two statements."""

    customers: int
    records: int
    bytes: int
    cold: dict[str, Seconds] = field(default_factory=dict)
    warm: dict[str, Seconds] = field(default_factory=dict)
    around: Seconds = field(default_factory=list)
    by_key: Seconds = field(default_factory=list)


@dataclass(frozen=True)
class Result:
    """What came of a plan, smallest size first."""

    plan: Plan
    sizes: Sequence[Timings]


async def measure(plan: Plan) -> Result:
    """Make what is not made, ask, and remove it unless it is to be kept.

    Raises Unavailable when there is no room or a request is not answered well.
    """
    sizes = [Size(customers, plan.seed) for customers in sorted(plan.sizes)]
    for size in sizes:
        started = time.monotonic()
        await scale_data.make(size)
        click.echo(f"{size.customers:,} customers there: {time.monotonic() - started:.0f} s")
    try:
        async with contextlib.AsyncExitStack() as stack:
            asked = [await _Asked.begun(stack, size, plan) for size in sizes]
            await _cold(asked, plan)
            await _warm(asked, plan)
            for one in asked:
                await one.compare(plan.requests)
            return Result(plan, [one.timings for one in asked])
    finally:
        for size in sizes:
            if not plan.keep:
                scale_data.forget(size)


class _Asked:
    """A size that is asked: its service, and its database beside."""

    def __init__(
        self,
        caller: Caller,
        connection: Connection,
        paths: Mapping[str, Sequence[str]],
        timings: Timings,
    ) -> None:
        self.caller = caller
        self.connection = connection
        self.paths = paths
        self.timings = timings

    @classmethod
    async def begun(cls, stack: contextlib.AsyncExitStack, size: Size, plan: Plan) -> "_Asked":
        """Return the size with its paths drawn and its server started afresh after that."""
        async with scale_data.opened(size) as home, connected(home.dsn) as connection:
            paths = await shapes.drawn(connection, plan.cold + plan.requests, plan.seed)
            timings = await _weighed(connection, size)
        home = await stack.enter_async_context(scale_data.opened(size))
        service = await stack.enter_async_context(our_service(home))
        caller = await stack.enter_async_context(calling(service))
        beside = await stack.enter_async_context(_generic(home))
        return cls(caller, beside, paths, timings)

    async def ask(self, shape: str, number: int) -> float:
        """Return the seconds that one request took."""
        seconds, _ = await self.caller.ask(self.paths[shape][number])
        return seconds

    async def compare(self, times: int) -> None:
        """Time the statement of the 360 and one that reads the same documents by key, in turn."""
        for path in self.paths[shapes.AROUND][:times]:
            identifier = path.rpartition("/")[2]
            asked = statement_around()
            place = (identifier, bucket_of(identifier), MOST_OF_A_KIND)
            arguments = asked.arguments(EVERYTHING, *place)
            started = time.perf_counter()
            rows = await self.connection.fetch(asked.text, *arguments)
            self.timings.around.append(time.perf_counter() - started)
            keys = _keys(rows)
            started = time.perf_counter()
            await self.connection.fetch(_by_key(), *keys)
            self.timings.by_key.append(time.perf_counter() - started)


async def _cold(asked: Sequence[_Asked], plan: Plan) -> None:
    for number in range(plan.cold):
        for shape in shapes.SHAPES:
            for one in asked:
                taken = await one.ask(shape, number)
                one.timings.cold.setdefault(shape, []).append(taken)


async def _warm(asked: Sequence[_Asked], plan: Plan) -> None:
    """Ask for everything once, and then again, which is what counts."""
    for counts in (False, True):
        for number in range(plan.cold, plan.cold + plan.requests):
            for shape in shapes.SHAPES:
                for one in asked:
                    taken = await one.ask(shape, number)
                    if counts:
                        one.timings.warm.setdefault(shape, []).append(taken)


@contextlib.asynccontextmanager
async def _generic(home: Home):  # type: ignore[no-untyped-def]
    """Lend a connection that plans as the product's do."""
    settings = {"plan_cache_mode": "force_generic_plan", "jit": "off"}
    connection = await asyncpg.connect(home.dsn, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()


async def _weighed(connection: Connection, size: Size) -> Timings:
    records = 0
    for declared in TYPES.values():
        records += await connection.fetchval(
            f"select count(*) from record.{declared.table}", timeout=600
        )
    weight = await connection.fetchval("select pg_database_size(current_database())")
    return Timings(size.customers, records, weight)


def _by_key() -> str:
    return " union all ".join(
        f"select r.id, r.body from unnest(${2 * place + 1}::text[], ${2 * place + 2}::smallint[])"
        f" as k (id, bucket) join record.{declared.table} as r"
        " on k.id = r.id and k.bucket = r.bucket"
        for place, declared in enumerate(TYPES.values())
    )


def _keys(rows: Sequence[asyncpg.Record]) -> list[list[object]]:
    found: list[list[object]] = []
    for name in TYPES:
        ids = [row[1] for row in rows if row[0] == name]
        found += [ids, [bucket_of(identifier) for identifier in ids]]
    return found
