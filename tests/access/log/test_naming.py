"""Entries that name records: all of them, by the index of ids alone however long the ledger."""

from datetime import UTC, datetime, timedelta

import pytest

from customer_inventory.access.log import browsing, naming
from customer_inventory.access.log.naming import entries_naming, every_entry_naming
from customer_inventory.store.database import Database
from tests.access.log.test_sealing import Log, log

__all__ = ["log"]

_SPAN = "'1970-01-01', '9999-12-31'"
_ASKED = {
    "who saw a record": (naming.SQL.entries_naming, f"'{{r5,r6}}', {_SPAN}, 51"),
    "the ledger by record": (
        browsing.every_statement()["sealed_page_naming"],
        f"{browsing.LAST}, {_SPAN}, 51, NULL, NULL, '{{r5,r6}}'",
    ),
}


async def test_what_waits_and_what_is_sealed_is_named_by_the_ids_that_were_asked_for(
    log: Log,
) -> None:
    await log.write(1, first=1, ids=("one", "two", "three"))
    await log.write(1, first=2, ids=("four",))
    await log.sealer.seal_all()
    await log.write(1, first=3, ids=("three", "four"))
    rows = await entries_naming(log.database, ["three", "one", "five", "one"])
    assert [sorted(row["named"]) for row in rows] == [["three"], ["one", "three"]]
    await log.sealer.seal_all()
    again = await entries_naming(log.database, ["three", "one", "five", "one"])
    assert [dict(row) for row in again] == [dict(row) for row in rows]


async def test_the_latest_of_a_span_come_first(log: Log) -> None:
    await log.write(9, ids=("one",))
    await log.sealer.seal_all()
    whole = await entries_naming(log.database, ["one"])
    instants = [row["at"] for row in whole]
    assert instants == sorted(instants, reverse=True)
    assert len(instants) == 9
    until = await entries_naming(log.database, ["one"], until=instants[2], limit=3)
    assert [row["at"] for row in until] == instants[3:6]
    since = await entries_naming(log.database, ["one"], since=instants[2])
    assert [row["at"] for row in since] == instants[:3]
    every = [row["at"] async for row in every_entry_naming(log.database, ["one"], at_once=2)]
    assert every == instants


@pytest.mark.parametrize(("statement", "given"), _ASKED.values(), ids=_ASKED)
async def test_no_other_index_is_chosen_for_the_span_of_time(
    log: Log, statement: str, given: str
) -> None:
    await log.write(1)
    await log.sealer.seal_all()
    await _fill(log.database, 5_000)
    async with log.database.connection() as connection:
        await connection.execute(f"PREPARE asked AS {statement}")
        rows = await connection.fetch(f"EXPLAIN (COSTS OFF) EXECUTE asked({given})")
    plan = "\n".join(row[0] for row in rows)
    assert "record_ids @> ARRAY[k.id]" in plan
    assert "process_at" not in plan
    assert "Seq Scan on sealed" not in plan


async def _fill(database: Database, entries: int) -> None:
    """Copy a sealed entry many times, each naming some forty records."""
    await database.execute(
        "INSERT INTO access.sealed SELECT (l).* FROM ("
        " SELECT jsonb_populate_record(l, jsonb_build_object("
        "  'number', n, 'at', $2::timestamptz + n * interval '1 second',"
        "  'record_ids', (SELECT jsonb_agg('r' || (n * 40 + i)) FROM generate_series(1, 40) i)"
        " )) AS l FROM access.sealed AS l, generate_series(1, $1::integer) AS n) AS made",
        entries,
        datetime(2026, 1, 31, 12, tzinfo=UTC) + timedelta(seconds=1),
    )
    await database.execute("ANALYZE access.sealed")
