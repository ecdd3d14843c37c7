"""Chunks committed in the order of the file, two transactions at a time.

A transaction also says how far the file was read, so that a load which is killed at any
point goes on from there as if nothing had happened.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from uuid import UUID

from customer_inventory.capture.applying import Applying
from customer_inventory.capture.demanded import Demanded, demanded
from customer_inventory.capture.reading import Chunk, Position
from customer_inventory.capture.refusal import keep, refusal
from customer_inventory.capture.tally import Tally
from customer_inventory.capture.work import Work, problems_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.record.load import words_of
from customer_inventory.record.observation import UNDECLARED, Observations
from customer_inventory.record.search.word import Noted, note
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_TRIES = 8
_PAUSE_SECONDS = 0.05


class Overtaken(Conflict):
    """Somebody else went on with the same load."""

    def __init__(self) -> None:
        super().__init__("Somebody else goes on with this load.", hint="Wait until that ends.")


@dataclass
class Load:
    """A load under way: which, since when, how far the file was read and what came of it."""

    id: UUID
    started_at: datetime
    position: Position
    tally: Tally = field(default_factory=Tally)


class Committing:
    """Commits the chunks of `load` from `source` for `actor`; calls `committed` after each."""

    def __init__(
        self,
        database: Database,
        load: Load,
        actor: Actor,
        committed: Callable[[Load], None],
        *,
        source: str,
    ) -> None:
        self._database = database
        self._load = load
        self._applying = Applying(actor, load.started_at, source)
        self._process = actor.process
        self._committed = committed
        self._observations = Observations(database)
        self._noted: Noted = set()

    async def commit_all(self, worked: AsyncIterator[tuple[Chunk, Work]]) -> None:
        """Commit every chunk, in order; raise the first failure, all before it committed.

        Raises Overtaken, Unavailable, or Conflict when others keep changing the same records.
        """
        before: _UnderWay | None = None
        latest: _UnderWay | None = None
        try:
            async for chunk, work in worked:
                task = asyncio.create_task(self._commit(chunk, work, before))
                latest = _UnderWay(task, _held(work))
                if before:
                    await before.task
                before = latest
            if latest:
                await latest.task
        finally:
            await _stop([each.task for each in (before, latest) if each])
            await self._observations.keep()

    async def _commit(self, chunk: Chunk, work: Work, before: "_UnderWay | None") -> None:
        """Write a chunk, again if others interfere, and commit it after the chunk `before`."""
        # A record that both chunks bring, or that rows of this one demand, must be there, or not,
        # when this one looks for it; and what both hold until they commit it may not hold first.
        wanted = demanded(work)
        if before and not before.held.isdisjoint(_held(work) | wanted.ids):
            await before.end()
        # Words that two chunks bring must be there before either holds them until it commits.
        async with self._database.connection() as connection:
            await note(connection, words_of(work.batches.values()), self._noted)
        for tries_left in reversed(range(_TRIES)):
            try:
                await self._try(chunk, work, wanted, before)
            except Conflict as error:
                if isinstance(error, Overtaken) or not tries_left:
                    raise
                await asyncio.sleep(random.uniform(0, _PAUSE_SECONDS))  # noqa: S311
            else:
                break
        for (name, path), count in work.undeclared.items():
            self._observations.saw(UNDECLARED, name, repeat(path, count), self._process)
        self._committed(self._load)

    async def _try(
        self, chunk: Chunk, work: Work, wanted: Demanded, before: "_UnderWay | None"
    ) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(SQL.prepare_chunk)
            tally = await self._write(connection, chunk, work, wanted)
            if before:
                await before.end()
            total = self._load.tally.plus(tally)
            await self._advance(connection, chunk.end, total)
        self._load.position, self._load.tally = chunk.end, total

    async def _write(
        self, connection: Connection, chunk: Chunk, work: Work, wanted: Demanded
    ) -> Tally:
        tally, refused = await self._applying.apply(connection, work, wanted)
        late = []
        if refused:
            raw = {line: text for line, text, _ in chunk.rows()}
            late = [refusal(line, problems_of(why), raw[line]) for line, why in refused.items()]
        await keep(connection, self._load.id, [*work.refusals, *late])
        return tally

    async def _advance(self, connection: Connection, end: Position, total: Tally) -> None:
        load = self._load
        place = (end.line, end.offset, end.sha256)
        row = await connection.fetchrow(
            SQL.advance_import, load.id, load.position.offset, *place, *total.columns()
        )
        if row is None:
            raise Overtaken


@dataclass(frozen=True, slots=True)
class _UnderWay:
    """A chunk that is being committed, and what it holds: records, keys of periods, the trees."""

    task: "asyncio.Task[None]"
    held: frozenset[str | bytes]

    async def end(self) -> None:
        """Wait until it is committed; raise its failure. Whoever stops waiting leaves it be."""
        await asyncio.wait([self.task])
        self.task.result()


def _held(work: Work) -> frozenset[str | bytes]:
    batches = work.batches.values()
    return frozenset().union(*(batch.ids for batch in batches), *(b.contended for b in batches))


async def _stop(tasks: Sequence["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
