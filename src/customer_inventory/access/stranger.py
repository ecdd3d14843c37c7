"""Strangers: requests refused before anyone showed who they are, counted by source and minute.

No stranger can make the inventory write for each request: counts are gathered in memory and
kept a few times a minute. Whoever fails too often at showing a secret waits.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import InventoryError
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

log = logging.getLogger(__name__)

MOST_FAILURES = 30
"""So often a minute a source may fail at showing a secret."""
_MOST_SOURCES = 10_000
_OTHERS = "others"
_EVERY_SECONDS = 10.0


class Strangers:
    """Counts refusals of one service."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._counts: Counter[tuple[datetime, str]] = Counter()
        self._failures: Counter[str] = Counter()
        self._minute = _this_minute()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Keep the counts from now on."""
        self._task = asyncio.create_task(self._keep_for_ever(), name="keep strangers")

    async def stop(self) -> None:
        """Keep what is counted, and stop."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        await self.keep()

    def refused(self, source: str | None) -> None:
        """Count a refusal of a source (an address)."""
        key = (_this_minute(), source or "unknown")
        if key not in self._counts and len(self._counts) >= _MOST_SOURCES:
            key = (key[0], _OTHERS)
        self._counts[key] += 1

    def failed(self, source: str | None) -> None:
        """Count a failure at showing a secret."""
        self.refused(source)
        self._turn()
        if len(self._failures) < _MOST_SOURCES or source in self._failures:
            self._failures[source or "unknown"] += 1

    def must_wait(self, source: str | None) -> bool:
        """Tell whether a source failed too often in this minute."""
        self._turn()
        return self._failures[source or "unknown"] >= MOST_FAILURES

    async def keep(self) -> None:
        """Keep the counts; what cannot be kept now is kept later."""
        counts, self._counts = self._counts, Counter()
        if not counts:
            return
        rows = [(minute, source, count) for (minute, source), count in sorted(counts.items())]
        try:
            await self._database.execute(SQL.add_refusals, *map(list, zip(*rows, strict=True)))
        except InventoryError as error:
            self._counts.update(counts)
            log.warning("refusals were not kept: %s", error)

    def _turn(self) -> None:
        minute = _this_minute()
        if minute != self._minute:
            self._minute = minute
            self._failures.clear()

    async def _keep_for_ever(self) -> None:
        while True:
            await asyncio.sleep(_EVERY_SECONDS)
            await self.keep()


async def refusals(database: Database, *, limit: int = 100) -> Sequence[Row]:
    """Return the latest counts: rows of minute, source and refused."""
    return await database.fetch(SQL.latest_refusals, limit)


def _this_minute() -> datetime:
    return now().replace(second=0, microsecond=0)
