"""The ledger: every entry durable, many in one segment, numbered without a gap."""

import asyncio
from collections import defaultdict

import asyncpg
import pytest

from customer_inventory.access.house import PROCESS, operator, trace
from customer_inventory.access.ledger import Entry, Ledger, last_entries
from customer_inventory.access.operation import Operation
from customer_inventory.kit.errors import Unavailable
from customer_inventory.store.database import Database
from customer_inventory.store.embedded import EmbeddedServer
from tests.store.eventually import end_connections, eventually


def entry(number: int, **more: object) -> Entry:
    fields = {
        "at": f"2026-01-31T12:00:00.{number:06}+00:00",
        "process": "billing",
        "purpose": "billing",
        "operation": "read",
        "type": "customer",
        "status": 200,
        "decision": "permit",
        "ids": (f"id{number}",),
        "count": 1,
        **more,
    }
    return Entry(**fields)  # type: ignore[arg-type]


async def ids(database: Database) -> list[str]:
    rows = await database.fetch(
        "SELECT record_ids ->> 0 AS id FROM access.entry ORDER BY seq, number"
    )
    return [row["id"] for row in rows]


async def numbers_by_writer(database: Database) -> dict[str, list[int]]:
    numbers = defaultdict(list)
    for row in await database.fetch("SELECT writer, number FROM access.entry ORDER BY seq, number"):
        numbers[str(row["writer"])].append(row["number"])
    return numbers


async def segments(database: Database) -> int:
    return int(await database.value("SELECT count(*) FROM access.segment"))


async def test_what_returned_is_there(database: Database, dsn: str) -> None:
    ledger = Ledger(database)
    for number in range(5):
        await ledger.append(entry(number))
        # Seen by another connection: committed.
        other = await asyncpg.connect(dsn)
        assert await other.fetchval("SELECT count(*) FROM access.entry") == number + 1
        await other.close()


async def test_entries_of_answers_in_flight_share_a_commit(database: Database) -> None:
    ledger = Ledger(database)
    await asyncio.gather(*(ledger.append(entry(number)) for number in range(200)))
    assert sorted(await ids(database)) == sorted(f"id{number}" for number in range(200))
    assert await segments(database) < 20
    assert list((await numbers_by_writer(database)).values()) == [list(range(1, 201))]


async def test_writers_number_their_own(database: Database) -> None:
    ledgers = [Ledger(database) for _ in range(3)]

    async def write(ledger: Ledger, first: int) -> None:
        for number in range(first, first + 30):
            await ledger.append(entry(number))

    await asyncio.gather(*(write(ledger, 100 * n) for n, ledger in enumerate(ledgers)))
    numbers = await numbers_by_writer(database)
    assert len(numbers) == 3
    assert all(numbers == list(range(1, 31)) for numbers in numbers.values())


async def test_an_entry_is_read_as_it_was_written(database: Database) -> None:
    ledger = Ledger(database)
    await ledger.append(
        entry(
            7,
            ids=("a", "b"),
            count=2,
            status=206,
            person="Ærø \"'\\",
            source="::1",
            bytes=2**40,
            decision="deny",
        )
    )
    row = dict(await database.row("SELECT * FROM access.entry") or {})
    told = ("process", "purpose", "person", "operation", "record_type", "record_count", "status")
    assert {name: row[name] for name in (*told, "decision", "bytes", "source")} == {
        "process": "billing",
        "purpose": "billing",
        "person": "Ærø \"'\\",
        "operation": "read",
        "record_type": "customer",
        "record_count": 2,
        "status": 206,
        "decision": "deny",
        "bytes": 2**40,
        "source": "::1",
    }
    assert row["record_ids"] == b'["a","b"]'
    assert row["at"].isoformat() == "2026-01-31T12:00:00.000007+00:00"


async def test_what_could_not_be_kept_is_said_and_no_number_is_doubled(
    database: Database, dsn: str
) -> None:
    away = Database(dsn)
    ledger = Ledger(away)
    await away.open()
    await asyncio.gather(*(ledger.append(entry(number)) for number in range(3)))
    await away.close()
    outcomes = await asyncio.gather(
        *(ledger.append(entry(number)) for number in range(3, 6)), return_exceptions=True
    )
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    await away.open()
    await asyncio.gather(*(ledger.append(entry(number)) for number in range(6, 9)))
    await away.close()
    assert await ids(database) == ["id0", "id1", "id2", "id6", "id7", "id8"]
    assert sorted((await numbers_by_writer(database)).values()) == [[1, 2, 3], [1, 2, 3]]


async def test_a_connection_lost_while_entries_are_kept(
    database: Database, dsn: str, server: EmbeddedServer
) -> None:
    ledger = Ledger(database)
    await ledger.append(entry(0))
    holder = await asyncpg.connect(dsn)
    transaction = holder.transaction()
    await transaction.start()
    await holder.execute("LOCK TABLE access.segment IN SHARE MODE")
    tasks = [asyncio.create_task(ledger.append(entry(number))) for number in (1, 2)]
    waiting = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    await eventually(lambda: database.value(waiting))
    late = asyncio.create_task(ledger.append(entry(3)))
    await asyncio.sleep(0)
    name = await database.value("SELECT current_database()")
    await end_connections(server, "datname = $1 AND wait_event_type = 'Lock'", name)
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    await transaction.rollback()
    await holder.close()
    # What was not yet on its way is kept all the same.
    await late
    assert await ids(database) == ["id0", "id3"]
    assert sorted((await numbers_by_writer(database)).values()) == [[1], [1]]


async def test_who_gives_up_waiting_costs_nobody_else(database: Database) -> None:
    ledger = Ledger(database)
    tasks = [asyncio.create_task(ledger.append(entry(number))) for number in range(20)]
    await asyncio.sleep(0)
    for task in tasks[::2]:
        task.cancel()
    outcomes = await asyncio.gather(*tasks, return_exceptions=True)
    assert [outcome is None for outcome in outcomes] == [False, True] * 10
    await ledger.append(entry(99))
    numbers = list((await numbers_by_writer(database)).values())
    assert numbers == [list(range(1, len(await ids(database)) + 1))]
    assert {f"id{number}" for number in (*range(1, 20, 2), 99)} <= set(await ids(database))


@pytest.mark.parametrize("count", [1, 3, 100])
async def test_the_latest_come_first(database: Database, count: int) -> None:
    ledger = Ledger(database)
    await asyncio.gather(*(ledger.append(entry(number)) for number in range(5)))
    # Numbers of segments have gaps, as a failed insert leaves them.
    await database.execute("SELECT setval('access.segment_seq_seq', 1000)")
    await ledger.append(entry(5))
    rows = await last_entries(database, count)
    expected = [entry(number).at for number in range(5, -1, -1)][:count]
    assert [row["at"].isoformat(timespec="microseconds") for row in rows] == expected


async def test_an_empty_ledger_has_no_entries(schema: Database) -> None:
    assert list(await last_entries(schema, 10)) == []


async def test_work_at_the_terminal_leaves_its_trace(database: Database) -> None:
    await trace(database, operator(), Operation.READ, "customer", ["a", "b"])
    (row,) = await last_entries(database, 10)
    assert (row["process"], row["operation"], row["record_type"], row["record_count"]) == (
        PROCESS,
        "read",
        "customer",
        2,
    )
