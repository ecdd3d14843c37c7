"""Several steps in one transaction: a database as it is seen from within one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from customer_inventory.store import failures
from customer_inventory.store.database import Connection, Database


class Within(Database):
    """A database whose every use is part of the one transaction that `connection` has open.

    Transactions begun of it are parts that can be undone for themselves. One use at a time.
    """

    def __init__(self, database: Database, connection: Connection) -> None:
        super().__init__(database.dsn)
        self.placement = database.placement
        self._connection = connection

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """Lend the connection."""
        with failures.translated():
            yield self._connection


@asynccontextmanager
async def together(database: Database) -> AsyncIterator[Database]:
    """Lend a database all of whose changes are made at the end of the block, or none of them."""
    async with database.transaction() as connection:
        yield Within(database, connection)
