"""The sealed ledger as anomalies are looked for in it: by process, hour and day, and entry.

What is asked of whole hours and days reads their entries again: it gives the same however often it
is asked, and entries that come late are in it. Statements may take longer than one of a caller.
"""

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

NARROW = 20
"""An entry that tells of more records than this is not about any one of them."""
_LONGEST_SECONDS = 600

Spans = Sequence[tuple[str, datetime]]
"""Processes and hours, or days (their first instant): what is asked together."""


@dataclass(frozen=True, slots=True)
class Like:
    """Which entries: of these operations, of a record type, purpose, source, with one of these ids.

    None: of any. `outcome` is served, denied, or unknown (ids that are not there).
    """

    operations: tuple[str, ...] | None = None
    record_type: str | None = None
    purpose: str | None = None
    source: str | None = None
    ids: tuple[str, ...] | None = None
    outcome: str = "served"


@asynccontextmanager
async def patient(database: Database) -> AsyncIterator[Connection]:
    """Lend a connection in a transaction whose statements may take ten minutes."""
    async with database.transaction() as connection:
        await connection.execute(f"SET LOCAL statement_timeout = '{_LONGEST_SECONDS}s'")
        yield connection


async def touched_hours(connection: Connection, first: int, stop: int) -> Sequence[Row]:
    """Return of which processes and hours the entries from one place to before another are."""
    return await _fetch(connection, SQL.touched_hours, first, stop)


async def unknown_ids(connection: Connection, asked: Spans) -> Sequence[Row]:
    """Return rows of process, starts_at and number: how many ids were not there in hours."""
    return await _fetch(connection, SQL.unknown_ids, *_columns(asked))


async def addresses(connection: Connection, asked: Spans) -> Sequence[Row]:
    """Return rows of process, starts_at, about (the address) and number: who came in hours."""
    return await _fetch(connection, SQL.addresses, *_columns(asked))


async def different_records(connection: Connection, asked: Spans) -> Sequence[Row]:
    """Return rows of process, starts_at, different records read on days, and most_of_one."""
    return await _fetch(connection, SQL.different_records, *_columns(asked), NARROW)


async def records_told(
    connection: Connection, asked: Spans, record_types: Collection[str]
) -> Sequence[Row]:
    """Return rows of process, starts_at, record_type and id: what was told of in hours."""
    return await _fetch(connection, SQL.records_told, *_columns(asked), list(record_types))


async def most_read(
    connection: Connection, process: str, start: datetime, stop: datetime
) -> str | None:
    """Return the id of the record that a process read most, None when it read none by itself."""
    rows = await _fetch(connection, SQL.most_read, process, start, stop, NARROW)
    return str(rows[0]["id"]) if rows else None


async def entries_like(
    connection: Connection, process: str, start: datetime, stop: datetime, like: Like, *, most: int
) -> Sequence[Row]:
    """Return the `most` entries that tell of most: rows of place, person and entries, of them all.

    The span is half open.
    """
    operations = None if like.operations is None else list(like.operations)
    ids = None if like.ids is None else list(like.ids)
    return await _fetch(
        connection, SQL.entries_like, process, start, stop, operations, like.record_type,
        like.purpose, like.source, ids, like.outcome, most,
    )  # fmt: skip


async def entries_at(
    database: Database, places: Collection[int], start: datetime, stop: datetime
) -> Sequence[Row]:
    """Return entries at places of the log that tell of a span; those that were retired are not."""
    return await database.fetch(SQL.entries_at, list(places), start, stop)


async def _fetch(connection: Connection, statement: str, *arguments: object) -> Sequence[Row]:
    rows: Sequence[Row] = await connection.fetch(statement, *arguments, timeout=_LONGEST_SECONDS)
    return rows


def _columns(asked: Spans) -> Iterator[list[object]]:
    yield [process for process, _ in asked]
    yield [start for _, start in asked]
