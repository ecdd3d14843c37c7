"""What the server only tells as it is now, kept over time: growth, regressions, deadlocks."""

from contextlib import suppress
from datetime import datetime, timedelta

from customer_inventory.kit.errors import InventoryError
from customer_inventory.shortcomings.check import Check
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

BOUNDS = "SET LOCAL statement_timeout = '5s'; SET LOCAL lock_timeout = '1s'"
"""So long an assessment works at one thing, and waits for a lock."""
KEPT = timedelta(days=400)

CHECKS = (
    Check(
        "CAP06", "More log is written than was", SQL.log_written, "times before", 2, 10,
        floor=1, floor_unit="GB a day", history_days=3, evidence="measured over a week",
        risk="Disk, archive and replicas fill and lag; somebody writes what nobody planned.",
        remedy="STM02 and cinv cost usage tell who writes; forced checkpoints (DUR02) write more.",
    ),
    Check(
        "INV08", "What is read is not in memory", SQL.missed_cache, "%", 5, 20,
        floor=100_000, floor_unit="pages", history_days=0.04,
        risk="Callers wait for the disk; it was better before, or will be worse.",
        remedy="More memory for the database (shared_buffers), or find who reads so much (STM04).",
    ),
    Check(
        "CAP02", "A table grows fast", SQL.grown, "% a week", 20, 100,
        floor=100, floor_unit="MB", history_days=7, evidence="measured over a week",
        risk="The disk is full earlier than planned.",
        remedy="Look who brings it; retire what is past its time (cinv subject retention).",
    ),
    Check(
        "CON05", "Sessions locked each other out", SQL.deadlocked, "deadlocks", 1, 100,
        floor=1, floor_unit="deadlocks",
        risk="A process fails, or tries again and again.",
        remedy="The server's log names the statements: take locks in one order.",
    ),
    Check(
        "STM03", "A statement has become slower", SQL.regressed, "times before", 2, 10,
        floor=100, floor_unit="calls", history_days=3, evidence="measured over a week",
        risk="Callers wait, and it may get worse.",
        remedy="ANALYZE its tables; look at its plan, and at what changed that day.",
    ),
)  # fmt: skip
"""Checks that look back over snapshots."""


async def take(database: Database, at: datetime) -> None:
    """Keep what the server tells now; what is long past is forgotten.

    What cannot be had is left out of this snapshot: statistics of statements that are not kept,
    sizes while a table is locked.
    """
    await _done(database, SQL.forget, at - KEPT)
    for statement in (
        SQL.take_server, SQL.take_relations, SQL.take_sequences, SQL.take_statements,
    ):  # fmt: skip
        await _done(database, statement, at)


async def days(database: Database) -> float:
    """Return of how many days there are snapshots."""
    known: float = await database.value(SQL.history_days)
    return known


async def _done(database: Database, statement: str, at: datetime) -> None:
    with suppress(InventoryError):
        async with database.transaction() as connection:
            await connection.execute(BOUNDS)
            await connection.execute(statement, at)


def every_statement() -> dict[str, str]:
    """Return what can be planned in every database: statistics of statements are an extension."""
    return {name: text for name, text in SQL.items() if name != "take_statements"}
