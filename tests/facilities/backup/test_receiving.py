"""What receives the log only to keep it is no replica."""

import asyncio

from customer_inventory.facilities.backup.archiving import Receiver
from customer_inventory.shortcomings.looking import durability
from customer_inventory.store.database import Database
from tests.facilities.backup.conftest import Kept, person

_RECEIVERS = "SELECT count(*) FROM pg_stat_replication WHERE write_lag IS NOT NULL"


async def test_the_archive_of_the_log_is_no_replica(kept: Kept) -> None:
    kept.vault.folder.made()
    with kept.server.running() as dsn:
        receiver = Receiver(kept.server, kept.vault.folder)
        await receiver.start()
        try:
            async with Database(kept.server.superuser_dsn) as superuser, Database(dsn) as database:
                while not await superuser.value(_RECEIVERS):
                    assert receiver.is_running
                    await person(database, "Written")
                    await asyncio.sleep(0.05)
                assert await superuser.fetch(durability.SQL.replicas_behind, 0) == []
        finally:
            receiver.stop()
