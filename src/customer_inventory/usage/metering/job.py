"""What is metered in the background: the ledger often, the database's own figures now and then."""

from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database
from customer_inventory.usage.metering import effort, storage
from customer_inventory.usage.metering.hourly import Metered, meter

METER = "usage.meter"
"""Name of the job that counts the ledger."""
MEASURE = "usage.measure"
"""Name of the job that looks at the database's effort."""
LOOK = "usage.lookAtStorage"
"""Name of the job that looks at what tables take, and whose the records are."""


async def meter_ledger(database: Database) -> Metered:
    """Count what was sealed since the last time."""
    return await meter(database)


async def measure(database: Database) -> bool:
    """Look at the database's effort; return whether the server keeps statistics of statements."""
    return await effort.look(database, now())


async def look_at_storage(database: Database) -> int:
    """Look at what tables take; return how many there are."""
    return await storage.look(database, now())
