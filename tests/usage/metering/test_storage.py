"""Storage: bytes weighted by the time for which they were there, and whose they are."""

from datetime import datetime, timedelta
from decimal import Decimal

from customer_inventory.kit.actor import Actor
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import named
from customer_inventory.store.database import Database
from customer_inventory.usage.metering import storage
from tests.tmf.bodies import BODIES

START = datetime.fromisoformat("2026-04-01T00:00:00+00:00")
STOP = START + timedelta(days=30)
DAY = 86_400


async def keep(database: Database, day: int, size: int, **owners: int) -> None:
    at = START + timedelta(days=day)
    await database.execute(
        "INSERT INTO usage.stored VALUES ($1, 'record.customer', 'customer', $2, $3, 7)",
        at, size, size // 2,
    )  # fmt: skip
    for process, records in owners.items():
        await database.execute(
            "INSERT INTO usage.stored_by VALUES ($1, 'customer', $2, $3)", at, process, records
        )


async def test_sizes_hold_until_the_next_look(database: Database) -> None:
    await keep(database, -5, 1000, crm=10)
    await keep(database, 10, 4000, crm=10, web=30)
    await keep(database, 20, 2000, web=1)
    await keep(database, 45, 9999, other=5)
    (found,) = await storage.held(database, START, STOP)
    assert found.heap == (10 * 1000 + 10 * 4000 + 10 * 2000) * DAY
    assert found.index == found.heap // 2
    assert found.toast == 7 * 30 * DAY
    assert found.owners == {"crm": (100 + 100) * DAY, "web": (300 + 10) * DAY}
    assert found.record_type == "customer"


async def test_looks_of_a_clock_that_jumps_hold_in_the_order_of_their_time(
    database: Database,
) -> None:
    await keep(database, 10, 4000)
    await keep(database, -5, 1000)
    await keep(database, 5000, 10**9)
    (found,) = await storage.held(database, START, STOP)
    assert found.heap == (10 * 1000 + 20 * 4000) * DAY
    assert await storage.size_before(database, STOP) == 4000 + 2000 + 7
    assert await storage.size_before(database, START - timedelta(days=9)) == 0


async def test_a_span_before_the_first_look_has_nothing(database: Database) -> None:
    await keep(database, 0, 1000)
    assert await storage.held(database, START - timedelta(days=30), START) == []


async def test_a_month_of_a_gigabyte_is_a_gigabyte_month() -> None:
    assert storage.gigabyte_months(10**9 * 30 * DAY, START, STOP) == Decimal(1)


async def test_a_look_finds_tables_and_whose_records_are(database: Database) -> None:
    inventory = Inventory(database)
    for process in ("crm", "crm", "web"):
        body = BODIES["individual"]
        await inventory.create(named("individual"), body, actor=Actor(process, "testing"))
    assert await storage.look(database, START) > 30
    assert await storage.look(database, START) > 30  # the same instant: no second look
    found = {each.relation: each for each in await storage.held(database, START, STOP)}
    people = found["record.individual"]
    assert (people.record_type, people.owners) == ("individual", {"crm": 60 * DAY, "web": 30 * DAY})
    size = await database.value("SELECT pg_total_relation_size('record.individual')")
    assert 0 < people.whole <= size * 30 * DAY
    assert people.index == 30 * DAY * await database.value(
        "SELECT pg_indexes_size('record.individual')"
    )
    assert "access.sealed" not in found or found["access.sealed"].record_type is None
