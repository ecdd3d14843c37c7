"""Suspicions kept as findings: each once, however often it is found, and longer while it goes on.

What people have not decided of yet is extended by more of the same within a week: one thing that
goes on is one finding. What they decided of stays as they saw it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from customer_inventory.record.document import encode
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.usage.anomaly.judging import Suspicion
from customer_inventory.usage.anomaly.past import at_hour
from customer_inventory.usage.anomaly.reading import OF_DAYS, OF_HOURS, Asked, Told

SQL = beside(__name__)

UNDECIDED = ("open", "lookedInto")
_NEAR = timedelta(days=7)


async def to_look_at(database: Database) -> tuple[int, int]:
    """Return the places from which on to look, and before which the ledger is metered."""
    row = await database.row(SQL.watched_from)
    assert row is not None  # noqa: S101 - the migrations put them there
    return row["first"], row["stop"]


async def is_ours(connection: Connection, first: int) -> bool:
    """Tell whether nobody looked on since; nobody does until the transaction ends."""
    return bool(await connection.fetchval(SQL.hold_watch) == first)


async def keep_habits(
    connection: Connection, asked: Asked, told: Sequence[Told], oldest: datetime
) -> None:
    """Keep what the ledger tells of hours and days, in the place of what was kept of them."""
    for spans, measures in ((asked.hours, OF_HOURS), (asked.days, OF_DAYS)):
        names, starts = [process for process, _ in spans], [start for _, start in spans]
        await connection.execute(SQL.forget_habits, names, starts, list(measures))
    await connection.execute(SQL.forget_old_habits, oldest)
    if told:
        await connection.execute(SQL.keep_habits, *map(list, zip(*told, strict=True)))


async def looked_until(connection: Connection, place: int) -> None:
    """Keep how far the ledger was looked at."""
    await connection.execute(SQL.watched_until, place)


async def keep(connection: Connection, found: Suspicion, evidence: Mapping[str, Any]) -> bool:
    """Keep a suspicion with its evidence; return whether it is a new finding."""
    start, stop = at_hour(found.start), at_hour(found.stop)
    near = await connection.fetchrow(
        SQL.near_anomaly, found.process, found.kind, found.about, start, stop, _NEAR
    )
    if near is None:
        await connection.fetchval(
            SQL.open_anomaly, found.kind, found.process, found.about, found.severity, start, stop,
            found.observed, encode(evidence),
        )  # fmt: skip
        return True
    if near["state"] in UNDECIDED and _says_more(near, found):
        is_most = found.observed > near["observed"]
        told = encode(evidence) if is_most else None
        most = found.observed if is_most else None
        await connection.execute(
            SQL.extend_anomaly, near["id"], start, stop, found.severity, most, told
        )
    return False


def _says_more(near: Row, found: Suspicion) -> bool:
    return (
        found.observed > near["observed"]
        or at_hour(found.start) < near["began_at"]
        or at_hour(found.stop) > near["ended_at"]
        or (found.severity == "high" and near["severity"] != "high")
    )
