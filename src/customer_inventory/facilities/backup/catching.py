"""The archive brought up to a position of the log: by the service that keeps it, or by us."""

import asyncio
import time
from contextlib import AsyncExitStack

from customer_inventory.facilities.backup.archiving import SLOT, Receiver, alone, seal_received
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_PATIENCE = 300.0
_PAUSE = 0.1


class Behind(Unavailable):
    """The archive does not get the log of the server."""

    code = "behind"


async def catch_up(
    server: EmbeddedServer, vault: Vault, position: str | None = None
) -> tuple[int | None, float]:
    """Wait until the archive has the log up to `position`, by default all that is on disk now.

    Returns how many bytes it was behind at first, None if nobody kept it, and how many seconds that
    took. Raises Behind when it does not get there.
    """
    began = time.monotonic()
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(Database(server.superuser_dsn, pool_size=1))
        position = position or str(await database.value(SQL.flushed))
        first: int | None = await database.value(SQL.behind, position, SLOT)
        if stack.enter_context(alone(vault.folder)):
            receiver = Receiver(server, vault.folder)
            await receiver.start()
            stack.push_async_callback(asyncio.to_thread, receiver.stop)
        while await database.value(SQL.behind, position, SLOT) != 0:
            if time.monotonic() - began > _PATIENCE:
                raise Behind(
                    "The archive does not get the log of the server.",
                    hint="The log of the service tells why.",
                )
            await asyncio.sleep(_PAUSE)
    if first is None:
        await asyncio.to_thread(seal_received, vault)
    return first, time.monotonic() - began
