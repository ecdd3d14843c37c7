"""What reports are made of: marks that are others when a report would say another thing."""

from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def basis(database: Database) -> tuple[object, ...]:
    """Return the marks: all that is done leaves an entry of the ledger, which the meter counts."""
    row = await database.row(SQL.basis)
    assert row is not None  # noqa: S101 - the migration put it there
    return tuple(row)
