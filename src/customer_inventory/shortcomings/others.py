"""What others than the server are asked: the vault, the system, other rooms, the workload."""

from dataclasses import replace

from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.advising import advice
from customer_inventory.shortcomings.assessing import CHECKS, judged
from customer_inventory.shortcomings.backups import of_backups, of_drills
from customer_inventory.shortcomings.check import Check, Found, Outcome
from customer_inventory.shortcomings.disk import of_disk
from customer_inventory.shortcomings.forecasting.forecast import of_forecasts
from customer_inventory.shortcomings.functional import of_functions
from customer_inventory.shortcomings.house import of_house
from customer_inventory.store.database import Database


async def of_others(database: Database, settings: Settings) -> list[Outcome]:
    """Return what came of the checks that the vault, the system and other rooms are asked for."""
    return [
        *of_backups(settings),
        *await of_drills(database, settings),
        of_disk(settings),
        *await of_house(database),
        *await of_functions(database, settings),
        *await of_forecasts(database, settings),
    ]


async def again(database: Database, settings: Settings, check: Check) -> Outcome | None:
    """Return what comes of a check now that is asked of others, None for one of the server."""
    if check in CHECKS:
        return None
    if check.id == advice.CHECK.id:
        return await _advised_again(database)
    every = await of_others(database, settings)
    return next((each for each in every if each.check.id == check.id), None)


async def _advised_again(database: Database) -> Outcome:
    """Return which of the indexes that were advised are still not there."""
    rows = [row for row in await held.listed(database, None) if row["checked"] == advice.CHECK.id]
    missing = set(await advice.still_missing(database, [row["object"] for row in rows]))
    left = tuple(
        Found(row["object"], row["value"], row["severity"], {})
        for row in rows
        if row["object"] in missing
    )
    return replace(judged(advice.CHECK, []), state="finding" if left else "ok", found=left)
