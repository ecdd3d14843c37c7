"""Whose the records of a type are: by the process that was the last to write each."""

from collections.abc import Mapping

from customer_inventory.record.declare import RecordType
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def records_by_process(connection: Connection, declared: RecordType) -> Mapping[str, int]:
    """Return how many records of a type each process was the last to write; reads the table."""
    rows = await connection.fetch(_statement(declared))
    return {row["process"]: row["records"] for row in rows}


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    return {f"records_by_process:{name}": _statement(declared) for name, declared in TYPES.items()}


def _statement(declared: RecordType) -> str:
    return SQL.records_by_process.format(table=declared.table)
