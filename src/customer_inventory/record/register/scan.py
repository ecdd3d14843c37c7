"""Records held that fall short of an edition of the register, found type by type.

Documents are read in the order of their ids, a chunk in a statement, and checked by the validator
of the doors: what is found here is what would be refused there.
"""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass

from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.register.edition import Enforced
from customer_inventory.record.types import TYPES
from customer_inventory.record.validate import unfulfilled
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

SEGMENT = "segment"
"""The characteristic of customers that tells segments apart."""

_CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Failing:
    """A record that would fail: which requirements."""

    declared: RecordType
    id: str
    subject_id: str
    source: str
    requirements: tuple[str, ...]


async def failing(
    database: Database, declared: RecordType, enforced: Enforced
) -> AsyncIterator[tuple[int, Sequence[Failing]]]:
    """Yield how many records of a type were looked at and those that fail, chunk by chunk."""
    after = ""
    statement = records_after(declared)
    while rows := await database.fetch(statement, after, _CHUNK):
        after = rows[-1]["id"]
        failed = []
        for row in rows:
            broken = unfulfilled(declared, parse_object(row["body"]), enforced)
            if broken:
                failed.append(
                    Failing(declared, row["id"], row["subject_id"], row["process"], broken)
                )
        yield len(rows), failed


async def segments_of(database: Database, subjects: Collection[str]) -> dict[str, str]:
    """Return the segment of customers, by the id of the subject behind them."""
    if not subjects:
        return {}
    rows = await database.fetch(SQL.segments_of, list(subjects), SEGMENT)
    return {row["subject_id"]: row["segment"] for row in rows if row["segment"] is not None}


def records_after(declared: RecordType) -> str:
    """Return the statement that reads the next records of a type."""
    return SQL.records_after.format(table=declared.table)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    read = {f"records_after:{name}": records_after(declared) for name, declared in TYPES.items()}
    return {"segments_of": SQL.segments_of, **read}
