"""Records that may answer a search: read by keys, by id, and with their documents.

All types lie in one statement, each in its own part; those out of the caller's scope are
skipped by the server before anything is read.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import NamedTuple

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import Document
from customer_inventory.record.document import parse_object
from customer_inventory.record.search.asked import Group
from customer_inventory.record.search.frequent import commons, where_common
from customer_inventory.record.search.key import identifier_key
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MOST_RANKED = 100
"""So many records of a type, found in one way, are ranked."""
_PAGES = 4000
"""Of common keys: so many pages of a table (of 8 kB) are looked at, some 20,000 records."""

SEARCHED = {name: declared for name, declared in TYPES.items() if declared.searched}
"""The types that records can be searched of, by name."""


class Candidate(NamedTuple):
    """A record that may answer, with the keys it is found by."""

    type: str
    id: str
    bucket: int
    keys: frozenset[str]


async def found_by(
    database: Database, ways: Sequence[Sequence[Group]], types: Sequence[str]
) -> tuple[list[Candidate], bool]:
    """Return records of `types` that have a key of each group of a way, and whether all of them."""
    known = await commons(database)
    common = [list(where_common(groups, known)) for groups in ways]
    arguments: list[Sequence[str]] = []
    for types_of_way, groups in zip(common, ways, strict=True):
        arguments += [types_of_way, *map(list, groups)]
    shape = tuple(len(groups) for groups in ways)
    statement = _statement(shape, has_common=any(common))
    rows = await database.fetch(statement, list(types), *arguments)
    found = {row[1]: _candidate(row) for row in rows}
    counts: dict[str, int] = {}
    for row in rows:
        counts[row[0]] = counts.get(row[0], 0) + 1
    return list(found.values()), max(counts.values(), default=0) < MOST_RANKED


async def by_id(database: Database, identifier: str, types: Sequence[str]) -> list[Candidate]:
    """Return the record with that id, if it is of one of `types`; its id is among its keys.

    A record that was merged is the one it is shown as.
    """
    root = await database.value(SQL.root_of_record, identifier, bucket_of(identifier))
    present = root or identifier
    rows = await database.fetch(_by_id_statement(), list(types), present, bucket_of(present))
    named = identifier_key(identifier)
    return [
        candidate._replace(keys=candidate.keys.union(named)) for candidate in map(_candidate, rows)
    ]


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
        "candidates:one": _statement((1, 1, 1), has_common=True),
        "candidates:several": _statement((1, 2, 2), has_common=False),
        "candidates:scattered": _statement((3,), has_common=True),
        "candidate_by_id": _by_id_statement(),
        "documents": _documents_statement(),
        "customers_of_records": SQL.customers_of_records,
        "root_of_record": SQL.root_of_record,
    }


@cache
def _statement(shape: tuple[int, ...], *, has_common: bool) -> str:
    """Return the statement of several ways, of so many groups each, over every type.

    With `has_common` it can look at the first records of a type instead of its index.
    """
    parts = []
    first = 2
    for groups in shape:
        common, numbers = f"${first}", range(first + 1, first + 1 + groups)
        first += 1 + groups
        indexed = " AND ".join(f"r.keys && ${number}::text[]" for number in numbers)
        # An array put together anew is in no index.
        looked = " AND ".join(f"(r.keys || ARRAY[]::text[]) && ${n}::text[]" for n in numbers)
        ways = [(SQL.candidates_of_type, indexed)]
        ways += [(SQL.common_candidates_of_type, looked)] * has_common
        parts += [
            text.format(
                type=name,
                table=declared.table,
                common=common,
                condition=condition,
                limit=MOST_RANKED,
                block=_PAGES,
            )
            for name, declared in SEARCHED.items()
            for text, condition in ways
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
