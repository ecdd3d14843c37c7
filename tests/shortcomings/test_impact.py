"""What shortcomings mean for the business: told from what is metered, and not guessed."""

from datetime import timedelta
from typing import Any

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.clock import now
from customer_inventory.shortcomings import held, impact
from customer_inventory.shortcomings.assessing import Assessment, judged
from customer_inventory.shortcomings.every import check_of
from customer_inventory.shortcomings.impact import Impact
from customer_inventory.store.database import Database
from customer_inventory.usage.cost import declaring
from tests.facilities.backup.conftest import BY

COSTS = """\
currency: EUR
pools:
  - {name: disks, kind: storage, driver: stored, costs: [{from: 2026-01, amount: 100}]}
  - {name: server, kind: compute, driver: databaseTime, costs: [{from: 2026-01, amount: 50}]}
"""


async def used(database: Database) -> None:
    """Plant a month: 5,000 customers in 8 of 10 GB, two processes, six of ten seconds on lists."""
    month = Month.of(now()).before
    for at in (month.stop - timedelta(hours=2), now() - timedelta(hours=1)):
        for process, kind in (("crm", "customer"), ("billing", "customer"), ("shop", "agreement")):
            await database.execute(
                "INSERT INTO usage.hourly VALUES"
                " (date_trunc('hour', $1::timestamptz), $2, 'care', 'read', $3, false,"
                " 10, 0, 0, 100, 1)",
                at, process, kind,
            )  # fmt: skip
        for statement, took in (("page_of_records", 6_000_000), ("keep_up", 4_000_000)):
            await database.execute(
                "INSERT INTO usage.effort VALUES"
                " (date_trunc('hour', $1::timestamptz), 'cinv', $2, 1, 1, $3, 0)",
                at, statement, took,
            )  # fmt: skip
    for relation, kind, size in (("record.customer", "customer", 8e9), ("usage.hourly", None, 2e9)):
        await database.execute(
            "INSERT INTO usage.stored VALUES ($1, $2, $3, $4, 0, 0)",
            month.start, relation, kind, int(size),
        )  # fmt: skip
    await database.execute(
        "INSERT INTO usage.stored_by VALUES ($1, 'customer', 'crm', 5000)", month.start
    )


async def told(database: Database, *found: tuple[str, str, float, dict[str, Any]]) -> list[Impact]:
    rows = [{"object": name, "value": value, "figures": more} for _, name, value, more in found]
    outcomes = [
        judged(check_of(check), [row]) for (check, *_), row in zip(found, rows, strict=True)
    ]
    await held.keep(database, Assessment(now(), 0.0, 9.0, tuple(outcomes)), actor=BY)
    await impact.tell(database, await held.listed(database))
    kept = {(row["checked"], row["object"]): row["impact"] for row in await held.listed(database)}
    read = [impact.read(kept[check, name]) for check, name, *_ in found]
    return [each for each in read if each is not None]


async def test_room_that_is_wasted_costs_its_share_of_storage(database: Database) -> None:
    await used(database)
    await declaring.declare(database, COSTS, actor=BY, reason="tests")
    index = await database.value(
        "SELECT indexrelid::regclass::text FROM pg_index"
        " WHERE indrelid = 'record.customer'::regclass LIMIT 1"
    )
    [unused, bloated] = await told(
        database,
        ("IDX03", index, 1000.0, {}),
        ("TBL01", "record.customer", 50.0, {"bytes": 8 * 10**9}),
    )
    month = str(Month.of(now()).before)
    assert unused == Impact(("billing", "crm"), 5000, "10.00", "EUR", month)
    assert bloated.cost == "40.00"
    assert unused.text == "2 processes (billing, crm), up to 5,000 customers, 10.00 EUR a month"


async def test_statements_cost_their_share_of_the_time(database: Database) -> None:
    await used(database)
    await declaring.declare(database, COSTS, actor=BY, reason="tests")
    statements = {"statements": [{"statement": "page_of_records"}]}
    [slow, missing] = await told(
        database,
        ("STM01", "page_of_records", 40.0, {}),
        ("IDX01", "record.customer (name)", 50.0, statements),
    )
    assert (slow.cost, missing.cost) == ("30.00", "15.00")
    # Lists are read by whoever reads.
    assert slow.processes == missing.processes == ("billing", "crm", "shop")


async def test_what_nobody_knows_is_left_out(database: Database) -> None:
    [alone] = await told(database, ("CAP04", "record.numbers", 92.0, {}))
    assert alone == Impact()
    assert alone.text == "no process is known"


async def test_it_is_about_whom_it_concerns(database: Database) -> None:
    await used(database)
    [listener, server, house] = await told(
        database,
        ("INV04", "subscription x", 20.0, {"process": "shop"}),
        ("DUR05", "/backups", 300.0, {}),
        ("TBL02", "usage.hourly", 60.0, {}),
    )
    assert (listener.processes, listener.customers) == (("shop",), 5000)
    assert server.processes == ("billing", "crm", "shop")
    # The house's own table is nobody's outside, and without pools there is no cost.
    assert (house.processes, house.customers, house.cost) == ((), None, None)
