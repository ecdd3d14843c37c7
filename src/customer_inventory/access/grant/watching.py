"""The watch over access: what ends by itself, what is warned of, and what nobody uses any more.

Warnings are findings (`record.finding`): each kind is settled anew at every watch, so that a
finding closes when its reason is gone. What is dormant is flagged first, and suspended when it
still is after a time of grace.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from customer_inventory.access.decision import Decision
from customer_inventory.access.grant import breaking_glass, granting, recertifying
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import parse
from customer_inventory.record.finding import Finding, findings, settle
from customer_inventory.record.job import Handler
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

WATCH = "access.keepWatch"
"""Name of the job that keeps the watch."""

DORMANT_GRANT = "access.dormantGrant"
DORMANT_CLIENT = "access.dormantClient"
EXPIRING = "access.expiring"
UNREVIEWED = "access.breakGlassUnreviewed"
UNGRANTED = "access.permissionWithoutGrant"
WARN_DAYS = (30, 7, 1)
"""How many days before a grant or a secret ends it is warned of."""
_MOST = 100_000


@dataclass(frozen=True)
class Patience:
    """After how long unused access is flagged, and how long after that it is suspended."""

    dormant_after: timedelta
    grace: timedelta


def patience_of(settings: Settings) -> Patience:
    """Return the patience that `settings` declare."""
    return Patience(
        timedelta(days=settings.access_dormant_days), timedelta(days=settings.access_grace_days)
    )


def keep_watch(database: Database, patience: Patience) -> Handler:
    """Return what keeps the watch over access once."""

    async def watch(_: Mapping[str, Any], actor: Actor) -> None:
        await watched(database, patience, process=actor.process)

    return watch


async def watched(database: Database, patience: Patience, *, process: str) -> None:
    """Keep the watch once, in the name of `process`."""
    await granting.expire(database, process=process)
    await breaking_glass.end_expired(database, process=process)
    await recertifying.lapse(database, process=process)
    await _look_for_expiring(database)
    await look_for_unreviewed(database)
    await _look_for_ungranted(database)
    await _look_for_dormant(database, patience, process)


async def _look_for_expiring(database: Database) -> None:
    """Warn of what ends within the days of WARN_DAYS: a finding for each of them."""
    rows = await database.fetch(SQL.expiring, timedelta(days=WARN_DAYS[0]))
    await settle(
        database,
        EXPIRING,
        [
            Finding(
                (row["kind"], row["id"], str(row["ends_at"]), str(days)),
                {
                    "kind": row["kind"],
                    "id": row["id"],
                    "process": row["process"],
                    "endsAt": row["ends_at"],
                    "withinDays": days,
                },
            )
            for row in rows
            for days in [_nearest(row["ends_at"] - now())]
        ],
    )


def _nearest(left: timedelta) -> int:
    return min(days for days in WARN_DAYS if left <= timedelta(days=days) or days == WARN_DAYS[0])


async def look_for_unreviewed(database: Database) -> None:
    """Alarm of every broken glass until it is reviewed, and tell when that is overdue."""
    rows = await breaking_glass.openings(database, unreviewed=True)
    await settle(database, UNREVIEWED, map(_alarm, rows))


def _alarm(row: Row) -> Finding:
    told = {
        "breakGlass": row["id"],
        "process": row["process"],
        "person": row["person"],
        "ticket": row["ticket"],
        "openedAt": row["opened_at"],
        "reviewDueAt": row["review_due_at"],
        "isOverdue": row["is_overdue"],
    }
    return Finding((row["id"],), told)


async def _look_for_ungranted(database: Database) -> None:
    """Find what is permitted in production without a grant: from before that was refused."""
    rows = await database.fetch(SQL.ungranted)
    await settle(
        database,
        UNGRANTED,
        [Finding((row["process"], row["purpose"]), dict(row)) for row in rows],
    )


async def _look_for_dormant(database: Database, patience: Patience, process: str) -> None:
    since = now() - patience.dormant_after
    for kind, statement in (
        (DORMANT_GRANT, SQL.dormant_grants),
        (DORMANT_CLIENT, SQL.dormant_clients),
    ):
        rows = await database.fetch(statement, since)
        await settle(
            database,
            kind,
            [
                Finding(
                    (row["id"], str(row["unused_since"])),
                    {
                        "id": row["id"],
                        "process": row["process"],
                        "unusedSince": row["unused_since"],
                        "suspendedAfterDays": patience.grace.days,
                    },
                )
                for row in rows
            ],
        )
    await _suspend_dormant(database, patience, process)


async def _suspend_dormant(database: Database, patience: Patience, process: str) -> None:
    """Suspend what was flagged as dormant for longer than the time of grace."""
    why = f"unused for {(patience.dormant_after + patience.grace).days} days"
    for kind in (DORMANT_GRANT, DORMANT_CLIENT):
        for row in await findings(database, kind=kind, state="open", limit=_MOST):
            if row["last_found_at"] - row["found_at"] < patience.grace:
                continue
            identifier = parse(row["evidence"])["id"]
            if kind == DORMANT_CLIENT:
                await database.execute(SQL.suspend_client, identifier)
                continue
            try:
                await granting.suspend(database, identifier, by=Decision(process, process, why))
            except Conflict:
                # Somebody ended it meanwhile.
                continue
