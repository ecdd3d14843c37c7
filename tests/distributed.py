"""Databases of tests on a Citus cluster, when CINV_TEST_CITUS_URL names its coordinator.

A database is made and distributed once, and stays: each test gets a copy of it, file by file on
every node. What it is made of is in its name, so another is made when that has changed.
"""

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from hashlib import blake2b
from itertools import chain, count
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

import customer_inventory
from customer_inventory.access import sandbox
from customer_inventory.cli.running import prepare
from customer_inventory.facilities.distribution.distributing import distribute
from customer_inventory.store.database import Database

URL = os.environ.get("CINV_TEST_CITUS_URL")
"""The coordinator of a cluster, as a superuser; its workers are those that this database knows."""


def one_server(reason: str) -> pytest.MarkDecorator:
    """Return the mark of what by its nature looks into one server, which a cluster has not."""
    return pytest.mark.skipif(bool(URL), reason=reason)


ONE_SERVER = one_server("It looks into locks of one server.")

OURS = (
    f" AND datname LIKE 'cinv\\_test\\_{os.getpid()}\\_%'"
    " AND backend_type = 'client backend' AND application_name NOT LIKE 'citus%'"
    if URL
    else ""
)
"""The condition on `pg_stat_activity` that a session is of a test here, not of the nodes'."""

SHARDS = 4
_SOURCE = Path(customer_inventory.__file__).parent
_MADE_OF = (
    "store/migrations/*.sql",
    "facilities/distribution/*",
    "record/types/*",
    "access/sandbox.py",
    "**/*.yaml",
    "**/*.toml",
)
"""What decides what a database begins with."""
_LOCK = 4_072_072
_OTHERS = """
SELECT datname::text AS name FROM pg_database
WHERE datname LIKE 'cinv\\_begun\\_%' AND datname NOT LIKE $1 || '%'
"""
_LEAVE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE datname = $1 AND pid <> pg_backend_pid()
"""
_numbers = count()
_nodes: list[tuple[str, int]] = []
_connections: list[asyncpg.Connection] = []
"""One to each node, the coordinator's first."""
_ready: set[str] = set()


@asynccontextmanager
async def fresh() -> AsyncIterator[str]:
    """Lend the address of a distributed database, up to date, empty, and a sandbox."""
    async with _copy_of(_name()) as dsn:
        yield dsn


@asynccontextmanager
async def on_one_node() -> AsyncIterator[str]:
    """Lend the address of a database of the cluster that is not distributed yet."""
    async with _copy_of(f"{_name()}_whole") as dsn:
        yield dsn


def superuser_of(server_dsn: str, dsn: str) -> str:
    """Return the address of a test's database for a superuser, who has `server_dsn` on one node."""
    if URL:
        return dsn
    return server_dsn.replace("/cinv?", f"{urlsplit(dsn).path}?", 1)


async def leave() -> None:
    """Close what is open to the nodes."""
    while _connections:
        await _connections.pop().close()


def _name() -> str:
    digest = blake2b(digest_size=6)
    for file in _files():
        digest.update(file.read_bytes())
    return f"cinv_begun_{digest.hexdigest()}"


def _files() -> Iterator[Path]:
    found = chain.from_iterable(_SOURCE.glob(pattern) for pattern in _MADE_OF)
    return (file for file in sorted(set(found)) if file.is_file())


@asynccontextmanager
async def _copy_of(begun: str) -> AsyncIterator[str]:
    await _begin(begun)
    name = f"cinv_test_{os.getpid()}_{next(_numbers)}"
    await _everywhere(f"CREATE DATABASE {name} TEMPLATE {begun} STRATEGY file_copy")
    # A setting of the database is not copied with it (see `distributing.settle_sessions`).
    await _connections[0].execute(
        f"ALTER DATABASE {name} SET citus.override_table_visibility TO off"
    )
    try:
        yield _at(name)
    finally:
        await _everywhere(f"DROP DATABASE {name} WITH (FORCE)")


async def _begin(begun: str) -> None:
    """See to it that there is a database of that name to copy, on every node."""
    if begun in _ready:
        return
    if not _connections:
        await _connect()
    coordinator = _connections[0]
    await coordinator.execute("SELECT pg_advisory_lock($1)", _LOCK)  # others test here, too
    try:
        asked = "SELECT 1 FROM pg_database WHERE datname = $1"
        if not await coordinator.fetchval(asked, begun):
            for row in await coordinator.fetch(_OTHERS, _name()):
                await _everywhere(f"DROP DATABASE IF EXISTS {row['name']} WITH (FORCE)")
            await _make(begun)
    finally:
        await coordinator.execute("SELECT pg_advisory_unlock($1)", _LOCK)
    _ready.add(begun)


async def _connect() -> None:
    connection = await asyncpg.connect(URL)
    rows = await connection.fetch(
        "SELECT nodename, nodeport FROM pg_dist_node WHERE noderole = 'primary' ORDER BY groupid"
    )
    await connection.close()
    _nodes[:] = [(row[0], row[1]) for row in rows]
    for host, port in _nodes:
        connection = await asyncpg.connect(_at("postgres", host, port))
        # A session's own setting: each node is told for itself.
        await connection.execute("SET citus.enable_create_database_propagation TO off")
        _connections.append(connection)


def _at(name: str, host: str | None = None, port: int | None = None) -> str:
    assert URL
    head, _, _ = URL.rpartition("/")
    if host is not None:
        user = head.partition("@")[0]
        head = f"{user}@{host}:{port}"
    return f"{head}/{name}"


async def _everywhere(statement: str) -> None:
    await asyncio.gather(*(_on_node(each, statement) for each in _connections))


async def _on_node(connection: asyncpg.Connection, statement: str) -> None:
    """Run a statement; once more when the node's own sessions were in the way."""
    for _ in range(3):
        with contextlib.suppress(asyncpg.ObjectInUseError):
            await connection.execute(statement)
            return
    await connection.execute(statement)


async def _make(begun: str) -> None:
    """Make a database under another name, and give it its own when all is there."""
    name = f"{begun}_making"
    await _everywhere(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    await _everywhere(f"CREATE DATABASE {name}")
    for host, port in _nodes:
        connection = await asyncpg.connect(_at(name, host, port))
        await connection.execute("CREATE EXTENSION citus")
        await connection.close()
    dsn = _at(name)
    connection = await asyncpg.connect(dsn)
    await connection.execute("SELECT citus_set_coordinator_host($1, $2)", *_nodes[0])
    for node in _nodes[1:]:
        await connection.execute("SELECT citus_add_node($1, $2)", *node)
    await connection.close()
    await prepare(dsn)
    async with Database(dsn) as database:
        await sandbox.declare(database, declared_by="the tests")
    if not begun.endswith("_whole"):
        async for _ in distribute(dsn, shards=SHARDS):
            pass
    await _close_to_all(name)
    for connection in reversed(_connections):  # the coordinator's tells that it is there
        await connection.execute(f"ALTER DATABASE {name} RENAME TO {begun}")


async def _close_to_all(name: str) -> None:
    """Let nobody into a database, and wait until nobody is: only then it can be copied."""
    await _everywhere(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    for connection in _connections:
        while await connection.fetch(_LEAVE, name):
            await asyncio.sleep(0.05)
