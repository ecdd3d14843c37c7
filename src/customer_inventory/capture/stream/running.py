"""A stream that runs: it listens while it is there, waits while something is not, and says so.

While the database is away, or its process may not write, nothing is acknowledged: the broker
keeps it. An event that cannot be taken for a reason that is ours alone is refused after three
tries, so that it does not hold up those behind it.
"""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import Literal

from customer_inventory.access.house import PROCESS, PURPOSE
from customer_inventory.access.masking import masking_key_in
from customer_inventory.capture.committing import Load
from customer_inventory.capture.reading import Position
from customer_inventory.capture.stream.broker.listening import check, listening
from customer_inventory.capture.stream.declared import Stream, read_streams
from customer_inventory.capture.stream.event import Message
from customer_inventory.capture.stream.taking import Counts, Taking
from customer_inventory.capture.tally import Tally
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, InventoryError, Refused, Unavailable
from customer_inventory.kit.settings import Settings
from customer_inventory.record.retention.policy import Policy, policy_of
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

log = logging.getLogger(__name__)

State = Literal["running", "waiting", "stopped"]

LOST_SECONDS = 60.0
"""A stream that has not said for so long how it is, is lost."""

_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0
_PING_EVERY = 2.0
_TELL_EVERY = 10.0
_TRIES = 3
_REFRESH_SECONDS = 60.0
_AWAY = (Unavailable, Conflict, Refused)
"""What passes by waiting: the database is away, others write the same, a permission is missing."""


async def streams(database: Database) -> Sequence[Row]:
    """Return how each stream is: `state` is running, waiting, stopped, or lost when none says."""
    return await database.fetch(SQL.list_streams, LOST_SECONDS)


def streams_of(database: Database, settings: Settings) -> "Streams":
    """Return what runs the streams that the service was told of, for nobody in particular.

    Raises Invalid when a stream file is wrong, BrokerMissing without the library.
    """
    declared = read_streams(settings.capture_streams)
    for each in declared:
        check(each)
    return Streams(database, declared, Actor(PROCESS, PURPOSE), settings)


class Running:
    """Runs `stream` in `database` as its process, for whoever `actor` names.

    `state` is how it is.
    """

    def __init__(
        self,
        database: Database,
        stream: Stream,
        actor: Actor,
        masking_key: bytes = b"",
        policy: Policy | None = None,
    ) -> None:
        self.stream = stream
        self._database = database
        self._actor = Actor(stream.process, stream.purpose, actor.person, actor.source)
        self._key = masking_key
        self._policy = policy
        self._taking: Taking | None = None
        self._load: Load | None = None
        self._counts = Counts()
        self._one_at_a_time = asyncio.Lock()
        self._is_over = False
        self._fresh_until = 0.0
        self.state: State = "waiting"
        self._reason: str | None = None
        self._told_at = 0.0
        self._event_at: datetime | None = None
        self._behind: int | None = None

    async def run(self) -> None:
        """Take events until cancelled; what is missing is waited for."""
        pause = _FIRST_PAUSE
        try:
            while True:
                try:
                    async with self._one_at_a_time:
                        await self._ready()
                    async with listening(self.stream, self.take) as ping:
                        pause = _FIRST_PAUSE
                        await self._say("running", None)
                        while True:
                            self._behind = await ping()
                            await self._tell_now_and_then()
                            await asyncio.sleep(_PING_EVERY)
                except InventoryError as error:
                    reason = str(error)
                except Exception as error:  # noqa: BLE001 - whatever a client of a broker raises
                    reason = f"the broker is not reached ({type(error).__name__})."
                self._behind = None
                await self._say("waiting", reason)
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE)
        finally:
            with suppress(InventoryError):
                await asyncio.shield(self._stop())

    async def take(self, messages: Sequence[Message]) -> None:
        """Return once all that `messages` say was taken or refused, however long that is.

        Raises Unavailable when the stream stops: what was not taken is for its next start.
        """
        async with self._one_at_a_time:
            await self._take(messages)
            self._event_at = now()

    async def _take(self, messages: Sequence[Message]) -> None:
        pause, tries = _FIRST_PAUSE, 0
        while True:
            self._demand_going_on()
            try:
                taking = await self._ready()
                if tries < _TRIES:
                    await taking.take(messages)
                else:
                    await taking.refuse(messages[0], "cannot be taken: see the log of the service.")
            except _AWAY as error:
                await self._say("waiting", str(error))
            except Exception:
                log.exception("stream %s: a batch of %d", self.stream.name, len(messages))
                self._taking = None
                if len(messages) > 1:
                    await self._halves(messages)
                    return
                tries += 1
            else:
                if self.state != "running":
                    await self._say("running", None)
                return
            self._taking = None
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_PAUSE)

    def _demand_going_on(self) -> None:
        if self._is_over:
            raise Unavailable(f"The stream {self.stream.name} stops.")

    async def _halves(self, messages: Sequence[Message]) -> None:
        middle = len(messages) // 2
        await self._take(messages[:middle])
        await self._take(messages[middle:])

    async def _ready(self) -> Taking:
        """Return what takes events as the process may write now."""
        loop = asyncio.get_running_loop()
        if self._taking is None or loop.time() > self._fresh_until:
            load = await self._where_it_is()
            self._taking = await Taking.begun(
                self._database,
                self.stream,
                self._actor,
                masking_key=self._key,
                load=load,
                counts=self._counts,
                policy=self._policy,
            )
            self._load = self._taking.load
            self._fresh_until = loop.time() + _REFRESH_SECONDS
        return self._taking

    async def _where_it_is(self) -> Load | None:
        """Return the import as the database has it, None when there is none yet."""
        if self._load is None:
            return None
        row = await self._database.row(SQL.position_of, self._load.id)
        if row is None:
            return None
        position = Position(row["next_line"], row["next_offset"], row["read_sha256"])
        counted = (row["rows_read"], row["rows_refused"], row["records"], row["undeclared"])
        return Load(self._load.id, self._load.started_at, position, Tally.of_columns(*counted))

    async def _say(self, state: State, reason: str | None) -> None:
        """Say how the stream is, in the log and, where it can be, in the database."""
        if (state, reason) != (self.state, self._reason):
            log.info("stream %s: %s%s", self.stream.name, state, f", {reason}" if reason else "")
        self.state, self._reason = state, reason
        with suppress(InventoryError):
            await self._tell()

    async def _tell_now_and_then(self) -> None:
        if asyncio.get_running_loop().time() > self._told_at + _TELL_EVERY:
            with suppress(InventoryError):
                await self._tell()

    async def _tell(self) -> None:
        if self._load is None:
            return
        self._told_at = asyncio.get_running_loop().time()
        stream, counts = self.stream, self._counts
        await self._database.execute(
            SQL.tell_state, self._load.id, stream.name, stream.broker, stream.topic, self.state,
            self._reason, counts.duplicates, counts.late, counts.skipped, self._event_at,
            self._behind,
        )  # fmt: skip

    async def _stop(self) -> None:
        self._is_over = True
        async with self._one_at_a_time:
            await self._say("stopped", None)
            if self._load is not None:
                await self._database.execute(SQL.end_stream, self._load.id)


class Streams:
    """Runs several streams at once, in the background of a service."""

    def __init__(
        self, database: Database, declared: Sequence[Stream], actor: Actor, settings: Settings
    ) -> None:
        key, policy = masking_key_in(settings.home), policy_of(settings.retention)
        self._running = [Running(database, each, actor, key, policy) for each in declared]
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin."""
        self._tasks = [
            asyncio.create_task(each.run(), name=f"stream {each.stream.name}")
            for each in self._running
        ]

    @property
    def states(self) -> dict[str, str]:
        """How each stream is that runs here, by its name; lost is one that came to an end."""
        return {
            each.stream.name: "lost" if task.done() else each.state
            for each, task in zip(self._running, self._tasks, strict=True)
        }

    async def stop(self) -> None:
        """Take no more; what was not acknowledged comes again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
