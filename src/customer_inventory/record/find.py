"""Finding customers by name. Three letters at least: fewer defeat the trigram index."""

from collections.abc import Sequence

from customer_inventory.kit.errors import Invalid
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

SHORTEST = 3


async def customers_named(database: Database, text: str, *, limit: int = 20) -> Sequence[Row]:
    """Return customers whose name holds `text`, nearest first: rows of id, name, status.

    Raises Invalid for fewer than three letters.
    """
    text = text.strip()
    if len(text) < SHORTEST:
        raise Invalid("Give three letters of the name or more.", path="name")
    pattern = text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return await database.fetch(SQL.customers_named, pattern, text, limit)
