"""The access ledger: every access, allowed or refused, durable before its answer leaves.

Entries of all answers in flight are kept by one insert and one commit (group commit). The
writer numbers its entries without gaps, so that a lost one would show. What changes records in
bulk, or access itself, keeps its entries in the transaction of the change.
"""

import uuid
from collections.abc import Sequence

import msgspec

from customer_inventory.kit.errors import InventoryError
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.lane import Lane, Tell
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_encode = msgspec.json.Encoder().encode


class Entry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One access: who, for what purpose, did what to which records, with what result.

    `ids` are the records concerned (all of a list's too), `status` the HTTP status answered,
    `decision` how the guard decided and `rule` by what, `groups` the attribute groups told of,
    `bytes` the size of the answer's body, `reason` the reference that the caller gave for it.
    """

    at: str
    process: str
    purpose: str
    operation: str
    type: str
    status: int
    decision: str
    ids: Sequence[str] = ()
    count: int = 0
    bytes: int = 0
    person: str | None = None
    source: str | None = None
    rule: str | None = None
    groups: Sequence[str] = ()
    reason: str | None = None


class Ledger:
    """Appends entries; `append` returns once its entry is durable."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writer = uuid.uuid4()
        self._written = 0
        # One track: entries are numbered in the order in which they are kept.
        self._lane: Lane[Entry, None] = Lane(self._keep, width=1000, tracks=1)

    async def append(self, entry: Entry) -> None:
        """Keep `entry`; raise Unavailable when that cannot be done: then nothing may be told."""
        await self._lane.submit(entry)

    def post(self, entry: Entry, tell: Tell[None]) -> None:
        """Keep `entry` as `append` does; `tell` gets None once it is durable, or why it is not."""
        self._lane.post(entry, tell)

    async def _keep(self, entries: Sequence[Entry]) -> Sequence[None]:
        first = self._written + 1
        try:
            await self._database.execute(
                SQL.append_segment, self._writer, first, len(entries), _encode(entries)
            )
        except InventoryError:
            # Whether the segment was kept is unknown: begin anew, so that no number is doubled
            # and none is missing from what a writer is known to have kept.
            self._writer, self._written = uuid.uuid4(), 0
            raise
        self._written += len(entries)
        return [None] * len(entries)


async def keep_with(connection: Connection, entries: Sequence[Entry]) -> None:
    """Keep `entries` in the open transaction: they are there if what they tell of is, or neither.

    They are the first and last of a writer of their own, so that others need not wait for them.
    """
    if entries:
        body = _encode(entries)
        await connection.execute(SQL.append_segment, uuid.uuid4(), 1, len(entries), body)


async def last_entries(database: Database, count: int) -> Sequence[Row]:
    """Return the latest `count` entries, newest first: rows."""
    return await database.fetch(SQL.last_entries, count)
