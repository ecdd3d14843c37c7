"""Records that may answer a search: read by keys, by id, and with their documents.

All types lie in one statement, each in its own part; those out of the caller's scope are
skipped by the server before anything is read.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from typing import NamedTuple

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import Document
from customer_inventory.record.document import parse_object
from customer_inventory.record.search.asked import Group
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_RANKED = 200
"""So many records of a type, found in one way, are ranked."""

SEARCHED = {name: declared for name, declared in TYPES.items() if declared.searched}
"""The types that records can be searched of, by name."""


class Candidate(NamedTuple):
    """A record that may answer, with the keys it is found by."""

    type: str
    id: str
    bucket: int
    keys: Collection[str]


async def found_by(
    database: Database, ways: Sequence[Sequence[Group]], types: Sequence[str]
) -> tuple[list[Candidate], bool]:
    """Return records of `types` that have a key of each group of a way, and whether all of them."""
    statement = _statement(tuple(len(groups) for groups in ways))
    arguments = [list(group) for groups in ways for group in groups]
    rows = await database.fetch(statement, list(types), *arguments)
    found = {row[1]: _candidate(row) for row in rows}
    counts: dict[str, int] = {}
    for row in rows:
        counts[row[0]] = counts.get(row[0], 0) + 1
    return list(found.values()), max(counts.values(), default=0) < MOST_RANKED


async def by_id(database: Database, identifier: str, types: Sequence[str]) -> list[Candidate]:
    """Return the record with that id, if it is of one of `types`."""
    rows = await database.fetch(_by_id_statement(), list(types), identifier, bucket_of(identifier))
    return [_candidate(row) for row in rows]


async def documents_of(database: Database, candidates: Iterable[Candidate]) -> dict[str, Document]:
    """Return the documents of records by id."""
    sent = list(candidates)
    if not sent:
        return {}
    rows = await database.fetch(
        _documents_statement(),
        [candidate.type for candidate in sent],
        [candidate.id for candidate in sent],
        [candidate.bucket for candidate in sent],
    )
    return {row[1]: parse_object(row[2]) for row in rows}


async def customers_of(
    database: Database, candidates: Sequence[Candidate]
) -> dict[str, tuple[str, str | None]]:
    """Return the id and name of the customer that each record leads to, by the record's id."""
    rows = await database.fetch(
        SQL.customers_of_records,
        [candidate.id for candidate in candidates],
        [candidate.bucket for candidate in candidates],
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def every_statement() -> dict[str, str]:
    """Return statements of the kinds this module can send, by a name of their own (to plan)."""
    return {
        "candidates:one": _statement((1, 1, 1)),
        "candidates:several": _statement((1, 2, 2)),
        "candidates:scattered": _statement((3,)),
        "candidate_by_id": _by_id_statement(),
        "documents": _documents_statement(),
        "customers_of_records": SQL.customers_of_records,
    }


@cache
def _statement(shape: tuple[int, ...]) -> str:
    """Return the statement of several ways, of so many groups each, over every type."""
    parts = []
    first = 2
    for groups in shape:
        numbers = range(first, first + groups)
        condition = " AND ".join(f"r.keys && ${number}::text[]" for number in numbers)
        first += groups
        parts += [
            SQL.candidates_of_type.format(
                type=name, table=declared.table, condition=condition, limit=MOST_RANKED
            )
            for name, declared in SEARCHED.items()
        ]
    return _united(parts)


@cache
def _by_id_statement() -> str:
    return _united(
        SQL.candidate_by_id.format(type=name, table=declared.table)
        for name, declared in SEARCHED.items()
    )


@cache
def _documents_statement() -> str:
    return _united(
        SQL.documents_of_type.format(type=name, table=declared.table)
        for name, declared in SEARCHED.items()
    )


def _united(parts: Iterable[str]) -> str:
    return "\nUNION ALL\n".join(f"({part})" for part in parts)


def _candidate(row: Row) -> Candidate:
    kind, identifier, bucket, keys = row
    return Candidate(kind, identifier, bucket, frozenset(keys or ()))
