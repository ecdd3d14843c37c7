"""Indexes built anew online: leftovers go, what was cut short goes on, writers go on meanwhile."""

import asyncio

import asyncpg
import pytest

from customer_inventory.facilities import reindexing
from customer_inventory.facilities.reindexing import Building, planned, reindex
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import NotFound
from customer_inventory.store.database import Database
from tests import distributed
from tests.store.test_migrate_load import FILL, written

BY = Actor("test", "testing", "tester")
TABLE = "record.individual"


async def names(database: Database) -> list[str]:
    rows, left = await planned(database, TABLE)
    return [*(row["name"] for row in rows), *left]


async def test_indexes_are_built_while_records_are_written(database: Database) -> None:
    await database.execute(FILL, 5000)
    await database.execute("UPDATE record.individual SET name = name || ' x'")
    before = await names(database)
    said: list[tuple[str, str, float | None]] = []
    async with written(database.dsn, "postgres") as load:
        done = await reindex(database, TABLE, actor=BY, progress=lambda *told: said.append(told))
    assert load.refused == []
    assert [each.name for each in done] == before
    assert {name for name, *_ in said} == set(before)
    # Of shards, only nodes know how large they are.
    assert distributed.URL or sum(each.after for each in done) < sum(each.before for each in done)
    assert await names(database) != []
    assert await database.value("SELECT count(*) FROM pg_index WHERE NOT indisvalid") == 0


async def test_what_was_cut_short_goes_on_and_leftovers_go(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    every = await names(database)
    rebuilt = reindexing._rebuilt

    async def killed(*words: object) -> object:
        if words[2] == every[2]:
            raise RuntimeError("the power is gone")
        return await rebuilt(*words)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(reindexing, "_rebuilt", killed)
        with pytest.raises(RuntimeError):
            await reindex(database, TABLE, actor=BY)
    await leftover(database)
    rows, left = await planned(database, TABLE)
    assert left == ["record.individual_name_ccnew"]
    assert [row["name"] for row in rows] == every
    done = await reindex(database, TABLE, actor=BY)
    assert [each.name for each in done] == every[2:]
    assert sorted(await names(database)) == sorted(every)
    # The run is over: the next one is of all again.
    assert len(await reindex(database, TABLE, actor=BY)) == len(every)


async def leftover(database: Database) -> None:
    """Cut the building of an index short, as a crash does: what it made stays."""
    holder, builder = await asyncpg.connect(database.dsn), await asyncpg.connect(database.dsn)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("INSERT INTO record.individual (id, bucket, subject_id, revision,"
                         " operation, body, recorded_at, process, purpose)"
                         " VALUES ('x', 1, 'x', 1, 'create', '{}', now(), 'p', 'p')")  # fmt: skip
    building = asyncio.create_task(
        builder.execute("REINDEX INDEX CONCURRENTLY record.individual_name")
    )
    while not await database.value(
        "SELECT count(*) FROM pg_class WHERE relname = 'individual_name_ccnew'"
    ):
        await asyncio.sleep(0.01)
    await database.execute("SELECT pg_cancel_backend($1::integer)", builder.get_server_pid())
    with pytest.raises(asyncpg.QueryCanceledError):
        await building
    await transaction.rollback()
    await holder.close()
    await builder.close()


async def test_one_builds_at_a_time_and_only_what_there_is(database: Database) -> None:
    with pytest.raises(NotFound, match="nothing"):
        await reindex(database, "record.nothing", actor=BY)
    other = await asyncpg.connect(database.dsn)
    await other.execute("SELECT pg_advisory_lock($1)", reindexing._ONE_BUILDER)
    with pytest.raises(Building):
        await reindex(database, TABLE, actor=BY)
    await other.close()
