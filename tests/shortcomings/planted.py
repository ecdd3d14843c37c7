"""Shortcomings planted in a scratch inventory, each with the check that must find it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace

import asyncpg

from customer_inventory.shortcomings.assessing import CHECKS
from customer_inventory.shortcomings.check import Check

SMALL = {
    "CAP05": {"floor": 1000},
    "CAP07": {"floor": 0, "warn": 0.000_1},
    "CON02": {"warn": 0.2},
    "CON03": {"warn": 0.2},
    "CON04": {"warn": 0.2},
    "CON06": {"floor": 20},
    "STM01": {"floor": 3, "warn": 30},
    "STM02": {"floor": 0, "warn": 3},
    "STM04": {"floor": 50, "warn": 100},
    "IDX02": {"floor": 9000},
    "IDX03": {"floor": 0.2, "warn": 0.2},
    "IDX06": {"floor": 1000, "warn": 1000},
    "IDX09": {"floor": 1, "warn": 2},
    "IDX07": {"floor": 0.5},
    "TBL01": {"floor": 0.5},
    "TBL02": {"floor": 1000},
    "TBL03": {"floor": 1000},
    "TBL04": {"floor": 1000},
    "TBL06": {"floor": 1000},
    "VAC03": {"floor": 30, "warn": 30},
}
"""Floors and thresholds for an inventory of some megabytes that is some minutes old."""

CHECKED: tuple[Check, ...] = tuple(
    replace(check, least_days=0, history_days=0, **SMALL.get(check.id, {}))  # type: ignore[arg-type]
    for check in CHECKS
)

_STATEMENTS = (
    "CREATE SCHEMA planted",
    # CAP04: 92 % of what a smallint holds.
    "CREATE SEQUENCE planted.numbers AS smallint",
    "SELECT setval('planted.numbers', 30146)",
    # CAP05: a key that holds 32,767 rows, and has 20,000.
    "CREATE TABLE planted.narrow (id smallint PRIMARY KEY)",
    "INSERT INTO planted.narrow SELECT generate_series(1, 20000)",
    # IDX02, TBL07: read whole, again and again; without a key.
    "CREATE TABLE planted.scanned (a int, b text)",
    "INSERT INTO planted.scanned SELECT g, repeat('x', 100) FROM generate_series(1, 20000) AS g",
    # IDX03, IDX04, IDX06, IDX09.
    "CREATE TABLE planted.referring (id bigint PRIMARY KEY, a int NOT NULL, n smallint)",
    "ALTER TABLE planted.referring ADD FOREIGN KEY (n) REFERENCES planted.narrow",
    "INSERT INTO planted.referring SELECT g, g, 1 FROM generate_series(1, 20000) AS g",
    "CREATE INDEX unused ON planted.referring (a DESC)",
    "CREATE INDEX covered ON planted.referring (a)",
    "CREATE INDEX covering ON planted.referring (a, id)",
    # TBL02, TBL03, VAC04: dead rows that nobody removes.
    "CREATE TABLE planted.dead (id int PRIMARY KEY) WITH (autovacuum_enabled = false)",
    "INSERT INTO planted.dead SELECT generate_series(1, 20000)",
    "SELECT pg_stat_force_next_flush()",
    "ANALYZE planted.dead",
    "DELETE FROM planted.dead WHERE id > 5000",
    # TBL06: every update writes an index.
    "CREATE TABLE planted.cold (id bigint PRIMARY KEY, a int)",
    "CREATE UNIQUE INDEX ON planted.cold (a)",
    "INSERT INTO planted.cold SELECT g, g FROM generate_series(1, 3000) AS g",
    "UPDATE planted.cold SET a = a + 100000",
    # TBL08: a rule that nobody checked, and one that is switched off.
    "ALTER TABLE planted.cold ADD CONSTRAINT unchecked CHECK (a > 0) NOT VALID",
    # SEC01 to SEC05.
    "CREATE ROLE planted_strong LOGIN SUPERUSER",
    "GRANT CREATE ON SCHEMA planted TO PUBLIC",
    "CREATE FUNCTION planted.definer() RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1'",
    "GRANT SELECT ON planted.cold TO PUBLIC",
    "ALTER TABLE record.finding DISABLE ROW LEVEL SECURITY",
    # DUR06, CAP08 beyond its threshold: a slot that nobody receives from.
    "SELECT pg_create_physical_replication_slot('planted_stuck', true)",
    # IDX07, TBL01: nine of ten rows are gone, and their room is still there.
    "CREATE TABLE planted.sparse (id int PRIMARY KEY)",
    "INSERT INTO planted.sparse SELECT generate_series(1, 40000)",
    "DELETE FROM planted.sparse WHERE id % 10 <> 0",
    # What was written so far is told before it is analysed, not after.
    "SELECT pg_stat_force_next_flush()",
    "VACUUM ANALYZE planted.narrow, planted.scanned, planted.referring, planted.cold",
    "VACUUM ANALYZE planted.sparse",
    # TBL04: what is planned by is not like that any more.
    "CREATE TABLE planted.stale (id int PRIMARY KEY) WITH (autovacuum_analyze_threshold = 1000000)",
    "INSERT INTO planted.stale SELECT generate_series(1, 5000)",
    # DUR01 and CFG03: one holds at once, one after a restart.
    "ALTER SYSTEM SET synchronous_commit = off",
    "ALTER SYSTEM SET max_connections = 111",
    "SELECT pg_reload_conf()",
)
_OFTEN = (
    "SELECT count(*) FROM planted.scanned WHERE a = 17",  # IDX02, STM04
)

PLANTED = {
    ("CAP04", "planted.numbers"),
    ("CAP05", "planted.narrow.id"),
    ("CAP07", "cinv"),
    ("CON05", "cinv"),
    ("CON06", "cinv"),
    ("DUR01", "synchronous_commit"),
    ("DUR06", "planted_stuck"),
    ("CFG03", "max_connections"),
    ("IDX02", "planted.scanned"),
    ("IDX03", "planted.covering"),
    ("IDX03", "planted.unused"),
    ("IDX03", "planted.covered"),
    ("IDX04", "planted.covered"),
    ("IDX05", "planted.invalid"),
    ("IDX07", "planted.sparse_pkey"),
    ("IDX09", "planted.referring"),
    ("IDX06", "planted.referring referring_n_fkey"),
    ("SEC01", "planted_strong"),
    ("SEC02", "planted"),
    ("SEC03", "planted.definer()"),
    ("SEC04", "planted.cold"),
    ("SEC05", "record.finding"),
    ("TBL01", "planted.dead"),
    ("TBL01", "planted.sparse"),
    ("TBL02", "planted.dead"),
    ("TBL03", "planted.dead"),
    ("TBL04", "planted.dead"),
    ("TBL04", "planted.stale"),
    ("TBL06", "planted.cold"),
    ("TBL07", "planted.scanned"),
    ("TBL08", "planted.cold unchecked"),
    ("VAC04", "planted.dead"),
}
"""What is planted and stays: check and object. Sessions and statements have no fixed name."""
OF_SESSIONS = {"CON02", "CON03", "CON04", "VAC03"}
OF_STATEMENTS = {"STM01", "STM02", "STM04"}


async def plant(dsn: str) -> None:
    """Plant what stays; `dsn` is that of a superuser."""
    connection = await asyncpg.connect(dsn)
    try:
        for statement in _STATEMENTS:
            await connection.execute(statement)
        # IDX05: a build that finds duplicates leaves an index behind that is no good.
        with suppress(asyncpg.UniqueViolationError):
            await connection.execute(
                "CREATE UNIQUE INDEX CONCURRENTLY invalid ON planted.referring (n)"
            )
        for _ in range(60):
            for statement in _OFTEN:
                await connection.fetchval(statement)
        # STM01, STM02: slow, and most of the time.
        for _ in range(5):
            await connection.fetchval("SELECT pg_sleep(0.6)")
        # CAP07: a sort that has no memory.
        await connection.execute("SET work_mem = '64kB'")
        await connection.fetchval(
            "SELECT count(*) FROM"
            " (SELECT g FROM generate_series(1, 300000) AS g ORDER BY g DESC OFFSET 1) AS s"
        )
        # CON06: undone as often as done.
        for _ in range(400):
            transaction = connection.transaction()
            await transaction.start()
            await connection.execute("SELECT 1")
            await transaction.rollback()
        await connection.execute("SELECT pg_stat_force_next_flush()")
    finally:
        await connection.close()


async def lock_out(dsn: str) -> None:
    """Have two sessions lock each other out, once (CON05)."""
    one, two = await asyncpg.connect(dsn), await asyncpg.connect(dsn)
    update = "UPDATE planted.narrow SET id = id WHERE id = $1"
    async with AsyncExitStack() as stack:
        for connection in (one, two):
            stack.push_async_callback(connection.close)
            await connection.execute("BEGIN")
        await one.execute(update, 1)
        await two.execute(update, 2)
        done = await asyncio.gather(
            one.execute(update, 2), two.execute(update, 1), return_exceptions=True
        )
        assert any(isinstance(each, asyncpg.DeadlockDetectedError) for each in done)


@asynccontextmanager
async def in_each_other_s_way(dsn: str) -> AsyncIterator[None]:
    """Have sessions that do nothing in a transaction, run for long, wait, and hold back vacuum."""
    async with AsyncExitStack() as stack:

        async def session() -> asyncpg.Connection:
            connection = await asyncpg.connect(dsn)
            stack.callback(connection.terminate)
            return connection

        idle, long, blocked, old, writer = [await session() for _ in range(5)]
        await old.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        await old.fetchval("SELECT count(*) FROM planted.cold")
        await idle.execute("BEGIN")
        await idle.execute("DELETE FROM planted.narrow WHERE id = 19999")
        waiting = [
            asyncio.create_task(long.execute("SELECT pg_sleep(600)")),
            asyncio.create_task(blocked.execute("DELETE FROM planted.narrow WHERE id = 19999")),
        ]
        for _ in range(40):
            await writer.execute("UPDATE planted.dead SET id = id WHERE id = 1")
        await asyncio.sleep(0.5)
        try:
            yield
        finally:
            for task in waiting:
                task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
