"""What is seen at the door and counted: which undeclared paths arrive, from whom, how often.

Counts are gathered in memory and added to the table every few seconds and at the end, so
that a request costs no statement of its own for them. They guide people; they are not proof.
"""

import asyncio
import contextlib
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from customer_inventory.kit.errors import InventoryError
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

UNDECLARED = "undeclaredPath"
MISSING = "missingAttribute"
"""What version 5 demands and a caller of version 4 left out."""
REFUSED = "refusedAttribute"
"""What a caller named, and may not see."""
READ = "groupRead"
"""A group of attributes that was told of: path is the group and the purpose, a space between."""

_EVERY_SECONDS = 5.0
_MOST_KEYS = 10_000
_LONGEST_PATH = 500


class Observations:
    """Counts what is observed and keeps the counts in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: Counter[tuple[str, str, str, str]] = Counter()
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Keep the counts every few seconds from now on."""
        self._task = asyncio.create_task(self._keep_for_ever(), name="keep observations")

    async def stop(self) -> None:
        """Keep what is left, and stop."""
        # Asked to stop, not cancelled: counts that are just being kept must not be lost.
        self._stopping.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        await self.keep()

    def saw(self, kind: str, record_type: str, paths: Iterable[str], process: str) -> None:
        """Count one sight of each of `paths`."""
        for path in paths:
            key = (kind, record_type, path[:_LONGEST_PATH], process)
            # A caller that makes up names without end must not fill the memory.
            if key in self._seen or len(self._seen) < _MOST_KEYS:
                self._seen[key] += 1

    async def keep(self) -> None:
        """Add the counts so far to the table; they stay in memory when that fails."""
        if not self._seen:
            return
        seen, self._seen = self._seen, Counter()
        columns = list(zip(*seen, strict=True))
        try:
            await self._database.execute(SQL.add_observations, *columns, list(seen.values()))
        except InventoryError:
            self._seen.update(seen)

    async def _keep_for_ever(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_SECONDS):
                    await self._stopping.wait()
            await self.keep()


async def reads_until(database: Database) -> datetime | None:
    """Return until when reads were observed; None: not yet."""
    at: datetime | None = await database.value(SQL.last_observed, READ)
    return at


async def observe_reads(
    database: Database, reads: Iterable[tuple[str, str, str, int, datetime]]
) -> None:
    """Add reads: record type, path, process, how often, and when last."""
    columns = [list(column) for column in zip(*reads, strict=True)]
    if columns:
        await database.execute(SQL.add_reads, READ, *columns)


async def every(database: Database, kind: str) -> Sequence[Row]:
    """Return all that was observed of `kind`: rows of the table."""
    return await database.fetch(SQL.every_observation, kind)


async def observed(database: Database, kind: str, *, limit: int = 100) -> Sequence[Row]:
    """Return what was observed of `kind`, most often first: rows of the table."""
    return await database.fetch(SQL.list_observations, kind, limit)
