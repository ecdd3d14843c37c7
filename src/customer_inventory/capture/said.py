"""When a source said what it says: a late older row does not overwrite a newer fact of its source.

By moments, which files tell (`at` of the mapping) and events (`order`) alike, or by numbers, which
events alone tell. A load of what says neither pays nothing. What a source said of a record at the
same instant is overwritten by what is read later.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from customer_inventory.capture.told import Record
from customer_inventory.capture.work import Work
from customer_inventory.store.database import Connection
from customer_inventory.store.sql import beside

SQL = beside(__name__)

ByType = Mapping[str, Mapping[str, Any]]
"""When records were said, by type and id."""


async def in_time(connection: Connection, work: Work, source: str) -> tuple[Work, dict[str, int]]:
    """Return `work` without what `source` has said newer things of, and how many by type."""
    late = {
        *await _late(connection, SQL.said_before, source, work.said),
        *await _late(connection, SQL.numbers_before, source, work.numbers),
    }
    return (work.without(late) if late else work), Counter(name for name, _ in late)


async def keep_said(
    connection: Connection, work: Work, source: str, refused: Collection[int]
) -> None:
    """Keep when `source` said what was taken of `work`: all but the rows that were refused."""
    for statement, by_type in ((SQL.keep_said, work.said), (SQL.keep_numbers, work.numbers)):
        taken = {
            identifier: said
            for name, of_type in by_type.items()
            for identifier, said in _taken(work, name, of_type, refused).items()
        }
        if taken:
            await connection.execute(statement, source, list(taken), list(taken.values()))


async def _late(
    connection: Connection, statement: str, source: str, by_type: ByType
) -> list[Record]:
    ids = [identifier for of_type in by_type.values() for identifier in of_type]
    if not ids:
        return []
    before = {row["id"]: row["said"] for row in await connection.fetch(statement, source, ids)}
    return [
        (name, identifier)
        for name, of_type in by_type.items()
        for identifier, said in of_type.items()
        if identifier in before and before[identifier] > said
    ]


def _taken(
    work: Work, name: str, of_type: Mapping[str, Any], refused: Collection[int]
) -> dict[str, Any]:
    lines = work.line_of(name)
    return {each: said for each, said in of_type.items() if lines[each] not in refused}
