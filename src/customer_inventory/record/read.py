"""Reading records: by id and by page."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, partial

from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.declare import RecordType
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord, Version
from customer_inventory.store.database import Database
from customer_inventory.store.lane import Lane, Tell
from customer_inventory.store.predicate import Path
from customer_inventory.store.sql import beside
from customer_inventory.store.where import Order, SearchColumn, Term, Where

SQL = beside(__name__)

COUNTED = 10_000
"""Totals are exact up to here and an estimate beyond."""
_MANY_REMEMBERED_SECONDS = 5.0
_MOST_REMEMBERED = 1000


@dataclass(frozen=True)
class Query:
    """What a caller asks a list for: conditions (all must hold), order, and which part of it.

    `filter` is a path that must find something in a record.
    """

    terms: tuple[Term, ...] = ()
    order: tuple[Order, ...] = ()
    limit: int = 20
    offset: int = 0
    filter: Path | None = None


@dataclass(frozen=True)
class Page:
    """A part of a list: the records, and how many fulfil the query in all.

    `total` is exact unless `is_estimate`: then it is the server's estimate, or the number
    at which counting stopped (there are more).
    """

    records: Sequence[Version]
    total: int
    is_estimate: bool = False


class Reader:
    """Reads records from one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._many: dict[tuple[object, ...], tuple[int, float]] = {}
        self._lanes: dict[str, Lane[str, Version]] = {
            name: Lane(partial(self._by_ids, declared), width=256, tracks=1)
            for name, declared in TYPES.items()
        }

    async def get(self, declared: RecordType, identifier: str) -> Version:
        """Return the present version of a record; raise NoSuchRecord when there is none.

        Reads that arrive together are answered by one statement.
        """
        if not is_id(identifier):
            raise NoSuchRecord(declared)
        return await self._lanes[declared.name].submit(identifier)

    def request(self, declared: RecordType, identifier: str, tell: Tell[Version]) -> None:
        """Read as `get` does; `tell` is called with the version, or why there is none."""
        self._lanes[declared.name].post(identifier, tell)

    async def page(self, declared: RecordType, query: Query) -> Page:
        """Return one page of the records of a type; raise Invalid for a malformed query."""
        where = Where(columns_by_path(declared))
        rows = await self._database.fetch(
            _page_statement(declared, query, where), *where.parameters
        )
        records = [Version(row["id"], row["revision"], row["body"]) for row in rows]
        seen = query.offset + len(records)
        if len(records) < query.limit and (records or not query.offset):
            return Page(records, seen)
        total, is_estimate = await self._total(declared, query)
        # An estimate may be behind; a page past the end has seen nothing.
        return Page(records, max(total, seen) if records else total, is_estimate)

    async def _by_ids(
        self, declared: RecordType, identifiers: Sequence[str]
    ) -> Sequence[Version | Exception]:
        asked = list(set(identifiers))
        buckets = [bucket_of(identifier) for identifier in asked]
        rows = await self._database.fetch(_of(SQL.records_by_id, declared), asked, buckets)
        found = {row[0]: Version(row[0], row[1], row[2]) for row in rows}
        return [found.get(identifier) or NoSuchRecord(declared) for identifier in identifiers]

    async def _total(self, declared: RecordType, query: Query) -> tuple[int, bool]:
        """Count what fulfils `query`; that there are many is remembered for a while."""
        key = (declared.name, query.terms, query.filter)
        total, until = self._many.get(key, (0, 0.0))
        if until > time.monotonic():
            return total, True
        where = Where(columns_by_path(declared))
        statement = SQL.count_of_records.format(
            table=declared.table,
            condition=where.condition(query.terms, query.filter),
            limit=COUNTED + 1,
        )
        counted = await self._database.value(statement, *where.parameters)
        if counted <= COUNTED:
            return counted, False
        total = COUNTED
        if not query.terms and query.filter is None:
            known = await self._database.value(SQL.estimated_records, f"record.{declared.table}")
            total = max(known or 0, COUNTED)
        if len(self._many) >= _MOST_REMEMBERED:
            self._many.clear()
        self._many[key] = (total, time.monotonic() + _MANY_REMEMBERED_SECONDS)
        return total, True


@cache
def columns_by_path(declared: RecordType) -> dict[str, SearchColumn]:
    """Return the columns that filters and orders may use, by the path they stand for.

    A column joined of several attributes stands for none of them.
    """
    columns = {
        column.paths[0]: SearchColumn(column.name)
        for column in declared.columns
        if len(column.paths) == 1
    }
    return {
        **columns,
        "id": SearchColumn("id"),
        f"{declared.validity}.startDateTime": SearchColumn("valid_from", "timestamptz"),
        f"{declared.validity}.endDateTime": SearchColumn("valid_to", "timestamptz"),
    }


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    statements = {"estimated_records": SQL.estimated_records}
    for name, declared in TYPES.items():
        statements[f"records_by_id:{name}"] = _of(SQL.records_by_id, declared)
        statements[f"page_of_records:{name}"] = _page_statement(
            declared, Query(), Where(columns_by_path(declared))
        )
        statements[f"count_of_records:{name}"] = SQL.count_of_records.format(
            table=declared.table, condition="TRUE", limit=COUNTED
        )
    return statements


@cache
def _of(text: str, declared: RecordType) -> str:
    return text.format(table=declared.table, type=declared.name)


def _page_statement(declared: RecordType, query: Query, where: Where) -> str:
    # Limit and offset are written out: behind a parameter the planner would assume that a tenth
    # of the table is wanted, and sort it.
    return SQL.page_of_records.format(
        table=declared.table,
        condition=where.condition(query.terms, query.filter),
        order=where.order(query.order),
        limit=int(query.limit),
        offset=int(query.offset),
    )
