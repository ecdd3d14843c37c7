"""An extract compared with what is held: all that differs is found, and nothing else."""

from pathlib import Path

from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.transform import Transform
from customer_inventory.kit.actor import Actor
from customer_inventory.record.declare import Document
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER
from tests.capture.reconcile.found import compared, items, loaded

ROWS = [f"{n},Ann{n},Lee,0{1 + n % 9}.01.1990,A" for n in range(1, 21)]
EXTRACT = HEADER + "\n".join(ROWS) + "\n"


def ids_of(mapping: Mapping, number: int) -> dict[str, str]:
    """Return the ids that the row of a customer makes, by alias."""
    header = HEADER.strip().split(",")
    return Transform(mapping, header).identified([str(number), "", "", "", ""])


async def test_what_was_loaded_agrees(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    summary = await compared(database, tmp_path, EXTRACT, small, actor)
    assert (summary.rows, summary.records, summary.agreeing) == (20, 40, 40)
    assert summary.totals == []
    assert summary.is_agreed
    assert await items(database, "open", "accepted", "closed", "repaired") == []
    assert await database.value("SELECT count(*) FROM capture.reconciliation_staged") == 0


async def test_all_that_differs_is_found_and_nothing_else(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    rows = list(ROWS)
    rows[2] = rows[2].replace("Ann3", "Anna")
    rows[4] = rows[4][:-1] + "X"
    rows[6] = rows[6].replace("08.01.1990", "")
    del rows[9]
    rows.append("99,New,One,01.01.1970,A")
    text = HEADER + "\n".join(rows) + "\n"
    for size in (3, 20_000):
        summary = await compared(database, tmp_path, text, small, actor, size=size)
        third, fifth, seventh, tenth, new = (ids_of(small, n) for n in (3, 5, 7, 10, 99))
        assert await items(database) == sorted(
            [
                ("different", "customer", third["customer"], "engagedParty.name",
                 "Ann3 Lee", "Anna Lee"),
                ("different", "customer", third["customer"], "name", "Ann3 Lee", "Anna Lee"),
                ("different", "customer", fifth["customer"], "status", "active", "closed"),
                ("different", "individual", third["individual"], "givenName", "Ann3", "Anna"),
                ("different", "individual", seventh["individual"], "birthDate", "1990-01-08", None),
                ("missingHere", "customer", new["customer"], "", None, None),
                ("missingHere", "individual", new["individual"], "", None, None),
                ("missingThere", "customer", tenth["customer"], "", None, None),
                ("missingThere", "individual", tenth["individual"], "", None, None),
            ],
            key=lambda item: item[:4],
        )  # fmt: skip
        assert (summary.records, summary.agreeing) == (40, 34)
        assert not summary.is_agreed
        assert {(t["kind"], t["record_type"], t["path"]): t["found"] for t in summary.totals} == {
            ("different", "customer", "engagedParty.name"): 1,
            ("different", "customer", "name"): 1,
            ("different", "customer", "status"): 1,
            ("different", "individual", "birthDate"): 1,
            ("different", "individual", "givenName"): 1,
            ("missingHere", "customer", ""): 1,
            ("missingHere", "individual", ""): 1,
            ("missingThere", "customer", ""): 1,
            ("missingThere", "individual", ""): 1,
        }


async def test_what_is_not_mapped_is_not_compared(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)

    def alter(document: Document) -> Document:
        return {**document, "gender": "female"}

    one = ids_of(small, 1)["individual"]
    await Inventory(database).change(TYPES["individual"], one, alter, actor=actor)
    summary = await compared(database, tmp_path, EXTRACT, small, actor)
    assert summary.totals == []


async def test_a_refused_row_is_told_and_its_records_are_not_missing_there(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    rows = list(ROWS)
    rows[0] = rows[0].replace("02.01.1990", "2 January")
    rows[1] = "2,ragged"
    text = HEADER + "\n".join(rows) + "\n"
    summary = await compared(database, tmp_path, text, small, actor)
    assert (summary.rows, summary.refused, summary.unknown) == (20, 2, 1)
    first, second = ids_of(small, 1), ids_of(small, 2)
    assert [item[:3] for item in await items(database)] == sorted([
        ("missingThere", "customer", second["customer"]),
        ("missingThere", "individual", second["individual"]),
        ("refused", "", ""),
        ("refused", "individual", first["individual"]),
    ])  # fmt: skip


async def test_a_second_run_closes_what_agrees_now(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    other = EXTRACT.replace("Ann3", "Anna").replace(",Ann5", ",Ann6")
    await compared(database, tmp_path, other, small, actor)
    before = await items(database)
    await compared(database, tmp_path, EXTRACT.replace("Ann3", "Anna"), small, actor)
    assert len(before) == 6
    assert len(await items(database)) == 3
    assert len(await items(database, "closed")) == 3
    assert await database.value("SELECT count(*) FROM capture.reconciliation_row") == 1
    await compared(database, tmp_path, other, small, actor)
    assert await items(database) == before
