"""Content compared: rows and a hash of them, table by table, at one point of the log.

The point is exact while the inventory is written: for some milliseconds nothing is, a snapshot is
taken and the point is set, then all goes on; the snapshot is read in its own time.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import NamedTuple

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.failures import TIME_LIMIT
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_POINT = "SELECT pg_create_restore_point($1)::text"  # superusers alone may even plan it
_ATTEMPTS = 40
_PAUSE = (0.05, 0.5)
_LOCK_MILLISECONDS = 400
_HASHED = "coalesce(sum(hashtextextended(t::text, 0)::numeric), 0)"


class Content(NamedTuple):
    """How many rows a table has, and a sum of their hashes, in which their order means nothing."""

    rows: int
    hashed: str


@dataclass(frozen=True)
class Difference:
    """A table that is not the same on both sides; None where it is not there."""

    table: str
    here: Content | None
    there: Content | None


class Busy(Unavailable):
    """The inventory was written without pause: no point could be set."""


async def contents(connection: Connection) -> dict[str, Content]:
    """Return what each table holds, as the transaction of `connection` sees it."""
    found = {}
    for table in await _tables(connection, parents=False):
        rows = await connection.fetch(
            f"SELECT count(*), {_HASHED}::text FROM ONLY {table} AS t"  # noqa: S608 - quoted
        )
        found[table] = Content(*rows[0])
    return found


def differences(here: Mapping[str, Content], there: Mapping[str, Content]) -> list[Difference]:
    """Return the tables that differ, by name."""
    return [
        Difference(table, here.get(table), there.get(table))
        for table in sorted(here.keys() | there.keys())
        if here.get(table) != there.get(table)
    ]


@asynccontextmanager
async def marked(database: Database, name: str) -> AsyncIterator[tuple[Connection, str]]:
    """Set the point `name` in the log; lend a connection that sees what was committed before it.

    With it the position of the point. `database` is open to a superuser. Writers wait for
    milliseconds, less than half a second; it is tried again, and Busy raised at last.
    """
    for _ in range(_ATTEMPTS):
        async with AsyncExitStack() as reading:
            try:
                connection = await reading.enter_async_context(_snapshot(database))
                position = await _set(database, connection, name)
            except Unavailable as error:
                if error.code != TIME_LIMIT:
                    raise
                await asyncio.sleep(random.uniform(*_PAUSE))  # noqa: S311 - to meet nobody again
                continue
            yield connection, position
            return
    raise Busy(
        "The inventory is written without pause: no point to compare at could be set.",
        hint="Try again when no import runs.",
    )


@asynccontextmanager
async def _snapshot(database: Database) -> AsyncIterator[Connection]:
    """Lend a connection whose first statement decides what it sees from then on."""
    async with (
        database.session() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection


async def _set(database: Database, reading: Connection, name: str) -> str:
    """Set the point and take the snapshot while nobody writes; raise Unavailable if they do."""
    async with database.session() as connection, connection.transaction():
        tables = ", ".join(await _tables(connection, parents=True))
        # We give up sooner than the server looks for who locks whom out (deadlock_timeout, a
        # second), so that it is never a writer who has to.
        await connection.execute(f"SET LOCAL statement_timeout = '{_LOCK_MILLISECONDS}ms'")
        # It waits for who is writing and keeps others from it, readers not.
        await connection.execute(f"LOCK TABLE {tables} IN SHARE MODE")
        await connection.execute("SET LOCAL statement_timeout = 0")
        await reading.fetchval("SELECT 1")
        return str(await connection.fetchval(_POINT, name))


async def contents_of(dsn: str) -> dict[str, Content]:
    """Return what each table of a database holds; `dsn` is that of a superuser."""
    async with _snapshot(Database(dsn)) as connection:
        return await contents(connection)


async def _tables(connection: Connection, *, parents: bool) -> list[str]:
    """Return the names of the tables, quoted; with `parents`, also those that have partitions."""
    return [
        '"{}"."{}"'.format(*(row[part].replace('"', '""') for part in ("schema", "name")))
        for row in await connection.fetch(SQL.tables)
        if parents or not row["is_parent"]
    ]
