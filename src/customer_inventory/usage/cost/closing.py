"""Months calculated, closed, corrected and checked."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.access.log.counted import counted
from customer_inventory.access.log.partition import Month
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, NotFound
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.together import Within
from customer_inventory.usage.cost import declaring
from customer_inventory.usage.cost.allocating import Calculated, calculated, unbalanced
from customer_inventory.usage.cost.driver import Used
from customer_inventory.usage.cost.money import told
from customer_inventory.usage.cost.span import passed
from customer_inventory.usage.cost.statement import (
    Statement,
    difference,
    keep,
    statements,
    summed,
)
from customer_inventory.usage.cost.used import used_in
from customer_inventory.usage.metering.hourly import COUNTS, hold
from customer_inventory.usage.metering.hourly import summed as sums_of


class NotOver(Conflict):
    """A month is not over, or not metered to its end."""

    code = "notOver"


class Closed(Conflict):
    """A month is closed: what it cost is corrected, not calculated anew."""

    code = "closed"


class NotClosed(NotFound):
    """A month is not closed."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What a month cost: its statement with all corrections, or what it comes to so far."""

    month: Month
    lines: Calculated
    is_closed: bool
    corrections: int
    used: Used


async def costs(database: Database, month: Month) -> Costs:
    """Return what a month cost, or comes to so far; raise NothingDeclared for one without pools."""
    used = await used_in(database, month)
    async with database.connection() as connection:
        kept = await statements(connection, month)
    if kept:
        whole = summed(each.lines for each in kept)
        return Costs(month, whole, is_closed=True, corrections=len(kept) - 1, used=used)
    declared = (await declaring.in_force(database)).declared
    lines = calculated(declared, used, passed(month, now()))
    return Costs(month, lines, is_closed=False, corrections=0, used=used)


async def closed(database: Database, month: Month) -> list[Statement]:
    """Return the statement of a month and its corrections; raise NotClosed when there is none."""
    async with database.connection() as connection:
        return await _closed(connection, month)


async def close(database: Database, month: Month, *, actor: Actor) -> Calculated:
    """Close a month: its lines are frozen from now on; return them.

    Raises NotOver before the month is over and metered, Closed for one that is closed, and
    NothingDeclared.
    """
    async with database.transaction() as connection:
        metered = await hold(connection)
        if await statements(connection, month):
            raise Closed(
                f"{month} is closed.", hint=f"What came to light since: cinv cost correct {month}."
            )
        _demand_over(month, metered["metered_at"])
        within = Within(database, connection)
        there = await declaring.in_force(within)
        lines = calculated(there.declared, await used_in(within, month))
        await keep(
            connection, month, 0, lines,
            declaration=there.number, place=metered["place"], actor=actor,
        )  # fmt: skip
    return lines


async def correct(database: Database, month: Month, *, actor: Actor) -> Calculated | None:
    """Correct a closed month by what is known and declared now; None when nothing is different.

    What was closed stays; the lines of the correction, which are returned, are added to it.
    """
    async with database.transaction() as connection:
        metered = await hold(connection)
        kept = await _closed(connection, month)
        within = Within(database, connection)
        there = await declaring.in_force(within)
        lines = calculated(there.declared, await used_in(within, month))
        before = summed(each.lines for each in kept)
        changed = difference(lines, before)
        if lines.currency != before.currency:
            raise Conflict(
                f"{month} was closed in {before.currency}, what is declared now is in "
                f"{lines.currency}: amounts of two cannot be summed."
            )
        if not changed.allocations and not changed.charges and lines.pools == before.pools:
            return None
        await keep(
            connection, month, len(kept), changed,
            declaration=there.number, place=metered["place"], actor=actor,
        )  # fmt: skip
    return changed


async def faults(database: Database, month: Month, *, recounted: bool = False) -> list[str]:
    """Return what is wrong with what a month cost, nothing for a month without fault.

    Whether each pool is its parts, to the cent; for closed months, whether statement and
    corrections are as they were kept. With `recounted`, whether the sums are what the ledger has.
    """
    async with database.connection() as connection:
        kept = await statements(connection, month)
    found = [_altered(each) for each in kept if not each.is_as_closed]
    lines = (await costs(database, month)).lines
    found += [
        f"{pool}: the parts differ from the pool by {told(amount, lines.currency)} {lines.currency}"
        for pool, amount in unbalanced(lines.pools, lines.allocations).items()
    ]
    if recounted:
        found += await _recounted(database, month.start, month.stop)
    return found


def _altered(statement: Statement) -> str:
    what = f"correction {statement.number}" if statement.number else "the statement"
    return f"{what} is not as it was closed on {statement.closed_at:%Y-%m-%d}"


async def _recounted(database: Database, start: datetime, stop: datetime) -> Sequence[str]:
    """Return in which sums the meter and the ledger, counted anew, differ."""
    async with database.session() as connection, connection.transaction():
        place = (await hold(connection))["place"]
        rows = await counted(connection, 0, place, (start, stop))
        there = await sums_of(Within(database, connection), start, stop)
    key = ("process", "purpose", "operation", "record_type")
    ledger: dict[tuple[str, ...], list[int]] = {}
    for row in rows:
        sums = ledger.setdefault(tuple(row[name] for name in key), [0] * len(COUNTS))
        sums[:] = [a + row[name] for a, name in zip(sums, COUNTS, strict=True)]
    meter = {tuple(row[n] for n in key): [row[n] for n in COUNTS] for row in there}
    return [
        f"{' '.join(each)}: the meter has {meter.get(each)}, the ledger {ledger.get(each)} "
        f"({', '.join(COUNTS)})"
        for each in sorted(meter.keys() | ledger.keys())
        if meter.get(each) != ledger.get(each)
    ]


def _demand_over(month: Month, metered_at: datetime | None) -> None:
    if now() < month.stop:
        raise NotOver(f"{month} is not over.", hint=f"Close it from {month.stop:%Y-%m-%d} on.")
    if metered_at is None or metered_at < month.stop:
        raise NotOver(f"{month} is not metered to its end.", hint="Run cinv usage meter.")


async def _closed(connection: Connection, month: Month) -> list[Statement]:
    kept = await statements(connection, month)
    if not kept:
        raise NotClosed(f"{month} is not closed.", hint=f"Close it: cinv cost close {month}.")
    return kept
