"""Records that may answer a search: read by keys, by id, and with their documents.

All types lie in one statement, each in its own part; those out of the caller's scope are
skipped by the server before anything is read.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.search.asked import Group
from customer_inventory.record.search.frequent import commons, where_common
from customer_inventory.record.search.key import identifier_key
from customer_inventory.record.shown import MOST_KEPT, Shown, Statement
from customer_inventory.record.sight import EVERYTHING, Sight
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


class Contrast(NamedTuple):
    """What a record may not contradict: an attribute, and the patterns (LIKE) of what it may say.

    Who says nothing there contradicts nothing.
    """

    attribute: str
    patterns: Sequence[str]


class Way(NamedTuple):
    """A way to find records: a key of each group, and no contradiction."""

    groups: Sequence[Group]
    contrast: Contrast | None = None


async def found_by(
    database: Database, ways: Sequence[Sequence[Group]], types: Sequence[str], sight: Sight
) -> tuple[list[Candidate], bool]:
    """Return records of `types` that have a key of each group of a way, and whether all of them."""
    statement, arguments = await _asked(database, [Way(each) for each in ways], types, sight)
    rows = await database.fetch(statement.text, *arguments)
    found = {row[1]: _candidate(row) for row in rows}
    counts: dict[str, int] = {}
    for row in rows:
        counts[row[0]] = counts.get(row[0], 0) + 1
    return list(found.values()), max(counts.values(), default=0) < MOST_RANKED


async def documents_found(
    database: Database, ways: Sequence[Way], declared: RecordType, sight: Sight
) -> dict[str, tuple[Document, bool]]:
    """Return the records of a type, of any scope, that have a key of each group of a way, by id.

    Each with its document, and whether `sight` shows it.
    """
    candidates, arguments = await _asked(database, ways, [declared.name], EVERYTHING)
    statement = _with_documents(candidates.text, len(arguments), declared, sight.rows)
    rows = await database.fetch(statement.text, *statement.arguments(sight, *arguments))
    return {row[0]: (parse_object(row[1]), row[2]) for row in rows}


async def _asked(
    database: Database, ways: Sequence[Way], types: Sequence[str], sight: Sight
) -> tuple[Statement, Sequence[object]]:
    """Return the statement that finds records by several ways, and its arguments."""
    # Of a table that lies in shards there are no first pages to look at.
    known = {} if database.placement.is_distributed else await commons(database)
    common = [list(where_common(way.groups, known)) for way in ways]
    arguments: list[object] = []
    for types_of_way, way in zip(common, ways, strict=True):
        arguments += [types_of_way, *map(list, way.groups)]
        if way.contrast is not None:
            arguments += [way.contrast.attribute, list(way.contrast.patterns)]
    shape = tuple((len(way.groups), way.contrast is not None) for way in ways)
    only = types[0] if len(types) == 1 else None
    statement = _statement(shape, sight.rows, has_common=any(common), only=only)
    return statement, statement.arguments(sight, list(types), *arguments)


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
        "candidates:one": _statement(((1, False),) * 3, EVERY_ROW, has_common=True).text,
        "candidates:several": _statement(
            ((1, False), (2, False), (2, False)), EVERY_ROW, has_common=False
        ).text,
        "candidates:scattered": _statement(((3, False),), EVERY_ROW, has_common=True).text,
        "candidates:of_one_type": _statement(
            ((1, False),) * 2, EVERY_ROW, has_common=True, only="individual"
        ).text,
        "documents_found": _with_documents(
            _statement(
                ((1, False), (1, True), (3, False)), EVERY_ROW, has_common=True, only="individual"
            ).text,
            12,
            TYPES["individual"],
            EVERY_ROW,
        ).text,
        "candidate_by_id": _by_id_statement(EVERY_ROW).text,
        "documents": _documents_statement(EVERY_ROW).text,
        "customers_of_records": _customers_statement(EVERY_ROW).text,
        "root_of_record": SQL.root_of_record,
    }


Shape = tuple[int, bool]
"""Of a way: how many groups it has, and whether something may not be contradicted."""


@lru_cache(maxsize=MOST_KEPT)
def _statement(
    shape: tuple[Shape, ...], rows: Rows, *, has_common: bool, only: str | None = None
) -> Statement:
    """Return the statement of several ways over every type or one.

    With `has_common` it can look at the first records of a type instead of its index.
    """
    parts = []
    first = 2
    shown = Shown(rows, 1 + sum(map(_parameters, shape)))
    for each in shape:
        common, (indexed, looked) = f"${first}", _conditions(each, first + 1)
        first += _parameters(each)
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
            if only in (None, name)
            for text, condition in ways
        ]
    return Statement(_united(parts), tuple(shown.values))


def _parameters(shape: Shape) -> int:
    """Return how many parameters a way takes."""
    groups, has_contrast = shape
    return 1 + groups + 2 * has_contrast


def _conditions(shape: Shape, first: int) -> tuple[str, str]:
    """Return the conditions of a way by the index, and without it, from a parameter on."""
    groups, has_contrast = shape
    numbers = range(first, first + groups)
    indexed = " AND ".join(f"r.keys && ${number}::text[]" for number in numbers)
    # An array put together anew is in no index.
    looked = " AND ".join(f"(r.keys || ARRAY[]::text[]) && ${n}::text[]" for n in numbers)
    if not has_contrast:
        return indexed, looked
    last = first + groups
    said = f"r.body ->> ${last}::text LIKE ANY(${last + 1}::text[])"
    return f"{indexed} AND coalesce({said}, TRUE)", f"{looked} AND coalesce({said}, TRUE)"


@lru_cache(maxsize=MOST_KEPT)
def _with_documents(candidates: str, own: int, declared: RecordType, rows: Rows) -> Statement:
    """Return the statement of the documents of `candidates`, which has `own` parameters."""
    shown = Shown(rows, own)
    text = SQL.documents_found.format(
        candidates=candidates, table=declared.table, shown=shown.of(declared)
    )
    return Statement(text, tuple(shown.values))


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
