"""Which groups of attributes were read, by whom and for what: sums of the ledger."""

from collections.abc import Sequence
from datetime import datetime

from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def reads_since(database: Database, since: datetime) -> Sequence[Row]:
    """Return what was told of records since an instant.

    Rows of process, purpose, record_type, attribute_group, how often and last_at. Reads the entries
    since then, in a connection of its own: it may take longer than a caller's statement.
    """
    async with database.session() as connection:
        rows: Sequence[Row] = await connection.fetch(SQL.reads, since)
    return rows
