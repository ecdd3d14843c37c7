"""Chunks committed in the order of the file, two transactions at a time.

A transaction also says how far the file was read, so that a load which is killed at any
point goes on from there as if nothing had happened; and it keeps the entries of the ledger that
tell of what it wrote.
"""

import asyncio
import random
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import repeat
from typing import Protocol
from uuid import UUID

from customer_inventory.access.ledger import keep_with
from customer_inventory.capture.applying import Applied, Applying
from customer_inventory.capture.authority import Authority
from customer_inventory.capture.brought import Named, named_in, namespaces
from customer_inventory.capture.demanded import Demanded, demanded
from customer_inventory.capture.quarantine.keeping import Keeping
from customer_inventory.capture.reading import Chunk, Position
from customer_inventory.capture.refusal import refusal
from customer_inventory.capture.removing import Removing
from customer_inventory.capture.tally import Tally
from customer_inventory.capture.told import entries
from customer_inventory.capture.work import Work, problems_of
from customer_inventory.kit.errors import Conflict
from customer_inventory.record.lines import words_of
from customer_inventory.record.load import Turn, at_once
from customer_inventory.record.observation import UNDECLARED, Observations
from customer_inventory.record.retention.policy import Policy
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


Whole = Callable[[Chunk], Awaitable[Work]]


class Alongside(Protocol):
    """What goes with every chunk, in the transaction that writes it."""

    async def begin(self, connection: Connection) -> None:
        """See to it before anything is written."""

    async def end(self, connection: Connection, refused: Collection[int]) -> None:
        """See to it when all is written but the rows at the lines of `refused`."""


class Committing:
    """Commits the chunks of `load` from `source` by `authority`; calls `committed` after each.

    `keeping` keeps what is refused, and `policy` (of retention) what is not to be removed; `whole`
    does the work of a chunk without leaving out what stands.
    """

    def __init__(
        self,
        database: Database,
        load: Load,
        authority: Authority,
        committed: Callable[[Load], None],
        *,
        source: str,
        keeping: Keeping,
        alongside: Alongside | None = None,
        whole: Whole | None = None,
        policy: Policy | None = None,
    ) -> None:
        self._database = database
        self._alongside = alongside
        self._load = load
        self._authority = authority
        self._source = source
        self._named: set[Named] = set()
        self._noted: Noted = set()
        actor, session = authority.actor, authority.writing.session
        removing = Removing(database, actor, session, policy)
        self._applying = Applying(actor, load.started_at, source, self._noted, removing)
        self._committed = committed
        self._keeping = keeping
        self._observations = Observations(database)
        self._whole = whole
        self._recent: deque[tuple[int, frozenset[str]]] = deque()

    async def commit_all(self, worked: AsyncIterator[tuple[Chunk, Work]]) -> None:
        """Commit every chunk, in order; raise the first failure, all before it committed.

        Raises Overtaken, Unavailable, NoLongerPermitted when what the process may do changes, or
        Conflict when others keep changing the same records.
        """
        before: _UnderWay | None = None
        latest: _UnderWay | None = None
        try:
            async for chunk, given in worked:
                work = await self._as_it_stands(chunk, given)
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

    async def _as_it_stands(self, chunk: Chunk, work: Work) -> Work:
        """Return the work of a chunk, done again if what it took to stand was written since.

        By this load: what others write meanwhile is written after.
        """
        standing = work.standing
        if standing is None or self._whole is None:
            return work
        written = work.ids
        while self._recent and self._recent[0][0] <= standing.read_at.offset:
            self._recent.popleft()
        if standing.ids:
            others = written.union(*(ids for _, ids in self._recent))
            if not all(map(others.isdisjoint, standing.ids.values())):
                work = await self._whole(chunk)
                written = work.ids
        self._recent.append((chunk.end.offset, written))
        return work

    async def _commit(self, chunk: Chunk, work: Work, before: "_UnderWay | None") -> None:
        """Write a chunk, again if others interfere, and commit it after the chunk `before`."""
        # A record that both chunks bring, or that rows of this one demand, must be there, or not,
        # when this one looks for it; and what both hold until they commit it may not hold first.
        wanted = demanded(work)
        if before and not before.held.isdisjoint(_held(work) | wanted.ids):
            await before.end()
        # Words and namespaces that two chunks bring must be there before either holds them until it
        # commits.
        async with self._database.connection() as connection:
            await note(connection, words_of(work.batches.values()), self._noted)
            named = named_in(work) - self._named
            if named:
                await namespaces(connection, self._source, named)
                self._named |= named
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
            self._observations.saw(
                UNDECLARED, name, repeat(path, count), self._authority.actor.process
            )
        self._committed(self._load)

    async def _try(
        self, chunk: Chunk, work: Work, wanted: Demanded, before: "_UnderWay | None"
    ) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(SQL.prepare_chunk)
            if self._alongside:
                await self._alongside.begin(connection)
            applied = await self._write(
                connection, chunk, work, wanted, before.end if before else at_once
            )
            if self._alongside:
                refused = {*applied.refused, *(each.line for each in work.refusals)}
                await self._alongside.end(connection, refused)
            if before:
                await before.end()
            total = self._load.tally.plus(applied.tally)
            await self._advance(connection, chunk.end, total)
            authority, load = self._authority, self._load.id
            rule_of = authority.writing.session.rule_of
            told = entries(applied.told, applied.denied, authority.actor, load, rule_of)
            await keep_with(connection, told)
            # What was revoked while it was written is not kept.
            await self._authority.demand(connection)
        self._load.position, self._load.tally = chunk.end, total

    async def _write(
        self, connection: Connection, chunk: Chunk, work: Work, wanted: Demanded, turn: Turn
    ) -> Applied:
        writing = self._authority.writing
        applied = await self._applying.apply(connection, work, wanted, writing, turn)
        late = []
        if applied.refused:
            raw = {line: text for line, text, _ in chunk.rows()}
            late = [
                refusal(line, problems_of(why), raw[line], why.code)
                for line, why in applied.refused.items()
            ]
        await self._keeping.keep(connection, chunk, [*work.refusals, *late])
        return applied

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
    """A chunk that is being committed, and what it holds: records and periods."""

    task: "asyncio.Task[None]"
    held: frozenset[str | bytes]

    async def end(self) -> None:
        """Wait until it is committed; raise its failure. Whoever stops waiting leaves it be."""
        await asyncio.wait([self.task])
        self.task.result()


def _held(work: Work) -> frozenset[str | bytes]:
    held: set[str | bytes] = set()
    for batch in work.batches.values():
        held.update(batch.ids, batch.contended)
    held.update(identifier for _, identifier in work.gone)
    return frozenset(held)


async def _stop(tasks: Sequence["asyncio.Task[None]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
