"""Documents that others say, compared with what is held: a relation at a time, in one statement.

A relation is SQL of the room that keeps the documents: it selects `id`, `bucket` and, to be
compared, `body`, as the text that is kept of an equal document. What of a record is compared is
what its source said of it: of one that is shown together with others, its own origin.
"""

from collections.abc import AsyncIterator, Sequence
from typing import Any, NamedTuple

from customer_inventory.record.declare import RecordType
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_EXAMPLE = "SELECT 'x' AS id, 0::smallint AS bucket, 1::bigint AS line, '{}' AS body"
_PAGE = 1000


class Unlike(NamedTuple):
    """A document that is not held as it is given: `held` is None where there is no such record."""

    id: str
    line: int
    given: str
    held: str | None


async def unlike(
    connection: Connection, declared: RecordType, relation: str, *values: Any
) -> AsyncIterator[Unlike]:
    """Yield those documents of a relation, which has a `line` too, that are not held so.

    In an open transaction. What differs only in how it is written is among them.
    """
    statement = _of("unlike", declared, relation)
    async for row in connection.cursor(statement, *values, prefetch=_PAGE):
        yield Unlike(row["id"], row["line"], row["given"], row["held"])


async def held_of(
    database: Connection | Database, declared: RecordType, relation: str, *values: Any
) -> Sequence[str]:
    """Return the ids of a relation that are held: as records, or as origins of some."""
    rows = await database.fetch(_of("held_of", declared, relation), *values)
    return [row["id"] for row in rows]


async def said_of(
    database: Connection | Database,
    declared: RecordType,
    ids: Sequence[str],
    buckets: Sequence[int],
) -> dict[str, str]:
    """Return the documents of records as their sources said them, by id."""
    rows = await database.fetch(_of("said_of", declared), list(ids), list(buckets))
    return {row["id"]: row["body"] for row in rows}


def _of(name: str, declared: RecordType, relation: str = "") -> str:
    return SQL[name].format(table=declared.table, relation=relation)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    return {
        f"{name}:{kind}": _of(name, declared, _EXAMPLE)
        for name in ("unlike", "held_of", "said_of")
        for kind, declared in TYPES.items()
    }
