"""The declaration of cost that is in force: kept as it was given, the latest counts."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside
from customer_inventory.usage.cost.allocating import NothingDeclared
from customer_inventory.usage.cost.declared import Declared, read

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class InForce:
    """A declaration, its number, and since when it is in force."""

    number: int
    declared: Declared
    since: datetime


class Unchanged(Conflict):
    """What is declared is in force already."""

    code = "unchanged"


async def declare(database: Database, text: str, *, actor: Actor, reason: str) -> int:
    """Let `text` be in force; return its number. Raises FileError for what is wrong in it.

    Months that are closed stay as they are until they are corrected. Raises Unchanged for a text
    that is in force.
    """
    read(text)
    sha256 = hashlib.sha256(text.encode()).digest()
    latest = await database.row(SQL.latest_declaration)
    if latest is not None and latest["sha256"] == sha256:
        raise Unchanged(f"This is what is in force, as declaration {latest['number']}.")
    return int(
        await database.value(
            SQL.keep_declaration, text, sha256, actor.process, actor.person, reason
        )
    )


async def in_force(database: Database) -> InForce:
    """Return what is in force; raise NothingDeclared when nothing is."""
    row = await database.row(SQL.latest_declaration)
    if row is None:
        raise NothingDeclared(
            "Nothing is declared of cost.", hint="Declare pools and rates: cinv cost declare FILE."
        )
    return InForce(row["number"], read(row["said"]), row["declared_at"])
