"""Waiting for what the database tells in its own time, and ending its connections."""

import asyncio
from collections.abc import Awaitable, Callable

import asyncpg

from customer_inventory.store.embedded import EmbeddedServer
from tests import distributed

_LONGEST_SECONDS = 30


async def eventually(is_so: Callable[[], Awaitable[object]]) -> None:
    """Return once `is_so` tells something true; raise TimeoutError if it never does."""
    async with asyncio.timeout(_LONGEST_SECONDS):
        while not await is_so():
            await asyncio.sleep(0.01)


async def end_connections(server: EmbeddedServer, condition: str, *arguments: object) -> None:
    """Let the server end every connection for which `condition` on pg_stat_activity holds."""
    superuser = await asyncpg.connect(distributed.URL or server.superuser_dsn)
    await superuser.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        f" WHERE {condition}{distributed.OURS}",
        *arguments,
    )
    await superuser.close()
