"""Indexes on attributes that the register wants to be searchable, built while the house is open.

What filters and orders by such an attribute is right without its index, and quick with it. An index
is named after its requirement; one that was broken off is taken away and built again.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from customer_inventory.record.register.edition import Edition
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside
from customer_inventory.store.where import indexed

SQL = beside(__name__)

PREFIX = "register_"
_LOOKS_EVERY_SECONDS = 1.0

Progress = Callable[[str, float], None]
"""Told the name of an index and the share of it that is built, 0 to 1."""


@dataclass(frozen=True, slots=True)
class Index:
    """An index that an edition asks for: its name, table and what it is made of."""

    name: str
    table: str
    expression: str

    @property
    def statement(self) -> str:
        """The statement that builds it without stopping writers."""
        return SQL.build_index.format(name=self.name, table=self.table, expression=self.expression)


def wanted(edition: Edition) -> Iterator[Index]:
    """Yield the indexes that an edition asks for."""
    for name, enforced in edition.types.items():
        for element in enforced.elements:
            if element.searchable:
                number = element.requirement.lower().replace("-", "_")
                yield Index(f"{PREFIX}{number}", TYPES[name].table, indexed(element.path))


async def missing(database: Database, edition: Edition) -> list[Index]:
    """Return the indexes that an edition asks for and that cannot be used: not there, or broken."""
    rows = await database.fetch(SQL.indexes, f"{PREFIX}%")
    there = {(row["name"], row["table_name"]) for row in rows if row["is_valid"]}
    return [each for each in wanted(edition) if (each.name, each.table) not in there]


async def keep(
    database: Database, edition: Edition, *, progress: Progress = lambda *_: None
) -> tuple[list[str], list[str]]:
    """Build what an edition asks for and is not there, take away what it does not ask for.

    Returns the names of what was built and what was taken away. Writers are not stopped; raises
    Unavailable when an index cannot be built, which leaves the others as they are.
    """
    asked = {index.name: index for index in wanted(edition)}
    built, dropped = [], []
    async with database.session() as connection:
        there = {row["name"]: row for row in await connection.fetch(SQL.indexes, f"{PREFIX}%")}
        for name, row in there.items():
            index = asked.get(name)
            if index is None or not row["is_valid"] or index.table != row["table_name"]:
                await connection.execute(SQL.drop_index.format(name=name))
                dropped.append(name)
        for name, index in asked.items():
            if name not in there or name in dropped:
                await _build(database, connection, index, progress)
                built.append(name)
    return built, [name for name in dropped if name not in built]


async def _build(
    database: Database, connection: Connection, index: Index, progress: Progress
) -> None:
    building = asyncio.create_task(connection.execute(index.statement, timeout=None))
    while True:
        done, _ = await asyncio.wait({building}, timeout=_LOOKS_EVERY_SECONDS)
        if done:
            break
        share = await database.value(SQL.progress_of_index, index.table)
        if share is not None:
            progress(index.name, float(share))
    await building
    progress(index.name, 1.0)


def every_statement() -> dict[str, str]:
    """Return the statements of this module that can be planned (to build is no plan)."""
    return {name: SQL[name] for name in ("indexes", "progress_of_index")}
