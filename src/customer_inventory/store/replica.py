"""Reads that may be a little old, answered by standbys of the database.

How old a standby is, is measured and never believed: the primary is asked how far its log is, and a
standby that has replayed it is, from then on, as new as the primary was when it was asked. It
answers only where that is no longer ago than the bound, later than the last change that protects a
subject, and later than what the caller wrote itself. Else the primary answers.
"""

import asyncio
import logging
import math
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from customer_inventory.kit.errors import Conflict, InventoryError, Unavailable
from customer_inventory.store.database import Connection, Database, Listener
from customer_inventory.store.failures import TIME_LIMIT
from customer_inventory.store.sql import beside

SQL = beside(__name__)

log = logging.getLogger(__name__)

CHANNEL = "record_protected"

Result = TypeVar("Result")
Read = Callable[[Database], Awaitable[Result]]
"""A read, given the database that it is to ask."""

_EVERY_SECONDS = 0.25
_AWAY_SECONDS = 2.0
"""So long a standby that could not be reached is left alone."""
_MOST_MARKS = 64
_MOST_WRITERS = 10_000
NEVER = -math.inf


@dataclass
class Replica:
    """A standby: its database, and when the primary was as it is now, in seconds of the clock.

    `behind` is how many bytes of log it has yet to replay; both are as of the last look. `fault`
    says why it answers nobody, if it does not; `asked` is how many reads it answered.
    """

    database: Database
    as_of: float = NEVER
    behind: int = 0
    fault: str | None = "It has not been looked at yet."
    asked: int = 0
    marks: deque[tuple[float, str]] = field(default_factory=lambda: deque(maxlen=_MOST_MARKS))

    def lag(self, moment: float) -> float:
        """Return how old what it answers may be, in seconds; infinite where nothing is known."""
        return moment - self.as_of


@dataclass(frozen=True, slots=True)
class Lately:
    """Who reads: a process whose own writes must be seen, and how old an answer may be for it.

    `seconds` may be less than the bound; 0 wants what is there now.
    """

    process: str
    seconds: float = math.inf


@dataclass(frozen=True, slots=True)
class Told:
    """What a read told, and how old it may be in whole seconds; None: it is of now."""

    age: int | None = None


class Replicas:
    """The standbys of a primary, by their addresses; none of them, and the primary does it all."""

    def __init__(
        self,
        primary: Database,
        addresses: Sequence[str] = (),
        *,
        seconds: float = 5.0,
        pool_size: int = 12,
        statement_timeout_ms: int = 0,
    ) -> None:
        self.seconds = seconds
        self._primary = primary
        self.replicas = [
            Replica(Database(each, pool_size=pool_size, statement_timeout_ms=statement_timeout_ms))
            for each in addresses
        ]
        self._listener = Listener(primary.dsn, CHANNEL, self.protect)
        self._protected = NEVER
        self._wrote: dict[str, float] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self.fallen_back = 0
        """How many reads that might have been a standby's the primary answered."""

    async def start(self) -> None:
        """Begin to watch the standbys; one that cannot be reached yet is waited for."""
        if self.replicas:
            await self._listener.start()
            self._tasks = [
                asyncio.create_task(
                    self._watch(each), name=f"watch the standby {each.database.place}"
                )
                for each in self.replicas
            ]

    async def stop(self) -> None:
        """Watch no more, and close the connections."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._tasks:
            await self._listener.stop()
        for each in self.replicas:
            await each.database.close()

    def protect(self) -> None:
        """Let no standby answer that has not replayed what protects subjects until now."""
        self._protected = time.monotonic()

    def wrote(self, process: str) -> None:
        """Let no standby answer a process that has not replayed what it wrote until now."""
        if self.replicas:
            if len(self._wrote) >= _MOST_WRITERS:
                # Whoever is forgotten wrote no later than now.
                self._wrote.clear()
                self.protect()
            self._wrote[process] = time.monotonic()

    async def read(self, work: Read[Result], lately: Lately) -> tuple[Result, Told]:
        """Return what `work` reads, and how old that may be.

        A standby that fails, or gives up for the sake of its replay, is left alone for a while and
        the primary is asked.
        """
        replica = self._fit(lately)
        if replica is not None:
            try:
                began = time.monotonic()
                result = await work(replica.database)
            except Conflict:
                pass  # what it was to replay took away what was being read
            except Unavailable as error:
                if error.code == TIME_LIMIT:
                    raise  # the primary would take as long
                log.warning("a standby did not answer (%s): the primary is asked", error.message)
                replica.as_of, replica.fault = NEVER, error.message
            else:
                replica.asked += 1
                return result, Told(math.ceil(max(0.0, replica.lag(began))))
        if self.replicas:
            self.fallen_back += 1
        return await work(self._primary), Told()

    def _fit(self, lately: Lately) -> Replica | None:
        """Return the newest standby that may answer, if any may."""
        if not self.replicas or self._listener.deaf:
            return None
        moment = time.monotonic()
        since = max(
            moment - min(self.seconds, lately.seconds),
            self._protected,
            self._wrote.get(lately.process, NEVER),
        )
        fit = [each for each in self.replicas if each.fault is None and each.as_of >= since]
        return min(fit, key=lambda each: each.asked, default=None)

    async def _watch(self, replica: Replica) -> None:
        while True:
            try:
                await replica.database.open()
                while True:
                    await self._look(replica)
                    await asyncio.sleep(_EVERY_SECONDS)
            except InventoryError as error:
                if replica.fault != error.message:
                    log.warning("the standby %s: %s", replica.database.place, error.message)
                replica.as_of, replica.fault = NEVER, error.message
                replica.marks.clear()
                await replica.database.close()
                await asyncio.sleep(_AWAY_SECONDS)

    async def _look(self, replica: Replica) -> None:
        moment = time.monotonic()
        mark = await self._primary.value(SQL.written_until)
        replica.marks.append((moment, mark))
        marks = list(replica.marks)
        row = await replica.database.row(SQL.replayed, [lsn for _, lsn in marks])
        assert row is not None  # noqa: S101 - an aggregate always has a row
        if not row["is_standby"]:
            raise Unavailable("It is no standby.", hint="CINV_REPLICAS names standbys alone.")
        replica.behind, replica.fault = row["behind"], None
        if row["replayed"]:
            replica.as_of = marks[row["replayed"] - 1][0]
            for _ in range(row["replayed"]):
                replica.marks.popleft()


async def tell_protected(database: Database | Connection) -> None:
    """Let every service know that subjects are protected more than before, once that is committed.

    Standbys that have not replayed it answer nobody from then on.
    """
    await database.execute(SQL.tell_protected, CHANNEL)
