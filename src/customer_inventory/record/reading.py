"""The reads of the inventory: each is shown what its sight shows.

What is out of sight is kept out by the statements that read, wherever records are told of.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from functools import partial

from customer_inventory.record.customer360 import MOST_OF_A_KIND, Customer360, around
from customer_inventory.record.declare import RecordType
from customer_inventory.record.drawing import SOURCE, Drawn, drawn, strata
from customer_inventory.record.identity.asked import resolved
from customer_inventory.record.identity.merging import Identity
from customer_inventory.record.listing import Listing
from customer_inventory.record.mask.asked import demand_askable
from customer_inventory.record.mask.plan import Mask
from customer_inventory.record.read import Query
from customer_inventory.record.sight import EVERYTHING, Sight
from customer_inventory.record.subject.withholding import refuse_if_withheld
from customer_inventory.record.time import past
from customer_inventory.record.time.difference import Traced, compared
from customer_inventory.record.time.moment import PRESENT, Moment
from customer_inventory.record.time.whole import around_at
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord, PastVersion, Version
from customer_inventory.store.database import Database
from customer_inventory.store.lane import Tell
from customer_inventory.store.replica import Replicas

_DRAWING_SECONDS = 600.0
"""So long one may look at all records to draw a sample of them, whatever a request may take."""
_DRAWN_AT_ONCE = 2


class Reading(Listing):
    """Reads of the records of one database."""

    def __init__(self, database: Database, replicas: Replicas | None = None) -> None:
        super().__init__(database, replicas)
        self.identity = Identity(database)
        self._drawing = asyncio.Semaphore(_DRAWN_AT_ONCE)

    async def get(
        self, declared: RecordType, identifier: str, *, sight: Sight = EVERYTHING
    ) -> Version:
        """Return the present version; raise NoSuchRecord when there is none.

        That of a record which was merged into another is the other's. Raises ProcessingRestricted
        or NotChosen for one that is there and kept from the purpose.
        """
        return sight.shown(declared, await self._stored(declared, identifier, sight))

    async def _stored(self, declared: RecordType, identifier: str, sight: Sight) -> Version:
        """Return the present version of a record in sight, as it is stored."""
        try:
            return await self._reader.get(declared, identifier, sight)
        except NoSuchRecord:
            root = await self.identity.root(declared, identifier)
            if root in (None, identifier):
                await self._explain(declared, identifier, sight)
                raise
            async with self._explained(declared, str(root), sight):
                return await self._reader.get(declared, str(root), sight)

    async def _explain(self, declared: RecordType, identifier: str, sight: Sight) -> None:
        await refuse_if_withheld(self._database, (declared.name,), identifier, sight)

    @asynccontextmanager
    async def _explained(
        self, declared: RecordType, identifier: str, sight: Sight
    ) -> AsyncIterator[None]:
        """Say why a record is not shown, where that may be said."""
        try:
            yield
        except NoSuchRecord:
            await self._explain(declared, identifier, sight)
            raise

    def request(
        self, declared: RecordType, identifier: str, tell: Tell[Version], *, sight: Sight
    ) -> None:
        """Read as `get` does (of a well-formed id), and call `tell` with what came of it."""
        mask = sight.masks.get(declared.name)
        shown = tell if mask is None else partial(_tell_shown, mask, tell)
        self._reader.request(declared, identifier, shown, sight)

    async def drawn(
        self,
        declared: RecordType,
        query: Query,
        *,
        seed: str,
        stratum: str | None,
        wanted: Mapping[str, tuple[int, int]],
        sight: Sight,
    ) -> list[Drawn]:
        """Return a sample of the records that fulfil `query`, as `drawing.drawn` does.

        Raises NotGranted where query or stratum ask for attributes that are not shown as they are.
        """
        query = await self._drawable(declared, query, stratum, sight)
        async with self._drawing, self._database.unhurried(seconds=_DRAWING_SECONDS) as long:
            return await drawn(
                long, declared, query, sight, seed=seed, stratum=stratum, wanted=wanted
            )

    async def strata(
        self, declared: RecordType, query: Query, *, stratum: str | None, most: int, sight: Sight
    ) -> dict[str, int]:
        """Return how many records that fulfil `query` the strata have; raise as `drawn` does."""
        query = await self._drawable(declared, query, stratum, sight)
        async with self._drawing, self._database.unhurried(seconds=_DRAWING_SECONDS) as long:
            return await strata(long, declared, query, sight, stratum=stratum, most=most)

    async def _drawable(
        self, declared: RecordType, query: Query, stratum: str | None, sight: Sight
    ) -> Query:
        mask = sight.masks.get(declared.name)
        if mask is not None:
            demand_askable(mask, query)
        if stratum not in (None, SOURCE):
            sight.demand_clear(declared.name, str(stratum))
        return await resolved(self._database, query)

    async def at(
        self,
        declared: RecordType,
        identifier: str,
        moment: Moment,
        *,
        sight: Sight = EVERYTHING,
    ) -> Version:
        """Return a record as it was at `moment`: the version known then, the parts that held.

        That of one which was merged into another by then is the other's. Raises NoSuchRecord when
        there was none.
        """
        if moment.known_at is None:
            version = await self._stored(declared, identifier, sight)
        else:
            async with self._explained(declared, identifier, sight):
                version = await past.known_at(
                    self._database, declared, identifier, moment.known_at, sight
                )
        return sight.shown(declared, past.as_of(declared, version, moment))

    async def versions(
        self,
        declared: RecordType,
        identifier: str,
        *,
        limit: int = 100,
        offset: int = 0,
        sight: Sight = EVERYTHING,
    ) -> list[PastVersion]:
        """Return versions of a record, newest first, after the `offset` newest."""
        async with self._explained(declared, identifier, sight):
            found = await past.versions(
                self._database, declared, identifier, sight, limit=limit, offset=offset
            )
        mask = sight.masks.get(declared.name)
        return found if mask is None else [mask.past(version) for version in found]

    async def number_of_versions(
        self, declared: RecordType, identifier: str, *, sight: Sight = EVERYTHING
    ) -> int:
        """Return how many versions of a record there are, its present one included."""
        return await past.number_of_versions(self._database, declared, identifier, sight)

    async def compared(
        self,
        declared: RecordType,
        identifier: str,
        start: datetime,
        end: datetime,
        *,
        sight: Sight = EVERYTHING,
    ) -> list[Traced]:
        """Return what differs in a record between two instants, each traced to who did it."""
        async with self._explained(declared, identifier, sight):
            return await compared(self._database, declared, identifier, start, end, sight=sight)

    async def around(
        self,
        identifier: str,
        *,
        most: int = MOST_OF_A_KIND,
        moment: Moment = PRESENT,
        sight: Sight = EVERYTHING,
    ) -> Customer360:
        """Return a customer with all that hangs on it, or hung on it at `moment`.

        That of one which is merged, or was at that moment, is the survivor's.
        """
        found = await self._around(identifier, most, moment, sight)
        return found.shown(sight.masks) if sight.masks else found

    async def _around(
        self, identifier: str, most: int, moment: Moment, sight: Sight
    ) -> Customer360:
        if not moment.is_present:
            async with self._explained(TYPES["customer"], identifier, sight):
                return await around_at(self._database, identifier, moment, sight, most=most)
        try:
            return await around(self._database, identifier, sight, most=most)
        except NoSuchRecord:
            root = await self.identity.root(TYPES["customer"], identifier)
            shown_as = identifier if root is None else root
            async with self._explained(TYPES["customer"], shown_as, sight):
                return await around(self._database, shown_as, sight, most=most)


def _tell_shown(mask: Mask, tell: Tell[Version], came: Version | Exception) -> None:
    tell(came if isinstance(came, Exception) else mask.version(came))
