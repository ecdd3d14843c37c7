"""Record types that the register declares: served by the one engine, as those that ship are."""

from collections.abc import Mapping
from typing import Any

from customer_inventory.record.declare import RecordType, Reference
from customer_inventory.record.register.edition import RECORD, Edition
from customer_inventory.record.schema import LONGEST_NAME, moment, text, thing
from customer_inventory.record.types import SHIPPED, TYPES
from customer_inventory.store.database import Connection
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_ATTRIBUTES = {
    "name": text("What people call it", most=LONGEST_NAME),
    "description": text(),
    "status": text("Where it stands", most=100),
    "validFor": thing("When it holds", startDateTime=moment(), endDateTime=moment()),
}
"""What every record has that is not otherwise declared."""
_PREFIX = "declared"
"""Tables of declared types begin so: none is ever in the way of one that will ship."""


def declared_by(edition: Edition) -> dict[str, RecordType]:
    """Return the record types that an edition declares, by name."""
    found = {}
    for name, enforced in edition.types.items():
        element = enforced.by_path.get(RECORD)
        if element is not None and element.declares is not None and name not in SHIPPED:
            found[name] = declared(name, element.declares)
    return found


def declared(name: str, said: Mapping[str, Any]) -> RecordType:
    """Return the record type `name` that a requirement declares by `said`."""
    snake = "".join(f"_{c.lower()}" if c.isupper() else c for c in name)
    return RecordType(
        name=name,
        entity=said["entity"],
        description=said["description"],
        attributes=_ATTRIBUTES,
        mandatory=(),
        references=tuple(
            Reference(path, tuple(targets)) for path, targets in said.get("references", {}).items()
        ),
        subject=(said["subject"],) if said.get("subject") else (),
        is_occurrence=said.get("isOccurrence", False),
        is_catalogue=not said.get("subject"),
        table=f"{_PREFIX}_{snake}",
    )


async def keep_tables(connection: Connection, edition: Edition) -> None:
    """Make the tables of the types that an edition declares, in the transaction of `connection`.

    A table whose type is not declared any more stays: what is in it may have to be kept.
    """
    for each in declared_by(edition).values():
        await connection.execute(SQL.make_table.format(table=each.table))
        await connection.execute(SQL.wall_table.format(table=each.table))
        if connection.placement.is_distributed:
            await connection.execute(SQL.spread_table, f"record.{each.table}")


async def has_records(connection: Connection, declared: RecordType) -> bool:
    """Tell whether there are records of a type."""
    return bool(await connection.fetchval(_has_records(declared)))


def _has_records(declared: RecordType) -> str:
    return SQL.has_records.format(table=declared.table)


def every_statement() -> dict[str, str]:
    """Return the statements of this module that can be planned: to make a table is no plan."""
    return {"has_records": _has_records(TYPES["individual"])}
