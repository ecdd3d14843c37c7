"""The ledger browsed: sealed or not, by what it is asked for, each entry verified as it is read."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from customer_inventory.access.log.browsing import Looked, browse, stand
from customer_inventory.store.database import Database
from tests.access.log.test_sealing import Log, log

__all__ = ["log"]


def places(found: list) -> list[int | None]:
    return [each.place for each in found]


async def test_pages_follow_each_other_through_what_waits_and_what_is_sealed(log: Log) -> None:
    await log.write(5)
    await log.sealer.seal_all()
    await log.write(2, first=5)
    first, after = await browse(log.database, Looked(), limit=4)
    assert places(first) == [None, None, 4, 3]
    assert [each.sealed for each in first] == ["waiting", "waiting", "sealed", "sealed"]
    assert after == 3
    second, after = await browse(log.database, Looked(), before=3, limit=4)
    assert (places(second), after) == ([2, 1, 0], None)
    # A page full of what waits goes on with what is sealed by then.
    only, after = await browse(log.database, Looked(), limit=1)
    assert places(only) == [None]
    assert after is not None
    await log.sealer.seal_all()
    rest, _ = await browse(log.database, Looked(), before=after, limit=10)
    assert places(rest) == [6, 5, 4, 3, 2, 1, 0]


@pytest.mark.parametrize("is_sealed", [True, False])
async def test_entries_are_found_by_record_process_purpose_person_and_time(
    log: Log, is_sealed: bool
) -> None:
    await log.write(3)
    await log.write(1, first=7, process="crm", purpose="care", person="Ada", ids=("one", "two"))
    await log.write(1, first=8, process="crm", ids=("three",))
    if is_sealed:
        await log.sealer.seal_all()

    async def found(**looked: object) -> list[str]:
        entries, _ = await browse(log.database, Looked(**looked))  # type: ignore[arg-type]
        return [each.told["record_ids"][0] for each in entries]

    assert await found(process="crm") == ["three", "one"]
    assert await found(ids=["two"]) == ["one"]
    assert await found(ids=["two", "three"], process="crm") == ["three", "one"]
    assert await found(ids=["two"], process="billing") == []
    assert await found(purpose="care") == ["one"]
    assert await found(person="Ada") == ["one"]
    at = datetime(2026, 1, 31, 12, 0, 0, 2, tzinfo=UTC)
    assert await found(until=at) == ["id1", "id0"]
    assert await found(since=at) == ["three", "one", "id2"]


async def test_an_entry_that_was_altered_is_told(log: Log) -> None:
    await log.write(3)
    await log.sealer.seal_all()
    await log.database.execute("UPDATE access.sealed SET person = 'Eve' WHERE number = 1")
    found, _ = await browse(log.database, Looked())
    assert [each.sealed for each in found] == ["sealed", "altered", "sealed"]


async def test_how_far_the_log_is_sealed(log: Log, database: Database, tmp_path: Path) -> None:
    before = await stand(database)
    assert (before.size, before.signed_at, before.anchored) == (0, None, 0)
    await log.write(3)
    assert (await stand(database)).waiting_since is not None
    await log.sealer.seal_all()
    after = await stand(database)
    assert (after.size, after.waiting_since) == (3, None)
    assert after.signed_at is not None
