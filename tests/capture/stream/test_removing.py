"""Rows that a source deletes: their records go as at the doors, or the deletion waits."""

import json
from pathlib import Path
from typing import Any

import pytest

from customer_inventory.capture.arrival.spool import Limits, Spool
from customer_inventory.capture.importing import import_file
from customer_inventory.capture.mapping import parse_mapping
from customer_inventory.capture.quarantine.held import Chosen, Whose
from customer_inventory.capture.quarantine.replaying import replay
from customer_inventory.capture.refusal import refused
from customer_inventory.capture.stream.event import Message
from customer_inventory.capture.stream.taking import Counts, Taking
from customer_inventory.kit.actor import Actor
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.subject.hold import lift, place
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.capture.stream.conftest import MAPPING, PEOPLE, names, row, stream_of
from tests.conftest import permitted

CUSTOMERS = "SELECT count(*) FROM record.customer"
WAITING = "SELECT count(*) FROM capture.quarantine WHERE state = 'waiting'"
DELETED = (
    "SELECT record_type FROM access.entry WHERE operation = 'delete' AND decision = $1 ORDER BY 1"
)
EVERYONE = Whose(None, None)


def change(op: str, at: int, **rows: Any) -> Message:
    """Return a change of row 1, as Debezium shapes it, at a moment in milliseconds."""
    event = {"before": None, "after": None, "op": op, "source": {"ts_ms": at}, **rows}
    return Message(json.dumps({"schema": {}, "payload": event}).encode(), {}, f"t/0:{op}{at}")


def made(last: str, at: int) -> Message:
    return change("c", at, after=row(1, last))


def gone(at: int, **before: Any) -> Message:
    return change("d", at, before={"no": 1, "name": None, "state": None, **before})


@pytest.fixture
async def taking(database: Database, actor: Actor, tmp_path: Path) -> Taking:
    await permitted(database, actor.process, "*:create,modify,update,delete", purpose=actor.purpose)
    return await taking_of(database, actor, tmp_path)


async def taking_of(database: Database, actor: Actor, folder: Path) -> Taking:
    stream = stream_of(folder, "nats://127.0.0.1", form="debezium", more="deletes: apply\n")
    return await Taking.begun(
        database, stream, actor, masking_key=b"", load=None, counts=Counts(), policy=None
    )


async def replayed(database: Database, folder: Path) -> int:
    """Replay all that waits; return how many rows were refused again."""
    done = await replay(
        database, Spool(folder / "spool", Limits()), Chosen(), EVERYONE, person="tester"
    )
    return sum(each.tally.refused for each in done)


async def test_what_a_source_deletes_goes_and_its_history_stays(
    database: Database, taking: Taking
) -> None:
    await taking.take([made("One", 1)])
    await taking.take([gone(3)])
    assert (await database.value(PEOPLE), await database.value(CUSTOMERS)) == (0, 0)
    # What each was, and that it went.
    assert await database.value("SELECT count(*) FROM record.history") == 4
    assert [each[0] for each in await database.fetch(DELETED, "permit")] == [
        "customer",
        "individual",
    ]
    assert taking.load.tally.records["individual"].removed == 1
    # Said before it was deleted, it does not come back; said later it does.
    await taking.take([change("u", 2, after=row(1, "Two"))])
    assert await database.value(PEOPLE) == 0
    await taking.take([made("Three", 4)])
    assert await names(database) == ["Three"]
    # And an older deletion that comes late deletes nothing.
    await taking.take([gone(3, state="active")])
    assert await names(database) == ["Three"]


async def test_of_one_batch_the_last_counts(database: Database, taking: Taking) -> None:
    await taking.take([gone(3), made("One", 1), change("u", 2, after=row(1, "Two"))])
    assert await database.value(PEOPLE) == 0
    await taking.take([made("Four", 6), gone(5)])
    assert await names(database) == ["Four"]
    assert await database.value("SELECT count(*) FROM record.history") == 0


async def test_what_is_not_there_is_deleted_already_and_a_key_is_enough(
    database: Database, taking: Taking
) -> None:
    await taking.take([gone(1)])
    assert taking.load.tally.refused == 0
    await taking.take([made("One", 2)])
    key = json.dumps({"schema": {}, "payload": {"no": 1}}).encode()
    bare = Message(change("d", 3).body, {}, "t/0:9", key=key)
    await taking.take([bare])
    assert await database.value(PEOPLE) == 0
    await taking.take([change("d", 4), change("d", 5, before={"name": None})])
    problems = await refused(database, taking.load.id)
    assert [each["reason"] for each in problems] == [
        "has no row in before, and no key.",
        "column no, part of the key, is empty.",
    ]


async def test_what_others_refer_to_waits_until_they_do_not(
    database: Database, actor: Actor, taking: Taking, tmp_path: Path
) -> None:
    await taking.take([made("One", 1)])
    inventory = Inventory(database)
    identifier = await database.value("SELECT id FROM record.customer")
    party = {"@type": "RelatedPartyOrPartyRole", "role": "owner", "partyOrPartyRole": {
        "@type": "PartyRoleRef", "id": identifier, "@referredType": "Customer"}}  # fmt: skip
    account = await inventory.create(
        TYPES["billingAccount"],
        {"@type": "BillingAccount", "name": "One", "relatedParty": [party]},
        actor=actor,
    )
    await taking.take([gone(2)])
    assert (await database.value(PEOPLE), await database.value(CUSTOMERS)) == (1, 1)
    problems = await refused(database, taking.load.id)
    assert {each["code"] for each in problems} == {"referenced"}
    assert await database.value("SELECT is_gone FROM capture.quarantine") is True
    assert await replayed(database, tmp_path) == 1
    await inventory.remove(TYPES["billingAccount"], account.id, actor=actor)
    assert await replayed(database, tmp_path) == 0
    assert (await database.value(PEOPLE), await database.value(CUSTOMERS)) == (0, 0)
    assert await database.value(WAITING) == 0


async def test_a_deletion_that_waits_deletes_nothing_that_was_said_later(
    database: Database, actor: Actor, taking: Taking, tmp_path: Path
) -> None:
    await taking.take([made("One", 1)])
    person = await database.value("SELECT id FROM record.individual")
    hold = await place(database, person, reason="LIT-1", actor=actor)
    await taking.take([gone(2)])
    assert {each["code"] for each in await refused(database, taking.load.id)} == {"legalHold"}
    await taking.take([made("Two", 3)])
    await lift(database, hold.id, reason="LIT-1", actor=actor)
    assert await replayed(database, tmp_path) == 0
    assert await names(database) == ["Two"]
    assert await database.value(WAITING) == 0


async def test_who_may_not_delete_is_refused_and_the_ledger_has_it(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    taking = await taking_of(database, actor, tmp_path)
    await taking.take([made("One", 1)])
    await taking.take([gone(2)])
    assert await names(database) == ["One"]
    assert {each["code"] for each in await refused(database, taking.load.id)} == {"forbidden"}
    denied = await database.fetch(DELETED, "deny")
    assert {each[0] for each in denied} <= {"customer", "individual"}
    assert denied


async def test_a_refused_row_that_is_replayed_overwrites_nothing_newer(
    database: Database, taking: Taking, tmp_path: Path
) -> None:
    await taking.take([change("c", 1, after={"no": 1})])
    assert await database.value(WAITING) == 1
    await taking.take([made("New", 2)])
    await database.execute(
        "UPDATE capture.quarantine SET row_text = $1, is_fixed = TRUE",
        json.dumps(row(1, "Old")),
    )
    assert await replayed(database, tmp_path) == 0
    assert await names(database) == ["New"]


async def test_files_and_events_of_a_source_are_in_one_order(
    database: Database, actor: Actor, taking: Taking, tmp_path: Path
) -> None:
    timed = parse_mapping(
        MAPPING.replace("key: no\n", "key: no\nat: {column: said, as: datetime}\n"), "timed"
    )

    async def load(last: str, said: str) -> None:
        file = tmp_path / "rows.ndjson"
        file.write_text(json.dumps({**row(1, last), "said": said}) + "\n")
        await import_file(database, file, timed, actor=actor)

    await load("File", "1970-01-01T00:00:10Z")
    await taking.take([made("Late", 9_000)])
    assert await names(database) == ["File"]
    await taking.take([made("Event", 11_000)])
    assert await names(database) == ["Event"]
    await load("Later file", "1970-01-01T00:00:10.5Z")
    assert await names(database) == ["Event"]
