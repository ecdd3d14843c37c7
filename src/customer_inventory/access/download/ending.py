"""How a download ends: cancelled, expired, destroyed; and what becomes of those that stall."""

from collections.abc import Sequence
from pathlib import Path

from customer_inventory.access.download import file
from customer_inventory.access.download.job import UNFINISHED, Download, of_row
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

WITH_FILE = (*UNFINISHED, "succeeded")
"""The states in which there is a file, or will be."""

_STALLED_MINUTES = 5


async def end(
    database: Database, home: Path, download: str, state: str, *, reason: str, by: str
) -> Download | None:
    """End a job that has or makes a file: the keys go first, then the file.

    Returns the job as it is now; None when it had ended before. Raises Unavailable.
    """
    row = await database.row(SQL.end_download, download, list(WITH_FILE), state, reason, by)
    await clear(database, home, download)
    return of_row(row) if row else None


async def clear(database: Database, home: Path, download: str) -> None:
    """Destroy what is left of a file: the keys, then the bytes; raise Unavailable."""
    await database.execute(SQL.drop_chunks, download)
    file.remove(home, download)


async def cancel(database: Database, home: Path, found: Download, *, by: str) -> Download:
    """End a job that its process no longer wants; its file, too. Raises Conflict if it ended."""
    ended = await end(database, home, found.id, "cancelled", reason="cancelled", by=by)
    if ended is None:
        raise Conflict(f"The download is {found.state}.", hint="There is nothing to cancel.")
    return ended


async def expire(database: Database, home: Path, *, by: str) -> int:
    """Remove the files that have been there as long as they may; return how many."""
    rows = await database.fetch(SQL.expired_downloads)
    for row in rows:
        await end(database, home, row["id"], "expired", reason="its time is over", by=by)
    return len(rows)


async def stalled(database: Database) -> Sequence[tuple[str, Actor]]:
    """Return the jobs that should be under way and are not, with who they are done for."""
    rows = await database.fetch(SQL.stalled_downloads, _STALLED_MINUTES)
    return [(row["id"], Actor(row["process"], row["purpose"], row["person"])) for row in rows]
