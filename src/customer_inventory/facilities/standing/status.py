"""Whether all is well, at a glance: the verdict first, then what it rests on."""

import asyncio
from collections.abc import Awaitable

from customer_inventory.facilities.standing.line import Line, verdict
from customer_inventory.facilities.standing.saved import of_saved
from customer_inventory.facilities.standing.server import of_server
from customer_inventory.facilities.standing.work import of_work
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database


async def status(database: Database, settings: Settings) -> list[Line]:
    """Return how the facilities are: the verdict, then a line for each part.

    A part that cannot be asked is a problem by itself and hides no other.
    """
    parts = await asyncio.gather(
        _asked("server", of_server(database, settings)),
        _asked("backups", of_saved(database, settings)),
        _asked("work", of_work(database, settings)),
    )
    lines = [line for part in parts for line in part]
    return [verdict(lines), *lines]


async def _asked(what: str, asking: Awaitable[list[Line]]) -> list[Line]:
    try:
        return await asking
    except (InventoryError, OSError) as error:
        hint = getattr(error, "hint", None) or "cinv db doctor"
        return [Line(what, "problem", f"it cannot be asked: {error}", hint)]
