"""Symptoms: what hurts now and may pass by itself, looked at every minute and told at once.

Whoever is on call is alerted through an Alertmanager; a service that suffers is handed over as a
problem of TMF656. Both are told when it is over.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.assessing import CHECKS, ask
from customer_inventory.shortcomings.check import Check, Outcome
from customer_inventory.shortcomings.every import check_of
from customer_inventory.shortcomings.handover import ticket
from customer_inventory.shortcomings.handover.alerting import alert, send
from customer_inventory.shortcomings.handover.document import said_of_service
from customer_inventory.shortcomings.handover.raising import dossier_of
from customer_inventory.shortcomings.seeing import seeing_most
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.store.together import together

log = logging.getLogger(__name__)

SQL = beside(__name__)

WATCH = "shortcomings.watch"
"""The job that looks at symptoms."""
LIVE = frozenset({"CAP08", "CON01", "CON02", "CON03", "CON04", "DUR03", "DUR04"})
"""Checks whose findings hurt while they last."""
_KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Watched:
    """What a look at symptoms came to: how many hurt, how many are over, whether it was told."""

    hurting: int
    over: int
    is_told: bool


def is_watched(settings: Settings) -> bool:
    """Tell whether anybody is to be told of symptoms."""
    return settings.alertmanager_url is not None or settings.problem_url is not None


async def watch(
    database: Database,
    settings: Settings,
    *,
    actor: Actor,
    public_url: str | None = None,
    checks: Sequence[Check] = CHECKS,
    at: datetime | None = None,
) -> Watched:
    """Ask the checks of symptoms, and tell who is to be told what hurts and what is over."""
    when = at or now()
    async with seeing_most(database, settings) as server:
        outcomes = [await ask(server, check) for check in checks if check.id in LIVE]
    await _kept(database, outcomes, when, actor)
    rows = await database.fetch(SQL.to_tell)
    await _handed_over(database, settings, rows, actor, when)
    is_told = await _alerted(database, settings, rows, public_url or settings.public_url, when)
    over = [row for row in rows if row["ended_at"] is not None]
    return Watched(len(rows) - len(over), len(over), is_told)


async def _kept(
    database: Database, outcomes: Sequence[Outcome], at: datetime, actor: Actor
) -> None:
    found = [
        (held.fingerprint(outcome.check.id, each.object), each.severity, each.value)
        for outcome in outcomes
        for each in outcome.found
    ]
    asked = [each.check.id for each in outcomes if each.state != "skipped"]
    await database.execute(SQL.forget_symptoms, at - _KEPT)
    async with together(database) as within:
        await held.meet(within, outcomes, at, actor=actor)
        names, severities, values = (
            [list(column) for column in zip(*found, strict=True)] if found else ([], [], [])
        )
        await within.execute(SQL.hurts, names, severities, values, at)
        await within.execute(SQL.over, at, asked, names)


async def _alerted(
    database: Database,
    settings: Settings,
    rows: Sequence[Row],
    public_url: str | None,
    at: datetime,
) -> bool:
    """Tell the Alertmanager; what it did not take is told again the next time."""
    if settings.alertmanager_url is None:
        ended = [row["fingerprint"] for row in rows if row["ended_at"]]
        await database.execute(SQL.told, ended, at)
        return False
    alerts = [alert(row, check_of(row["checked"]), at, public_url) for row in rows]
    try:
        await send(settings, alerts)
    except InventoryError as error:
        log.warning("the Alertmanager was not told: %s", error.message)
        return False
    await database.execute(SQL.told, [row["fingerprint"] for row in rows], at)
    return True


async def _handed_over(
    database: Database, settings: Settings, rows: Sequence[Row], actor: Actor, at: datetime
) -> None:
    """Hand over what is critical as a problem of the service, and say when it is over."""
    for row in rows:
        there = await ticket.undone(database, row["fingerprint"], "problem")
        if row["ended_at"] is not None and there is not None:
            reason = f"Not seen any more since {row['ended_at']:%Y-%m-%d %H:%M:%S} UTC."
            async with together(database) as within:
                await ticket.change(within, there["id"], "closed", reason, actor=actor, at=at)
        is_new = there is None and row["ended_at"] is None and row["severity"] == "critical"
        if is_new and settings.problem_url is not None:
            made = await dossier_of(database, row["fingerprint"])
            async with together(database) as within:
                await ticket.add(
                    within, row["fingerprint"], said_of_service(made), made.as_json(),
                    kind="problem", place="remote", actor=actor, at=at,
                )  # fmt: skip
