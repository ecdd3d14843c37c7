"""Drills that were held, kept with what they proved."""

from collections.abc import Sequence

from customer_inventory.facilities.backup.drilling import Drill
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


async def keep(database: Database, done: Drill, *, actor: Actor) -> None:
    """Keep what a drill proved, in the inventory that it was a drill of."""
    await database.execute(
        SQL.keep_drill,
        done.backup.id,
        done.recovery_seconds,
        done.point_seconds,
        done.tables,
        done.rows,
        [each.table for each in done.differences],
        done.audit_errors,
        actor.process,
        actor.person,
    )


async def held(database: Database, *, limit: int) -> Sequence[Row]:
    """Return what the last drills proved, at most `limit`, the last first: rows."""
    return await database.fetch(SQL.drills, limit)


async def last(database: Database) -> Row | None:
    """Return what the last drill proved, None before the first."""
    return await database.row(SQL.drills, 1)
