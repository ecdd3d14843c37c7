"""The entries of the ledger that name given records: who did what with them."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta

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


async def every_entry_naming(
    database: Database, ids: Sequence[str], *, at_once: int = 1000
) -> AsyncIterator[Row]:
    """Yield every entry that names one of `ids`, latest first, as `entries_naming` tells them."""
    until = _LAST
    while True:
        rows = await entries_naming(database, ids, until=until, limit=at_once)
        if len(rows) < at_once:
            for row in rows:
                yield row
            return
        # Those of the last instant may go on beyond this page: they come again with the next.
        last = rows[-1]["at"]
        whole = [row for row in rows if row["at"] > last]
        for row in whole:
            yield row
        until = last + timedelta(microseconds=1)
        at_once = at_once if whole else at_once * 2
