"""From where values came: the load that their process ran when they were written."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime

from customer_inventory.capture.brought import put_in_order
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Given = tuple[str, datetime]
"""By which process a value was written, and when."""
Brought = tuple[str | None, str | None]
"""The source and the capture process, where there was one."""


def sources_of(
    database: Database,
) -> Callable[[Sequence[Given]], Awaitable[Mapping[Given, Brought]]]:
    """Return what tells of values, by who wrote them and when, from where they came.

    What was written while loads of several sources ran is told to be of none.
    """

    async def sources(given: Sequence[Given]) -> Mapping[Given, Brought]:
        rows = await database.fetch(
            SQL.loads_of, [process for process, _ in given], [at for _, at in given]
        )
        return {
            (row["process"], row["given_at"]): (row["source"], row["capture_process"])
            for row in rows
        }

    return sources


async def brought_by(database: Database, record_type: str) -> tuple[str, list[str]]:
    """Return SQL, and its values, that selects who brought which records of a type.

    Rows of `stratum` (source, or captureProcess for those that load the source), `name`, `id` and
    `bucket`.
    """
    await put_in_order(database)
    return SQL.part("brought_by").rstrip().rstrip(";"), [record_type]
