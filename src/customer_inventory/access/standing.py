"""What a process may do, asked without a token: for work that goes on after its call."""

from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import EVERY_TYPE
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def permitted_types(
    database: Database, *, process: str, purpose: str, operation: Operation
) -> frozenset[str]:
    """Return the record types on which a process may do `operation` now; none if not active."""
    rows = await database.fetch(SQL.permitted_types, process, purpose, str(operation))
    names = {row["record_type"] for row in rows}
    return frozenset(TYPES) if EVERY_TYPE in names else frozenset(names & TYPES.keys())
