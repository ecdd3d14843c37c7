"""The archive kept by the service: the log received and sealed, erasures noted, without end."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from customer_inventory.facilities.backup.archiving import Receiver, alone, seal_received
from customer_inventory.facilities.backup.catalogue import Folder
from customer_inventory.facilities.backup.noting import Noter
from customer_inventory.facilities.backup.vault import Vault, vault_of
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer

log = logging.getLogger(__name__)

_PAUSE = 2.0
"""Seconds between looks at what was received."""
_LONGEST_PAUSE = 60.0


@asynccontextmanager
async def archived(settings: Settings, dsn: str) -> AsyncIterator[None]:
    """Keep the archive while the block runs, where CINV_BACKUP names a folder for it.

    Several services may be started: one of them keeps it. Of another PostgreSQL than the embedded
    one nothing is kept: it has facilities of its own.
    """
    if settings.backup is None or settings.database_url:
        yield
        return
    keeping = _keep(EmbeddedServer(settings.home), vault_of(settings), dsn)
    task = asyncio.create_task(keeping, name="keep the archive")
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def _keep(server: EmbeddedServer, vault: Vault, dsn: str) -> None:
    receiver, noter = Receiver(server, vault.folder), Noter(vault)
    pause = _PAUSE
    async with Database(dsn, pool_size=1) as database, _turn(vault.folder):
        try:
            while True:
                try:
                    await _look(receiver, noter, vault, database)
                    pause = _PAUSE
                except InventoryError as error:
                    log.warning("the archive of the log is not kept: %s", error)
                    pause = min(pause * 2, _LONGEST_PAUSE)
                await asyncio.sleep(pause)
        finally:
            await asyncio.shield(asyncio.to_thread(receiver.stop))


@asynccontextmanager
async def _turn(folder: Folder) -> AsyncIterator[None]:
    """Wait until no other service keeps the archive, and hold it."""
    while True:
        with alone(folder) as is_ours:
            if is_ours:
                yield
                return
        await asyncio.sleep(_PAUSE)


async def _look(receiver: Receiver, noter: Noter, vault: Vault, database: Database) -> None:
    """Have the receiver run, seal what it received whole, note who was erased."""
    if not receiver.is_running:
        await receiver.start()
    await asyncio.to_thread(seal_received, vault)
    await noter.note(database)
