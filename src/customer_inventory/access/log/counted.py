"""The sealed ledger counted: by hour, process, purpose, operation and record type."""

from collections.abc import Sequence
from datetime import UTC, datetime

from customer_inventory.store.database import Connection, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

EVER = (datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC))
"""From the first instant that can be told to the last."""


async def next_place(connection: Connection) -> int:
    """Return the place that the next sealed entry will have: all before it is final."""
    return int(await connection.fetchval(SQL.next_place))


async def counted(
    connection: Connection,
    first: int,
    stop: int,
    span: tuple[datetime, datetime] = EVER,
) -> Sequence[Row]:
    """Return the sums of entries with places from `first` to before `stop`, told within `span`.

    Rows of hour, process, purpose, operation, record_type, requests, errors (status 400 and up),
    denied, records and bytes. The span is half open.
    """
    rows: Sequence[Row] = await connection.fetch(SQL.counted_between, first, stop, *span)
    return rows
