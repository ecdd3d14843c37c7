"""Where the database is: the one named by CINV_DATABASE_URL, or the embedded one, started."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from customer_inventory.kit.settings import Settings
from customer_inventory.store.embedded import EmbeddedServer


@asynccontextmanager
async def located(settings: Settings) -> AsyncIterator[str]:
    """Lend the address of the database for as long as it is needed.

    The embedded server is started if nobody has, and stopped by whoever leaves it last.
    """
    if settings.database_url:
        yield settings.database_url
        return
    server = EmbeddedServer(settings.home)
    running = server.running()
    dsn = await asyncio.to_thread(running.__enter__)
    try:
        yield dsn
    finally:
        await asyncio.to_thread(running.__exit__, None, None, None)


@asynccontextmanager
async def watched(settings: Settings) -> AsyncIterator[None]:
    """Start the embedded server again whenever it dies, while the block runs."""
    if settings.database_url:
        yield
        return
    task = asyncio.create_task(_watch(EmbeddedServer(settings.home)), name="watch the database")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def _watch(server: EmbeddedServer) -> None:
    while True:
        await asyncio.sleep(1)
        status = await asyncio.to_thread(server.status)
        if not status.running:
            await asyncio.to_thread(server.start)
