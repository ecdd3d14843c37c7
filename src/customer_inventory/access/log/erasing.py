"""Erasing ids from the ledger: what was done stays proved, whom it was about is gone.

An entry keeps who did what, when and why; in the place of an erased id it keeps a commitment
that nobody can undo. Leaves do not change, so every checkpoint stays right.
"""

from collections.abc import Iterable

from customer_inventory.access.log.leaf import struck_out
from customer_inventory.access.log.sealing import Sealer
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_AT_ONCE = 1000


async def strike_out(database: Database, sealer: Sealer, ids: Iterable[str]) -> int:
    """Take `ids` out of every entry of the ledger; return how many entries named one.

    Seals what is unsealed first. In parts: whoever is cut short does it again. Raises Unavailable.
    """
    gone = frozenset(ids)
    await sealer.seal_all()
    changed = 0
    while True:
        part = await _strike_out_some(database, gone)
        changed += part
        if part < _AT_ONCE:
            return changed


async def _strike_out_some(database: Database, gone: frozenset[str]) -> int:
    async with database.transaction() as connection:
        rows = await connection.fetch(SQL.entries_naming, list(gone), _AT_ONCE)
        await connection.executemany(
            SQL.strike_out,
            [
                (
                    row["number"],
                    row["at"],
                    *struck_out(row["record_ids"], row["salt"], row["opened"], gone, row["form"]),
                )
                for row in rows
            ],
        )
    return len(rows)
