"""Connections that are lent and come back as they were.

The driver's own pool guards against sessions that borrowers leave changed, at 50
microseconds a loan. Here no statement changes the session; a connection whose borrower
failed in a way that leaves its state unknown is closed and another made in its place.
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable
from types import TracebackType

import asyncpg

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store import failures

Connection = asyncpg.Connection

_LONGEST_WAIT_SECONDS = 30.0
_CLOSE_SECONDS = 5.0


class Pool:
    """At most `size` connections made by `connect`; the one returned last is lent first."""

    def __init__(self, connect: Callable[[], Awaitable[Connection]], size: int) -> None:
        self._connect = connect
        self._places = size
        self._idle: list[Connection] = []
        self._lent: set[Connection] = set()
        self._waiting: deque[asyncio.Future[None]] = deque()

    def lend(self) -> "Loan":
        """Lend a connection for a block: `async with pool.lend() as connection`."""
        return Loan(self)

    async def take(self) -> Connection:
        """Return a connection, when there is one; raise Unavailable if that takes too long."""
        while not self._idle and not self._places:
            await self._wait()
        while self._idle:
            connection = self._idle.pop()
            if not connection.is_closed():
                self._lent.add(connection)
                return connection
            self._places += 1
        self._places -= 1
        try:
            connection = await self._connect()
        except BaseException:
            self._places += 1
            self._wake()
            raise
        self._lent.add(connection)
        return connection

    def give_back(self, connection: Connection, *, is_sound: bool) -> None:
        """Take a connection back; one that is not sound is closed."""
        self._lent.discard(connection)
        if is_sound and not connection.is_closed():
            self._idle.append(connection)
        else:
            connection.terminate()
            self._places += 1
        self._wake()

    async def close(self) -> None:
        """Close every connection; those still lent are cut off."""
        for connection in self._lent:
            connection.terminate()
        idle, self._idle = self._idle, []
        closing = (connection.close(timeout=_CLOSE_SECONDS) for connection in idle)
        await asyncio.gather(*closing, return_exceptions=True)

    async def _wait(self) -> None:
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append(turn)
        try:
            await asyncio.wait_for(turn, _LONGEST_WAIT_SECONDS)
        except TimeoutError:
            raise Unavailable("Every connection is busy.", hint="Try again shortly.") from None
        except asyncio.CancelledError:
            if turn.done() and not turn.cancelled():
                self._wake()  # the turn was ours: the next in the line has it
            raise

    def _wake(self) -> None:
        while self._waiting:
            turn = self._waiting.popleft()
            if not turn.done():
                turn.set_result(None)
                return


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
        # A server's refusal ends a statement, not the session. After anything else (a
        # cancelled statement may still be running) nothing is known of it.
        is_sound = error is None or isinstance(error, asyncpg.PostgresError | failures.OURS)
        self._pool.give_back(connection, is_sound=is_sound and not connection.is_in_transaction())
        if error is not None:
            failures.explain(error)
