"""Databases of tests on a Citus cluster, when CINV_TEST_CITUS_URL names its coordinator.

A database with Citus cannot be cloned. One is made and distributed once, and a test gets it as it
was then: what tables were given is taken out, what they began with is put back. One whose tables
are no longer those it began with is dropped, and another made.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count

import asyncpg
import pytest

from customer_inventory.access import sandbox
from customer_inventory.cli.running import prepare
from customer_inventory.facilities.distribution.distributing import distribute
from customer_inventory.store.database import Database

URL = os.environ.get("CINV_TEST_CITUS_URL")
"""The coordinator of a cluster, as a superuser; its workers are those that this database knows."""

ONE_SERVER = pytest.mark.skipif(bool(URL), reason="It looks into locks of one server.")

_SHARDS = 4
_OURS = "^(access|audit|capture|facilities|job|monthly|record|requirements|shortcomings|usage)$"
_SHAPED = _OURS.replace("^(", "^(public|")
"""Where tests make tables of their own, too."""
_TABLES = """
SELECT c.oid::regclass::text AS name, p.logicalrelid IS NOT NULL AS is_spread
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN pg_dist_partition AS p ON p.logicalrelid = c.oid
WHERE c.relkind = 'r' AND n.nspname ~ $1 AND relation_is_a_known_shard(c.oid) IS NOT TRUE
ORDER BY c.oid
"""
_SHAPE = """
SELECT md5(string_agg(c.oid::text || c.relname || coalesce(a.columns, 0), ',' ORDER BY c.oid))
FROM pg_class AS c
INNER JOIN pg_namespace AS n ON c.relnamespace = n.oid
LEFT JOIN (
    SELECT attrelid, count(*) FILTER (WHERE NOT attisdropped) AS columns
    FROM pg_attribute GROUP BY attrelid
) AS a ON a.attrelid = c.oid
WHERE n.nspname ~ $1
"""
_SEQUENCES = """
SELECT format('%I.%I', schemaname, sequencename) AS name, last_value
FROM pg_sequences WHERE schemaname ~ $1
"""
_numbers = count()


@dataclass
class _Made:
    """A database, and what it began with: rows of tables, numbers of sequences, its shape."""

    dsn: str
    name: str
    rows: dict[str, list[asyncpg.Record]] = field(default_factory=dict)
    sequences: dict[str, int | None] = field(default_factory=dict)
    shape: str = ""


_idle: list[_Made] = []


@asynccontextmanager
async def fresh() -> AsyncIterator[str]:
    """Lend the address of a distributed database, up to date, empty, and a sandbox."""
    made = _idle.pop() if _idle else await _make()
    yield made.dsn
    if await _as_it_was(made):
        _idle.append(made)
    else:
        await _drop(made)


@asynccontextmanager
async def on_one_node() -> AsyncIterator[str]:
    """Lend the address of a database of the cluster that is not distributed yet."""
    made = await _make(is_spread=False)
    yield made.dsn
    await _drop(made)


async def drop_all() -> None:
    """Drop what was made."""
    while _idle:
        await _drop(_idle.pop())


def _at(name: str, host: str | None = None, port: int | None = None) -> str:
    assert URL
    head, _, _ = URL.rpartition("/")
    if host is not None:
        user = head.partition("@")[0]
        head = f"{user}@{host}:{port}"
    return f"{head}/{name}"


async def _nodes() -> list[tuple[str, int]]:
    connection = await asyncpg.connect(URL)
    rows = await connection.fetch(
        "SELECT nodename, nodeport FROM pg_dist_node WHERE noderole = 'primary' ORDER BY groupid"
    )
    await connection.close()
    return [(row[0], row[1]) for row in rows]


async def _make(*, is_spread: bool = True) -> _Made:
    name = f"cinv_test_{os.getpid()}_{next(_numbers)}"
    nodes = await _nodes()
    for host, port in nodes:
        connection = await asyncpg.connect(_at("postgres", host, port))
        # A session's own setting: each node is told for itself.
        await connection.execute("SET citus.enable_create_database_propagation TO off")
        await connection.execute(f"CREATE DATABASE {name}")
        await connection.close()
        connection = await asyncpg.connect(_at(name, host, port))
        await connection.execute("CREATE EXTENSION citus")
        await connection.close()
    made = _Made(_at(name), name)
    connection = await asyncpg.connect(made.dsn)
    await connection.execute("SELECT citus_set_coordinator_host($1, $2)", *nodes[0])
    for node in nodes[1:]:
        await connection.execute("SELECT citus_add_node($1, $2)", *node)
    await connection.close()
    await prepare(made.dsn)
    async with Database(made.dsn) as database:
        await sandbox.declare(database, declared_by="the tests")
    if is_spread:
        async for _ in distribute(made.dsn, shards=_SHARDS):
            pass
        await _note(made)
    return made


async def _note(made: _Made) -> None:
    connection = await _quick(made.dsn)
    for table in await connection.fetch(_TABLES, _OURS):
        rows = await connection.fetch(f"SELECT * FROM {table['name']}")
        if rows:
            made.rows[table["name"]] = rows
    for row in await connection.fetch(_SEQUENCES, _OURS):
        made.sequences[row["name"]] = row["last_value"]
    made.shape = await connection.fetchval(_SHAPE, _SHAPED)
    await connection.close()


async def _as_it_was(made: _Made) -> bool:
    """Take out what was put in, and put in what was there; say whether that can be done."""
    connection = await _quick(made.dsn)
    try:
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND application_name LIKE 'customer-inventory%'"
        )
        if await connection.fetchval(_SHAPE, _SHAPED) != made.shape:
            return False
        tables = await connection.fetch(_TABLES, _OURS)
        asked = ", ".join(f"EXISTS (SELECT 1 FROM {table['name']})" for table in tables)
        filled = await connection.fetchrow(f"SELECT {asked}")
        assert filled is not None
        given = [table for table, is_filled in zip(tables, filled, strict=True) if is_filled]
        spread = [table["name"] for table in given if table["is_spread"]]
        local = [table["name"] for table in given if not table["is_spread"]]
        if spread:
            await connection.execute(f"TRUNCATE {', '.join(spread)} CASCADE")
        # What keeps people from changing what must stay is no matter of tests that end.
        await connection.execute("SET session_replication_role TO replica")
        if local:
            await connection.execute(f"TRUNCATE {', '.join(local)} CASCADE")
        for name, rows in made.rows.items():
            schema, _, table = name.partition(".")
            await connection.copy_records_to_table(table, schema_name=schema, records=rows)
        for name, value in made.sequences.items():
            await connection.execute(
                "SELECT setval($1::text::regclass, coalesce($2::bigint, 1), $2 IS NOT NULL)",
                name,
                value,
            )
        return True
    finally:
        await connection.close()


async def _quick(dsn: str) -> asyncpg.Connection:
    """Connect such that the driver looks up types at once (see `store.database`)."""
    settings = {"citus.override_table_visibility": "off"}
    return await asyncpg.connect(dsn, server_settings=settings)


async def _drop(made: _Made) -> None:
    for host, port in await _nodes():
        connection = await asyncpg.connect(_at("postgres", host, port))
        await connection.execute("SET citus.enable_create_database_propagation TO off")
        await connection.execute(f"DROP DATABASE IF EXISTS {made.name} WITH (FORCE)")
        await connection.close()
