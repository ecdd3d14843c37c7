"""Which source brought which record: kept with every chunk, whichever of two is ready first."""

import asyncio
from pathlib import Path

from customer_inventory.capture.brought import put_in_order
from customer_inventory.capture.importing import import_file
from customer_inventory.capture.mapping import Mapping, parse_mapping
from customer_inventory.capture.reconcile.subject import HOLDERS
from customer_inventory.kit.actor import Actor
from customer_inventory.record.subject.holder import Scope
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER, SMALL

BROUGHT = (
    "SELECT n.source, n.alias, n.record_type, count(*) FROM capture.brought AS b"
    " JOIN capture.namespace AS n ON n.number = b.namespace"
    " GROUP BY 1, 2, 3 ORDER BY 1, 2, 3"
)


async def brought(database: Database) -> list[tuple[object, ...]]:
    await put_in_order(database)
    assert not await database.value("SELECT count(*) FROM capture.brought_lately")
    return [tuple(row) for row in await database.fetch(BROUGHT)]


async def test_a_small_chunk_behind_a_large_one_waits_for_nothing(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    # The second chunk is ready long before the first one is: each makes what both need.
    file = tmp_path / "people.csv"
    rows = "".join(f"{n},Ann,Lee,01.01.1990,A\n" for n in range(1_501))
    file.write_text(HEADER + rows, "utf-8")
    summary = await import_file(database, file, small, actor=actor, rows_of_chunk=1_500)
    assert summary.tally.records["individual"].created == 1_501
    assert await brought(database) == [
        ("crm", "customer", "customer", 1_501), ("crm", "individual", "individual", 1_501),
    ]  # fmt: skip


async def test_records_of_a_row_are_told_apart_by_their_alias(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    text = SMALL.replace(
        "  customer:\n",
        "  partner:\n    type: individual\n    key: last\n    when: {column: state, equals: A}\n"
        "    attributes: {givenName: Partner, familyName: {column: last}}\n  customer:\n",
    )
    file = tmp_path / "people.csv"
    file.write_text(HEADER + "1,Ann,Lee,01.01.1990,A\n2,Bea,Lee,01.01.1990,X\n", "utf-8")
    await import_file(database, file, parse_mapping(text, "pairs"), actor=actor)
    assert await brought(database) == [
        ("crm", "customer", "customer", 2), ("crm", "individual", "individual", 2),
        ("crm", "partner", "individual", 1),
    ]  # fmt: skip


async def test_what_was_brought_twice_is_put_in_order_once_and_of_one_source_alone(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    other = parse_mapping(SMALL.replace("source: crm", "source: billing"), "other")
    for state in ("A", "X"):
        rows = "".join(f"{n},Ann,Lee,01.01.1990,{state}\n" for n in range(300))
        file.write_text(HEADER + rows, "utf-8")
        for mapping in (small, other):
            await import_file(database, file, mapping, actor=actor, rows_of_chunk=70)
    await put_in_order(database, "crm")
    assert await database.value("SELECT count(*) FROM capture.brought_lately") > 0
    assert await database.fetch(BROUGHT + " LIMIT 1")
    both = await asyncio.gather(put_in_order(database), put_in_order(database))
    assert both == [None, None]
    assert [(row[0], row[3]) for row in await brought(database)] == [
        ("billing", 300), ("billing", 300), ("crm", 300), ("crm", 300),
    ]  # fmt: skip


async def test_who_is_erased_is_forgotten_in_order_or_not(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    file = tmp_path / "people.csv"
    rows = "".join(f"{n},Ann,Lee,01.01.1990,A\n" for n in range(5))
    file.write_text(HEADER + rows, "utf-8")
    await import_file(database, file, small, actor=actor, rows_of_chunk=3)
    await put_in_order(database)
    rows = rows.replace(",A\n", ",X\n")
    file.write_text(HEADER + rows, "utf-8")
    await import_file(database, file, small, actor=actor, rows_of_chunk=3)
    ids = await database.fetch("SELECT id FROM record.customer ORDER BY id LIMIT 4")
    gone = {row["id"]: "customer" for row in ids[:2]}
    scope = Scope(gone, {}, frozenset(), frozenset(), actor)
    (holder,) = (each for each in HOLDERS if "capture.brought" in each.tables)
    assert await holder.erase(database, scope) == {
        "capture.brought": 2, "capture.brought_lately": 2,
    }  # fmt: skip
    assert await holder.erase(database, scope) == {
        "capture.brought": 0, "capture.brought_lately": 0,
    }  # fmt: skip
    assert await brought(database) == [
        ("crm", "customer", "customer", 3), ("crm", "individual", "individual", 5),
    ]  # fmt: skip
    left = await database.fetch("SELECT id FROM capture.brought")
    assert not gone.keys() & {row["id"] for row in left}
