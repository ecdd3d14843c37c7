"""Base copies and drills as what the house does by itself."""

from customer_inventory.background.tasks import tasks_of
from customer_inventory.capture.process.task import TASKS
from customer_inventory.facilities.backup import catalogue
from customer_inventory.holding import eraser_of, retainer_of
from customer_inventory.store.database import Database
from tests.facilities.backup.conftest import BY, Kept


async def test_the_house_takes_copies_and_proves_them(kept: Kept) -> None:
    with kept.server.running() as dsn:
        async with Database(dsn) as database:
            tasks = tasks_of(
                database,
                kept.settings,
                eraser=eraser_of(database, kept.settings),
                retainer=retainer_of(database, kept.settings),
            )
            taken = await tasks["baseBackup"](BY)
            drilled = await tasks["drill"](BY)
    assert {*taken, "seconds"} == TASKS["baseBackup"].figures.keys()
    assert {*drilled, "seconds"} == TASKS["drill"].figures.keys()
    assert taken["megabytes"] > taken["stored"] > 0
    assert (drilled["different"], drilled["errors"]) == (0, 0)
    assert len(catalogue.backups(kept.vault.folder)) == 1
