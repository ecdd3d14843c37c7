"""The entries of the ledger that name given records: who did what with them."""

from collections.abc import Sequence
from datetime import UTC, datetime

from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_FIRST = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)


async def entries_naming(
    database: Database,
    ids: Sequence[str],
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 1000,
) -> Sequence[Row]:
    """Return the latest `limit` entries that name one of `ids`, from `since` to before `until`.

    Rows of at, process, person, purpose, operation, record_type, decision, status, source, groups
    (a JSON list) and `named`, the ids among them.
    """
    return await database.fetch(
        SQL.entries_naming, list(ids), since or _FIRST, until or _LAST, limit
    )
