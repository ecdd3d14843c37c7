"""Reading records: by id and by page."""

import time
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache, partial

from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.declare import RecordType
from customer_inventory.record.page import Page, Query, counting, estimated, found
from customer_inventory.record.scope import EVERY_ROW, Rows
from customer_inventory.record.shown import MANY, MOST_KEPT, Shown, Statement
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.time.listed import page_known_at
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord, Version
from customer_inventory.store.database import Database
from customer_inventory.store.lane import Lane, Tell
from customer_inventory.store.placement import ALONE, SPREAD, Placement
from customer_inventory.store.sql import beside

SQL = beside(__name__)

__all__ = ["Page", "Query", "Reader"]

COUNTED = 10_000
"""Totals are exact up to here and an estimate beyond."""
COUNTED_BOUND = 1_000
"""The same for who is bound to some records of the type: each one counted is looked into."""
_MANY_REMEMBERED_SECONDS = 5.0
_MOST_REMEMBERED = 1000
_MOST_LANES = 4096

Asked = tuple[str, str | None]
"""An id, and the purpose that restricted records are kept from."""


class Reader:
    """Reads records from one database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._many: dict[tuple[object, ...], tuple[int, float]] = {}
        self._lanes: dict[tuple[str, Rows, int], Lane[Asked, Version]] = {}

    async def get(
        self,
        declared: RecordType,
        identifier: str,
        sight: Sight = EVERYTHING,
    ) -> Version:
        """Return the present version of a record; raise NoSuchRecord when there is none.

        Reads that arrive together are answered by one statement.
        """
        if not is_id(identifier):
            raise NoSuchRecord(declared)
        lane = self._lane(declared, sight.rows, identifier)
        return await lane.submit((identifier, sight.kept_from))

    def request(
        self,
        declared: RecordType,
        identifier: str,
        tell: Tell[Version],
        sight: Sight,
    ) -> None:
        """Read as `get` does; `tell` is called with the version, or why there is none."""
        lane = self._lane(declared, sight.rows, identifier)
        lane.post((identifier, sight.kept_from), tell)

    async def page(
        self,
        declared: RecordType,
        query: Query,
        sight: Sight = EVERYTHING,
        *,
        with_cursors: bool = False,
    ) -> Page:
        """Return one page of the records of a type; raise Invalid for a malformed query.

        `with_cursors` tells the cursors of its edges, also when it does not begin at one.
        """
        if query.known_at is not None:
            return await page_known_at(self._database, declared, query, sight, counted=COUNTED)
        page = await self.part(declared, query, sight, with_cursors=with_cursors)
        seen = query.offset + len(page.records)
        is_short = len(page.records) < query.limit and not query.cursor
        if is_short and (page.records or not query.offset):
            return replace(page, total=seen)
        total, is_estimate = await self._total(declared, query, sight)
        # An estimate may be behind; a page past the end has seen nothing.
        total = max(total, seen) if page.records else total
        return replace(page, total=total, is_estimate=is_estimate)

    async def part(
        self, declared: RecordType, query: Query, sight: Sight, *, with_cursors: bool
    ) -> Page:
        """Return a page as `page` does, its total not counted: lists and downloads read by it."""
        return await found(self._database, declared, query, sight, with_cursors=with_cursors)

    async def number(self, declared: RecordType, query: Query, most: int, sight: Sight) -> int:
        """Return how many records fulfil `query`, counted no further than `most`."""
        statement, arguments = counting(declared, query, sight, most)
        return int(await self._database.value(statement, *arguments))

    def _lane(self, declared: RecordType, rows: Rows, identifier: str) -> Lane[Asked, Version]:
        """Return the lane of a type in the shard of an id.

        Callers with conditions of their own have one of their own.
        """
        placement = self._database.placement
        shard = placement.shard_of(bucket_of(identifier)) if placement.shards else 0
        key = (declared.name, rows, shard)
        lane = self._lanes.get(key)
        if lane is None:
            if len(self._lanes) >= _MOST_LANES:
                # Those with work under way are held by it.
                self._lanes.clear()
            lane = self._lanes[key] = Lane(
                partial(self._by_ids, declared, rows), width=256, tracks=1
            )
        return lane

    async def _by_ids(
        self, declared: RecordType, rows: Rows, wanted: Sequence[Asked]
    ) -> Sequence[Version | Exception]:
        asked = list(set(wanted))
        ids = [identifier for identifier, _ in asked]
        statement = by_id(declared, rows, self._database.placement)
        found = {
            (row[0], row[3]): Version(row[0], row[1], row[2])
            for row in await self._database.fetch(
                statement.text,
                ids,
                [bucket_of(identifier) for identifier in ids],
                [purpose for _, purpose in asked],
                *statement.values,
            )
        }
        return [found.get(each) or NoSuchRecord(declared) for each in wanted]

    async def _total(self, declared: RecordType, query: Query, sight: Sight) -> tuple[int, bool]:
        """Count what fulfils `query`; that there are many is remembered for a while."""
        key = (
            declared.name, query.terms, query.filter, query.as_of, sight.rows, sight.kept_from,
        )  # fmt: skip
        total, until = self._many.get(key, (0, 0.0))
        if until > time.monotonic():
            return total, True
        most = COUNTED if sight.rows.of(declared.name) is None else COUNTED_BOUND
        statement, arguments = counting(declared, query, sight, most + 1)
        counted = await self._database.value(statement, *arguments)
        if counted <= most:
            return counted, False
        has_condition = query.terms or query.filter is not None or query.as_of is not None
        # Of shards, the coordinator has no statistics.
        is_spread = self._database.placement.is_distributed
        if has_condition or sight.rows.narrows(declared) or is_spread:
            total = await estimated(self._database, declared, query, sight)
        else:
            known = await self._database.value(SQL.estimated_records, f"record.{declared.table}")
            total = known or 0
        # There are more than were counted, whatever the estimate says.
        total = max(total, most)
        if len(self._many) >= _MOST_REMEMBERED:
            self._many.clear()
        self._many[key] = (total, time.monotonic() + _MANY_REMEMBERED_SECONDS)
        return total, True


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    statements = {"estimated_records": SQL.estimated_records}
    for name, declared in TYPES.items():
        for placement in (ALONE, SPREAD):
            label = f"records_by_id:{name}{':spread' * placement.is_distributed}"
            statements[label] = by_id(declared, EVERY_ROW, placement).text
    return statements


@lru_cache(maxsize=MOST_KEPT)
def by_id(declared: RecordType, rows: Rows, placement: Placement = ALONE) -> Statement:
    """Return the statement of point reads; its purposes are its third parameter."""
    shown = Shown(rows, 3, purpose="k.purpose", named=MANY)
    text = SQL.records_by_id.format(
        table=declared.table, shown=shown.of(declared), in_r=placement.within("r", "$2")
    )
    return Statement(text, tuple(shown.values))
