"""The database's effort metered: statements and write-ahead log, as the server counts them.

The server's counters only grow, until they are reset or a statement is evicted. A look keeps where
they stand; what they grew by since the last one was done in the hour of this one. A counter that is
new, or begins later than the one we know, counts in full: it began after our last look.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

COUNTS = ("calls", "returned", "microseconds", "wal_bytes")
_WAL = "wal"
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_ONE_LOOKS = 0x6566666F  # "effo"


@dataclass(frozen=True, slots=True)
class Effort:
    """What a named statement ('' for all without a name) took of the database, as one login."""

    login: str
    statement: str
    calls: int
    returned: int
    microseconds: int
    wal_bytes: int


async def look(database: Database, at: datetime) -> bool:
    """Add what the database did since the last look to the hour of `at`.

    Returns False when the server keeps no statistics of statements: then only the write-ahead log
    is known. The first look of all knows no beginning: it counts nothing, and only keeps.
    """
    hour = at.replace(minute=0, second=0, microsecond=0)
    async with database.transaction() as connection:
        await connection.execute(SQL.hold_counters, _ONE_LOOKS)
        known = {
            (row["name"], row["since"]): row["counts"]
            for row in await connection.fetch(SQL.known_counters)
        }
        has_statistics = bool(await connection.fetchval(SQL.has_statistics))
        rows = list(await connection.fetch(SQL.statements_now)) if has_statistics else []
        wal = int(await connection.fetchval(SQL.wal_now))
        await _keep(connection, rows, wal)
        if known:
            grown = [(row, _grown(known, row)) for row in rows]
            await _add(connection, hour, [(row, by) for row, by in grown if any(by)])
            before = known[_WAL, _EVER][0]
            await connection.execute(SQL.add_wal, hour, max(0, wal - before))
    return has_statistics


async def efforts(database: Database, start: datetime, stop: datetime) -> list[Effort]:
    """Return what the database did from `start` to before `stop`, the most time first."""
    rows = await database.fetch(SQL.effort_between, start, stop)
    return [Effort(row["login"], row["statement"], *(row[name] for name in COUNTS)) for row in rows]


async def written_ahead(database: Database, start: datetime, stop: datetime) -> int:
    """Return the bytes of write-ahead log that the whole server wrote from `start` to `stop`."""
    return int(await database.value(SQL.wal_between, start, stop))


def every_statement() -> dict[str, str]:
    """Return what can be planned in every database: statistics of statements are an extension."""
    return {name: text for name, text in SQL.items() if name != "statements_now"}


def _grown(known: Mapping[tuple[str, datetime], Sequence[int]], row: Row) -> list[int]:
    before = known.get((row["counter"], row["since"]), (0, 0, 0, 0))
    now = [row[name] for name in COUNTS]
    # A server that does not say since when it counts shows a reset by counting less.
    return now if now[0] < before[0] else [max(0, n - b) for n, b in zip(now, before, strict=True)]


async def _keep(connection: Connection, rows: Sequence[Row], wal: int) -> None:
    names = [row["counter"] for row in rows] + [_WAL]
    since = [row["since"] for row in rows] + [_EVER]
    await connection.execute(SQL.drop_counters, names, since)
    counts: list[list[Any]] = [[row[name] for row in rows] for name in COUNTS]
    counts[0].append(wal)
    for column in counts[1:]:
        column.append(0)
    await connection.execute(SQL.keep_counters, names, since, *counts)


async def _add(
    connection: Connection, hour: datetime, grown: Sequence[tuple[Row, Sequence[int]]]
) -> None:
    await connection.execute(
        SQL.add_effort,
        hour,
        [row["login"] for row, _ in grown],
        [row["statement"] for row, _ in grown],
        *([by[place] for _, by in grown] for place in range(len(COUNTS))),
    )
