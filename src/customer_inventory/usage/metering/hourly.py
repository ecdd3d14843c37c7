"""The ledger metered: sums by hour, counted once each, whenever an entry comes.

What is sealed has its place for good. The meter knows up to which place it has counted, and adds
what lies beyond to the hours that the entries tell: an entry that comes late changes its hour and
no other. Sums and place are one transaction, so that nothing is counted twice or left out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from customer_inventory.access.log.counted import EVER, counted, next_place
from customer_inventory.access.log.partition import Month
from customer_inventory.access.log.retired import Retired, rows_of
from customer_inventory.kit.errors import Conflict
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

KEY = ("hour", "process", "purpose", "operation", "record_type")
_AT_ONCE = 500_000
"""So many entries are counted in a transaction: half a second, of the five that a statement has."""
COUNTS = ("requests", "errors", "denied", "records", "bytes")


@dataclass(frozen=True, slots=True)
class Metered:
    """What a run of the meter did.

    `entries` it counted, into so many `sums` of hours; `late` of the entries belong to months that
    are closed, `missed` were retired before anything counted them. All before `place` is counted.
    """

    entries: int
    sums: int
    late: int
    missed: int
    place: int


class NotInLedger(Conflict):
    """Hours cannot be counted anew: their entries are gone, or a statement was made of them."""

    code = "notInLedger"


async def meter(database: Database) -> Metered:
    """Count what was sealed since the last time; months that are closed get it as late.

    However much that is, a transaction counts a bounded part of it.
    """
    entries = sums = late = missed = 0
    while True:
        done, is_all = await _step(database)
        entries, sums = entries + done.entries, sums + done.sums
        late, missed = late + done.late, missed + done.missed
        if is_all:
            return Metered(entries, sums, late, missed, done.place)


async def _step(database: Database) -> tuple[Metered, bool]:
    """Count the next entries; return also whether that was all there is."""
    async with database.transaction() as connection:
        first = (await hold(connection))["place"]
        closed = await _closed(connection)
        last = await next_place(connection)
        stop = min(last, first + _AT_ONCE)
        rows = await counted(connection, first, stop)
        await _add(connection, rows, closed)
        entries = _total(rows)
        missed = stop - first - entries
        await connection.execute(SQL.metered_until, stop, missed)
    late = _total(row for row in rows if Month.of(row["hour"]) in closed)
    return Metered(entries, len(rows), late, missed, stop), stop == last


async def recount(database: Database, since: datetime | None) -> Metered:
    """Forget the sums from the hour of `since` on and count them anew; None: as far back as can be.

    Raises NotInLedger when a month from there on is closed, or its entries were retired.
    """
    async with database.transaction() as connection:
        stop = (await hold(connection))["place"]
        gone = {Retired.of(row).month for row in await rows_of(connection)}
        gone |= await _closed(connection)
        start = _start(since, gone)
        rows = await counted(connection, 0, stop, (start, EVER[1]))
        await connection.execute(SQL.drop_hours, start)
        await _add(connection, rows, ())
        await connection.execute(SQL.metered_until, stop, 0)
    return Metered(_total(rows), len(rows), 0, 0, stop)


async def hold(connection: Connection) -> Row:
    """Return how far the ledger is metered; nobody else meters until the transaction ends."""
    row = await connection.fetchrow(SQL.hold_meter)
    assert row is not None  # noqa: S101 - the migration put it there
    return row


async def summed(database: Database, start: datetime, stop: datetime) -> Sequence[Row]:
    """Return what was used from `start` to before `stop`, by all but the hour.

    Rows of process, purpose, operation, record_type, requests, errors, denied, records and bytes.
    """
    return await database.fetch(SQL.summed, start, stop)


async def summed_by_day(
    database: Database, start: datetime, stop: datetime, chosen: Mapping[str, str]
) -> Sequence[Row]:
    """Return what was used from `start` to before `stop`, by day (in UTC) and operation.

    `chosen` narrows it to a process, purpose, operation or record_type, by the name of the column;
    what is empty or not told narrows nothing. Rows of day, operation, requests, errors, denied,
    records and bytes.
    """
    return await database.fetch(
        SQL.summed_by_day, start, stop, *(chosen.get(name) or None for name in KEY[1:])
    )


async def _closed(connection: Connection) -> set[Month]:
    """Return the months that are closed: nobody closes one while the meter is held."""
    rows = await connection.fetch(SQL.closed_months)
    return {Month(row["month"].year, row["month"].month) for row in rows}


async def _add(connection: Connection, rows: Sequence[Row], closed: Collection[Month]) -> None:
    late = [Month.of(row["hour"]) in closed for row in rows]
    keys = ([row[name] for row in rows] for name in KEY)
    counts = ([row[name] for row in rows] for name in COUNTS)
    await connection.execute(SQL.add_hours, *keys, late, *counts)


def _start(since: datetime | None, gone: Collection[Month]) -> datetime:
    """Return the hour from which on to count; raise NotInLedger if it lies before what is gone."""
    earliest = max(gone).stop if gone else datetime(1, 1, 1, tzinfo=UTC)
    if since is None:
        return earliest
    start = since.replace(minute=0, second=0, microsecond=0)
    if start < earliest:
        raise NotInLedger(
            f"Hours before {earliest:%Y-%m-%d} cannot be counted anew: their month is closed, or "
            "its entries were retired.",
            hint=f"Count from {earliest:%Y-%m-%d} on.",
        )
    return start


def _total(rows: Iterable[Row]) -> int:
    return sum(row["requests"] for row in rows)
