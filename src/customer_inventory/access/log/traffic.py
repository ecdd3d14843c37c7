"""What a process did for a purpose, entry by entry, as the ledger has it."""

from collections.abc import AsyncIterator
from datetime import datetime

from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_AT_ONCE = 2000


async def traffic_of(
    database: Database, *, process: str, purpose: str, since: datetime
) -> AsyncIterator[Row]:
    """Yield the entries of `process` for `purpose` since an instant, oldest first.

    Rows of place (None: not sealed yet), at, operation, record_type, record_ids (None for one that
    was erased), record_count, status, decision, rule and groups. Reads one snapshot.
    """
    async with (
        database.session() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        async for row in connection.cursor(SQL.traffic, process, purpose, since, prefetch=_AT_ONCE):
            yield row
