"""What a worklist holds, as the tests write it down."""

import json
from pathlib import Path
from typing import Any

from customer_inventory.capture.importing import import_file
from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.reconcile.running import Summary, reconcile
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database


async def loaded(
    database: Database, folder: Path, text: str, mapping: Mapping, actor: Actor
) -> None:
    """Load an extract."""
    file = folder / "loaded.csv"
    file.write_text(text, "utf-8")
    await import_file(database, file, mapping, actor=actor)


async def compared(
    database: Database, folder: Path, text: str, mapping: Mapping, actor: Actor, **more: Any
) -> Summary:
    """Compare an extract with what is held."""
    file = folder / "extract.csv"
    file.write_text(text, "utf-8")
    return await reconcile(database, file, mapping, actor=actor, **more)


async def items(database: Database, *states: str) -> list[tuple[Any, ...]]:
    """Return the worklist in these states (open unless told): kind, type, id, path, both sides."""
    rows = await database.fetch(
        "SELECT kind, record_type, record_id, path, here, there"
        " FROM capture.reconciliation_item WHERE state = ANY($1::text[])"
        " ORDER BY kind, record_type, record_id, path",
        list(states or ("open",)),
    )
    return [
        (*(row[n] for n in range(4)), *(row[n] and json.loads(row[n]) for n in (4, 5)))
        for row in rows
    ]
