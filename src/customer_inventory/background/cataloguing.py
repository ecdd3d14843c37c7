"""The catalogue of repositories looked at, with the sources that captures know."""

from customer_inventory.capture.process.running import sources
from customer_inventory.facilities.repository import finding
from customer_inventory.facilities.repository.coverage import Coverage, coverage
from customer_inventory.store.database import Database


async def check_catalogue(database: Database) -> Coverage:
    """Say what the catalogue leaves open, keep that as findings, and return it."""
    found = await coverage(database, [row["source"] for row in await sources(database)])
    await finding.keep(database, found)
    return found
