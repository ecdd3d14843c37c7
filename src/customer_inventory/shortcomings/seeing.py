"""Whoever asks the server sees most of it as a superuser, where that is the embedded one's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer


@asynccontextmanager
async def seeing_most(database: Database, settings: Settings) -> AsyncIterator[Database]:
    """Lend the database to who sees most of the server: a superuser of the embedded one."""
    embedded = EmbeddedServer(settings.home)
    is_ours = not settings.database_url and embedded.status().initialised
    if not is_ours or database.dsn != embedded.dsn:
        yield database
        return
    async with Database(embedded.superuser_dsn, pool_size=2) as server:
        # An inventory that was made by an older version has it not.
        await server.execute("CREATE EXTENSION IF NOT EXISTS pgstattuple")
        yield server
