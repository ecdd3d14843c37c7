"""Records that may answer a search: read by keys, by id, and with their documents.

All types lie in one statement, each in its own part; those out of the caller's scope are
skipped by the server before anything is read.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import Document
from customer_inventory.record.document import parse_object
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.search.asked import Group
from customer_inventory.record.search.frequent import commons, where_common
from customer_inventory.record.search.key import identifier_key
from customer_inventory.record.shown import MOST_KEPT, Shown, Statement
from customer_inventory.record.sight import Sight
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
    database: Database, ways: Sequence[Sequence[Group]], types: Sequence[str], sight: Sight
) -> tuple[list[Candidate], bool]:
    """Return records of `types` that have a key of each group of a way, and whether all of them."""
    known = await commons(database)
    common = [list(where_common(groups, known)) for groups in ways]
    arguments: list[Sequence[str]] = []
    for types_of_way, groups in zip(common, ways, strict=True):
        arguments += [types_of_way, *map(list, groups)]
    shape = tuple(len(groups) for groups in ways)
    statement = _statement(shape, sight.rows, has_common=any(common))
    rows = await database.fetch(
        statement.text, *statement.arguments(sight, list(types), *arguments)
    )
    found = {row[1]: _candidate(row) for row in rows}
    counts: dict[str, int] = {}
    for row in rows:
        counts[row[0]] = counts.get(row[0], 0) + 1
    return list(found.values()), max(counts.values(), default=0) < MOST_RANKED


async def by_id(
    database: Database, identifier: str, types: Sequence[str], sight: Sight
) -> list[Candidate]:
    """Return the record with that id, if it is of one of `types`; its id is among its keys.

    A record that was merged is the one it is shown as.
    """
    root = await database.value(SQL.root_of_record, identifier, bucket_of(identifier))
    present = root or identifier
    statement = _by_id_statement(sight.rows)
    rows = await database.fetch(
        statement.text, *statement.arguments(sight, list(types), present, bucket_of(present))
    )
    named = identifier_key(identifier)
    return [
        candidate._replace(keys=candidate.keys.union(named)) for candidate in map(_candidate, rows)
    ]


async def documents_of(
    database: Database, candidates: Iterable[Candidate], sight: Sight
) -> dict[str, Document]:
    """Return the documents of records by id."""
    sent = list(candidates)
    if not sent:
        return {}
    statement = _documents_statement(sight.rows)
    columns = (
        [candidate.type for candidate in sent],
        [candidate.id for candidate in sent],
        [candidate.bucket for candidate in sent],
    )
    rows = await database.fetch(statement.text, *statement.arguments(sight, *columns))
    return {row[1]: parse_object(row[2]) for row in rows}


async def customers_of(
    database: Database, candidates: Sequence[Candidate], sight: Sight
) -> dict[str, tuple[str, str | None]]:
    """Return the id and name of the customer that each record leads to, by the record's id."""
    statement = _customers_statement(sight.rows)
    ids = [candidate.id for candidate in candidates]
    buckets = [candidate.bucket for candidate in candidates]
    rows = await database.fetch(statement.text, *statement.arguments(sight, ids, buckets))
    return {row[0]: (row[1], row[2]) for row in rows}


def every_statement() -> dict[str, str]:
    """Return statements of the kinds this module can send, by a name of their own (to plan)."""
    return {
        "candidates:one": _statement((1, 1, 1), EVERY_ROW, has_common=True).text,
        "candidates:several": _statement((1, 2, 2), EVERY_ROW, has_common=False).text,
        "candidates:scattered": _statement((3,), EVERY_ROW, has_common=True).text,
        "candidate_by_id": _by_id_statement(EVERY_ROW).text,
        "documents": _documents_statement(EVERY_ROW).text,
        "customers_of_records": _customers_statement(EVERY_ROW).text,
        "root_of_record": SQL.root_of_record,
    }


@lru_cache(maxsize=MOST_KEPT)
def _statement(shape: tuple[int, ...], rows: Rows, *, has_common: bool) -> Statement:
    """Return the statement of several ways, of so many groups each, over every type.

    With `has_common` it can look at the first records of a type instead of its index.
    """
    parts = []
    first = 2
    shown = Shown(rows, 1 + sum(1 + groups for groups in shape))
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
                shown=shown.of(declared),
            )
            for name, declared in SEARCHED.items()
            for text, condition in ways
        ]
    return Statement(_united(parts), tuple(shown.values))


@lru_cache(maxsize=MOST_KEPT)
def _by_id_statement(rows: Rows) -> Statement:
    return _over_types("candidate_by_id", rows)


@lru_cache(maxsize=MOST_KEPT)
def _documents_statement(rows: Rows) -> Statement:
    return _over_types("documents_of_type", rows)


@lru_cache(maxsize=MOST_KEPT)
def _customers_statement(rows: Rows) -> Statement:
    shown = Shown(rows, 2)
    text = SQL.customers_of_records.format(shown=shown.of(TYPES["customer"], "c"))
    return Statement(text, tuple(shown.values))


def _over_types(name: str, rows: Rows) -> Statement:
    """Return a statement of three parameters of its own over every type that is searched."""
    shown = Shown(rows, 3)
    text = _united(
        SQL[name].format(type=kind, table=declared.table, shown=shown.of(declared))
        for kind, declared in SEARCHED.items()
    )
    return Statement(text, tuple(shown.values))


def _united(parts: Iterable[str]) -> str:
    return "\nUNION ALL\n".join(f"({part})" for part in parts)


def _candidate(row: Row) -> Candidate:
    kind, identifier, bucket, keys = row
    return Candidate(kind, identifier, bucket, frozenset(keys or ()))
