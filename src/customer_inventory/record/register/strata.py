"""Records of a type counted apart: by segment and process, by value; and values that repeat."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import RecordType
from customer_inventory.record.register.judged import Failing
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_EXAMPLE = "SELECT 'x' AS stratum, 'x' AS name, 'x' AS id, 0::smallint AS bucket"


async def strata(database: Database, declared: RecordType) -> Sequence[Row]:
    """Return how many records there are by segment and process: rows of both and `records`."""
    return await database.fetch(_of("strata", declared))


async def segments(
    database: Database, declared: RecordType, named: Sequence[tuple[str, str]]
) -> Sequence[Row]:
    """Return of which segments records are, given by id with a word that they are counted by.

    Rows of word, segment and `records`.
    """
    ids, words = [each for each, _ in named], [word for _, word in named]
    buckets = [bucket_of(each) for each in ids]
    return await database.fetch(_of("segments", declared), ids, buckets, words)


async def counted(
    database: Database, declared: RecordType, relation: str, values: Sequence[Any]
) -> Sequence[Row]:
    """Return how many of the records there are a relation names: rows of stratum, name, `records`.

    It is SQL of the room that knows, and selects `stratum`, `name`, `id` and `bucket`.
    """
    text = SQL.counted.format(relation=relation, table=declared.table)
    return await database.fetch(text, *values)


async def shares(database: Database, declared: RecordType, column: str) -> dict[str, float]:
    """Return which share of the records of a type has which value in a search column."""
    rows = await database.fetch(_of("shares", declared, column))
    total = sum(row["records"] for row in rows)
    return {row["name"]: row["records"] / total for row in rows}


async def repeated(database: Database, declared: RecordType, path: str) -> tuple[int, Failing]:
    """Return how many records there are, and those with a value at a JSON path that others have.

    It looks at all of them in one statement: values have no order of ids.
    """
    row = await database.row(_of("repeated", declared), path)
    assert row is not None  # noqa: S101 - it always answers
    ids, processes = row["ids"], row["processes"]
    failing = Failing(
        ids, row["buckets"], row["revisions"], row["times"], processes, [1] * len(ids)
    )
    return row["looked_at"], failing


@cache
def _of(name: str, declared: RecordType, column: str = "id") -> str:
    # A customer belongs to the party that plays it, and is of its own segment.
    customer = "t.id" if declared.name == "customer" else "NULL"
    return SQL[name].format(table=declared.table, status=column, customer=customer)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    found = {
        f"{name}:{kind}": _of(name, declared)
        for name in ("strata", "segments", "shares", "repeated")
        for kind, declared in TYPES.items()
    }
    return found | {
        f"counted:{kind}": SQL.counted.format(relation=_EXAMPLE, table=declared.table)
        for kind, declared in TYPES.items()
    }
