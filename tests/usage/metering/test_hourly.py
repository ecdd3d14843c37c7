"""The meter: every entry once, in its hour, whenever it comes and however often it runs."""

import asyncio
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from customer_inventory.store.database import Database
from customer_inventory.usage.metering.hourly import COUNTS, KEY, NotInLedger, meter, recount
from tests.usage.ledger import NOON, Filled, entry, recounted, traffic

START = datetime.fromisoformat("2026-03-01T00:00:00+00:00")


@pytest.fixture
def ledger(database: Database, tmp_path: Path) -> Filled:
    return Filled(database, tmp_path)


async def sums(database: Database, *, late: bool = False) -> dict[tuple[object, ...], tuple]:
    rows = await database.fetch("SELECT * FROM usage.hourly WHERE is_late = $1", late)
    return {tuple(row[name] for name in KEY): tuple(row[name] for name in COUNTS) for row in rows}


async def close(database: Database) -> None:
    """Let March have a statement."""
    await database.execute(
        "WITH said AS (INSERT INTO usage.declaration (said, sha256, process, reason)"
        " VALUES ('', sha256(''), 'tests', 'tests') RETURNING number)"
        " INSERT INTO usage.statement"
        " (month, number, currency, pools, declaration, place, sha256, process)"
        " SELECT '2026-03-01', 0, 'EUR', '{}', number, 1, sha256(''), 'tests' FROM said"
    )


async def test_sums_are_what_an_independent_count_gives(ledger: Filled) -> None:
    entries = traffic(900, START, 40, seed=1)
    for first in range(0, 900, 300):
        await ledger.add(entries[first : first + 300])
        assert (await meter(ledger.database)).entries == 300
    assert await sums(ledger.database) == recounted(entries)


async def test_a_second_run_counts_nothing(ledger: Filled) -> None:
    await ledger.add(traffic(50, START, 2, seed=2))
    await meter(ledger.database)
    before = await sums(ledger.database)
    again = await meter(ledger.database)
    assert (again.entries, again.sums, again.place) == (0, 0, 50)
    assert await sums(ledger.database) == before


async def test_what_comes_late_changes_its_hour_alone(ledger: Filled) -> None:
    entries = traffic(200, START, 3, seed=3)
    await ledger.add(entries)
    await meter(ledger.database)
    before = await sums(ledger.database)
    late = [entry(START + timedelta(minutes=61)), entry(START + timedelta(minutes=62), count=7)]
    await ledger.add(late)
    await meter(ledger.database)
    after = await sums(ledger.database)
    assert after == recounted(entries + late)
    changed = {key for key in after if before.get(key) != after[key]}
    assert changed == {(START + timedelta(hours=1), "billing", "testing", "read", "customer")}


async def test_an_hour_counted_anew_is_the_same(ledger: Filled) -> None:
    entries = traffic(300, START, 20, seed=4)
    await ledger.add(entries)
    await meter(ledger.database)
    await ledger.database.execute("UPDATE usage.hourly SET requests = requests + 5")
    since = START + timedelta(days=10, minutes=17)
    await recount(ledger.database, since)
    hour = since.replace(minute=0)
    right, there = recounted(entries), await sums(ledger.database)
    assert {k: v for k, v in there.items() if k[0] >= hour} == {
        k: v for k, v in right.items() if k[0] >= hour
    }
    assert all(v[0] == right[k][0] + 5 for k, v in there.items() if k[0] < hour)
    await recount(ledger.database, None)
    assert await sums(ledger.database) == right


async def test_what_is_not_metered_yet_is_not_counted_anew(ledger: Filled) -> None:
    await ledger.add([entry(NOON)])
    await meter(ledger.database)
    await ledger.add([entry(NOON)])
    await recount(ledger.database, None)
    await meter(ledger.database)
    assert await sums(ledger.database) == recounted([entry(NOON)] * 2)


async def test_what_comes_late_for_a_closed_month_stands_apart(ledger: Filled) -> None:
    await ledger.add([entry(NOON)])
    await meter(ledger.database)
    before = await sums(ledger.database)
    april = entry(NOON + timedelta(days=40))
    await ledger.add([entry(NOON, count=3), april])
    await close(ledger.database)
    done = await meter(ledger.database)
    assert (done.entries, done.late) == (2, 1)
    assert await sums(ledger.database) == before | recounted([april])
    assert await sums(ledger.database, late=True) == recounted([entry(NOON, count=3)])
    with pytest.raises(NotInLedger, match="2026-04-01"):
        await recount(ledger.database, NOON)
    await recount(ledger.database, None)
    assert await sums(ledger.database) == before | recounted([april])


async def test_meters_at_once_count_once(ledger: Filled) -> None:
    entries = traffic(200, START, 2, seed=5)
    await ledger.add(entries)
    done = await asyncio.gather(*(meter(ledger.database) for _ in range(4)))
    assert sorted(each.entries for each in done) == [0, 0, 0, 200]
    assert await sums(ledger.database) == recounted(entries)


async def test_much_is_counted_in_parts(ledger: Filled, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("customer_inventory.usage.metering.hourly._AT_ONCE", 70)
    entries = traffic(250, START, 3, seed=12)
    await ledger.add(entries)
    done = await meter(ledger.database)
    assert (done.entries, done.missed, done.place) == (250, 0, 250)
    assert await sums(ledger.database) == recounted(entries)


async def test_a_clock_that_jumps_puts_entries_where_they_say(ledger: Filled) -> None:
    odd = [
        entry(datetime.fromisoformat("1970-01-01T00:00:00+00:00")),
        entry(datetime.fromisoformat("2999-12-31T23:59:59.999999+00:00")),
        entry(datetime.fromisoformat("2026-03-29T03:30:00+02:00")),
    ]
    await ledger.add(odd)
    await meter(ledger.database)
    assert {key[0].isoformat()[:13] for key in await sums(ledger.database)} == {
        "1970-01-01T00",
        "2999-12-31T23",
        "2026-03-29T01",
    }


async def test_entries_retired_before_they_were_counted_are_missed(ledger: Filled) -> None:
    await ledger.add([entry(NOON), entry(NOON), entry(NOON + timedelta(days=40))])
    await ledger.database.execute("DELETE FROM access.sealed WHERE at < '2026-04-01'")
    done = await meter(ledger.database)
    assert (done.entries, done.missed, done.place) == (1, 2, 3)
    assert await ledger.database.value("SELECT missed FROM usage.metered") == 2
