"""Lists of records as a caller sees them: they may be asked of a standby, where that is allowed."""

from dataclasses import replace
from weakref import WeakKeyDictionary

from customer_inventory.record.declare import RecordType
from customer_inventory.record.identity.asked import resolved
from customer_inventory.record.mask.asked import demand_askable
from customer_inventory.record.mask.plan import Mask
from customer_inventory.record.read import Page, Query, Reader
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.time import past
from customer_inventory.record.time.moment import Moment
from customer_inventory.store.database import Database
from customer_inventory.store.replica import Lately, Read, Replicas, Result, Told


class Listing:
    """Lists of the records of one database and its standbys."""

    def __init__(self, database: Database, replicas: Replicas | None = None) -> None:
        self._database = database
        self._reader = Reader(database)
        self.replicas = replicas or Replicas(database)
        self._readers: WeakKeyDictionary[Database, Reader] = WeakKeyDictionary()

    async def lately(self, work: Read[Result], lately: Lately | None) -> tuple[Result, Told]:
        """Return what `work` reads, and how old that may be: a standby may be asked for `lately`.

        Without it what is there now is read.
        """
        if lately is None:
            return await work(self._database), Told()
        return await self.replicas.read(work, lately)

    def _reader_of(self, database: Database) -> Reader:
        if database is self._database:
            return self._reader
        return self._readers.setdefault(database, Reader(database))

    async def page(
        self,
        declared: RecordType,
        query: Query,
        *,
        with_cursors: bool = False,
        sight: Sight = EVERYTHING,
        lately: Lately | None = None,
    ) -> Page:
        """Return one page of the records that fulfil `query`, as of the instant it names.

        An id that it names stands for all records that are shown as that one. With `lately` it may
        be as old as the page then says.
        Raises NotGranted where it asks for attributes that are not shown as they are.
        """
        mask = sight.masks.get(declared.name)
        if mask is not None:
            demand_askable(mask, query)

        async def read(database: Database) -> Page:
            asked = await resolved(database, query)
            reader = self._reader_of(database)
            return await reader.page(declared, asked, sight, with_cursors=with_cursors)

        page, told = await self.lately(read, lately)
        return _shown(declared, query, replace(page, age=told.age), mask)

    async def part(
        self,
        declared: RecordType,
        query: Query,
        *,
        sight: Sight = EVERYTHING,
        lately: Lately | None = None,
    ) -> Page:
        """Return a page as `page` does, with its cursors; how many there are is not counted."""
        mask = sight.masks.get(declared.name)
        if mask is not None:
            demand_askable(mask, query)

        async def read(database: Database) -> Page:
            asked = await resolved(database, query)
            return await self._reader_of(database).part(declared, asked, sight, with_cursors=True)

        page, told = await self.lately(read, lately)
        return _shown(declared, query, replace(page, age=told.age), mask)

    async def number(
        self, declared: RecordType, query: Query, most: int, *, sight: Sight = EVERYTHING
    ) -> int:
        """Return how many records fulfil `query`, counted no further than `most`."""
        mask = sight.masks.get(declared.name)
        if mask is not None:
            demand_askable(mask, query)
        query = await resolved(self._database, query)
        return await self._reader.number(declared, query, most, sight)


def _shown(declared: RecordType, query: Query, page: Page, mask: Mask | None) -> Page:
    """Return `page` as it was at the instant that its query names, if any, under a mask."""
    records = page.records
    if query.as_of is not None:
        moment = Moment(query.as_of)
        records = [past.as_of(declared, version, moment) for version in records]
    if mask is not None:
        records = [mask.version(version) for version in records]
    return page if records is page.records else replace(page, records=records)
