"""The watch over reporting roles: their reads go to the ledger, what may not go on is ended."""

from datetime import timedelta

from customer_inventory.access.ledger import Entry, keep_with
from customer_inventory.access.operation import Operation
from customer_inventory.access.reporting import role
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

WATCH = "access.watchReporting"
"""Name of the job that watches over reporting roles."""

LONGEST = timedelta(minutes=10)
_AT_ONCE = 1000


async def watch(database: Database) -> None:
    """Take what views noted into the ledger; end sessions that have lost their grant, or hang.

    A role may lift the time limits it begins with. What it has opened before its grant ended it
    could read on from: the next statement is refused at once, an open cursor is ended here.
    """
    found = await role.roles(database)
    for row in found:
        if not row["is_current"]:
            await role.end_sessions(database, row["role"])
    await database.value(SQL.end_long_statements, [row["role"] for row in found], LONGEST)
    while await _take(database):
        pass


async def _take(database: Database) -> bool:
    """Take accesses into the ledger; return whether there may be more."""
    async with database.transaction() as connection:
        rows = await connection.fetch(SQL.take_accesses, _AT_ONCE)
        await keep_with(connection, [_entry(row) for row in rows])
    return len(rows) == _AT_ONCE


def _entry(row: Row) -> Entry:
    """Return the entry of one statement that read a view: which records it read nobody knows."""
    return Entry(
        at=row["at"].isoformat(),
        process=row["process"],
        purpose=row["purpose"],
        person=row["role"],
        operation=Operation.DOWNLOAD,
        type=row["record_type"],
        status=200,
        decision="permit",
        rule=f"reporting {row['role']}",
        source=row["source"],
        reason="read through a reporting view; the database knows no records",
    )
