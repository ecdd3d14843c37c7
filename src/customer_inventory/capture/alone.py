"""One work on a source at a time: a lock that the database holds for as long as we are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from hashlib import blake2b

from customer_inventory.kit.errors import Conflict
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_TRIES = 10
_PAUSE_SECONDS = 0.2


@asynccontextmanager
async def alone(database: Database, work: str, source: str, hint: str) -> AsyncIterator[None]:
    """Let one `work` (a word) on `source` be done at a time; raise Conflict in any other."""
    digest = blake2b(f"capture.{work}\x1f{source}".encode(), digest_size=8).digest()
    key = int.from_bytes(digest, signed=True)
    async with database.session() as connection:
        # The server may take a moment to notice that an earlier one was killed.
        for tries_left in reversed(range(_TRIES)):
            if await connection.fetchval(SQL.lock_source, key):
                break
            if not tries_left:
                raise Conflict(f"Another {work} of the source {source} is under way.", hint=hint)
            await asyncio.sleep(_PAUSE_SECONDS)
        yield
