"""Indexes tried on a restored copy: built, measured with values of the copy, and thrown away.

What a statement is asked with is drawn from the copy itself, for the columns that it compares; it
goes to the copy and nowhere else. A statement that takes anything else (but a limit) is not run,
and then nothing is said of the index for it.
"""

import re
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from statistics import median
from typing import Any

from customer_inventory.kit.errors import InventoryError
from customer_inventory.shortcomings.advising.candidate import Candidate, Plan, compared
from customer_inventory.shortcomings.advising.hypothetical import (
    LEAST_GAIN,
    Helped,
    Planned,
    Proposal,
    chosen,
    helped_by,
    planned,
)
from customer_inventory.shortcomings.advising.workload import Limits, Statement, promising
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_RUNS = 9
_ROUNDS = 3
_WRITTEN = 5_000
_PAGE = 20
_SECONDS = 20
_NAME = "advised_on_trial"


@dataclass(frozen=True, slots=True)
class Measured:
    """A statement on the copy: medians of so many runs, in milliseconds, without and with."""

    statement: Statement
    before: float
    after: float
    runs: int


@dataclass(frozen=True, slots=True)
class Tried:
    """What an index did on a copy: its bytes, the seconds to build it, and what writes cost more.

    `writes` is by how much of one inserting rows took longer, None where it could not be measured.
    """

    proposal: Proposal
    measured: tuple[Measured, ...]
    size: int
    seconds: float
    writes: float | None

    @property
    def gain(self) -> float:
        """The share of time saved, over all that was measured, weighed by what they take."""
        whole = sum(e.before * e.statement.calls for e in self.measured)
        left = sum(e.after * e.statement.calls for e in self.measured)
        return 1 - left / whole if whole else 0.0


async def tried(dsn: str, workload: Sequence[Statement], limits: Limits) -> list[Tried]:
    """Return the indexes that proved themselves on the copy at `dsn`; nothing of it stays there.

    `dsn` is of the role that owns the tables. Each index is there for itself: what a transaction
    has built it may not use, so that it is kept, and dropped.
    """
    async with (
        Database(dsn, pool_size=1) as once,
        once.unhurried(seconds=_SECONDS) as copy,
    ):
        plans = await planned(copy, workload)
        costs: dict[Candidate, tuple[int, list[Helped]]] = {}
        every = [each for _, plan in plans.values() for each in await promising(copy, plan, limits)]
        for candidate in dict.fromkeys(every):
            with suppress(InventoryError):
                async with _built(copy, candidate):
                    costs[candidate] = (0, await helped_by(copy, plans))
        found = [await _tried(copy, proposal, plans) for proposal in chosen(costs)]
    return [each for each in found if each is not None and each.gain >= LEAST_GAIN]


@asynccontextmanager
async def _built(copy: Database, candidate: Candidate) -> AsyncIterator[tuple[int, float]]:
    """Have an index for the length of the block; lend its bytes and the seconds to build it."""
    began = time.monotonic()
    await copy.execute(f"CREATE INDEX {_NAME} {candidate.definition}")
    seconds = time.monotonic() - began
    schema = candidate.table.rpartition(".")[0]
    try:
        yield await copy.value(SQL.size_of_trial, f"{schema}.{_NAME}"), seconds
    finally:
        await copy.execute(f"DROP INDEX {schema}.{_NAME}")


async def _tried(copy: Database, proposal: Proposal, plans: Planned) -> Tried | None:
    """Measure what an index does for what it helps, before and after; None if nothing could be."""
    asked = {
        each.statement.text: await _values(copy, *plans[each.statement.text])
        for each in proposal.helped
    }
    runs = [each.statement for each in proposal.helped if asked[each.statement.text]]
    before = [await _milliseconds(copy, each, asked[each.text]) for each in runs]
    plain = await _writing(copy, proposal.candidate, indexed=False)
    more = await _writing(copy, proposal.candidate, indexed=True)
    try:
        async with _built(copy, proposal.candidate) as (size, seconds):
            after = [await _milliseconds(copy, each, asked[each.text]) for each in runs]
    except InventoryError:
        return None
    measured = tuple(
        Measured(statement, first, second, _RUNS)
        for statement, first, second in zip(runs, before, after, strict=True)
        if first is not None and second is not None
    )
    writes = more / plain - 1 if plain and more else None
    return Tried(proposal, measured, size, seconds, writes) if measured else None


async def _values(copy: Database, statement: Statement, plan: Plan) -> list[tuple[Any, ...]]:
    """Return values to run a statement with, drawn from the columns that it compares; [] if none.

    Only what selects is run, and only when each of its parameters is known to be of one column, or
    is its limit.
    """
    if not re.match(r"\(*(select|with)\b", statement.text, re.IGNORECASE):
        return []
    count = max(map(int, re.findall(r"\$(\d+)", statement.text)), default=0)
    limits = {int(n) for n in re.findall(r"\blimit \$(\d+)", statement.text, re.IGNORECASE)}
    columns = compared(plan)
    wanted = [number for number in range(1, count + 1) if number not in limits]
    if not all(number in columns for number in wanted):
        return []
    try:
        drawn = {number: await _drawn(copy, *columns[number]) for number in wanted}
    except InventoryError:
        return []
    if not all(drawn.values()):
        return []
    return [
        tuple(
            drawn[number][place % len(drawn[number])] if number in drawn else _PAGE
            for number in range(1, count + 1)
        )
        for place in range(_RUNS)
    ]


async def _drawn(copy: Database, table: str, column: str) -> list[Any]:
    rows = await copy.fetch(SQL.draw.format(table=table, drawn=column), _RUNS)
    return [row[0] for row in rows]


async def _milliseconds(
    copy: Database, statement: Statement, values: Sequence[tuple[Any, ...]]
) -> float | None:
    """Return the median milliseconds of a statement, None when it cannot be run."""
    took = []
    try:
        async with copy.transaction() as connection:
            await connection.execute("SET TRANSACTION READ ONLY")
            await connection.fetch(statement.text, *values[0])  # what is read first is not counted
            for each in values:
                began = time.perf_counter()
                await connection.fetch(statement.text, *each)
                took.append(1000 * (time.perf_counter() - began))
    except InventoryError:
        return None
    return median(took)


async def _writing(copy: Database, candidate: Candidate, *, indexed: bool) -> float | None:
    """Return the seconds to insert rows of a table into one like it, `indexed` with one index more.

    The quickest of some rounds; None when it cannot be measured.
    """
    try:
        return min([await _written(copy, candidate, indexed=indexed) for _ in range(_ROUNDS)])
    except InventoryError:
        return None


async def _written(copy: Database, candidate: Candidate, *, indexed: bool) -> float:
    table = candidate.table
    like = f"{table.rpartition('.')[0]}.{_NAME}_like"
    columns = await copy.value(SQL.columns_of, table)
    await copy.execute(SQL.like.format(twin=like, table=table))
    try:
        if indexed:
            await copy.execute(f"CREATE INDEX ON {like} ({', '.join(candidate.columns)})")
        began = time.perf_counter()
        await copy.execute(SQL.copy.format(twin=like, table=table, written=columns), _WRITTEN)
        return time.perf_counter() - began
    finally:
        await copy.execute(f"DROP TABLE {like}")


def every_statement() -> dict[str, str]:
    """Return the statements of this module that can be planned: others are filled in first."""
    return {name: SQL[name] for name in ("size_of_trial", "columns_of")}
