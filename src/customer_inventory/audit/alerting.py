"""Alerts: rules by which less holds than is declared to, from when it is seen until it is met.

One is raised once, however many audits see it, and cleared once: both are told as events to who
listens, and in the log. While it is raised it is among the findings of the house, too
(`cinv record findings`). A rule that could not be asked leaves its alert as it is.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Literal

from customer_inventory.audit import scoring
from customer_inventory.audit.scoring import Score
from customer_inventory.kit.errors import NotFound
from customer_inventory.kit.ids import new_id
from customer_inventory.record import finding
from customer_inventory.record.event.announcing import QUALITY_ALERT, announce
from customer_inventory.record.finding import Finding
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.store.together import together

SQL = beside(__name__)

log = logging.getLogger(__name__)

BREACHED = "audit.thresholdBreached"
"""The kind of findings on rules by which less holds than is declared to."""

AlertState = Literal["raised", "cleared"]
STATES: tuple[AlertState, ...] = ("raised", "cleared")


class NoSuchAlert(NotFound):
    """There is no alert of that id."""

    def __init__(self) -> None:
        super().__init__("There is no such alert.", hint="`cinv audit alerts` lists them.")


async def alert(database: Database, rules: Collection[str]) -> list[Score]:
    """Let those of these rules, which are all, that breach their threshold be known; return them.

    Who listens is told of what was not raised before, and of what is cleared now.
    """
    asked = await scoring.scores(database, "rule", rules=rules)
    found = [each for each in asked if each.is_breached]
    sound = {each.name for each in asked}
    async with together(database) as within:
        raised = await _listed(within, SQL.raise_alerts, *_columns(found))
        met = sorted(sound - {each.name for each in found})
        cleared = await _listed(within, SQL.clear_alerts, met, list(rules))
        for row in raised:
            await announce(within, QUALITY_ALERT, row["id"], "create", told(row))
        for row in cleared:
            await announce(within, QUALITY_ALERT, row["id"], "stateChange", told(row))
        standing = await within.fetch(SQL.list_alerts, True, None, None)
        await finding.settle(within, BREACHED, map(_finding, standing))
    _log(raised, cleared)
    return found


async def alerts(
    database: Database, *, state: AlertState | None = None, limit: int | None = None
) -> Sequence[Row]:
    """Return alerts, those raised last first."""
    is_raised = None if state is None else state == "raised"
    return await database.fetch(SQL.list_alerts, is_raised, None, limit)


async def one(database: Database, identifier: str) -> Row:
    """Return an alert; raise NoSuchAlert."""
    rows = await database.fetch(SQL.list_alerts, None, [identifier], 1)
    if not rows:
        raise NoSuchAlert
    return rows[0]


def told(row: Row) -> dict[str, Any]:
    """Return an alert as JSON tells it, without its id."""
    found = {
        "state": "raised" if row["cleared_at"] is None else "cleared",
        "rule": row["rule"],
        "name": row["name"],
        "type": row["record_type"],
        "requirement": row["requirement"],
        "dimension": row["dimension"],
        "aspect": row["aspect"],
        "threshold": row["threshold"],
        "score": round(row["score"], 6),
        "failed": row["failed"],
        "population": row["population"],
        "raisedAt": _instant(row["raised_at"]),
        "lastSeenAt": _instant(row["last_seen_at"]),
        "clearedAt": _instant(row["cleared_at"]),
        "whyCleared": row["why_cleared"],
    }
    return {name: value for name, value in found.items() if value is not None}


async def _listed(within: Database, statement: str, *arguments: Any) -> Sequence[Row]:
    """Return the alerts that a statement changes."""
    ids = [row["id"] for row in await within.fetch(statement, *arguments)]
    return await within.fetch(SQL.list_alerts, None, ids, None)


def _columns(found: Sequence[Score]) -> tuple[list[Any], ...]:
    return (
        [new_id() for _ in found],
        [each.name for each in found],
        [each.threshold for each in found],
        [each.score for each in found],
        [each.failed for each in found],
        [each.population for each in found],
    )


def _finding(row: Row) -> Finding:
    names = ("rule", "score", "threshold", "failed", "population")
    evidence: Mapping[str, Any] = {name: row[name] for name in names}
    return Finding(key=(row["rule"],), evidence={**evidence, "alert": row["id"]})


def _log(raised: Sequence[Row], cleared: Sequence[Row]) -> None:
    for row in raised:
        log.warning(
            "audit: %s holds for %.2f %%, declared are %.2f %%",
            row["rule"],
            100 * row["score"],
            100 * row["threshold"],
        )
    for row in cleared:
        log.info("audit: the alert of %s is cleared: %s", row["rule"], row["why_cleared"])


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")
