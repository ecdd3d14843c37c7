"""Where downloads hold subjects: finished files and what was searched for.

A file that holds an erased subject is destroyed whole: whoever still needs it asks for it again,
and gets it without. Copies that were fetched are beyond reach; the ledger says who has them.
"""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import unquote_plus

from customer_inventory.access.download import ending
from customer_inventory.access.download.running import member
from customer_inventory.record.subject.holder import Holder, Scope
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_WHY = "the data of a subject in it was erased"

EXPLAINED = {"access.download_canary": "hashes of made-up records, which are about nobody"}


def holders(home: Path) -> tuple[Holder, ...]:
    """Return the holder of the downloads whose files lie in `home`."""

    async def destroy(database: Database, scope: Scope) -> Mapping[str, int]:
        files = await _files_with(database, scope)
        asked = await _asked_for(database, scope)
        for download in files | asked:
            by = scope.actor.process
            await ending.end(database, home, download, "destroyed", reason=_WHY, by=by)
        await database.execute(SQL.blank_queries, sorted(asked))
        return {"access.download_chunk": len(files), "access.download": len(asked)}

    return (
        Holder(
            "downloads",
            ("access.download", "access.download_chunk"),
            destroy,
            hands_nothing="copies of records that are handed over themselves",
        ),
    )


async def _files_with(database: Database, scope: Scope) -> set[str]:
    members = [member(identifier) for identifier in (*scope.ids, *scope.shared)]
    rows = await database.fetch(SQL.downloads_with_members, members)
    return {row["download_id"] for row in rows}


async def _asked_for(database: Database, scope: Scope) -> set[str]:
    """Return the downloads that searched for the subject by a value that tells it apart."""
    words = [word.casefold() for word in (*scope.words, *scope.ids)]
    return {
        row["id"]
        for row in await database.fetch(SQL.queries_of_downloads)
        if any(word in unquote_plus(row["query"]).casefold() for word in words)
    }
