"""What could be wrong with an installation, asked one by one: the machine first, then the database.

It starts nothing and writes nothing, so that it can be asked when nothing works.
"""

from customer_inventory.facilities.standing.home import of_home
from customer_inventory.facilities.standing.line import Line
from customer_inventory.facilities.standing.server import of_migrations
from customer_inventory.facilities.standing.settings import of_settings
from customer_inventory.facilities.standing.work import of_partitions
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.store.database import Database


async def doctor(settings: Settings, dsn: str | None) -> list[Line]:
    """Return what was asked of an installation; `dsn` is None where no database runs."""
    lines = of_home(settings)
    if dsn is None:
        return [*lines, Line("database", "skipped", "it does not run", "cinv db start, cinv serve")]
    try:
        async with Database(dsn) as database:
            lines += await of_settings(database)
            lines.append(missing := await of_migrations(database))
            if missing.state == "ok":
                lines.append(await of_partitions(database))
    except InventoryError as error:
        lines.append(Line("database", "problem", error.message, error.hint or ""))
    return lines
