"""How long answers take: counted by length in memory, and added to the hour every few seconds.

It is a measurement and no bookkeeping. The ledger says what was done; its entry is durable before
the answer leaves, so that it cannot say how long that took. A service that is killed loses the
lengths of its last seconds, and no entry.
"""

import asyncio
import contextlib
from bisect import bisect_left
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate
from time import perf_counter

from customer_inventory.access.ledger import Entry
from customer_inventory.kit.errors import InventoryError
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

BOUNDS = (
    0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
)  # fmt: skip
"""Lengths by which answers are told apart, in seconds; longer ones are counted together."""
KEY = ("process", "operation", "record_type")

_EVERY_SECONDS = 10.0
_MICRO = 1_000_000
_Seen = dict[tuple[str, str, str, int], list[float]]


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the answers to one `key` took: `requests` of them, `seconds` in all.

    `buckets` counts those that each bound was the first not to be exceeded by, and last those
    beyond all bounds.
    """

    key: tuple[str, ...]
    requests: int
    seconds: float
    buckets: tuple[int, ...]

    @property
    def mean(self) -> float:
        """How long an answer took on average, in seconds; 0 where there was none."""
        return self.seconds / self.requests if self.requests else 0.0

    def quantile(self, share: float) -> float:
        """Return within how many seconds this share of the answers was given, about.

        Between two bounds they are taken to lie evenly; beyond the last it is the last.
        """
        wanted, below = share * self.requests, 0
        for place, count in enumerate(self.buckets[:-1]):
            if count and below + count >= wanted:
                low = BOUNDS[place - 1] if place else 0.0
                return low + (BOUNDS[place] - low) * (wanted - below) / count
            below += count
        return BOUNDS[-1] if self.requests else 0.0

    def within(self, bound: float) -> float:
        """Return which share of the answers took at most `bound` seconds, one of BOUNDS."""
        count = sum(self.buckets[: BOUNDS.index(bound) + 1])
        return count / self.requests if self.requests else 1.0


class Latencies:
    """Counts how long answers take, and keeps the counts in the database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._seen: _Seen = {}
        self._task: asyncio.Task[None] | None = None
        self._stopping = asyncio.Event()

    def start(self) -> None:
        """Keep the counts every few seconds from now on."""
        self._task = asyncio.create_task(self._keep_for_ever(), name="keep latencies")

    async def stop(self) -> None:
        """Keep what is left, and stop."""
        # Asked to stop, not cancelled: counts that are just being kept must not be lost.
        self._stopping.set()
        if self._task is not None:
            await asyncio.gather(self._task, return_exceptions=True)
        await self.keep()

    def took(self, entry: Entry, began: float) -> None:
        """Count an answer that is given now, by its entry; it was begun when `perf_counter` said.

        A look-up and an addition: it is on the way of every request.
        """
        seconds = perf_counter() - began
        key = (entry.process, entry.operation, entry.type, bisect_left(BOUNDS, seconds))
        seen = self._seen.get(key)
        if seen is None:
            self._seen[key] = [1, seconds]
        else:
            seen[0] += 1
            seen[1] += seconds

    async def keep(self) -> None:
        """Add the counts so far to the table; they stay in memory when that fails."""
        if not self._seen:
            return
        seen, self._seen = self._seen, {}
        # In one order: services that add to the same rows must not wait for each other in a ring.
        keys = sorted(seen)
        counts = [seen[key] for key in keys]
        try:
            await self._database.execute(
                SQL.add_latencies,
                *map(list, zip(*keys, strict=True)),
                [count for count, _ in counts],
                [round(seconds * _MICRO) for _, seconds in counts],
            )
        except InventoryError:
            for key, (count, seconds) in seen.items():
                again = self._seen.setdefault(key, [0, 0.0])
                again[0] += count
                again[1] += seconds

    async def _keep_for_ever(self) -> None:
        while not self._stopping.is_set():
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_EVERY_SECONDS):
                    await self._stopping.wait()
            await self.keep()


async def latencies(
    database: Database, start: datetime, stop: datetime, *, by: Collection[str] = KEY
) -> list[Latency]:
    """Return how long answers took from `start` to before `stop`, by these of KEY, in their order.

    None of them (`by=()`): of all requests together.
    """
    rows = await database.fetch(SQL.latencies_between, start, stop)
    names = [name for name in KEY if name in by]
    return _summed((tuple(row[name] for name in names), *_counts(row)) for row in rows)


def _counts(row: object) -> tuple[int, int, float]:
    told: dict[str, int] = dict(row)  # type: ignore[call-overload]
    return told["bucket"], told["requests"], told["microseconds"] / _MICRO


def _summed(rows: Iterable[tuple[tuple[str, ...], int, int, float]]) -> list[Latency]:
    buckets: dict[tuple[str, ...], list[int]] = {}
    seconds: dict[tuple[str, ...], float] = {}
    for key, bucket, requests, length in rows:
        buckets.setdefault(key, [0] * (len(BOUNDS) + 1))[bucket] += requests
        seconds[key] = seconds.get(key, 0.0) + length
    return [
        Latency(key, sum(counts), seconds[key], tuple(counts))
        for key, counts in sorted(buckets.items())
    ]


def cumulated(latency: Latency) -> Sequence[tuple[str, float]]:
    """Return the counts as Prometheus takes them: of each bound, how many did not exceed it."""
    bounds = [*map(str, BOUNDS), "+Inf"]
    return list(zip(bounds, map(float, accumulate(latency.buckets)), strict=True))
