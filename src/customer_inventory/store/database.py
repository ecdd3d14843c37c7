"""The connection to PostgreSQL: a pool whose connections pass JSON through as bytes."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import asyncpg

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store import failures
from customer_inventory.store.placement import ALONE, placement_of, version_of
from customer_inventory.store.pool import Connection, Pool

Row = asyncpg.Record

__all__ = ["Connection", "Database", "Listener", "Row", "connect"]

_OLDEST_SERVED = 16
_CONNECT_SECONDS = 10.0
_COMMAND_SECONDS = 60.0
_LONG_SECONDS = 3600.0
"""So long a statement may take that no request waits for."""
_HEARTBEAT_SECONDS = 10.0
_SPREAD = {
    # A generic plan cannot choose shards.
    "plan_cache_mode": "auto",
    # What is joined by other keys than the bucket is sent around.
    "citus.enable_repartition_joins": "on",
    # Whether a table is a shard is asked of every row of the catalogue otherwise: ten seconds for
    # the driver, when it looks up the types of a statement.
    "citus.override_table_visibility": "off",
}
"""What sessions are told where records lie in shards."""


Heard = Callable[[str, float, str | None], None]
"""Told the text of a statement, how many seconds it took, and the kind of failure, if any."""


class Database:
    """A pool of connections to one PostgreSQL database.

    Statements run outside a transaction unless `transaction()` is used. A `json` value
    goes in and comes out as bytes, unparsed. Failures of the server are raised as the
    kinds of `kit.errors` (see `store.failures`). `heard` is told of each statement that ended.
    """

    def __init__(
        self,
        dsn: str,
        *,
        pool_size: int = 12,
        statement_timeout_ms: int = 0,
        command_seconds: float = _COMMAND_SECONDS,
        heard: Heard | None = None,
    ) -> None:
        self.dsn = dsn
        self._heard = heard
        self._command_seconds = command_seconds
        self._pool_size = pool_size
        self._options = {
            "application_name": "customer-inventory",
            "statement_timeout": str(statement_timeout_ms),
            # Generic plans: every hot statement is planned once per connection, and
            # arrays of any length get the same nested loop over the primary key.
            "plan_cache_mode": "force_generic_plan",
            "jit": "off",
        }
        self._pool: Pool | None = None
        self.placement = ALONE
        """Where rows lie; known once the database is open."""

    @property
    def place(self) -> str:
        """Where the database is, without what opens it: server and name."""
        parts = urlsplit(self.dsn)
        asked = parse_qs(parts.query)
        server = asked.get("host", [parts.netloc.rpartition("@")[2]])[0]
        port = asked.get("port", [""])[0]
        return f"{server}{port and f':{port}'}{asked.get('dbname', [parts.path])[0]}"

    async def open(self) -> None:
        """Connect; raise Unavailable when the server cannot be reached or is too old."""
        self._pool = Pool(self._made, self._pool_size)
        try:
            await self._look_at_server()
        except BaseException:
            await self.close()
            raise

    async def close(self) -> None:
        """Give the connections back to the server."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            await pool.close()

    async def __aenter__(self) -> "Database":
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def connection(self) -> AbstractAsyncContextManager[Connection]:
        """Lend one connection: `async with database.connection() as connection`."""
        if self._pool is None:
            raise Unavailable("The database is not open.", hint="Open it first.")
        return self._pool.lend()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Lend one connection with a transaction begun: committed at the end, or undone."""
        async with self.connection() as connection, connection.transaction():
            yield connection

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Connection]:
        """Lend a connection of its own, outside the pool and without our codecs or limits.

        For libraries that keep one for as long as they run.
        """
        with failures.translated():
            connection = await connect(self.dsn)
            try:
                yield connection
            finally:
                await connection.close(timeout=5)

    @asynccontextmanager
    async def unhurried(
        self, *, pool_size: int = 1, seconds: float = _LONG_SECONDS
    ) -> "AsyncIterator[Database]":
        """Lend the database over a pool of its own, whose statements may take `seconds`.

        For work over all records: no limit of a request is meant for it, and no request waits for
        a connection that it has.
        """
        async with Database(
            self.dsn,
            pool_size=pool_size,
            statement_timeout_ms=int(seconds * 1000),
            command_seconds=seconds + _CONNECT_SECONDS,
        ) as other:
            yield other

    async def fetch(self, statement: str, *arguments: Any) -> Sequence[Row]:
        """Run one statement and return its rows."""
        async with self.connection() as connection:
            return await connection.fetch(statement, *arguments)

    async def row(self, statement: str, *arguments: Any) -> Row | None:
        """Run one statement and return its first row, if any."""
        async with self.connection() as connection:
            return await connection.fetchrow(statement, *arguments)

    async def value(self, statement: str, *arguments: Any) -> Any:
        """Run one statement and return the first column of its first row."""
        async with self.connection() as connection:
            return await connection.fetchval(statement, *arguments)

    async def execute(self, statement: str, *arguments: Any) -> str:
        """Run one statement and return the server's word for what it did."""
        async with self.connection() as connection:
            return await connection.execute(statement, *arguments)

    async def _made(self) -> Connection:
        with _readable():
            connection = await asyncpg.connect(
                self.dsn,
                server_settings=self._options,
                command_timeout=self._command_seconds,
                timeout=_CONNECT_SECONDS,
                connection_class=Connection,
                # However long: the longest are those whose plans take longest to make.
                max_cacheable_statement_size=0,
            )
        connection.placement = self.placement
        await connection.set_type_codec(
            "json", schema="pg_catalog", format="binary", encoder=_as_is, decoder=_as_is
        )
        if self._heard is not None:
            connection.add_query_logger(partial(_ended, self._heard))
        return connection

    async def _look_at_server(self) -> None:
        version, has_citus = await version_of(self.fetch)
        if version < _OLDEST_SERVED:
            raise Unavailable(
                f"The database is PostgreSQL {version}.",
                hint=f"Use PostgreSQL {_OLDEST_SERVED} or newer.",
            )
        if has_citus:
            async with self.connection() as connection:
                self.placement = connection.placement = await placement_of(connection.fetch)
                if self.placement.is_distributed:
                    self._options |= _SPREAD
                    for name, value in _SPREAD.items():
                        await connection.execute(f"SET {name} TO {value}")


async def connect(dsn: str) -> Connection:
    """Return a connection to the database of `dsn`, outside any pool.

    Raises Unavailable for a `dsn` that is none, else what the driver raises.
    """
    with _readable():
        return await asyncpg.connect(dsn, timeout=_CONNECT_SECONDS, connection_class=Connection)


class Listener:
    """Hears notifications of the database, and says when it may have missed some.

    `heard()` is called for each notification and after every loss of the connection,
    so that a cache behind it starts afresh; `deaf` is True while the connection is lost.
    """

    def __init__(self, dsn: str, channel: str, heard: Callable[[], None]) -> None:
        self._dsn = dsn
        self._channel = channel
        self._heard = heard
        self._task: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    @property
    def deaf(self) -> bool:
        """Whether notifications can be missed just now."""
        return not self._listening.is_set()

    async def start(self) -> None:
        """Listen from now on; returns once the first connection listens."""
        self._task = asyncio.create_task(self._listen_for_ever(), name=f"listen {self._channel}")
        await self._listening.wait()

    async def stop(self) -> None:
        """Listen no more."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                await self._listen_once()
            except (*failures.UNREACHABLE, asyncpg.PostgresError):
                await asyncio.sleep(0.2)
            finally:
                self._listening.clear()
                self._heard()

    async def _listen_once(self) -> None:
        lost = asyncio.Event()
        connection = await asyncpg.connect(
            self._dsn,
            timeout=_CONNECT_SECONDS,
            server_settings={"application_name": "customer-inventory listen"},
        )
        try:
            connection.add_termination_listener(lambda _: lost.set())
            await connection.add_listener(self._channel, lambda *_: self._heard())
            self._heard()
            self._listening.set()
            while not await _happens(lost, within=_HEARTBEAT_SECONDS):
                # A network that swallows packets says nothing of itself: ask.
                await connection.execute("SELECT 1", timeout=_HEARTBEAT_SECONDS)
        finally:
            connection.terminate()


async def _happens(event: asyncio.Event, *, within: float) -> bool:
    try:
        async with asyncio.timeout(within):
            return await event.wait()
    except TimeoutError:
        return False


@contextmanager
def _readable() -> Iterator[None]:
    """Say so when the address cannot be read, without quoting it: it may hold a password."""
    try:
        yield
    except ValueError as error:
        raise Unavailable(
            "The address of the database cannot be read.", hint="Check CINV_DATABASE_URL."
        ) from error


def _ended(heard: Heard, record: Any) -> None:
    error = record.exception
    heard(record.query, record.elapsed, None if error is None else type(error).__name__)


def _as_is(value: bytes) -> bytes:
    return value
