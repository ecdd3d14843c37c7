"""Connections that are lent and come back as they were.

The driver's own pool guards against sessions that borrowers leave changed, at 50
microseconds a loan. Here no statement changes the session; a connection whose borrower
failed in a way that leaves its state unknown is closed and another made in its place.
"""

import asyncio
from collections.abc import Awaitable, Callable
from types import TracebackType

import asyncpg

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store import failures
from customer_inventory.store.placement import ALONE, Placement


class Connection(asyncpg.Connection):
    """A connection of the driver, which knows where rows lie."""

    placement: Placement = ALONE


_LONGEST_WAIT_SECONDS = 30.0
_CLOSE_SECONDS = 5.0


class Pool:
    """At most `size` connections made by `connect`; the one returned last is lent first.

    Borrowers who wait are served in the order in which they came.
    """

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        self._connect = connect
        # Whoever has a turn has a connection: one that is idle, or a new one.
        self._turns = asyncio.Semaphore(size)
        self._idle: list[Connection] = []
        self._lent: set[Connection] = set()
        self._is_closed = False

    def lend(self) -> "Loan":
        """Lend a connection for a block: `async with pool.lend() as connection`."""
        return Loan(self)

    async def take(self) -> Connection:
        """Return a connection, when there is one; raise Unavailable if that takes too long."""
        await self._turn()
        try:
            connection = self._lately_used() or await self._connect()
        except BaseException:
            self._turns.release()
            raise
        self._lent.add(connection)
        if self._is_closed:
            self.give_back(connection, is_sound=False)
            raise Unavailable("The database was closed.", hint="Open it first.")
        return connection

    def give_back(self, connection: Connection, *, is_sound: bool) -> None:
        """Take a connection back; one that is not sound, or in a transaction, is closed."""
        self._lent.discard(connection)
        is_usable = is_sound and not connection.is_closed() and not connection.is_in_transaction()
        if is_usable and not self._is_closed:
            self._idle.append(connection)
        else:
            connection.terminate()
        self._turns.release()

    async def close(self) -> None:
        """Close every connection, for good; those still lent are cut off."""
        self._is_closed = True
        for connection in self._lent:
            connection.terminate()
        idle, self._idle = self._idle, []
        closing = (connection.close(timeout=_CLOSE_SECONDS) for connection in idle)
        await asyncio.gather(*closing, return_exceptions=True)

    async def _turn(self) -> None:
        if not self._turns.locked():
            await self._turns.acquire()  # without waiting
            return
        try:
            async with asyncio.timeout(_LONGEST_WAIT_SECONDS):
                await self._turns.acquire()
        except TimeoutError:
            raise Unavailable("Every connection is busy.", hint="Try again shortly.") from None

    def _lately_used(self) -> Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                return connection
        return None


class Loan:
    """One use of a connection; failures of the driver leave it as the house's kinds."""

    __slots__ = ("_connection", "_pool")

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._connection: Connection | None = None

    async def __aenter__(self) -> Connection:
        with failures.translated():
            self._connection = await self._pool.take()
        return self._connection

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, _: TracebackType | None
    ) -> None:
        connection = self._connection
        assert connection is not None  # noqa: S101 - entered before it is left
        self._pool.give_back(connection, is_sound=error is None or _leaves_sound(error))
        if error is not None:
            failures.explain(error)


def _leaves_sound(error: BaseException) -> bool:
    """Tell whether a connection can be used after `error` came out of its use.

    A server's refusal ends a statement, not the session. After anything else (a cancelled
    statement may still be running) nothing is known of it.
    """
    if isinstance(error, failures.UNREACHABLE):
        return False
    return isinstance(error, asyncpg.PostgresError | failures.OURS)
