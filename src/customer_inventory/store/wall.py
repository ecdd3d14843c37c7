"""The wall behind privileges: row-level security without a policy, on every table of ours.

The owner, as which the service works, passes. Whoever else is granted a table, by mistake or in
haste, finds no row in it.
"""

import asyncpg

from customer_inventory.kit.errors import Unavailable
from customer_inventory.store import failures
from customer_inventory.store.database import connect
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def raise_wall(dsn: str) -> list[str]:
    """Let row-level security be on for all our tables; return those where it was not.

    Raises Unavailable when a lock cannot be had in time: nothing is changed then.
    """
    with failures.translated():
        connection = await connect(dsn)
        try:
            async with connection.transaction():
                await connection.execute(SQL.patience)
                rows = await connection.fetch(SQL.tables_without_wall)
                for row in rows:
                    await connection.execute(SQL.wall.format(table=row["name"]))
        except asyncpg.LockNotAvailableError as error:
            raise Unavailable("A table is busy.", hint="Try at a quieter time.") from error
        finally:
            await connection.close()
    return [row["name"] for row in rows]


def every_statement() -> dict[str, str]:
    """Return the statements that can be planned."""
    return {"tables_without_wall": SQL.tables_without_wall}
