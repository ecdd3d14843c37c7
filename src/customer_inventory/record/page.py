"""A page of a list: what is asked, the statement that finds it, and its edges as cursors.

Pages are found over narrow columns, then the documents are fetched by primary key. A page that
begins at a cursor costs the same however deep it lies (`store.keyset`).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any

from customer_inventory.record.cursor import Cursor, read, written
from customer_inventory.record.declare import RecordType
from customer_inventory.record.register.edition import Enforced
from customer_inventory.record.schema import LONGEST_NAME, Schema, paths
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.shown import Shown
from customer_inventory.record.sight import CHOICE, EVERYTHING, RESTRICTION, Sight
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import Version
from customer_inventory.store.database import Database, Row
from customer_inventory.store.expecting import expected_rows
from customer_inventory.store.keyset import Key, Part, parts, reversed_keys
from customer_inventory.store.predicate import Path
from customer_inventory.store.sql import beside
from customer_inventory.store.where import Order, SearchColumn, Term, Where

SQL = beside(__name__)

_MOST_REMEMBERED = 500
_PURPOSE = "$1::text"
"""The purpose that restricted records are kept from comes before all other parameters."""


@dataclass(frozen=True)
class Query:
    """What a caller asks a list for: conditions (all must hold), order, and which part of it.

    `filter` is a path that must find something in a record. The part begins at `offset`, or at
    `cursor`, and has `limit` records at most. With `as_of` only what held then is found;
    with `known_at` what the inventory held then is searched, without cursors.
    """

    terms: tuple[Term, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int = 20
    offset: int = 0
    filter: Path | None = None
    cursor: Cursor | None = None
    as_of: datetime | None = None
    known_at: datetime | None = None


@dataclass(frozen=True)
class Page:
    """A part of a list: the records, and how many fulfil the query in all.

    `total` is exact unless `is_estimate`: then it is the server's estimate, or the number
    at which counting stopped (there are more). `before` and `after` are the cursors of the first
    and last record, and `has_more` says whether the list goes on the way the cursor leads: all
    three only where they were asked for. `withheld_by` says why records of the type are kept from
    this purpose, whether or not the query would have found them. `age` is how old it may
    be, in seconds; None: it is of now.
    """

    records: Sequence[Version]
    total: int
    is_estimate: bool = False
    before: str = field(default="", compare=False)
    after: str = field(default="", compare=False)
    has_more: bool = field(default=False, compare=False)
    withheld_by: tuple[str, ...] = field(default=(), compare=False)
    age: int | None = field(default=None, compare=False)


async def found(
    database: Database,
    declared: RecordType,
    query: Query,
    sight: Sight = EVERYTHING,
    *,
    with_cursors: bool = False,
) -> Page:
    """Return the page that `query` asks for, its total not counted.

    Raises Invalid for a malformed condition, order or cursor.
    """
    if query.cursor is None:
        asked = _unplaced(declared, query, sight.rows, declared.enforced)
    else:
        search = _Search(declared, query, sight.rows)
        position = read(declared, query.order, search.keys, query.cursor)
        # One more than asked tells whether there is more.
        asked = search.statement(position, query.limit + 1), search.where.parameters[1:]
    text, arguments = asked
    rows: Sequence[Row] = await database.fetch(text, sight.kept_from, *arguments)
    withheld_by = ((RESTRICTION,) if rows[0][3] else ()) + (
        (CHOICE,) if sight.rows.withholds(declared) else ()
    )
    rows = [row for row in rows if row[0] is not None]
    has_more = len(rows) > query.limit
    if has_more:
        rows = rows[1:] if query.cursor and query.cursor.backwards else rows[: query.limit]
    records = [Version(row[0], row[1], row[2]) for row in rows]
    if not rows or not (query.cursor or with_cursors):
        return Page(records, 0, has_more=has_more, withheld_by=withheld_by)
    first, last = (
        written(declared, query.order, [*row[4:], row[0]]) for row in (rows[0], rows[-1])
    )
    return Page(records, 0, False, first, last, has_more, withheld_by)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _unplaced(
    declared: RecordType, query: Query, rows: Rows, _: Enforced | None
) -> tuple[str, Sequence[Any]]:
    """Return statement and arguments of a page without a cursor: the same ones are asked often."""
    search = _Search(declared, query, rows)
    return search.statement(None, query.limit), search.where.parameters[1:]


def counting(
    declared: RecordType, query: Query, sight: Sight, most: int
) -> tuple[str, Sequence[Any]]:
    """Return the statement, and its arguments, that counts what fulfils `query` up to `most`."""
    return _counted(SQL.count_of_records, declared, query, sight, limit=most)


async def estimated(database: Database, declared: RecordType, query: Query, sight: Sight) -> int:
    """Return how many records the server, asked for a plan, expects to fulfil `query`."""
    text, arguments = _counted(SQL.matching_records, declared, query, sight)
    return await expected_rows(database, text, *arguments)


def _counted(
    text: str, declared: RecordType, query: Query, sight: Sight, **holes: int
) -> tuple[str, Sequence[Any]]:
    where = Where(columns_by_path(declared), [sight.kept_from])
    condition = condition_of(where, declared, query, sight.rows)
    return text.format(table=declared.table, condition=condition, **holes), where.parameters


def columns_by_path(declared: RecordType) -> dict[str, SearchColumn]:
    """Return the columns that filters and orders may use, by the path they stand for.

    A column joined of several attributes, or taken from a list, stands for none of them. What the
    register in force wants to be searchable stands for itself.
    """
    return _columns(declared, declared.enforced)


@lru_cache(maxsize=500)
def _columns(declared: RecordType, enforced: Enforced | None) -> dict[str, SearchColumn]:
    schemas = paths(declared.schema)
    columns = {
        column.paths[0]: SearchColumn(column.name, is_long=_is_long(schemas.get(column.paths[0])))
        for column in declared.columns
        if len(column.paths) == 1 and column.item is None
    }
    searchable = enforced.searchable if enforced else ()
    return {
        **{path: SearchColumn(path, is_within=True) for path in searchable},
        **columns,
        "id": SearchColumn("id"),
        declared.period_paths[0]: SearchColumn("valid_from", "timestamptz"),
        declared.period_paths[1]: SearchColumn("valid_to", "timestamptz"),
    }


def _is_long(schema: Schema | None) -> bool:
    """Tell whether values of `schema` may be longer than names are: such columns have no index."""
    return schema is None or schema.get("maxLength", 0) > LONGEST_NAME


def numbers(declared: RecordType) -> frozenset[str]:
    """Return the paths of `declared` that hold numbers: they are ordered as such."""
    return _numbers(declared, declared.enforced)


@lru_cache(maxsize=500)
def _numbers(declared: RecordType, _: Enforced | None) -> frozenset[str]:
    return frozenset(
        path
        for path, schema in paths(declared.schema).items()
        if schema.get("type") in ("number", "integer")
    )


def every_statement() -> dict[str, str]:
    """Return every kind of statement this module can send, by a name of its own (for planning)."""
    statements = {}
    for name, declared in TYPES.items():
        by_column = tuple(Order(path, descending=True) for path in columns_by_path(declared))
        for order in ((), by_column[:2], (Order("any.where"), *by_column[:1])):
            for backwards in (False, True):
                query = Query(order=order, cursor=Cursor(backwards=backwards))
                for position in (None, ["2026-01-01" for _ in (*order, "id")]):
                    label = f"{len(order)}:{backwards}:{position is not None}"
                    search = _Search(declared, query, EVERY_ROW)
                    statements[f"page_of_records:{name}:{label}"] = search.statement(position, 20)
        statements[f"count_of_records:{name}"] = counting(declared, Query(), EVERYTHING, 1)[0]
        statements[f"matching_records:{name}"] = _counted(
            SQL.matching_records, declared, Query(), EVERYTHING
        )[0]
    return statements


class _Search:
    """What finds a page: `keys` are those of the order, in the direction that is walked.

    Limits and offsets are written out: behind a parameter the planner would assume that a tenth
    of the table is wanted, and sort it.
    """

    def __init__(self, declared: RecordType, query: Query, rows: Rows) -> None:
        self._declared = declared
        self._query = query
        self._rows = rows
        # The first parameter is the purpose that asks: it is given with each run.
        self.where = Where(columns_by_path(declared), [None], numbers=numbers(declared))
        shown = self.where.keys(query.order)
        is_backwards = query.cursor is not None and query.cursor.backwards
        self.keys = reversed_keys(shown) if is_backwards else shown
        self._shown = shown
        self._names = [f"key_{number}" for number in range(1, len(shown))]

    def statement(self, position: Sequence[Any] | None, limit: int) -> str:
        """Return the statement that finds `limit` records at most from `position` on."""
        return SQL.page_of_records.format(
            table=self._declared.table,
            withheld=self._withheld(),
            pages=self._pages(position, int(limit), int(self._query.offset)),
            kept="".join(f", page.{name}" for name in self._names),
            order=_named_order(self._shown, [f"page.{name}" for name in (*self._names, "id")]),
        )

    def _withheld(self) -> str:
        """Return the select of what is withheld and would be shown otherwise."""
        shown = Shown(self._rows, 0, purpose=_PURPOSE, parameter=self.where.parameter)
        condition = shown.scope(self._declared)
        return SQL.part("withheld_in_scope" if condition else "withheld").format(
            table=self._declared.table,
            type=self._declared.name,
            purpose=_PURPOSE,
            condition=condition,
        )

    def _pages(self, position: Sequence[Any] | None, limit: int, offset: int) -> str:
        """Return the select of what the page holds: one part, or several in one order."""
        asked = condition_of(self.where, self._declared, self._query, self._rows)
        found = parts(self.keys, position, self.where.parameter)
        if len(found) == 1:
            return self._part(asked, found[0], limit, offset)
        # Each part is looked into only as far as those before it left the page unfilled.
        texts, room = [], f"{limit + offset}"
        for number, part in enumerate(found):
            inner = self._part(asked, part, limit + offset, 0)
            text = SQL.rest_of_page.format(pages=inner, limit=room) if number else inner
            texts.append(f"part_{number} AS MATERIALIZED ({text})")
            room += f" - ({SQL.count_of_part.format(number=number)})"
        together = " UNION ALL ".join(
            SQL.whole_part.format(number=number) for number in range(len(found))
        )
        order = _named_order(self.keys, [*self._names, "id"])
        return f"WITH {', '.join(texts)} {together} ORDER BY {order} LIMIT {limit} OFFSET {offset}"

    def _part(self, asked: str, part: Part, limit: int, offset: int) -> str:
        keys = zip(self.keys, self._names, strict=False)
        tests = [test for test in (asked, part.condition) if test != "TRUE"]
        return SQL.part_of_page.format(
            table=self._declared.table,
            columns="".join(f", {key.expression} AS {name}" for key, name in keys),
            condition=" AND ".join(tests) or "TRUE",
            order=part.order,
            limit=limit,
            offset=offset,
        )


def condition_of(where: Where, declared: RecordType, query: Query, rows: Rows) -> str:
    """Return the SQL that a row is shown and fulfils `query`, over the parameters of `where`."""
    shown = Shown(rows, 0, purpose=_PURPOSE, parameter=where.parameter)
    tests = [where.condition(query.terms, query.filter), shown.of(declared)]
    if query.as_of is not None:
        tests.append(where.holds(query.as_of, is_open_ended=declared.is_occurrence))
    return " AND ".join(test for test in tests if test != "TRUE")


def _named_order(keys: Sequence[Key], names: Sequence[str]) -> str:
    return ", ".join(key.sql(name) for key, name in zip(keys, names, strict=True))
