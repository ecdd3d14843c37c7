"""A server and a standby that replays its log, for tests of reads that may be a little old."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from customer_inventory.access import sandbox
from customer_inventory.cli.running import prepare
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests.store.embedded.conftest import SMALL, passable_folder


@dataclass(frozen=True)
class Pair:
    """Both servers, running, and their addresses."""

    primary: EmbeddedServer
    standby: EmbeddedServer
    dsn: str
    standby_dsn: str

    async def pause(self) -> None:
        """Let the standby replay no more."""
        await self._tell("SELECT pg_wal_replay_pause()")
        # It is a request, heard between two records of the log.
        while await self._tell("SELECT pg_get_wal_replay_pause_state()") != "paused":
            await self._tell("SELECT pg_sleep(0.02)")

    async def resume(self) -> None:
        """Let the standby go on."""
        await self._tell("SELECT pg_wal_replay_resume()")

    async def _tell(self, statement: str) -> object:
        connection = await asyncpg.connect(self.standby.superuser_dsn)
        try:
            return await connection.fetchval(statement)
        finally:
            await connection.close()


@asynccontextmanager
async def paired() -> AsyncIterator[Pair]:
    """Lend an inventory, up to date and a sandbox, with a standby beside it."""
    with passable_folder() as folder:
        primary = EmbeddedServer(Path(folder) / "primary", SMALL)
        standby = EmbeddedServer(Path(folder) / "standby", SMALL)
        with primary.running() as dsn:
            await prepare(dsn)
            async with Database(dsn) as database:
                await sandbox.declare(database, declared_by="the tests")
            copy(primary, standby)
            with standby.running() as standby_dsn:
                yield Pair(primary, standby, dsn, standby_dsn)


def copy(primary: EmbeddedServer, standby: EmbeddedServer) -> None:
    """Make a standby of a server, with PostgreSQL's own program."""
    with standby.filling() as filling:
        filling.run(
            "pg_basebackup",
            f"--dbname={primary.superuser_dsn}",
            f"--pgdata={filling.data}",
            "--write-recovery-conf",
            "--wal-method=stream",
            "--checkpoint=fast",
        )
