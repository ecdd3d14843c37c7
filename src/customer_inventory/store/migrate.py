"""Numbered plain-SQL migrations: applied in order, once, one transaction each.

No writer waits longer than a second for one: a lock is waited for so long at most, and what is left
of that second once the first is held is all there is for the others; then the migration is undone
and tried again after a pause. `plan` rehearses what is pending inside a transaction that is rolled
back, and reads from the server itself which existing tables were locked, and how strongly.
"""

import asyncio
import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import NamedTuple

import asyncpg
from pogo_core.error import BadMigrationError
from pogo_core.migration import Migration, topological_sort
from pogo_core.util import sql as pogo_sql

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store import failures
from customer_inventory.store.database import Connection, connect
from customer_inventory.store.migration import Bounded, statements_of
from customer_inventory.store.sql import beside

SQL = beside(__name__)

log = logging.getLogger(__name__)

_SCHEMA = "customer_inventory"
_ONE_MIGRATOR = 0x63696E76  # "cinv": the advisory lock that lets one migrator work at a time
ATTEMPTS = 12
"""How often a migration that got no lock is tried before it is given up."""
_PAUSE, _LONGEST_PAUSE = 0.25, 5.0
_GIVE_WAY = (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError)


class Lock(NamedTuple):
    """A lock on a table that was there before: `rows` are those the server's statistics tell."""

    table: str
    mode: str
    rows: int = 0

    @property
    def stops(self) -> str:
        """Whom it stops while it is held."""
        if self.mode == "AccessExclusiveLock":
            return "readers and writers"
        return "nobody" if self.mode == "ShareUpdateExclusiveLock" else "writers"


@dataclass(frozen=True)
class Step:
    """A migration: its name and line of description, and what a rehearsal told of it.

    `locks` are those held when the step was done, of the steps rehearsed before it included;
    `seconds` is how long the step took, `tries` how often it was begun. Neither is known of a step
    that was not `rehearsed`; `reason` says why: it cannot run in a transaction, it would stop
    writers for longer than a second, or it follows such a one.
    """

    name: str
    description: str
    locks: tuple[Lock, ...] = ()
    seconds: float = 0.0
    rehearsed: bool = False
    reason: str = ""
    tries: int = 1


def folder() -> Path:
    """Return the folder of the migration files."""
    return Path(str(resources.files("customer_inventory.store").joinpath("migrations")))


async def apply(dsn: str, *, attempts: int = ATTEMPTS) -> list[Step]:
    """Bring the database of `dsn` up to date; return what was applied, in order.

    Raises Unavailable when the database cannot be reached, a lock cannot be had in so many attempts
    or a migration fails; the failed one leaves nothing behind.
    """
    with failures.translated(), _explained():
        connection = await connect(dsn)
        try:
            await connection.execute(SQL.lock_migrations, _ONE_MIGRATOR)
            await pogo_sql.ensure_pogo_sync(connection)
            return [
                await _applied(connection, migration, attempts)
                for migration in await _pending(connection)
            ]
        finally:
            await connection.close()


async def plan(dsn: str) -> list[Step]:
    """Rehearse what is pending in the database of `dsn`, and undo it.

    Locks are really taken, for a second at most: what would take longer is not rehearsed, and says
    so. Raises Unavailable as `apply` does.
    """
    with failures.translated(), _explained():
        connection = await connect(dsn)
        try:
            await connection.execute(SQL.lock_migrations, _ONE_MIGRATOR)
            return await _rehearse(connection)
        finally:
            await connection.close()


async def pending(dsn: str) -> list[str]:
    """Return the names of the migrations that the database of `dsn` lacks; nothing is written."""
    with failures.translated():
        connection = await connect(dsn)
        try:
            return await pending_on(connection)
        finally:
            await connection.close()


async def pending_on(connection: Connection) -> list[str]:
    """Return what `pending` does, asked on a connection that is there already."""
    return [migration.id for migration in await _pending(connection)]


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


async def _applied(connection: Connection, migration: Migration, attempts: int) -> Step:
    """Apply a migration, again and again while others hold what it needs."""
    began = time.perf_counter()
    for number in range(1, attempts + 1):
        try:
            await _apply_once(connection, migration)
        except asyncpg.PostgresError as error:
            if number == attempts or not isinstance(error, _GIVE_WAY):
                raise BadMigrationError(f"Failed to apply {migration.id}") from error
            log.info("%s waits: others hold what it needs (%d)", migration.id, number)
            await asyncio.sleep(min(_PAUSE * 2 ** (number - 1), _LONGEST_PAUSE))
        else:
            return _step(migration, seconds=time.perf_counter() - began, tries=number)
    raise AssertionError("unreachable")


async def _apply_once(connection: Connection, migration: Migration) -> None:
    if not migration.use_transaction:
        # It takes no lock that stops writers (tests/house/test_migration.py), and may wait.
        for statement in statements_of(migration.path):
            await connection.execute(statement)
        await _note(connection, migration)
        return
    async with connection.transaction():
        await Bounded(connection).run(statements_of(migration.path))
        await _note(connection, migration)


async def _note(connection: Connection, migration: Migration) -> None:
    await pogo_sql.migration_applied(connection, migration.id, migration.hash, schema_name=_SCHEMA)


async def _rehearse(connection: Connection) -> list[Step]:
    waiting = await _pending(connection)
    steps: list[Step] = []
    transaction = connection.transaction()
    await transaction.start()
    try:
        bounded = Bounded(connection, is_rehearsal=True)
        for migration in waiting:
            if not migration.use_transaction:
                steps.append(_step(migration, reason="runs on its own"))
                break
            steps.append(step := await _rehearsed(bounded, migration))
            if not step.rehearsed:
                break
    finally:
        await transaction.rollback()
    after = [_step(each, reason=f"follows {steps[-1].name}") for each in waiting[len(steps) :]]
    return [*steps, *after]


async def _rehearsed(bounded: Bounded, migration: Migration) -> Step:
    started = time.perf_counter()
    try:
        await bounded.run(statements_of(migration.path))
    except (asyncpg.QueryCanceledError, asyncpg.LockNotAvailableError) as error:
        is_lock = isinstance(error, asyncpg.LockNotAvailableError)
        reason = "others hold what it locks" if is_lock else "takes longer than a second"
        return _step(migration, reason=reason)
    except asyncpg.PostgresError as error:
        raise BadMigrationError(f"Failed to apply {migration.id}") from error
    locks = tuple(Lock(*row) for row in await bounded.locks())
    seconds = time.perf_counter() - started
    return _step(migration, locks=locks, seconds=seconds, rehearsed=True)


async def _pending(connection: Connection) -> Sequence[Migration]:
    # Where the tool has no tables yet, nothing was applied: asking makes none.
    is_known = await pogo_sql.get_pogo_version(connection) is not None
    migrations = await pogo_sql.read_migrations(
        folder(), connection if is_known else None, schema_name=_SCHEMA
    )
    if all(migration.applied for migration in migrations):
        # Every command and service asks, and to read them all takes a tenth of a second.
        return []
    migrations.sort(key=lambda migration: migration.id)
    ordered = topological_sort([migration.load() for migration in migrations])
    return [migration for migration in ordered if not migration.applied]


def _step(
    migration: Migration,
    *,
    locks: tuple[Lock, ...] = (),
    seconds: float = 0.0,
    rehearsed: bool = False,
    reason: str = "",
    tries: int = 1,
) -> Step:
    return Step(migration.id, migration.__doc__ or "", locks, seconds, rehearsed, reason, tries)
