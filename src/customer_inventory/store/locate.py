"""Where the database is: the one named by CINV_DATABASE_URL, or the embedded one, started."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.store.embedded import Attachment, EmbeddedServer

log = logging.getLogger(__name__)


@asynccontextmanager
async def located(settings: Settings) -> AsyncIterator[str]:
    """Lend the address of the database for as long as it is needed.

    The embedded server is started if nobody has, and stopped by whoever leaves it last.
    """
    if settings.database_url:
        yield settings.database_url
        return
    attaching = asyncio.ensure_future(asyncio.to_thread(EmbeddedServer(settings.home).attach))
    try:
        attachment = await asyncio.shield(attaching)
    except asyncio.CancelledError:
        # The thread goes on and will hold the server: let go of it once it does.
        attaching.add_done_callback(_let_go)
        raise
    try:
        yield attachment.dsn
    finally:
        await asyncio.to_thread(attachment.leave)


@asynccontextmanager
async def watched(settings: Settings) -> AsyncIterator[None]:
    """Start the embedded server again whenever it dies, while the block runs.

    Only with the data it had: where these are gone, an empty inventory is no answer.
    """
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
        try:
            status = await asyncio.to_thread(server.status)
            if not status.initialised:
                log.error("the data of the embedded database is gone from %s", server.home)
            elif not status.running:
                log.warning("the embedded database is gone and is started again")
                await asyncio.to_thread(server.start)
        except InventoryError as error:
            log.warning("the embedded database cannot be started: %s", error)


def _let_go(attaching: "asyncio.Future[Attachment]") -> None:
    if not attaching.cancelled() and attaching.exception() is None:
        attaching.result().leave()
