"""What was acknowledged comes back: after a loss, to any instant, and nobody who was erased."""

import asyncio
import os
import shutil
import signal
from datetime import datetime, timedelta

import pytest

from customer_inventory.facilities.backup import catalogue
from customer_inventory.facilities.backup.archiving import Gap
from customer_inventory.facilities.backup.bringing_back import InUse, restore
from customer_inventory.facilities.backup.catalogue import NoSuchBackup
from customer_inventory.facilities.backup.keeping import archived
from customer_inventory.facilities.backup.restoring import Target
from customer_inventory.facilities.backup.sealing import Seal, Unsound
from customer_inventory.facilities.backup.taking import back_up
from customer_inventory.facilities.backup.vault import Vault
from customer_inventory.holding import eraser_of
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.database import Database
from tests.facilities.backup.conftest import BY, Kept, person

SECOND = timedelta(seconds=1)


async def test_the_data_directory_destroyed_under_load_comes_back(kept: Kept) -> None:
    acknowledged: list[tuple[str, datetime]] = []

    async def write(database: Database, writer: int) -> None:
        number = 0
        while True:
            name = f"w{writer}n{number}"
            await person(database, name)
            acknowledged.append((name, now()))
            number += 1

    attachment = kept.server.attach()
    async with Database(attachment.dsn) as database, archived(kept.settings, attachment.dsn):
        await back_up(kept.server, kept.vault)
        writers = [asyncio.create_task(write(database, number)) for number in range(3)]
        await asyncio.sleep(4)
        await back_up(kept.server, kept.vault)
        await asyncio.sleep(3)
        pid = kept.server.status().pid
        assert pid is not None
        destroyed = now()
        os.kill(pid, signal.SIGKILL)
        shutil.rmtree(kept.data)
        await asyncio.wait(writers)
    attachment.leave()
    target = destroyed - SECOND
    done = await restore(kept.settings.home, kept.vault, Target(target), put_right=kept.put_right)
    assert done.recovered.backup.kind == "incremental"
    names = await kept.names()
    wanted = {name for name, at in acknowledged if at <= target}
    assert len(wanted) > 20
    assert wanted <= names
    # Beyond the instant nothing: what came in a moment later may have been under way.
    assert names <= {name for name, at in acknowledged if at <= target + SECOND}
    assert done.reached is not None
    assert done.reached <= target


async def test_without_an_instant_all_of_the_archive_comes_back(kept: Kept) -> None:
    with kept.server.running() as dsn:
        async with Database(dsn) as database:
            await person(database, "before")
            await back_up(kept.server, kept.vault)
            await person(database, "after")
    done = await restore(kept.settings.home, kept.vault, Target(), put_right=kept.put_right)
    assert await kept.names() == {"before", "after"}
    assert done.before is not None
    assert (done.before / "PG_VERSION").exists()


async def test_who_was_erased_since_is_erased_again(kept: Kept) -> None:
    with kept.server.running() as dsn:
        async with Database(dsn) as database:
            subject = await person(database, "erased")
            await person(database, "kept")
            await back_up(kept.server, kept.vault)
            before = now()
            await asyncio.sleep(0.05)
            await eraser_of(database, kept.settings).erase(subject, reason="DSR-2026-19", actor=BY)
    done = await restore(kept.settings.home, kept.vault, Target(before), put_right=kept.put_right)
    assert done.erased == 1
    assert await kept.names() == {"kept"}


async def test_one_restore_after_another(kept: Kept) -> None:
    """The log parts at each restore: what came after one is found by the next."""
    with kept.server.running() as dsn:
        async with Database(dsn) as database:
            await back_up(kept.server, kept.vault)
            await person(database, "one")
            first = now()
            await asyncio.sleep(0.05)
            await person(database, "undone")
    await restore(kept.settings.home, kept.vault, Target(first), put_right=kept.put_right)
    with kept.server.running() as dsn:
        async with Database(dsn) as database:
            taken = await back_up(kept.server, kept.vault)
            await person(database, "two")
    assert taken.timeline == 2
    await restore(kept.settings.home, kept.vault, Target(), put_right=kept.put_right)
    assert await kept.names() == {"one", "two"}


async def test_a_restore_is_refused_while_the_inventory_is_used(kept: Kept) -> None:
    with kept.server.running():
        await back_up(kept.server, kept.vault)
        with pytest.raises(InUse, match="in use"):
            await restore(kept.settings.home, kept.vault, Target(), put_right=kept.put_right)
    assert await kept.names() == set()


async def test_what_is_there_stays_when_a_restore_fails(kept: Kept) -> None:
    with kept.server.running() as dsn:
        async with Database(dsn) as database:
            await back_up(kept.server, kept.vault)
            await person(database, "here")
    [backup] = catalogue.backups(kept.vault.folder)
    copy = kept.vault.folder.copy(backup.id)
    content = bytearray(copy.read_bytes())
    content[5000] ^= 1
    copy.write_bytes(content)
    with pytest.raises(Unsound):
        await restore(kept.settings.home, kept.vault, Target(), put_right=kept.put_right)
    other = Vault(kept.vault.folder, Seal(bytes(32)))
    with pytest.raises(Unsound, match="another key"):
        await restore(kept.settings.home, other, Target(), put_right=kept.put_right)
    assert await kept.names() == {"here"}


async def test_an_instant_before_the_first_copy_is_refused(kept: Kept) -> None:
    with pytest.raises(NoSuchBackup, match="no backup yet"):
        await restore(kept.settings.home, kept.vault, Target(), put_right=kept.put_right)
    began = now()
    with kept.server.running():
        await back_up(kept.server, kept.vault)
    with pytest.raises(NoSuchBackup, match="earliest instant"):
        await restore(kept.settings.home, kept.vault, Target(began), put_right=kept.put_right)


async def test_a_missing_part_of_the_log_is_said(kept: Kept) -> None:
    with kept.server.running() as dsn:
        async with Database(dsn) as database:
            await back_up(kept.server, kept.vault, full=True)
            await person(database, "one")
            await back_up(kept.server, kept.vault, full=True)
            await back_up(kept.server, kept.vault, full=True)
    first = catalogue.backups(kept.vault.folder)[0]
    sealed = sorted(kept.vault.folder.wal.iterdir())
    sealed[1].unlink()
    with pytest.raises(Gap, match="gap of 1 segment"):
        await restore(
            kept.settings.home, kept.vault, Target(),
            put_right=kept.put_right, identifier=first.id,
        )  # fmt: skip


async def test_a_lost_data_directory_is_never_replaced_by_an_empty_one(kept: Kept) -> None:
    shutil.rmtree(kept.data)
    with pytest.raises(Unavailable, match="is gone"):
        kept.server.start()
