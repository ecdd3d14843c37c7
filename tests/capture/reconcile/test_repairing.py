"""Repair by capture: rows replayed as the process they came by, permitted and in time."""

from pathlib import Path

import pytest

from customer_inventory.capture.arrival.spool import Limits, Spool
from customer_inventory.capture.mapping import Mapping, parse_mapping
from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile import worklist
from customer_inventory.capture.reconcile.repairing import Repaired, plan, repair
from customer_inventory.capture.reconcile.settling import Fate, settle
from customer_inventory.capture.reconcile.worklist import Chosen
from customer_inventory.kit.actor import Actor
from customer_inventory.record.document import parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER, SMALL
from tests.capture.reconcile.found import compared, items, loaded
from tests.capture.reconcile.test_comparing import EXTRACT, ROWS, ids_of
from tests.conftest import permitted

ALL = Whose()


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "home", Limits())


async def repaired(database: Database, spool: Spool, actor: Actor, **chosen) -> Repaired:
    return await repair(database, spool, Chosen(**chosen), ALL, by=actor)


async def test_what_differs_and_what_is_missing_here_is_repaired_by_its_row(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path, spool: Spool
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    text = EXTRACT.replace("Ann3", "Anna") + '99,"New,\nOne",Two,01.01.1970,A\n'
    await compared(database, tmp_path, text, small, actor)
    before = await items(database)
    planned = await plan(database, Chosen(), ALL)
    assert sorted((each.record_type, each.does, each.path) for each in planned) == [
        ("customer", "change", "engagedParty.name"),
        ("customer", "change", "name"),
        ("customer", "create", ""),
        ("individual", "change", "givenName"),
        ("individual", "create", ""),
    ]
    assert await items(database) == before
    done = await repaired(database, spool, actor)
    assert (len(done.repaired), done.left, done.held_back) == (5, {}, {})
    assert await items(database) == []
    summary = await compared(database, tmp_path, text, small, actor)
    assert summary.is_agreed
    assert summary.totals == []
    # By the import: the history says who, and the ledger what.
    version = await Inventory(database).get(TYPES["individual"], ids_of(small, 3)["individual"])
    assert parse_object(version.body)["givenName"] == "Anna"
    assert await database.value("SELECT count(*) FROM capture.import WHERE is_replay") == 1
    entries = await database.fetch(
        "SELECT operation, record_type FROM access.entry WHERE reason LIKE 'import %'"
        " ORDER BY operation, record_type"
    )
    assert ("update", "individual") in {tuple(entry) for entry in entries}


async def test_the_last_row_is_kept_without_a_line_end(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path, spool: Spool
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    await compared(database, tmp_path, EXTRACT.rstrip("\n")[:-1] + "X", small, actor)
    assert [item[3:] for item in await items(database)] == [("status", "active", "closed")]
    done = await repaired(database, spool, actor)
    assert (len(done.repaired), done.left) == (1, {})


async def test_a_row_that_is_refused_waits_in_quarantine_once_it_is_replayed(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path, spool: Spool
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    await compared(database, tmp_path, EXTRACT.replace("04.01.1990", "?", 1), small, actor)
    (item,) = await worklist.find(database, Chosen(), ALL)
    assert (item["kind"], "birthDate" in item["reason"]) == ("refused", True)
    done = await repaired(database, spool, actor)
    assert done.left[item["id"]].startswith("refused: individual.birthDate")
    assert await database.value("SELECT count(*) FROM capture.quarantine") == 1


async def test_items_are_repaired_one_or_many(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path, spool: Spool
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    rows = list(ROWS)
    rows[2], rows[4] = rows[2][:-1] + "X", rows[4][:-1] + "X"
    rows[6] = rows[6].replace("08.01.1990", "09.01.1990")
    await compared(database, tmp_path, HEADER + "\n".join(rows) + "\n", small, actor)
    first = (await worklist.find(database, Chosen(path="birthDate"), ALL))[0]["id"]
    done = await repaired(database, spool, actor, ids=[first])
    assert done.repaired == [first]
    assert {item[3] for item in await items(database)} == {"status"}
    done = await repaired(database, spool, actor, path="status", record_type="customer")
    assert len(done.repaired) == 2
    assert await items(database) == []


async def test_a_row_that_would_take_away_what_is_not_mapped_is_held_back(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path, spool: Spool
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    one = ids_of(small, 3)["individual"]
    inventory = Inventory(database)
    await inventory.change(
        TYPES["individual"], one, lambda old: {**old, "gender": "female"}, actor=actor
    )
    text = EXTRACT.replace("04.01.1990", "05.01.1990", 1)
    await compared(database, tmp_path, text, small, actor)
    (item,) = await worklist.find(database, Chosen(), ALL)
    done = await repaired(database, spool, actor)
    assert done.repaired == []
    assert done.held_back == {item["id"]: "would take away what the mapping does not map: gender"}
    planned = await plan(database, Chosen(), ALL)
    assert [(each.does, each.path, each.here) for each in planned] == [
        ("change", "birthDate", "1990-01-04"), ("lose", "gender", "female"),
        ("holdBack", "", None),
    ]  # fmt: skip
    done = await repair(database, spool, Chosen(), ALL, by=actor, whole=True)
    assert done.repaired == [item["id"]]
    assert "gender" not in parse_object((await inventory.get(TYPES["individual"], one)).body)


async def test_a_row_that_would_take_back_what_was_accepted_is_held_back(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path, spool: Spool
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    rows = list(ROWS)
    rows[2] = rows[2].replace("04.01.1990", "05.01.1990")[:-1] + "X"
    await compared(database, tmp_path, HEADER + "\n".join(rows) + "\n", small, actor)
    (status,) = await worklist.find(database, Chosen(path="status"), ALL)
    await worklist.accept(database, [status["id"]], ALL, until=None, reason="so", actor=actor)
    done = await repaired(database, spool, actor)
    assert list(done.held_back.values()) == ["would take back what was accepted: status"]
    assert [item[3] for item in await items(database)] == ["birthDate"]


async def test_what_may_not_be_written_or_is_late_is_left(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path, spool: Spool
) -> None:
    timed = parse_mapping(
        SMALL.replace("key: no", "key: no\nat: {column: at, as: datetime}"), "small"
    )
    header = "no,first,last,born,state,at\n"
    newer = header + "1,Ann,Lee,01.01.1990,A,2026-02-01T00:00:00Z\n"
    older = header + "1,Ann,Lee,02.01.1990,A,2026-01-01T00:00:00Z\n"
    await loaded(database, tmp_path, newer, timed, actor)
    await compared(database, tmp_path, older, timed, actor)
    done = await repaired(database, spool, actor)
    assert done.repaired == []
    assert "newer" in next(iter(done.left.values()))
    assert [item[3] for item in await items(database)] == ["birthDate"]

    reader = Actor("reader", "testing", "tester")
    await permitted(
        database, "reader", "*:read", "customer:update,modify,create", purpose="testing"
    )
    latest = newer.replace("01.01.1990", "02.01.1990").replace("-02-01T", "-03-01T")
    await compared(database, tmp_path, latest, timed, reader)
    done = await repaired(database, spool, actor)
    assert done.repaired == []
    (left,) = done.left.values()
    assert "refused" in left
    denied = await database.value(
        "SELECT count(*) FROM access.entry WHERE process = 'reader' AND decision = 'deny'"
    )
    assert denied == 1


async def test_records_that_are_missing_there_are_settled_only_when_told_to(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path, spool: Spool
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    await compared(database, tmp_path, HEADER + "\n".join(ROWS[2:]) + "\n", small, actor)
    assert len(await items(database)) == 4
    done = await repaired(database, spool, actor)
    assert (done.repaired, done.left, done.held_back) == ([], {}, {})
    assert len(await items(database)) == 4

    customers = Chosen(record_type="customer")
    done = await settle(database, customers, ALL, Fate("closed"), by=actor)
    assert len(done.repaired) == 2
    one = await Inventory(database).get(TYPES["customer"], ids_of(small, 1)["customer"])
    assert parse_object(one.body)["status"] == "closed"

    # The persons are referred to by their customers: they stay, and say why.
    done = await settle(database, Chosen(), ALL, Fate(), by=actor)
    assert done.repaired == []
    assert all("refer" in reason for reason in done.left.values())
    await compared(database, tmp_path, HEADER + "\n".join(ROWS[2:]) + "\n", small, actor)
    done = await settle(database, Chosen(), ALL, Fate(), by=actor)
    assert len(done.repaired) == 4
    gone = await database.value(
        "SELECT count(*) FROM access.entry WHERE operation = 'delete' AND process = $1"
        " AND decision = 'permit'",
        actor.process,
    )
    assert gone == 4
    summary = await compared(database, tmp_path, HEADER + "\n".join(ROWS[2:]) + "\n", small, actor)
    assert summary.totals == []


async def test_who_may_not_remove_removes_nothing(
    database: Database, small: Mapping, actor: Actor, tmp_path: Path
) -> None:
    await loaded(database, tmp_path, EXTRACT, small, actor)
    reader = Actor("reader", "testing", "tester")
    await permitted(database, "reader", "*:read", purpose="testing")
    await compared(database, tmp_path, HEADER + "\n".join(ROWS[1:]) + "\n", small, reader)
    done = await settle(database, Chosen(), ALL, Fate(), by=actor)
    assert done.repaired == []
    assert all("may not delete" in reason for reason in done.left.values())
    assert await database.value("SELECT count(*) FROM record.individual") == 20
