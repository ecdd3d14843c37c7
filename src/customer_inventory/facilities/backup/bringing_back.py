"""The inventory brought back: everything saved that can be, restored aside, put right, moved in."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from customer_inventory.facilities.backup.archiving import alone, seal_received
from customer_inventory.facilities.backup.catching import catch_up
from customer_inventory.facilities.backup.noting import Noter, noted
from customer_inventory.facilities.backup.restoring import (
    Recovered,
    Target,
    Tell,
    aside,
    chosen,
    clear,
    recover,
)
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.kit.errors import Conflict, InventoryError
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from customer_inventory.store.sql import beside

SQL = beside(__name__)

PutRight = Callable[[str, list[bytes]], Awaitable[int]]
"""Erases again, in the database of an address, whom the lines note; returns how many."""


class InUse(Conflict):
    """Somebody uses the inventory, or keeps its archive."""


@dataclass(frozen=True)
class Restored:
    """What was brought back: `reached` is when the last transaction in it was committed.

    `before` is where the data that was there lies now, `erased` how many erasures were done again.
    """

    recovered: Recovered
    reached: datetime | None
    erased: int
    before: Path | None


async def restore(
    home: Path,
    vault: Vault,
    target: Target,
    *,
    put_right: PutRight,
    identifier: str | None = None,
    tell: Tell = lambda _: None,
) -> Restored:
    """Make the inventory of `home` what it was at `target`; it does not run afterwards.

    What was there is kept beside it. Raises InUse while anybody uses it, Restoring, NoSuchBackup,
    Gap, Unsound and Unavailable; what is there stays as it is then.
    """
    server = EmbeddedServer(home)
    backup = chosen(vault.folder, target, identifier)
    with alone(vault.folder) as is_ours:
        if server.status().running or not is_ours:
            raise InUse(
                "The inventory is in use, or its archive is being kept.",
                hint="Stop the service and whatever else uses it, then restore.",
            )
    await _save(server, vault, tell)
    with aside(home) as scratch:
        recovered = recover(vault, scratch, target, backup, tell)
        reached = await last_commit(scratch)
        tell("erasing again who was erased since")
        erased = await put_right(scratch.dsn, list(noted(vault)))
        clear(scratch)
        before = server.adopt(scratch)
    return Restored(recovered, reached, erased, before)


async def last_commit(server: EmbeddedServer) -> datetime | None:
    """Return when the last transaction that a recovery replayed was committed."""
    async with Database(server.superuser_dsn, pool_size=1) as database:
        found: datetime | None = await database.value(SQL.last_commit)
        return found


async def _save(server: EmbeddedServer, vault: Vault, tell: Tell) -> None:
    """Have the archive as far as the server can still tell; what was received is sealed anyhow."""
    try:
        if server.status().initialised:
            with server.running() as dsn:
                tell("saving what is in the database and not in the archive yet")
                async with Database(dsn, pool_size=1) as database:
                    await Noter(vault).note(database)
                await catch_up(server, vault)
    except InventoryError as error:
        tell(f"the database cannot be asked any more, the archive is what there is ({error})")
    # The log goes on elsewhere after a restore: what is under way is an end of its own.
    seal_received(vault, partial=True)
