"""A scan of an audit: its rules asked slice by slice, what fails kept with how far it is.

A slice is read without a lock, and what was found in it is kept in one transaction with the place
where the next begins: a scan that is killed goes on there. A rule that cannot be asked of a slice
is left out of the scan from there on, and stops nothing else.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

from customer_inventory.audit.finding.meeting import Met, meet
from customer_inventory.audit.planning import Scan
from customer_inventory.audit.rule import Rule
from customer_inventory.kit.errors import InventoryError
from customer_inventory.record.register import changing
from customer_inventory.record.register.asking import Answer, Asked, OfDatabase
from customer_inventory.record.register.crossing import Repeated
from customer_inventory.record.register.judged import SLICE, BrokenTest, Judged, Part
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside
from customer_inventory.store.together import together

SQL = beside(__name__)

Progress = Callable[[str, int], None]
"""Told the record type and how many of its records were looked at so far."""

_AT_ONCE = 5_000

Reading = tuple[Part, Sequence[Rule], asyncio.Task[Answer]]
"""A part that is being read, the rules that are asked of it, and what will come of them."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How a scan goes on: records a slice, how long one may take, how many are read at once.

    `at_once` slices are read side by side, while what was found before is kept. `share` is in which
    share of the time it works: with 0.25 it reads one slice, and rests three times as long.
    """

    size: int = SLICE
    patience_ms: int = 30_000
    share: float = 1.0
    at_once: int = 2


class Scanning:
    """Makes scans: of everything by asking `whole`, of what changed by asking the database."""

    def __init__(self, database: Database, whole: Asked, pace: Pace, progress: Progress) -> None:
        self._database = database
        self._whole = whole
        self._pace = pace
        self._progress = progress

    async def make(self, scan: Scan) -> None:
        """Make a scan, or what is left of it; it is kept what its rules have been asked of."""
        more = 0
        fails = scan.rules[0].fails if scan.rules else None
        if isinstance(fails, Repeated):
            rules, more = await self._repeated(scan, fails.path)
        elif scan.since is None:
            rules = await self._all(scan)
        else:
            rules, more = await self._changed(scan, scan.since)
        async with self._database.transaction() as connection:
            looked_at = await connection.fetchval(SQL.end_scan, scan.run, scan.number)
            await connection.execute(
                SQL.keep_coverage,
                [rule.id for rule in rules],
                [rule.sha256 for rule in rules],
                scan.record_type,
                scan.mark.floor,
                scan.mark.snapshot,
                looked_at if scan.since is None else more,
                scan.since is None,
                scan.run,
            )

    async def _all(self, scan: Scan) -> Sequence[Rule]:
        """Ask rules of all records behind where the scan is, some slices side by side.

        What was found is kept in the order of the slices: a scan that is killed has no gaps.
        """
        declared, looked_at = TYPES[scan.record_type], scan.looked_at
        left, is_last, begun = list(scan.rules), False, time.monotonic()
        # Who rests reads nothing meanwhile.
        at_once = self._pace.at_once if self._pace.share == 1 else 1
        parts = self._whole.parts(declared, scan.after, self._pace.size)
        async with _reading() as reading:
            while reading or not is_last:
                while not is_last and len(reading) < at_once:
                    part = await anext(parts)
                    asked = self._whole.ask(declared, left, part, self._pace.patience_ms)
                    reading.append((part, left, asyncio.create_task(asked)))
                    is_last = part.upto is None
                part, rules, task = reading.popleft()
                judged, faults = await task
                left = await self._without(scan, left, rules, faults)
                await self._keep(scan, rules, left, part, judged)
                looked_at += judged.looked_at
                self._progress(scan.record_type, looked_at)
                await self._rest(time.monotonic() - begun)
                begun = time.monotonic()
        return left

    async def _repeated(self, scan: Scan, path: str) -> tuple[Sequence[Rule], int]:
        """Ask a rule that only all records together tell; of what changed it cannot be asked."""
        (rule,) = scan.rules
        if scan.since is not None:
            changed = await changing.changed(self._database, scan.since, scan.record_type)
            return scan.rules, changed.more
        try:
            looked_at, failing = await self._whole.repeated(TYPES[scan.record_type], path)
        except InventoryError as error:
            await self._note_error(scan.run, rule, str(error))
            return (), 0
        await self._keep(scan, scan.rules, scan.rules, Part(), Judged(looked_at, failing))
        self._progress(scan.record_type, looked_at)
        return scan.rules, 0

    async def _changed(self, scan: Scan, since: changing.Mark) -> tuple[Sequence[Rule], int]:
        declared, database = TYPES[scan.record_type], OfDatabase(self._database)
        left = list(scan.rules)
        changed = await changing.changed(self._database, since, scan.record_type)
        ids = set(changed.ids)
        reach = max(rule.reach for rule in left)
        if reach:
            others = await changing.changed(self._database, since, None)
            ids |= await changing.touched(self._database, declared, others.ids, reach)
        listed = sorted(ids)
        for first in range(0, len(listed), _AT_ONCE):
            begun = time.monotonic()
            part = Part(only=listed[first : first + _AT_ONCE])
            rules, pace = left, self._pace
            judged, faults = await database.ask(declared, rules, part, pace.patience_ms)
            left = await self._without(scan, left, rules, faults)
            await self._keep(scan, rules, left, part, judged)
            self._progress(scan.record_type, min(first + _AT_ONCE, len(listed)))
            await self._rest(time.monotonic() - begun)
        return left, changed.more

    async def _without(
        self, scan: Scan, left: list[Rule], rules: Sequence[Rule], faults: Sequence[BrokenTest]
    ) -> list[Rule]:
        """Return the rules that are `left` when those with `faults` are out of the scan."""
        for fault in faults:
            rule = rules[fault.number]
            if rule in left:
                await self._note_error(scan.run, rule, fault.reason)
                left = [each for each in left if each is not rule]
        return left

    async def _keep(
        self, scan: Scan, rules: Sequence[Rule], left: Sequence[Rule], part: Part, judged: Judged
    ) -> None:
        """Keep what rules that are left found in a part, and that the scan is there.

        `rules` are those that the bits of what was found stand for.
        """
        async with together(self._database) as within:
            met = Met(0, 0, 0)
            if left:
                met = await meet(
                    within, TYPES[scan.record_type], rules, part, judged.failing,
                    run=scan.run, left={rule.id for rule in left},
                )  # fmt: skip
            await within.execute(
                SQL.advance_scan,
                scan.run,
                scan.number,
                part.upto or part.after,
                judged.looked_at,
                met.opened,
                met.reopened,
                met.passed,
            )

    async def _note_error(self, run: int, rule: Rule, reason: str) -> None:
        async with self._database.transaction() as connection:
            await connection.execute(SQL.forget_coverage, rule.id)
            await connection.execute(
                SQL.note_error,
                run,
                rule.id,
                rule.sha256,
                rule.record_type,
                rule.requirement,
                rule.dimension,
                rule.aspect,
                rule.threshold,
                reason,
            )

    async def _rest(self, worked: float) -> None:
        if self._pace.share < 1:
            await asyncio.sleep(worked * (1 / self._pace.share - 1))


@asynccontextmanager
async def _reading() -> AsyncIterator[deque[Reading]]:
    """Lend a row of parts that are being read; who leaves it early waits for nothing."""
    reading: deque[Reading] = deque()
    try:
        yield reading
    finally:
        tasks = [task for _, _, task in reading]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
