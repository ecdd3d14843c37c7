"""The outbox as its readers see it: in the order of `seq`, up to where nothing can come late.

Numbers are drawn before transactions commit, so a lower number may become visible after a
higher one. A reader that only remembered the highest number seen would skip it. Here the
*horizon* is the highest number below which every transaction has ended: first the newest number
is noted together with a transaction id of our own, which is higher than that of any transaction
that drew a number before; once the oldest running transaction is not older than it, all that
was noted is final. Within a record the order of numbers is the order of revisions, because the
row lock is held while the number is drawn.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.kit.ids import derived_id
from customer_inventory.record.declare import RecordType
from customer_inventory.record.event import announcing
from customer_inventory.record.event.announcing import BULLETINS
from customer_inventory.record.event.asking import CONFIRMATION
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_PRUNED_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the outbox: what happened to which record, and the revision that came of it.

    `others` are ids of the other records that it tells of, with a space between.
    """

    seq: int
    bucket: int
    id: str
    type: str
    revision: int
    event: str
    recorded_at: datetime
    others: str | None

    @classmethod
    def of(cls, row: Row) -> "Told":
        """Return what a row of the outbox, or one held back, tells."""
        return cls(*(row[name] for name in cls.__slots__))

    @property
    def event_id(self) -> str:
        """The id of the event: the same for every listener and every attempt."""
        # What is told beside the change of a revision is another event.
        more = [self.event] if self.others else []
        if self.event == CONFIRMATION:
            more.append(str(self.others))  # the same record may be asked about again
        return derived_id(self.bucket, "event", self.id, str(self.revision), *more)


class Horizon:
    """How far the outbox is final: `seq` is the highest number that nothing can come before."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._noted: tuple[int, int] | None = None
        self._moved = asyncio.Condition()
        self.seq = 0

    @property
    def is_waiting(self) -> bool:
        """Whether there is more that is not final yet."""
        return self._noted is not None

    async def look(self) -> None:
        """Move the horizon as far as it goes; whoever waits is woken if it did."""
        if self._noted is None:
            row = await self._database.row(SQL.note_newest, self.seq)
            if row is None or row["xid"] is None:
                return
            self._noted = row["seq"], row["xid"]
        seq, xid = self._noted
        if await self._database.value(SQL.oldest_running) >= xid:
            async with self._moved:
                self.seq, self._noted = seq, None
                self._moved.notify_all()

    async def beyond(self, seq: int, *, within: float) -> None:
        """Wait until the horizon is beyond `seq`, `within` seconds at most."""
        try:
            async with asyncio.timeout(within), self._moved:
                await self._moved.wait_for(lambda: self.seq > seq)
        except TimeoutError:
            return


async def after(
    database: Database,
    seq: int,
    *,
    to: int,
    types: Sequence[str],
    since: str | None = None,
    limit: int,
) -> list[Told]:
    """Return the first `limit` rows with numbers over `seq` up to `to`, of these record types.

    With `since`, a snapshot of the database, what was committed before it is left out.
    """
    rows = await database.fetch(SQL.events_after, seq, to, list(types), since, limit)
    return [Told.of(row) for row in rows]


async def bodies(database: Database, events: Sequence[Told]) -> dict[tuple[str, int], bytes]:
    """Return the documents that `events` tell of, by record id and revision.

    That of a removal is the last one before it. One that has been erased since is missing.
    """
    found: dict[tuple[str, int], bytes] = {}
    for name in sorted({event.type for event in events} & TYPES.keys()):
        of_type = [event for event in events if event.type == name]
        rows = await database.fetch(
            _versions_told(TYPES[name]),
            [event.id for event in of_type],
            [event.bucket for event in of_type],
            [_version_of(event) for event in of_type],
        )
        found.update({(row["id"], row["revision"]): row["body"] for row in rows})
    bulletins = [(event.id, event.revision) for event in events if event.type in BULLETINS]
    if bulletins:
        found |= await announcing.bodies(database, bulletins)
    return {
        (event.id, event.revision): found[event.id, _version_of(event)]
        for event in events
        if (event.id, _version_of(event)) in found
    }


async def prune(database: Database, *, before: datetime) -> int:
    """Remove what was recorded before that instant and every active listener has been told.

    What a suspended one has not been told becomes a dead letter of it. Returns how many rows
    are gone; run twice, the second time finds none.
    """
    gone = 0
    while removed := await database.value(SQL.prune_outbox, before, _PRUNED_AT_ONCE):
        gone += removed
    return gone


async def seq_at(database: Database, instant: datetime) -> int:
    """Return the number after which everything recorded at or after `instant` comes."""
    return int(await database.value(SQL.seq_at, instant))


async def latest(database: Database, count: int) -> list[Told]:
    """Return the latest `count` rows, oldest first."""
    rows = await database.fetch(SQL.latest_events, count)
    return [Told.of(row) for row in reversed(rows)]


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    plain = {name: text for name, text in SQL.items() if name != "versions_told"}
    return plain | {f"versions_told:{name}": _versions_told(TYPES[name]) for name in TYPES}


def _versions_told(declared: RecordType) -> str:
    return SQL.versions_told.format(table=declared.table)


def _version_of(event: Told) -> int:
    return event.revision - 1 if event.event == "delete" else event.revision
