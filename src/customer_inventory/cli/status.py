"""`cinv status` tells whether all is well."""

import sys
from dataclasses import asdict
from typing import Any

import click

from customer_inventory.cli.failing import DONE, OUT_OF_REACH, PROBLEMS
from customer_inventory.cli.output import output_option, show
from customer_inventory.cli.running import run
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.read import Query
from customer_inventory.record.types import TYPES
from customer_inventory.store import migrate
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer


@click.command()
@output_option
def status(output: str) -> None:
    """Tell how the database and the records in it are. Starts nothing.

    Exit code 0: all is well; 1: migrations are missing; 3: the database cannot be reached.
    """
    settings = Settings.from_environment()
    rows, code = run(_look(settings))
    show(rows, output, columns=("what", "state"), empty="Nothing is known.")
    sys.exit(code)


async def _look(settings: Settings) -> tuple[list[dict[str, Any]], int]:
    rows = []
    if settings.database_url:
        dsn = settings.database_url
        rows.append({"what": "database", "state": "external (CINV_DATABASE_URL)"})
    else:
        server = EmbeddedServer(settings.home)
        known = asdict(server.status(measure=True))
        rows += [{"what": f"embedded {name}", "state": str(known[name])} for name in known]
        if not known["running"]:
            return rows, OUT_OF_REACH
        dsn = server.dsn
    try:
        missing = await migrate.pending(dsn)
        rows.append({"what": "missing migrations", "state": ", ".join(missing) or "none"})
        if missing:
            return rows, PROBLEMS
        async with Database(dsn) as database:
            rows += await _stock(Inventory(database))
    except InventoryError as error:
        return [*rows, {"what": "database", "state": error.message}], OUT_OF_REACH
    return rows, DONE


async def _stock(inventory: Inventory) -> list[dict[str, Any]]:
    rows = []
    for name, declared in TYPES.items():
        page = await inventory.page(declared, Query(limit=0))
        about = " (estimate)" if page.is_estimate else ""
        rows.append({"what": f"{name} records", "state": f"{page.total:,}{about}"})
    return rows
