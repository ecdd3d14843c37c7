"""Retiring: months of the ledger that are past their time are dropped, and the rest stays proved.

A month goes whole, and only when it is proved to be as it was sealed under a checkpoint that lies
outside, is past the policy's rule, and holds no entry about a record under legal hold. What is kept
of it, the statement of who retired it, the ledger's own entry and the end of the partition are one
transaction.
"""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from customer_inventory.access.ledger import Entry, keep_with
from customer_inventory.access.log import partition, retired, verifying
from customer_inventory.access.log.anchor import Anchors
from customer_inventory.access.log.note import Signer
from customer_inventory.access.log.partition import Month
from customer_inventory.access.log.retired import Statement
from customer_inventory.access.log.sealing import Sealer, log_of
from customer_inventory.access.log.tree import Cover, Subtree
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Unavailable
from customer_inventory.record.retention.policy import Rule
from customer_inventory.record.subject.belonging import NoSuchSubject, belongings
from customer_inventory.record.subject.hold import holds
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

RETIRE = "access.retireLedger"
"""The job that retires what is past its time."""

DUE, HELD, KEPT, EMPTY = "due", "held", "kept", "empty"
"""A month goes, or a legal hold keeps it, its time has not come, nothing is in it."""

_MOST_HOLDS = 100_000
_TRIES = 20
_PAUSE_SECONDS = 1.0

log = logging.getLogger(__name__)


class NotAsSealed(Conflict):
    """The ledger is not as it was sealed: what would tell of it must not go."""

    code = "notAsSealed"

    def __init__(self, what: str) -> None:
        super().__init__(
            f"Nothing is retired: the ledger is not as it was sealed. {what}",
            hint="`cinv usage ledger verify` tells all that is wrong.",
        )


@dataclass(frozen=True, slots=True)
class Standing:
    """How a month of the ledger stands: its entries (None: not counted), and what becomes of it.

    `gone_by` is when its rule wants it gone, None for never.
    """

    month: Month
    state: str
    gone_by: datetime | None
    entries: int | None = None
    reference: str | None = None


@dataclass(frozen=True, slots=True)
class _Part:
    """A month as it was verified: its places, and the hashes that will stand for it."""

    month: Month
    first: int
    last: int
    entries: int
    subtrees: tuple[Subtree, ...]


class Retirer:
    """Retires months of the ledger of one database by `rule`; without one it retires nothing."""

    def __init__(
        self, database: Database, sealer: Sealer, signer: Signer, anchors: Anchors,
        rule: Rule | None,
    ) -> None:  # fmt: skip
        self._database = database
        self._sealer = sealer
        self._signer = signer
        self._anchors = anchors
        self.rule = rule

    async def plan(self, *, at: datetime | None = None) -> list[Standing]:
        """Return how every month stands at `at` (or now), earliest first; change nothing."""
        held, instant = await self._held(), at or now()
        async with verifying.snapshot(self._database) as connection:
            return [
                await self._standing(connection, month, held, instant)
                for month in await partition.partitions(connection)
            ]

    async def run(self, *, actor: Actor, at: datetime | None = None) -> list[Standing]:
        """Retire every month that is due, each in a transaction; return what became of those.

        Raises NotAsSealed, Unavailable when a checkpoint cannot be anchored or a transaction that
        stays open holds the ledger.
        """
        due = [standing for standing in await self.plan(at=at) if standing.state == DUE]
        if not due or self.rule is None:
            return []
        await self._sealer.seal_all()
        await self._sealer.anchor()
        done = []
        for standing in due:
            part, checkpoint = await self._verified(standing.month)
            reference = await self._retire(part, checkpoint, self.rule, actor)
            log.info("retired the ledger's %s: %d entries", part.month, part.entries)
            done.append(replace(standing, entries=part.entries, reference=reference))
        return done

    async def _standing(
        self, connection: Connection, month: Month, held: Sequence[str], at: datetime
    ) -> Standing:
        gone_by = self.rule.gone_by(month.stop) if self.rule else None
        if gone_by is None or gone_by > at:
            return Standing(month, KEPT, gone_by)
        (counted,) = await connection.fetch(SQL.month_counted, month.start, month.stop, held)
        state = EMPTY if not counted["entries"] else HELD if counted["held"] else DUE
        return Standing(month, state, gone_by, counted["entries"])

    async def _held(self) -> list[str]:
        """Return the ids of all records that a legal hold in force keeps."""
        found: set[str] = set()
        for hold in await holds(self._database, limit=_MOST_HOLDS):
            found.add(hold.subject_id)
            try:
                found.update((await belongings(self._database, hold.subject_id)).own)
            except NoSuchSubject:
                continue
        return sorted(found)

    async def _verified(self, month: Month) -> tuple[_Part, int]:
        """Return a month as it was verified, and the size of a checkpoint above all of it.

        The log is verified from its beginning to the first checkpoint behind the month.
        """
        anchored = self._anchors.notes(await log_of(self._database))
        async with verifying.snapshot(self._database) as connection:
            check = await verifying.begun(connection, self._signer.public, anchored)
            edges = await connection.fetchrow(SQL.month_edges, month.start, month.stop)
            above = [size for size in check.sizes if edges and size > edges["last"]]
            if not edges or not above:
                raise NotAsSealed(f"No signed checkpoint lies above {month}.")
            cover, entries = Cover(), 0
            async for row in verifying.walk(connection, check, min(above)):
                if month.start <= row["at"] < month.stop:
                    _cover(cover, row, check.sizes)
                    entries += 1
        if check.first_fault is not None:
            raise NotAsSealed(check.first_fault.what)
        part = _Part(month, edges["first"], edges["last"], entries, tuple(cover.subtrees))
        return part, min(above)

    async def _retire(self, part: _Part, checkpoint: int, rule: Rule, actor: Actor) -> str:
        statement = Statement(
            log=await log_of(self._database),
            month=str(part.month),
            first=part.first,
            last=part.last,
            entries=part.entries,
            subtrees=retired.digest_of(part.subtrees),
            checkpoint=checkpoint,
            rule=rule.name,
            source=rule.source,
            process=actor.process,
            purpose=actor.purpose,
            person=actor.person,
            at=now().isoformat(),
        )
        for tries_left in reversed(range(_TRIES)):
            try:
                async with self._database.transaction() as connection:
                    return await self._drop(connection, part, statement, actor)
            except Unavailable:
                if not tries_left:
                    raise
                await asyncio.sleep(_PAUSE_SECONDS)
        raise AssertionError("unreachable")

    async def _drop(
        self, connection: Connection, part: _Part, statement: Statement, actor: Actor
    ) -> str:
        """Drop a month and keep what proves the rest, with the ledger's own entry of it."""
        await connection.execute(SQL.do_not_wait_long)
        await connection.execute(SQL.hold_sealed)
        edges = await connection.fetchrow(SQL.month_edges, part.month.start, part.month.stop)
        if edges is None or edges["last"] != part.last:
            raise NotAsSealed(f"{part.month} got more entries meanwhile; try again.")
        reference = await retired.keep(connection, statement, part.subtrees, self._signer)
        await keep_with(connection, [_entry(part, statement, reference, actor)])
        await partition.drop(connection, part.month)
        return reference


def every_statement() -> dict[str, str]:
    """Return every statement that can be planned, by name."""
    return {name: SQL[name] for name in ("month_counted", "month_edges")}


def _cover(cover: Cover, row: Row, sizes: frozenset[int]) -> None:
    if row["number"] in sizes:
        cover.cut()
    cover.add(row["number"], row["leaf"])


def _entry(part: _Part, statement: Statement, reference: str, actor: Actor) -> Entry:
    return Entry(
        at=statement.at,
        process=actor.process,
        purpose=actor.purpose,
        person=actor.person,
        operation=retired.OPERATION,
        type=retired.RECORD_TYPE,
        status=200,
        decision="permit",
        count=part.entries,
        source=actor.source,
        rule=statement.rule,
        reason=reference,
    )
