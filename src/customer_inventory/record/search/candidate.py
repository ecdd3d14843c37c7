"""Records that may answer a search: read by keys and by id.

Several types lie in one statement, each in its own part. It has no part for types out of the
caller's scope, nor for those that have no keys of the kind: each would cost the server as much as
one that finds something.
"""

from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.declare import Document, RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.search.asked import Group, widest
from customer_inventory.record.search.frequent import commons, where_common
from customer_inventory.record.search.key import identifier_key, prefixes_of
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
    database: Database, ways: Sequence[Sequence[Group]], types: Collection[str], sight: Sight
) -> tuple[list[Candidate], bool]:
    """Return records of `types` that have a key of each group of a way, and whether all of them.

    A way that finds nothing another does not is gone only where that one finds more than are
    ranked: its records are ranked all the same.
    """
    wider = widest(ways)
    found, is_complete = await _found(database, wider, types, sight)
    narrower = [way for way in ways if way not in wider]
    if not is_complete and narrower:
        more, _ = await _found(database, narrower, types, sight)
        found = {**found, **more}
    return list(found.values()), is_complete


async def _found(
    database: Database, ways: Sequence[Sequence[Group]], types: Collection[str], sight: Sight
) -> tuple[dict[str, Candidate], bool]:
    statement, arguments = await _asked(database, [Way(each) for each in ways], types, sight)
    rows = await database.fetch(statement.text, *arguments) if statement.text else []
    counts: dict[str, int] = {}
    for row in rows:
        counts[row[0]] = counts.get(row[0], 0) + 1
    found = {row[1]: _candidate(row) for row in rows}
    return found, max(counts.values(), default=0) < MOST_RANKED


async def documents_found(
    database: Database, ways: Sequence[Way], declared: RecordType, sight: Sight
) -> dict[str, tuple[Document, bool]]:
    """Return the records of a type, of any scope, that have a key of each group of a way, by id.

    Each with its document, and whether `sight` shows it.
    """
    candidates, arguments = await _asked(database, ways, [declared.name], EVERYTHING)
    if not candidates.text:
        return {}
    statement = _with_documents(candidates.text, len(arguments), declared, sight.rows)
    rows = await database.fetch(statement.text, *statement.arguments(sight, *arguments))
    return {row[0]: (parse_object(row[1]), row[2]) for row in rows}


async def _asked(
    database: Database, ways: Sequence[Way], types: Collection[str], sight: Sight
) -> tuple[Statement, Sequence[object]]:
    """Return the statement that finds records by several ways, and its arguments.

    Its text is empty where no type has such keys.
    """
    # Of a table that lies in shards there are no first pages to look at.
    known = {} if database.placement.is_distributed else await commons(database)
    arguments: list[object] = []
    shape = []
    for way in ways:
        common = where_common(way.groups, known)
        held = tuple((name, name in common) for name in _having(way.groups) if name in types)
        if held:
            shape.append(Shape(len(way.groups), way.contrast is not None, held))
            arguments += map(list, way.groups)
            if way.contrast is not None:
                arguments += [way.contrast.attribute, list(way.contrast.patterns)]
    statement = _statement(tuple(shape), sight.rows)
    return statement, statement.arguments(sight, *arguments)


def _having(groups: Sequence[Group]) -> Iterable[str]:
    """Yield the types that have keys of the kinds of each of `groups`."""
    wanted = [{key[:2] for key in group} for group in groups]
    for name, declared in SEARCHED.items():
        prefixes = prefixes_of(declared)
        if not any(prefixes.isdisjoint(kinds) for kinds in wanted):
            yield name


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


def every_statement() -> dict[str, str]:
    """Return statements of the kinds this module can send, by a name of their own (to plan)."""
    every, first = tuple(SEARCHED), next(iter(SEARCHED))

    def of(*groups: int, has_contrast: bool = False, is_common: bool = False) -> str:
        held = tuple((name, is_common) for name in every)
        shape = tuple(Shape(count, has_contrast, held) for count in groups)
        return _statement(shape, EVERY_ROW).text

    return {
        "candidates:one": of(1, 1, 1),
        "candidates:common": of(1, 1, is_common=True),
        "candidates:several": of(1, 2, 2),
        "candidates:scattered": of(3),
        "documents_found": _with_documents(
            _statement(
                (
                    Shape(1, False, ((first, False),)),
                    Shape(1, True, ((first, True),)),
                    Shape(3, False, ((first, False),)),
                ),
                EVERY_ROW,
            ).text,
            7,
            TYPES[first],
            EVERY_ROW,
        ).text,
        "candidate_by_id": _by_id_statement(EVERY_ROW).text,
        "root_of_record": SQL.root_of_record,
    }


class Shape(NamedTuple):
    """Of a way: how many groups it has, whether something may not be contradicted, and its types.

    With each type goes whether its keys are so common that its first records are looked at instead
    of the index.
    """

    groups: int
    has_contrast: bool
    types: tuple[tuple[str, bool], ...]


@lru_cache(maxsize=MOST_KEPT)
def _statement(shape: tuple[Shape, ...], rows: Rows) -> Statement:
    """Return the statement of several ways, empty where they are of no type."""
    parts = []
    first = 1
    shown = Shown(rows, sum(map(_parameters, shape)))
    for each in shape:
        indexed, looked = _conditions(each, first)
        first += _parameters(each)
        for name, is_common in each.types:
            declared = SEARCHED[name]
            text = SQL.common_candidates_of_type if is_common else SQL.candidates_of_type
            parts.append(
                text.format(
                    type=name,
                    table=declared.table,
                    condition=looked if is_common else indexed,
                    limit=MOST_RANKED,
                    block=_PAGES,
                    shown=shown.of(declared),
                )
            )
    return Statement(_united(parts), tuple(shown.values))


def _parameters(shape: Shape) -> int:
    """Return how many parameters a way takes."""
    return shape.groups + 2 * shape.has_contrast


def _conditions(shape: Shape, first: int) -> tuple[str, str]:
    """Return the conditions of a way by the index, and without it, from a parameter on."""
    numbers = range(first, first + shape.groups)
    indexed = " AND ".join(f"r.keys && ${number}::text[]" for number in numbers)
    # An array put together anew is in no index.
    looked = " AND ".join(f"(r.keys || ARRAY[]::text[]) && ${n}::text[]" for n in numbers)
    if not shape.has_contrast:
        return indexed, looked
    last = first + shape.groups
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
    return over_types(SQL.candidate_by_id, SEARCHED, rows)


def over_types(part: str, types: Iterable[str], rows: Rows) -> Statement:
    """Return a statement of a part for each of several types, with three parameters of its own."""
    shown = Shown(rows, 3)
    text = _united(
        part.format(type=kind, table=SEARCHED[kind].table, shown=shown.of(SEARCHED[kind]))
        for kind in types
    )
    return Statement(text, tuple(shown.values))


def _united(parts: Iterable[str]) -> str:
    return "\nUNION ALL\n".join(f"({part})" for part in parts)


def _candidate(row: Row) -> Candidate:
    kind, identifier, bucket, keys = row
    return Candidate(kind, identifier, bucket, frozenset(keys or ()))
