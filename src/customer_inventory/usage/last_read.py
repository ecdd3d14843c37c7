"""Which attributes are really used: reads summed from the ledger into observations.

Rooms below may not read the ledger; they read what is observed here.
"""

from datetime import UTC, datetime

from customer_inventory.access.log.reads import reads_since
from customer_inventory.record.observation import observe_reads, reads_until
from customer_inventory.store.database import Database

FOLLOW = "usage.followReads"
"""Name of the job that sums reads."""

_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


async def follow_reads(database: Database) -> int:
    """Sum what was read since the last time; return how many sums there were.

    Reads are counted by record type, group of attributes, purpose and process. What a read of a
    customer whole told of is under `customer360`.
    """
    since = await reads_until(database) or _BEGINNING
    rows = await reads_since(database, since)
    await observe_reads(
        database,
        [
            (
                row["record_type"],
                f"{row['attribute_group']} {row['purpose']}",
                row["process"],
                row["how_often"],
                row["last_at"],
            )
            for row in rows
        ],
    )
    return len(rows)
