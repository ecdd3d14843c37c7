"""Indexes built anew while all goes on: `REINDEX INDEX CONCURRENTLY`, smallest first.

Nobody who reads or writes waits. What attempts that were cut short left (`…_ccnew`, `…_ccold`) is
taken away first; an index that was never finished is built. A run that is cut short goes on where
it was. It needs room for a second copy of the largest index.
"""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, NotFound
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_ONE_BUILDER = 0x72656978  # "reix"
_LEFT = re.compile(r"_cc(?:new|old)\d*\"?$")
_LOOK_SECONDS = 1.0
Progress = Callable[[str, str, float | None], None]
"""Is told of an index, the phase it is in, and the share of that which is done."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """An index that was built anew: how long it took, and its bytes before and after."""

    name: str
    seconds: float
    before: int
    after: int


class Building(Conflict):
    """Somebody builds indexes already."""

    code = "building"


async def planned(database: Database, named: str | None = None) -> tuple[list[Row], list[str]]:
    """Return the indexes that would be built, of all or what is `named`, the smallest first.

    With them the leftovers that would be taken away. Raises NotFound for a name of neither.
    """
    rows = await database.fetch(SQL.indexes, named)
    if not rows:
        raise NotFound(
            f"There is no table or index {named!r}." if named else "There is no index.",
            hint="Name it with its schema: record.customer, record.customer_name.",
        )
    left = [row["name"] for row in rows if not row["is_valid"] and _LEFT.search(row["name"])]
    return [row for row in rows if row["name"] not in left], left


async def reindex(
    database: Database,
    named: str | None = None,
    *,
    actor: Actor,
    progress: Progress = lambda *_: None,
) -> list[Rebuilt]:
    """Build indexes anew, one after another; go on with a run that was cut short.

    Raises NotFound for a name of nothing, Building while another does.
    """
    rows, left = await planned(database, named)
    async with _alone(database) as connection:
        for name in left:
            progress(name, "taking away what was left", None)
            await connection.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")
        run, names = await _run_over(database, [row["name"] for row in rows], actor)
        done = []
        for name in names:
            made = await _rebuilt(database, connection, name, progress)
            if made is not None:
                await database.execute(
                    SQL.keep_done, run, made.name, made.seconds, made.before, made.after
                )
                done.append(made)
        await database.execute(SQL.end_run, run)
    return done


async def _run_over(
    database: Database, names: Sequence[str], actor: Actor
) -> tuple[int, list[str]]:
    """Return the run to go on with and what is left of it, or a new one over `names`."""
    there = await database.row(SQL.unfinished_run)
    if there is not None and set(there["indexes"]) == set(names):
        done = {row["index_name"] for row in await database.fetch(SQL.done_of, there["number"])}
        return there["number"], [name for name in names if name not in done]
    run = await database.value(SQL.begin_run, list(names), actor.process, actor.person)
    return run, list(names)


async def _rebuilt(
    database: Database, connection: Connection, name: str, progress: Progress
) -> Rebuilt | None:
    """Build an index anew; None for one that went meanwhile."""
    before = await connection.fetchval(SQL.size_of, name)
    if before is None:
        return None
    began = time.monotonic()
    async with _watched(database, connection, name, progress):
        await connection.execute(f"REINDEX INDEX CONCURRENTLY {name}")
    after = await connection.fetchval(SQL.size_of, name)
    return Rebuilt(name, time.monotonic() - began, before, after or 0)


@asynccontextmanager
async def _alone(database: Database) -> AsyncIterator[Connection]:
    """Lend a session that may take as long as it needs, and is the only one that builds."""
    async with database.session() as connection:
        await connection.execute("SET statement_timeout = 0")
        await connection.execute("SET lock_timeout = 0")
        if not await connection.fetchval(SQL.sole_builder, _ONE_BUILDER):
            raise Building("Indexes are being built already.", hint="Wait until that ends.")
        yield connection


@asynccontextmanager
async def _watched(
    database: Database, connection: Connection, name: str, progress: Progress
) -> AsyncIterator[None]:
    """Tell how far the building is, while the block runs."""
    session = await connection.fetchval(SQL.session)
    progress(name, "begins", None)

    async def look() -> None:
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            row = await database.row(SQL.progress_of, session)
            if row is not None:
                progress(name, row["phase"], row["share"])

    task = asyncio.create_task(look())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
