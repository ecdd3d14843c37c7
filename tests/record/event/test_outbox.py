"""The horizon: what commits late is neither skipped nor told before its time."""

import asyncio

from customer_inventory.kit.actor import Actor
from customer_inventory.record.event.outbox import Horizon, after
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.record.event.conftest import PERSON

_ROW = """
INSERT INTO record.outbox (bucket, id, type, revision, event, recorded_at)
VALUES (1, $1, 'individual', 1, 'create', now())
"""


async def test_a_late_commit_is_waited_for(database: Database) -> None:
    horizon = Horizon(database)
    async with database.transaction() as late:
        await late.execute(_ROW, "late")
        await database.execute(_ROW, "early")
        for _ in range(3):
            await horizon.look()
        assert (horizon.seq, horizon.is_waiting) == (0, True)
    await horizon.look()
    events = await after(database, 0, to=horizon.seq, types=["individual"], limit=10)
    assert [told.id for told in events] == ["late", "early"]


async def test_many_that_commit_in_any_order_are_all_seen_once_in_order(
    database: Database, actor: Actor
) -> None:
    horizon, inventory = Horizon(database), Inventory(database)
    seen, stop = [], asyncio.Event()

    async def read() -> None:
        cursor = 0
        while not stop.is_set() or len(seen) < 240:
            await horizon.look()
            events = await after(database, cursor, to=horizon.seq, types=["individual"], limit=7)
            seen.extend((told.seq, told.id, told.revision) for told in events)
            cursor = horizon.seq if len(events) < 7 else events[-1].seq
            await asyncio.sleep(0)

    async def write() -> None:
        made = await inventory.create(TYPES["individual"], PERSON, actor=actor)
        for number in range(5):
            await inventory.change(
                TYPES["individual"],
                made.id,
                lambda old, number=number: {**old, "location": str(number)},
                actor=actor,
            )

    reading = asyncio.create_task(read())
    await asyncio.gather(*(write() for _ in range(40)))
    stop.set()
    async with asyncio.timeout(30):
        await reading
    assert [row[0] for row in seen] == sorted({row[0] for row in seen})
    assert len(seen) == await database.value("SELECT count(*) FROM record.outbox") == 240
    by_record: dict[str, list[int]] = {}
    for _, identifier, revision in seen:
        by_record.setdefault(identifier, []).append(revision)
    assert all(revisions == [1, 2, 3, 4, 5, 6] for revisions in by_record.values())
