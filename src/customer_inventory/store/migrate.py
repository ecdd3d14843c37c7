"""Numbered plain-SQL migrations: applied in order, once, one transaction each.

`plan` rehearses what is pending inside a transaction that is rolled back, and reads
from the server itself which existing tables were locked, how strongly and for how long.
"""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import asyncpg
from pogo_core.error import BadMigrationError
from pogo_core.migration import Migration, topological_sort
from pogo_core.util import migrate as pogo
from pogo_core.util import sql as pogo_sql

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store import failures
from customer_inventory.store.database import Connection, connect
from customer_inventory.store.sql import beside

SQL = beside(__name__)

log = logging.getLogger(__name__)
# What the migration tool would say is returned as steps instead.
log.disabled = True

_SCHEMA = "customer_inventory"
_ONE_MIGRATOR = 0x63696E76  # "cinv": the advisory lock that lets one migrator work at a time


@dataclass(frozen=True)
class Step:
    """A migration: its name and line of description, and what a rehearsal told of it.

    `locks` are pairs of an existing table and a lock held on it when the step was done, those
    of the steps rehearsed before it included; `seconds` is how long the step took. Neither is
    known of a step that was not rehearsed: one that cannot run in a transaction, or follows
    such a one.
    """

    name: str
    description: str
    locks: tuple[tuple[str, str], ...] = ()
    seconds: float = 0.0
    rehearsed: bool = False


def folder() -> Path:
    """Return the folder of the migration files."""
    return Path(str(resources.files("customer_inventory.store").joinpath("migrations")))


async def apply(dsn: str) -> list[Step]:
    """Bring the database of `dsn` up to date; return what was applied, in order.

    Raises Unavailable when the database cannot be reached, a lock cannot be had in time or
    a migration fails; the failed one leaves nothing behind.
    """
    with failures.translated(), _explained():
        connection = await connect(dsn)
        try:
            await connection.execute(SQL.lock_migrations, _ONE_MIGRATOR)
            pending = await _pending(connection)
            await pogo.apply(connection, folder(), schema_name=_SCHEMA, logger=log)
        finally:
            await connection.close()
    return [_step(migration) for migration in pending]


async def plan(dsn: str) -> list[Step]:
    """Rehearse what is pending in the database of `dsn`, and undo it.

    Locks are really taken, for as long as the rehearsal lasts. Raises Unavailable as `apply` does.
    """
    with failures.translated(), _explained():
        connection = await connect(dsn)
        try:
            await connection.execute(SQL.lock_migrations, _ONE_MIGRATOR)
            transaction = connection.transaction()
            await transaction.start()
            try:
                return await _rehearse(connection)
            finally:
                await transaction.rollback()
        finally:
            await connection.close()


async def pending(dsn: str) -> list[str]:
    """Return the names of the migrations that the database of `dsn` lacks; nothing is written."""
    with failures.translated():
        connection = await connect(dsn)
        try:
            return [migration.id for migration in await _pending(connection)]
        finally:
            await connection.close()


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except BadMigrationError as error:
        reason = error.__cause__ or error
        raise Unavailable(
            f"{error}: {reason}.",
            hint="Nothing of it was kept. If a lock could not be had, try at a quieter time.",
        ) from error


async def _rehearse(connection: Connection) -> list[Step]:
    highest = await connection.fetchval(SQL.highest_table)
    steps: list[Step] = []
    for migration in await _pending(connection):
        if migration.use_transaction and all(step.rehearsed for step in steps):
            steps.append(await _rehearsed(connection, migration, highest))
        else:
            steps.append(_step(migration))
    return steps


async def _rehearsed(connection: Connection, migration: Migration, highest: int) -> Step:
    started = time.perf_counter()
    try:
        await migration.apply(connection)
    except asyncpg.PostgresError as error:
        raise BadMigrationError(f"Failed to apply {migration.id}") from error
    rows = await connection.fetch(SQL.locks_held, highest)
    return _step(
        migration,
        locks=tuple((row["table_name"], row["mode"]) for row in rows),
        seconds=time.perf_counter() - started,
        rehearsed=True,
    )


async def _pending(connection: Connection) -> Sequence[Migration]:
    # Where the tool has no tables yet, nothing was applied: asking makes none.
    is_known = await pogo_sql.get_pogo_version(connection) is not None
    migrations = await pogo_sql.read_migrations(
        folder(), connection if is_known else None, schema_name=_SCHEMA
    )
    migrations.sort(key=lambda migration: migration.id)
    ordered = topological_sort([migration.load() for migration in migrations])
    return [migration for migration in ordered if not migration.applied]


def _step(
    migration: Migration,
    *,
    locks: tuple[tuple[str, str], ...] = (),
    seconds: float = 0.0,
    rehearsed: bool = False,
) -> Step:
    return Step(migration.id, migration.__doc__ or "", locks, seconds, rehearsed)
