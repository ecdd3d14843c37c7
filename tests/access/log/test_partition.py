"""Partitions of the ledger: made ahead, once, and without locks that readers or sealers meet."""

import asyncio
from datetime import UTC, datetime

import asyncpg
import pytest

from customer_inventory.access.log import partition
from customer_inventory.access.log.partition import Month, make, make_ahead, partitions
from customer_inventory.store.database import Database

LOCKS = (
    "SELECT l.mode FROM pg_locks AS l"
    " WHERE l.relation = 'access.sealed'::regclass AND l.pid = pg_backend_pid()"
)


@pytest.mark.parametrize(
    ("month", "stop", "suffix"),
    [
        (Month(2026, 1), datetime(2026, 2, 1, tzinfo=UTC), "2026_01"),
        (Month(2024, 2), datetime(2024, 3, 1, tzinfo=UTC), "2024_02"),
        (Month(2026, 12), datetime(2027, 1, 1, tzinfo=UTC), "2026_12"),
    ],
)
def test_a_month_has_its_span(month: Month, stop: datetime, suffix: str) -> None:
    assert (month.stop, month.suffix) == (stop, suffix)
    assert Month.named(suffix) == Month.named(str(month)) == month
    assert month.next == Month.of(stop)


async def test_this_month_and_the_next_are_made_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(partition, "now", lambda: datetime(2026, 11, 30, tzinfo=UTC))
    assert await make_ahead(database) == 3
    assert await make_ahead(database) == 0
    async with database.connection() as connection:
        assert list(map(str, await partitions(connection))) == ["2026-11", "2026-12", "2027-01"]


async def test_two_who_make_the_same_do_not_meet(database: Database) -> None:
    made = await asyncio.gather(*(make_ahead(database) for _ in range(6)))
    assert sum(made) == 3


async def test_it_takes_no_lock_that_readers_wait_for(database: Database, dsn: str) -> None:
    reader = await asyncpg.connect(dsn)
    transaction = reader.transaction()
    await transaction.start()
    await reader.fetch("SELECT FROM access.sealed")
    async with database.transaction() as connection:
        await make(connection, [Month(2030, 5)])
        held = {row["mode"] for row in await connection.fetch(LOCKS)}
        assert held <= {"AccessShareLock", "ShareUpdateExclusiveLock"}
        # Nor does a reader that comes now.
        assert await reader.fetch("SELECT FROM access.sealed") == []
    await transaction.commit()
    await reader.close()


async def test_a_partition_has_what_its_table_has(database: Database) -> None:
    async with database.transaction() as connection:
        await make(connection, [Month(2030, 5)])
    names = await database.fetch(
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'access' AND tablename = $1",
        "sealed_2030_05",
    )
    assert len(names) == 4
    # No second one besides that of the table, and little kept aside in it.
    (by_ids,) = [row["indexdef"] for row in names if "record_ids" in row["indexdef"]]
    assert "gin_pending_list_limit='256'" in by_ids
    attached = await database.value(
        "SELECT count(*) FROM pg_inherits WHERE inhparent = 'access.sealed_record_ids'::regclass"
    )
    assert attached == 1
    checks = await database.value(
        "SELECT count(*) FROM pg_constraint"
        " WHERE conrelid = 'access.sealed_2030_05'::regclass AND contype = 'c'"
    )
    assert checks == 2
