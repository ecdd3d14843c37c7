"""Anomalies looked for in the background, every hour: the ledger is metered first."""

from customer_inventory.store.database import Database
from customer_inventory.usage.anomaly.looking import LOOK, Looked, look
from customer_inventory.usage.metering.hourly import meter

__all__ = ["LOOK", "look_for_anomalies"]


async def look_for_anomalies(database: Database) -> Looked:
    """Meter what was sealed, and look for anomalies in all that is metered."""
    await meter(database)
    return await look(database)
