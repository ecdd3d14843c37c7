"""The declaration of who gets month reports that is in force: the latest, as it was given."""

import hashlib

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.monthly.declared import Recipient, read
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)


class Unchanged(Conflict):
    """What is declared is in force already."""

    code = "unchanged"


async def declare(database: Database, text: str, *, actor: Actor, reason: str) -> int:
    """Let `text` be in force; return its number. Raises FileError, Unchanged for what is so."""
    read(text)
    sha256 = hashlib.sha256(text.encode()).digest()
    latest = await database.row(SQL.latest_declaration)
    if latest is not None and latest["sha256"] == sha256:
        raise Unchanged(f"This is what is in force, as declaration {latest['number']}.")
    who = (actor.process, actor.person)
    return int(await database.value(SQL.keep_declaration, text, sha256, *who, reason))


async def recipients(database: Database) -> tuple[Recipient, ...]:
    """Return who gets reports: nobody where nothing is declared."""
    row = await database.row(SQL.latest_declaration)
    return () if row is None else read(row["said"])
