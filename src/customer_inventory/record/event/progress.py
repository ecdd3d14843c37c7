"""How far each listener is, kept: the cursor, what is held back, what was given up.

One transaction keeps what came of a round, and only while the fence is ours. What was sent and
not kept (kill -9 between the two) is sent again: at least once.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from customer_inventory.kit.errors import Conflict
from customer_inventory.record.event.outbox import Told
from customer_inventory.record.event.subscription import Subscription
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

FIRST_WAIT = timedelta(seconds=2)
LONGEST_WAIT = timedelta(hours=1)

_DUE_EVENTS = 200
_LONGEST_REASON = 200


class Replaced(Conflict):
    """Somebody else tells this subscription now, or its cursor was set anew."""

    def __init__(self) -> None:
        super().__init__("The subscription is told by another service now.")


@dataclass(frozen=True, slots=True)
class Held:
    """An event that was not taken: how often it was tried, since when, and when next.

    `next_attempt_at` is None for one that waits behind another of its record.
    """

    told: Told
    state: str = "waiting"
    attempts: int = 0
    failing_since: datetime | None = None
    next_attempt_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How it goes with a listener as a whole, as `record.subscription` keeps it."""

    attempts: int = 0
    failing_since: datetime | None = None
    next_attempt_at: datetime | None = None
    state: str = "active"
    reason: str | None = None


def wait_after(attempts: int) -> timedelta:
    """Return how long to wait after so many failed attempts: doubled each time, up to an hour.

    Half of it is chance, so that many that failed together do not come back together.
    """
    whole: timedelta = min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)
    share = 0.5 + random.random() / 2  # noqa: S311 - nothing secret
    return whole * share


async def due(database: Database, subscription: str, now: datetime, *, records: int) -> list[Held]:
    """Return what waits for records whose turn has come, in order."""
    rows = await database.fetch(SQL.due, subscription, now, records, _DUE_EVENTS)
    return [
        Held(Told.of(row), attempts=row["attempts"], failing_since=row["failing_since"])
        for row in rows
    ]


async def waiting(database: Database, subscription: str, ids: Sequence[str]) -> set[str]:
    """Return those of the records `ids` for which something waits."""
    rows = await database.fetch(SQL.waiting_records, subscription, list(set(ids)))
    return {row["id"] for row in rows}


async def keep(
    database: Database,
    subscription: Subscription,
    *,
    seq: int,
    standing: Standing,
    held: Sequence[Held] = (),
    released: Sequence[Told] = (),
    loosened: Sequence[str] = (),
    delivered: int = 0,
    at: datetime,
) -> None:
    """Keep what came of a round, whole or not at all; raise Replaced when the fence is not ours.

    `released` was held and is taken now; of the records `loosened`, what waits next is due.
    """
    identifier = subscription.id
    async with database.transaction() as connection:
        kept = await connection.fetchval(
            SQL.advance,
            identifier,
            subscription.fence,
            seq,
            standing.attempts,
            standing.failing_since,
            standing.next_attempt_at,
            standing.reason,
            standing.state,
            delivered,
            at,
        )
        if kept is None:
            raise Replaced
        if released:
            await connection.execute(SQL.release, identifier, [told.seq for told in released])
        if held:
            await connection.execute(SQL.hold, identifier, *_columns(held))
        if loosened:
            await connection.execute(SQL.make_next_due, identifier, list(loosened), at)


async def dead_letters(
    database: Database,
    *,
    subscription: str | None = None,
    process: str | None = None,
    after: int = 0,
    limit: int,
) -> Sequence[Row]:
    """Return dead letters, oldest first, whose number is over `after`: rows."""
    return await database.fetch(SQL.dead_letters, subscription, process, after, limit)


async def revive(
    database: Database, subscription: str, *, seqs: Sequence[int] | None = None
) -> int:
    """Let dead letters of a subscription be tried again, all or those numbers; return how many."""
    done = await database.execute(SQL.revive, subscription, None if seqs is None else list(seqs))
    return int(done.rpartition(" ")[2])


async def forget_dead(database: Database, *, before: datetime) -> int:
    """Remove dead letters of events recorded before that instant; return how many."""
    done = await database.execute(SQL.forget_dead, before)
    return int(done.rpartition(" ")[2])


def _columns(held: Sequence[Held]) -> list[list[object]]:
    told = [[getattr(item.told, name) for item in held] for name in Told.__slots__]
    return [
        *told,
        [item.state for item in held],
        [item.attempts for item in held],
        [item.failing_since for item in held],
        [item.next_attempt_at for item in held],
        [item.reason and item.reason[:_LONGEST_REASON] for item in held],
    ]
