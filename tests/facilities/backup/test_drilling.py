"""A drill proves that a backup comes back, and says so when it does not."""

import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest

from customer_inventory.facilities.backup import catalogue
from customer_inventory.facilities.backup.archiving import keep_log
from customer_inventory.facilities.backup.comparing import contents_of, differences
from customer_inventory.facilities.backup.drilling import drill
from customer_inventory.facilities.backup.expiring import expire
from customer_inventory.facilities.backup.keeping import archived
from customer_inventory.facilities.backup.restoring import Restoring, is_under_way
from customer_inventory.facilities.backup.taking import back_up
from customer_inventory.facilities.backup.verifying import verify
from customer_inventory.kit.clock import now
from customer_inventory.store.database import Database
from tests.facilities.backup.conftest import Kept, person


async def test_a_drill_while_the_inventory_is_written(kept: Kept) -> None:
    written = 0

    async def write(database: Database) -> None:
        nonlocal written
        while True:
            await person(database, f"n{written}")
            written += 1

    with kept.server.running() as dsn:
        async with Database(dsn) as database, archived(kept.settings, dsn):
            await back_up(kept.server, kept.vault)
            writer = asyncio.create_task(write(database))
            await asyncio.sleep(1)
            before = written
            done = await drill(kept.server, kept.vault)
            writer.cancel()
            with suppress(asyncio.CancelledError):
                await writer
    assert done.is_proved, done.differences
    assert done.rows > before
    # The service went on meanwhile.
    assert written > before


async def test_what_is_different_is_named(kept: Kept) -> None:
    with kept.server.running() as dsn:
        here = await contents_of(kept.server.superuser_dsn)
        async with Database(dsn) as database:
            await person(database, "Ada")
        there = await contents_of(kept.server.superuser_dsn)
    found = differences(here, there)
    assert any("record" in each.table for each in found)
    assert all(each.here != each.there for each in found)
    assert differences(there, there) == []


async def test_two_at_a_time_are_refused_and_the_first_goes_on(kept: Kept) -> None:
    second: list[Restoring] = []

    async def audit(_: str) -> int:
        # What the first restored is being audited, and must stay.
        with pytest.raises(Restoring) as refused:
            await drill(kept.server, kept.vault)
        second.append(refused.value)
        assert is_under_way(kept.server.home)
        return 0

    with kept.server.running():
        await back_up(kept.server, kept.vault)
        done = await drill(kept.server, kept.vault, audit=audit)
    assert second
    assert second[0].hint
    assert done.is_proved
    assert not is_under_way(kept.server.home)


async def test_a_drill_fails_when_the_audit_cannot_ask(kept: Kept) -> None:
    async def audit(_: str) -> int:
        return 1

    with kept.server.running():
        await back_up(kept.server, kept.vault)
        done = await drill(kept.server, kept.vault, audit=audit)
    assert not done.differences
    assert not done.is_proved


async def test_several_may_begin_with_the_slot(kept: Kept) -> None:
    with kept.server.running():
        await asyncio.gather(*(keep_log(kept.server) for _ in range(8)))
        async with Database(kept.server.superuser_dsn) as database:
            assert await database.value("SELECT count(*) FROM pg_replication_slots") == 1


async def test_every_file_is_looked_at(kept: Kept) -> None:
    with kept.server.running():
        for _ in range(2):
            await back_up(kept.server, kept.vault)
    assert [each.faults for each in verify(kept.vault)] == [[], [], []]
    first, second = catalogue.backups(kept.vault.folder)
    assert (first.kind, second.kind, second.follows) == ("full", "incremental", first.id)
    catalogue.Folder(kept.vault.folder.root).copy(first.id).write_bytes(b"other")
    faults = {each.what: each.faults for each in verify(kept.vault)}
    assert "digest" in faults[first.id][0]
    assert faults[second.id] == []


async def test_what_no_restore_needs_expires(kept: Kept) -> None:
    with kept.server.running():
        for full in (True, True, False):
            await back_up(kept.server, kept.vault, full=full)
    old, base, increment = catalogue.backups(kept.vault.folder)
    # Whatever is asked for, the last copy stays, with all that it follows on.
    gone = expire(kept.vault.folder, now() - increment.ended_at, dry_run=True)
    assert gone.backups == [old.id]
    assert len(catalogue.backups(kept.vault.folder)) == 3
    gone = expire(kept.vault.folder, timedelta(0))
    assert gone.backups == [old.id]
    assert gone.segments > 0
    assert [each.id for each in catalogue.backups(kept.vault.folder)] == [base.id, increment.id]
    assert [each.faults for each in verify(kept.vault)] == [[], [], []]
