"""Sandboxes: inventories in which operators permit without being asked, to try things and to test.

An inventory is in production unless it was declared a sandbox before anybody was registered to
decide on grants. The database holds the law of it (migration 0023).
"""

from customer_inventory.kit.errors import Conflict, Refused
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


class NotASandbox(Refused):
    """Something was to be permitted directly, in an inventory that is in production."""

    def __init__(self, process: str) -> None:
        super().__init__(
            f"This inventory is in production: {process} is permitted nothing without a grant.",
            hint="Ask with `cinv access request`; `cinv access sandbox` makes a new one a sandbox.",
        )


async def declare(database: Database, *, declared_by: str) -> None:
    """Make this inventory a sandbox, if it is none yet; raise Conflict where people decide."""
    if await is_sandbox(database):
        return
    if await database.value(SQL.people_decide):
        raise Conflict(
            "People are registered here who decide on grants, or grants were asked for.",
            hint="A sandbox is an inventory of its own: set CINV_HOME to a new folder.",
        )
    await database.execute(SQL.declare, "sandbox", declared_by)


async def leave(database: Database, *, declared_by: str) -> None:
    """Put this inventory into production: every permission that nobody granted ends at once."""
    await database.execute(SQL.declare, "production", declared_by)


async def is_sandbox(database: Database) -> bool:
    """Tell whether this inventory is a sandbox."""
    return bool(await database.value(SQL.is_sandbox))


async def demand(connection: Connection, process: str) -> None:
    """Raise NotASandbox in production."""
    if not await connection.fetchval(SQL.is_sandbox):
        raise NotASandbox(process)
