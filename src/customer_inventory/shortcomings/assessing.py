"""An assessment: every check asked, each bounded and by itself, so that none stops another."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, InventoryError
from customer_inventory.shortcomings import snapshot
from customer_inventory.shortcomings.check import Check, Found, Outcome, State
from customer_inventory.shortcomings.looking import (
    capacity,
    configuration,
    connection,
    durability,
    index,
    security,
    statement,
    table,
    vacuum,
)
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

CHECKS: tuple[Check, ...] = (
    *capacity.CHECKS,
    *connection.CHECKS,
    *statement.CHECKS,
    *index.CHECKS,
    *table.CHECKS,
    *vacuum.CHECKS,
    *durability.CHECKS,
    *configuration.CHECKS,
    *security.CHECKS,
    *snapshot.CHECKS,
)
"""Every check that is asked of the server."""

_MOST_FOUND = 200


@dataclass(frozen=True)
class Assessment:
    """What came of all checks: `days` is how long the server's statistics were kept."""

    at: datetime
    seconds: float
    days: float
    outcomes: tuple[Outcome, ...]

    def count(self, state: str) -> int:
        """Return how many checks came out as `state`."""
        return sum(each.state == state for each in self.outcomes)


async def assess(
    database: Database, *, checks: Sequence[Check] = CHECKS, more: Iterable[Outcome] = ()
) -> Assessment:
    """Ask every check of the server; `more` is what came of others.

    Each is read only, takes five seconds at most and waits a second for a lock. One that fails, is
    refused, or would judge by statistics of too few days is skipped, with the reason: never ok.
    """
    began, at = time.monotonic(), now()
    await snapshot.take(database, at)
    days = await _days(database)
    outcomes = [await ask(database, check, days) for check in checks]
    return Assessment(at, time.monotonic() - began, days, (*outcomes, *more))


def judged(check: Check, rows: Iterable[Mapping[str, Any]], seconds: float = 0.0) -> Outcome:
    """Return the outcome of `check` for rows of object, value and figures."""
    found = []
    for row in rows:
        severity = None if row["value"] is None else check.severity(row["value"])
        if severity is not None:
            found.append(Found(row["object"], row["value"], severity, row["figures"]))
    found.sort(key=lambda each: (-each.value, each.object))
    state: State = "finding" if found else "ok"
    return Outcome(check, state, tuple(found[:_MOST_FOUND]), None, seconds)


def skipped(check: Check, reason: str, seconds: float = 0.0) -> Outcome:
    """Return the outcome of a check that could not be asked."""
    return Outcome(check, "skipped", (), reason, seconds)


async def measured(database: Database, check: Check, object: str) -> float | None:  # noqa: A002
    """Return the value of one object as it is now, None when the check has nothing of it.

    Raises Conflict when the check cannot be asked.
    """
    try:
        rows = await _rows(database, check)
    except InventoryError as error:
        raise Conflict(f"{check.id} cannot be asked: {_reason(error)}.") from error
    values = [row["value"] for row in rows if row["object"] == object]
    return max((each for each in values if each is not None), default=None)


async def _rows(database: Database, check: Check) -> Sequence[Row]:
    async with database.transaction() as connection:
        await connection.execute(f"{snapshot.BOUNDS}; SET TRANSACTION READ ONLY")
        return await connection.fetch(check.statement, check.floor)


async def ask(database: Database, check: Check, days: float = 0) -> Outcome:
    """Return what comes of one check, where the server's statistics are of so many `days`."""
    if days < check.least_days:
        return skipped(
            check,
            f"the server's statistics are of {days:.1f} days, {check.least_days:g} are needed",
        )
    began = time.monotonic()
    try:
        rows = await _rows(database, check)
    except InventoryError as error:
        return skipped(check, _reason(error), time.monotonic() - began)
    told = [{**row, "figures": msgspec.json.decode(row["figures"])} for row in rows]
    return judged(check, told, time.monotonic() - began)


def _reason(error: InventoryError) -> str:
    if error.code == "timeLimit":
        return "it took longer than 5 seconds"
    return str(error)


async def _days(database: Database) -> float:
    """Return for how many days the server has kept its statistics."""
    days: float = await database.value(SQL.statistics_days)
    return days
