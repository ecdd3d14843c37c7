"""An assessment: every check asked, each bounded and by itself, so that none stops another."""

import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import msgspec

from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, InventoryError
from customer_inventory.shortcomings import snapshot
from customer_inventory.shortcomings.check import Check, Found, Outcome, State
from customer_inventory.shortcomings.looking import (
    bloat,
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
from customer_inventory.store.together import Within

SQL = beside(__name__)

CHECKS: tuple[Check, ...] = (
    *capacity.CHECKS,
    *connection.CHECKS,
    *statement.CHECKS,
    *index.CHECKS,
    *table.CHECKS,
    *bloat.CHECKS,
    *vacuum.CHECKS,
    *durability.CHECKS,
    *configuration.CHECKS,
    *security.CHECKS,
    *snapshot.CHECKS,
)
"""Every check that is asked of the server."""

Told = Mapping[str, Any]
"""What a check is told of an object: `object`, `value`, `figures`; `evidence` where it has some."""
Ask = Callable[[Database], Awaitable[Iterable[Told]]]
"""Asks other rooms what a check is about."""

_MOST_FOUND = 200
_SECONDS = 5.0
_MOST_NAMED = 3


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
    days, history = await statistics_days(database), await snapshot.days(database)
    outcomes = [await ask(database, check, days, history) for check in checks]
    return Assessment(at, time.monotonic() - began, days, (*outcomes, *more))


async def asked(database: Database, check: Check, ask: Ask) -> Outcome:
    """Return the outcome of a check that other rooms are asked for, bounded as all others are."""
    began = time.monotonic()
    try:
        async with database.transaction() as connection:
            await connection.execute(f"{snapshot.BOUNDS}; SET TRANSACTION READ ONLY")
            rows = list(await ask(Within(database, connection)))
    except InventoryError as error:
        return skipped(check, _reason(error), time.monotonic() - began)
    return judged(check, rows, time.monotonic() - began)


def judged(check: Check, rows: Iterable[Told], seconds: float = 0.0) -> Outcome:
    """Return the outcome of `check` for what it is told."""
    found = []
    for row in rows:
        severity = None if row["value"] is None else check.severity(row["value"])
        if severity is not None:
            evidence = row.get("evidence") or check.evidence
            found.append(Found(row["object"], row["value"], severity, row["figures"], evidence))
    found.sort(key=lambda each: (-each.value, each.object))
    state: State = "finding" if found else "ok"
    return Outcome(check, state, tuple(found[:_MOST_FOUND]), None, seconds)


def skipped(check: Check, reason: str, seconds: float = 0.0) -> Outcome:
    """Return the outcome of a check that could not be asked."""
    return Outcome(check, "skipped", (), reason, seconds)


async def measured(
    database: Database,
    check: Check,
    object: str,  # noqa: A002 - the word of the field
    outcome: Outcome | None = None,
) -> float | None:
    """Return the value of one object as it is now, None when the check finds nothing of it.

    `outcome` is what came of a check that others are asked for. Raises Conflict when the check
    cannot be asked.
    """
    if outcome is not None:
        if outcome.state == "skipped":
            raise Conflict(f"{check.id} cannot be asked: {outcome.reason}.")
        return max((e.value for e in outcome.found if e.object == object), default=None)
    if not check.statement:
        raise Conflict(f"{check.id} is not asked of the server: the next assessment tells.")
    try:
        rows, left = await _rows(database, check)
    except InventoryError as error:
        raise Conflict(f"{check.id} cannot be asked: {_reason(error)}.") from error
    if left and not any(row["object"] == object for row in rows):
        raise Conflict(f"{check.id} cannot be asked: {left}.")
    values = [row["value"] for row in rows if row["object"] == object]
    return max((each for each in values if each is not None), default=None)


async def _rows(database: Database, check: Check) -> tuple[list[Row], str | None]:
    """Return what a check finds, and what of it could not be looked at, if anything."""
    if check.objects:
        return await _one_by_one(database, check)
    async with database.transaction() as connection:
        await connection.execute(f"{snapshot.BOUNDS}; SET TRANSACTION READ ONLY")
        return list(await connection.fetch(check.statement, check.floor)), None


async def _one_by_one(database: Database, check: Check) -> tuple[list[Row], str | None]:
    """Return what a check finds of objects that are looked at one by one, as time allows."""
    until = time.monotonic() + _SECONDS
    async with database.transaction() as connection:
        await connection.execute(f"{snapshot.BOUNDS}; SET TRANSACTION READ ONLY")
        objects = await connection.fetch(check.objects, check.floor)
    rows: list[Row] = []
    left: dict[str, str] = {}
    for each in objects:
        milliseconds = int((until - time.monotonic()) * 1000)
        if milliseconds <= 0:
            left[each["object"]] = "no time was left"
            continue
        try:
            async with database.transaction() as connection:
                await connection.execute(f"{snapshot.BOUNDS}; SET TRANSACTION READ ONLY")
                await connection.execute(f"SET LOCAL statement_timeout = {milliseconds}")
                rows += await connection.fetch(check.statement, check.floor, each["oid"])
        except InventoryError as error:
            left[each["object"]] = _reason(error)
    return rows, _said_of(left, len(objects)) if left else None


def _said_of(left: Mapping[str, str], whole: int) -> str:
    named = [f"{name} ({reason.rstrip('.')})" for name, reason in left.items()]
    rest = f" and {len(named) - _MOST_NAMED} more" if len(named) > _MOST_NAMED else ""
    return f"{len(left)} of {whole} could not be looked at: {', '.join(named[:_MOST_NAMED])}{rest}"


def _too_young(check: Check, days: float, history: float) -> Outcome | None:
    """Return why a check says nothing yet, if it does not."""
    for there, needed, what in (
        (days, check.least_days, "the server's statistics"),
        (history, check.history_days, "our snapshots"),
    ):
        if there < needed:
            return skipped(check, f"{what} are of {there:.1f} days, {needed:g} are needed")
    return None


async def ask(database: Database, check: Check, days: float = 0, history: float = 0) -> Outcome:
    """Return what comes of one check, where the server's statistics are of so many `days`.

    `history` is of how many days our snapshots are.
    """
    too_young = _too_young(check, days, history)
    if too_young is not None:
        return too_young
    began = time.monotonic()
    try:
        rows, left = await _rows(database, check)
    except InventoryError as error:
        return skipped(check, _reason(error), time.monotonic() - began)
    told = [{**row, "figures": msgspec.json.decode(row["figures"])} for row in rows]
    outcome = judged(check, told, time.monotonic() - began)
    if left is None:
        return outcome
    # What was found stands; of what was not looked at nobody says that it is well.
    state: State = "finding" if outcome.found else "skipped"
    return replace(outcome, state=state, reason=left)


def _reason(error: InventoryError) -> str:
    if error.code == "timeLimit":
        return f"it took longer than {_SECONDS:g} seconds"
    return str(error)


async def statistics_days(database: Database) -> float:
    """Return for how many days the server has kept its statistics."""
    days: float = await database.value(SQL.statistics_days)
    return days
