"""A month of six processes, from the ledger to the statement: closed, late, corrected, checked."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path

import asyncpg
import pytest

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict
from customer_inventory.store.database import Database
from customer_inventory.usage.cost import closing, declaring
from customer_inventory.usage.cost.allocating import NothingDeclared
from customer_inventory.usage.cost.statement import statements, summed
from customer_inventory.usage.metering.hourly import meter
from tests.usage.ledger import PROCESSES, Filled, entry, traffic

MARCH = Month(2026, 3)
BY = Actor("tests", "testing", "ada")
COSTS = """\
currency: EUR
pools:
  - {name: storage, kind: storage, driver: stored, costs: [{from: 2026-01, amount: 1234.57}]}
  - {name: compute, kind: compute, driver: requests,
     costs: [{from: 2026-01, amount: 999.99, capacity: 5000}]}
  - {name: backup, kind: backup, driver: recordsWritten, costs: [{from: 2026-01, amount: 77.01}]}
  - {name: licences, kind: licences, driver: processes, costs: [{from: 2026-01, amount: 100}]}
  - {name: people, kind: people, driver: recordsRead, costs: [{from: 2026-01, amount: 8000.03}]}
rates:
  - {meter: recordsRead, per: 1000, prices: [{from: 2026-01, price: 12.50}]}
costCentres:
  - {process: billing, costCentre: CC-1, from: 2026-01}
  - {process: care, costCentre: CC-2, from: 2026-01}
"""
POOLS = {
    "storage": 123_457, "compute": 99_999, "backup": 7701, "licences": 10_000, "people": 800_003,
}  # fmt: skip


@pytest.fixture
async def ledger(database: Database, tmp_path: Path) -> Filled:
    filled = Filled(database, tmp_path)
    await declaring.declare(database, COSTS, actor=BY, reason="the tests")
    draw = random.Random(7)
    for day in range(0, 31, 3):
        at = MARCH.start + timedelta(days=day)
        await database.execute(
            "INSERT INTO usage.stored VALUES ($1, 'record.customer', 'customer', $2, $3, 0)",
            at, draw.randrange(10**10), draw.randrange(10**9),
        )  # fmt: skip
        for process in PROCESSES[:3]:
            await database.execute(
                "INSERT INTO usage.stored_by VALUES ($1, 'customer', $2, $3)",
                at, process, draw.randrange(1, 10**6),
            )  # fmt: skip
    return filled


async def test_a_month_of_six_processes_is_its_pools_and_what_the_ledger_has(
    ledger: Filled,
) -> None:
    database = ledger.database
    entries = traffic(2500, MARCH.start - timedelta(days=2), 36, seed=6)
    for first in range(0, 2500, 500):
        await ledger.add(entries[first : first + 500])
        await meter(database)
    await closing.close(database, MARCH, actor=BY)
    costs = await closing.costs(database, MARCH)

    assert costs.lines.pools == POOLS
    sums: Counter[str] = Counter()
    for part in costs.lines.allocations:
        sums[part.pool] += part.amount
    assert dict(sums) == POOLS
    assert await closing.faults(database, MARCH, recounted=True) == []
    assert {part.process for part in costs.lines.allocations} >= {*PROCESSES}

    # An independent count of the ledger: entry by entry, in Python.
    rows = await database.fetch("SELECT * FROM access.entry")
    inside = [row for row in rows if MARCH.start <= row["at"] < MARCH.stop]
    requests = Counter((row["process"], row["purpose"]) for row in inside)
    read: Counter[tuple[str, str]] = Counter()
    for row in inside:
        if row["decision"] == "permit" and row["operation"] == "read":
            read[row["process"], row["purpose"]] += row["record_count"]
    told = {
        (part.pool, part.process, part.purpose): part for part in costs.lines.allocations
    }  # fmt: skip
    for (process, purpose), count in requests.items():
        part = told["compute", process, purpose]
        assert part.quantity == count
        assert abs(part.amount - Fraction(99_999 * count, 5000)) < 1
    idle = told["compute", "", ""]
    assert (idle.share, idle.quantity) == ("idle", 5000 - len(inside))
    for (process, purpose), count in read.items():
        part = told["people", process, purpose]
        assert part.quantity == count
        assert abs(part.amount - Fraction(800_003 * count, sum(read.values()))) < 1
    charged = {(charge.process, charge.purpose): charge for charge in costs.lines.charges}
    assert {user: charge.quantity for user, charge in charged.items()} == +read
    assert all(
        charge.amount == charge.quantity * charge.price / 1000 for charge in charged.values()
    )


async def test_a_closed_month_is_corrected_by_lines_of_its_own(ledger: Filled) -> None:
    database = ledger.database
    await ledger.add(traffic(300, MARCH.start, 31, seed=8))
    await meter(database)
    closed = await closing.close(database, MARCH, actor=BY)
    with pytest.raises(closing.Closed, match="2026-03 is closed"):
        await closing.close(database, MARCH, actor=BY)
    assert await closing.correct(database, MARCH, actor=BY) is None

    late = [entry(MARCH.start + timedelta(days=3), "care", count=5000) for _ in range(40)]
    await ledger.add(late)
    assert (await meter(database)).late == 40
    assert (await closing.costs(database, MARCH)).lines == closed
    correction = await closing.correct(database, MARCH, actor=BY)
    assert correction is not None
    assert correction.allocations
    assert sum(part.amount for part in correction.allocations) == 0
    assert await closing.correct(database, MARCH, actor=BY) is None

    cheaper = COSTS.replace("8000.03", "7000.01")
    await declaring.declare(database, cheaper, actor=BY, reason="the invoice was wrong")
    paid_back = await closing.correct(database, MARCH, actor=BY)
    assert paid_back is not None
    assert sum(part.amount for part in paid_back.allocations) == -100_002

    async with database.connection() as connection:
        kept = await statements(connection, MARCH)
    assert [each.number for each in kept] == [0, 1, 2]
    assert kept[0].lines == closed
    costs = await closing.costs(database, MARCH)
    assert costs.lines == summed(each.lines for each in kept)
    assert costs.lines.pools == {**POOLS, "people": 700_001}
    assert (costs.is_closed, costs.corrections) == (True, 2)
    assert await closing.faults(database, MARCH, recounted=True) == []


async def test_what_was_closed_cannot_be_altered_unseen(ledger: Filled) -> None:
    database = ledger.database
    await ledger.add(traffic(50, MARCH.start, 31, seed=9))
    await meter(database)
    await closing.close(database, MARCH, actor=BY)
    with pytest.raises(Conflict):
        await database.execute("UPDATE usage.allocation SET amount = amount + 1")
    owner = await asyncpg.connect(database.dsn)
    await owner.execute("ALTER TABLE usage.allocation DISABLE TRIGGER USER")
    await owner.execute(
        "UPDATE usage.allocation SET amount = amount + CASE line WHEN 0 THEN 1 ELSE -1 END"
        " WHERE line < 2"
    )
    await owner.close()
    found = await closing.faults(database, MARCH)
    assert found
    assert "not as it was closed" in found[0]


async def test_sums_that_are_not_the_ledgers_are_told(ledger: Filled) -> None:
    await ledger.add(traffic(50, MARCH.start, 31, seed=10))
    await meter(ledger.database)
    await ledger.database.execute(
        "UPDATE usage.hourly SET records = records + 1 WHERE process = 'care'"
    )
    found = await closing.faults(ledger.database, MARCH, recounted=True)
    assert found
    assert all("care" in fault for fault in found)


async def test_a_month_is_closed_when_it_is_over_and_metered(ledger: Filled) -> None:
    database = ledger.database
    today = Month.of(datetime.now(UTC))
    with pytest.raises(closing.NotOver, match="is not over"):
        await closing.close(database, today, actor=BY)
    with pytest.raises(closing.NotOver, match="not metered"):
        await closing.close(database, MARCH, actor=BY)
    with pytest.raises(closing.NotClosed, match="cinv cost close 2026-03"):
        await closing.correct(database, MARCH, actor=BY)
    await meter(database)
    with pytest.raises(NothingDeclared, match="2025-12"):
        await closing.close(database, Month(2025, 12), actor=BY)


async def test_a_month_closed_in_one_currency_is_not_corrected_in_another(ledger: Filled) -> None:
    await meter(ledger.database)
    await closing.close(ledger.database, MARCH, actor=BY)
    dollars = COSTS.replace("EUR", "USD")
    await declaring.declare(ledger.database, dollars, actor=BY, reason="the tests")
    with pytest.raises(Conflict, match="EUR"):
        await closing.correct(ledger.database, MARCH, actor=BY)


async def test_the_same_declaration_twice_is_told(ledger: Filled) -> None:
    with pytest.raises(declaring.Unchanged, match="declaration 1"):
        await declaring.declare(ledger.database, COSTS, actor=BY, reason="again")
    assert (await declaring.in_force(ledger.database)).number == 1
