"""Sealing: segments of the ledger become leaves of the log, under a newly signed checkpoint.

One sealer works at a time, whichever service it belongs to. What it does is one transaction:
leaves, checkpoint and the end of the segments come together or not at all.
"""

import asyncio
import logging
import secrets
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from customer_inventory.access.ledger import Entry
from customer_inventory.access.log import leaf, partition
from customer_inventory.access.log.anchor import Anchors
from customer_inventory.access.log.note import Checkpoint, Signer
from customer_inventory.access.log.partition import Month
from customer_inventory.access.log.tree import Frontier
from customer_inventory.kit.clock import now, parse_instant
from customer_inventory.kit.errors import InventoryError, Unavailable
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

log = logging.getLogger(__name__)

COLUMNS = (
    "number", "at", "written_at", "seq", "writer", "writer_entry", "process", "person", "purpose",
    "operation", "record_type", "record_ids", "record_count", "status", "decision", "bytes",
    "source", "rule", "groups", "reason", "salt", "form", "leaf",
)  # fmt: skip

_ONE_SEALER = 0x6C656467  # "ledg"
_SEGMENTS_AT_ONCE = 2000
_ENTRIES_AT_ONCE = 500
_SALT_BYTES = 16
_ID_BYTES = 8
_PAUSE_SECONDS = 1.0
_BETWEEN_SECONDS = 0.25
"""Between two that found something: each costs ten round trips and a signature, however few."""
_ANCHOR_EVERY = timedelta(hours=1)
_TRIES = 50

_decode = msgspec.json.Decoder(list[Entry]).decode


class Sealer:
    """Seals the ledger of one database, and takes its checkpoints outside."""

    def __init__(self, database: Database, signer: Signer, anchors: Anchors) -> None:
        self._database = database
        self._signer = signer
        self._anchors = anchors
        self._task: asyncio.Task[None] | None = None
        self._is_behind = False

    def start(self) -> None:
        """Seal from now on, about once a second."""
        self._task = asyncio.create_task(self._seal_for_ever(), name="seal the ledger")

    async def stop(self) -> None:
        """Seal no more; what is unsealed stays for the next to seal."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def seal(self) -> int:
        """Seal what can be sealed, in one step; return how many entries that were.

        0 also when somebody else seals just now. Raises Unavailable.
        """
        async with self._database.transaction() as connection:
            if not await connection.fetchval(SQL.sole_sealer, _ONE_SEALER):
                return 0
            segments = await connection.fetch(SQL.segments_to_seal, _SEGMENTS_AT_ONCE)
            self._is_behind = len(segments) == _SEGMENTS_AT_ONCE
            if not segments:
                return 0
            frontier = await _frontier(connection)
            before = frontier.size
            there = set(await partition.partitions(connection))
            for part in _parts(segments):
                await _keep(connection, list(_leaves(part, frontier)), there)
            note = self._signer.note(
                Checkpoint(frontier.size, frontier.root()), await _named(connection)
            )
            await connection.execute(SQL.keep_checkpoint, frontier.size, frontier.packed(), note)
            await connection.execute(SQL.drop_sealed_segments, [row["seq"] for row in segments])
        return frontier.size - before

    async def seal_all(self) -> int:
        """Seal everything that was in the ledger when this was called; return how many entries.

        Raises Unavailable when a transaction that stays open holds the order back.
        """
        began, sealed = now(), 0
        for _ in range(_TRIES):
            sealed += await self.seal()
            oldest = await self._database.value(SQL.oldest_unsealed)
            if oldest is None or oldest > began:
                return sealed
            await asyncio.sleep(_PAUSE_SECONDS / 10)
        raise Unavailable(
            "The ledger cannot be sealed just now: a transaction is open.", hint="Try again soon."
        )

    async def anchor(self) -> str | None:
        """Take the latest checkpoint outside; return its note, or None while there is none."""
        row = await self._database.row(SQL.latest_checkpoint)
        if row is None:
            return None
        await self._anchors.keep(row["note"], await log_of(self._database))
        await self._database.execute(SQL.mark_anchored, row["size"])
        return str(row["note"])

    async def _seal_for_ever(self) -> None:
        while True:
            try:
                if await self.seal():
                    await asyncio.sleep(0 if self._is_behind else _BETWEEN_SECONDS)
                else:
                    await self._anchor_if_due()
                    await asyncio.sleep(_PAUSE_SECONDS)
            except InventoryError as error:
                log.warning("the ledger was not sealed: %s", error)
                await asyncio.sleep(_PAUSE_SECONDS)

    async def _anchor_if_due(self) -> None:
        latest = await self._database.row(SQL.latest_checkpoint)
        if latest is None or latest["anchored_at"] is not None:
            return
        before = await self._database.value(SQL.latest_anchored)
        if before is None or now() - before >= _ANCHOR_EVERY:
            await self.anchor()


async def waiting_since(database: Database) -> datetime | None:
    """Return since when the oldest entry waits to be sealed, None when none does."""
    since: datetime | None = await database.value(SQL.oldest_unsealed)
    return since


async def latest(database: Database) -> Row | None:
    """Return where the log stands: its latest checkpoint, None before the first."""
    return await database.row(SQL.latest_checkpoint)


async def log_of(database: Database) -> str:
    """Return the id of the log of `database`, empty while it has none."""
    return await database.value(SQL.log_id) or ""


async def _named(connection: Connection) -> str:
    """Return the id of the log; at its first sealing it gets one."""
    log_id = await connection.fetchval(SQL.log_id)
    if log_id is None:
        log_id = secrets.token_hex(_ID_BYTES)
        await connection.execute(SQL.name_log, log_id)
    return str(log_id)


async def _frontier(connection: Connection) -> Frontier:
    row = await connection.fetchrow(SQL.latest_checkpoint)
    return Frontier() if row is None else Frontier.of(row["size"], row["edge"])


def _parts(segments: Sequence[Row]) -> Iterator[list[Row]]:
    """Yield segments in parts of so many entries: between two of them others have their turn."""
    part: list[Row] = []
    entries = 0
    for segment in segments:
        part.append(segment)
        entries += segment["entries"]
        if entries >= _ENTRIES_AT_ONCE:
            yield part
            part, entries = [], 0
    if part:
        yield part


async def _keep(connection: Connection, rows: Sequence[tuple[Any, ...]], there: set[Month]) -> None:
    """Write the rows of entries into the partitions of their months, made if they are not there."""
    months = {Month(*month) for month in {(row[1].year, row[1].month) for row in rows}}
    if not months <= there:
        await partition.make(connection, months)
        there |= months
    await connection.copy_records_to_table(
        "sealed", schema_name="access", columns=COLUMNS, records=rows
    )


def _leaves(segments: Sequence[Row], frontier: Frontier) -> Iterator[tuple[Any, ...]]:
    """Yield a row for each entry, its columns as in COLUMNS, and add its leaf to the frontier."""
    for segment in segments:
        writer, entries = str(segment["writer"]), _decode(segment["body"])
        salts = secrets.token_bytes(_SALT_BYTES * len(entries))
        for offset, entry in enumerate(entries):
            number = segment["first_entry"] + offset
            salt = salts[offset * _SALT_BYTES : (offset + 1) * _SALT_BYTES]
            committed = leaf.commitments(entry.ids, salt, None)
            hashed = leaf.hash_of(msgspec.structs.asdict(entry), writer, number, committed)
            yield (
                frontier.size,
                parse_instant(entry.at) or segment["recorded_at"],
                entry.at,
                segment["seq"],
                segment["writer"],
                number,
                entry.process,
                entry.person,
                entry.purpose,
                entry.operation,
                entry.type,
                entry.ids,
                entry.count,
                entry.status,
                entry.decision,
                entry.bytes,
                entry.source,
                entry.rule,
                entry.groups,
                entry.reason,
                salt,
                leaf.FORM,
                hashed,
            )
            frontier.add(hashed)
