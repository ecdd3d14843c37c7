"""The thresholds that are in force: those that ship, with what the latest file says otherwise."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside
from customer_inventory.usage.anomaly.declared import Declared, read, shipped

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class InForce:
    """Thresholds; `number` and `since` are those of the file, 0 and None where there is none."""

    number: int
    declared: Declared
    since: datetime | None


class Unchanged(Conflict):
    """What is declared is in force already."""

    code = "unchanged"


async def declare(database: Database, text: str, *, actor: Actor, reason: str) -> int:
    """Let `text` be in force; return its number. Raises FileError for what is wrong in it.

    It says all that differs from what ships: what an earlier file said and this one does not, is as
    it ships again. What was found stays found. Raises Unchanged for a text that is in force.
    """
    read(text)
    sha256 = hashlib.sha256(text.encode()).digest()
    latest = await database.row(SQL.latest_thresholds)
    if latest is not None and latest["sha256"] == sha256:
        raise Unchanged(f"This is what is in force, as declaration {latest['number']}.")
    kept = await database.value(
        SQL.keep_thresholds, text, sha256, actor.process, actor.person, reason
    )
    return int(kept)


async def in_force(database: Database) -> InForce:
    """Return what is in force."""
    row = await database.row(SQL.latest_thresholds)
    if row is None:
        return InForce(0, shipped(), None)
    return InForce(row["number"], read(row["said"]), row["declared_at"])
