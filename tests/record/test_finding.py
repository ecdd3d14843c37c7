"""Findings: found again they stay one, not found again they close, and they open again."""

import asyncio
from datetime import UTC, datetime

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.record.finding import (
    DANGLING_REFERENCE,
    Finding,
    check_references,
    findings,
    settle,
)
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.version import removal
from customer_inventory.record.write import Writer
from customer_inventory.store.database import Database
from tests.record.samples import CUSTOMER, INDIVIDUAL, customer, decoded, person, related

_RELATED = "relatedParty.partyOrPartyRole"
KIND = "test.odd"


def odd(number: int, note: str = "") -> Finding:
    return Finding(
        key=(str(number),),
        evidence={"number": number, "note": note},
        record_type="individual",
        record_id=f"id{number}",
    )


async def test_a_finding_is_told_from_others_by_its_key() -> None:
    assert odd(1).named(KIND) == odd(1, "another note").named(KIND)
    assert odd(1).named(KIND) != odd(2).named(KIND)
    assert odd(1).named(KIND) != odd(1).named("test.even")
    assert Finding(("a", "b"), {}).named(KIND) != Finding(("ab",), {}).named(KIND)


async def test_findings_open_stay_close_and_open_again(database: Database) -> None:
    due = datetime(2026, 1, 31, tzinfo=UTC)
    assert await settle(database, KIND, [odd(1), odd(2)], owner="ada", due_at=due) == (2, 0)
    first = {row["record_id"]: row for row in await findings(database)}
    assert {row["state"] for row in first.values()} == {"open"}
    assert {(row["owner"], row["due_at"]) for row in first.values()} == {("ada", due)}

    assert await settle(database, KIND, [odd(2, "again"), odd(3)], owner="bob") == (2, 1)
    then = {row["record_id"]: row for row in await findings(database)}
    assert [then[f"id{n}"]["state"] for n in (1, 2, 3)] == ["closed", "open", "open"]
    assert then["id1"]["closed_at"] is not None
    assert decoded(then["id2"]["evidence"])["note"] == "again"
    assert then["id2"]["owner"] == "ada"
    assert then["id2"]["found_at"] == first["id2"]["found_at"]
    assert then["id2"]["last_found_at"] > first["id2"]["last_found_at"]

    assert await settle(database, KIND, [odd(1), odd(2), odd(3)]) == (3, 0)
    again = {row["record_id"]: row for row in await findings(database)}
    assert (again["id1"]["state"], again["id1"]["closed_at"]) == ("open", None)
    assert again["id1"]["found_at"] == first["id1"]["found_at"]

    assert await settle(database, KIND, []) == (0, 3)
    assert await settle(database, KIND, []) == (0, 0)


async def test_found_twice_in_one_look_is_found_once(database: Database) -> None:
    assert await settle(database, KIND, [odd(1), odd(1, "again"), odd(2)]) == (2, 0)
    assert len(await findings(database)) == 2


async def test_kinds_do_not_meet(database: Database) -> None:
    await settle(database, KIND, [odd(1)])
    await settle(database, "test.even", [odd(1)])
    assert await settle(database, KIND, []) == (0, 1)
    assert [row["kind"] for row in await findings(database, state="open")] == ["test.even"]
    assert [row["kind"] for row in await findings(database, kind=KIND)] == [KIND]
    assert await findings(database, kind=KIND, state="open") == []
    assert len(await findings(database, limit=1)) == 1


async def test_looks_at_once_do_not_block_each_other(database: Database) -> None:
    many = [odd(number) for number in range(300)]
    await asyncio.gather(*(settle(database, KIND, many[:: 1 if n % 2 else -1]) for n in range(8)))
    assert len(await findings(database, state="open", limit=1000)) == 300


async def test_references_that_lead_nowhere_are_found_and_settled(
    database: Database, inventory: Inventory, actor: Actor
) -> None:
    nowhere = new_id()
    known = await inventory.create(INDIVIDUAL, person(), actor=actor)
    removed = await inventory.create(INDIVIDUAL, person(), actor=actor)
    fine = await inventory.create(CUSTOMER, customer(known.id), actor=actor)
    broken = await inventory.create(
        CUSTOMER,
        customer(nowhere, relatedParty=[related("crm:42", "x"), related(removed.id, "x")]),
        actor=actor,
    )
    await Writer(database).write(removal(INDIVIDUAL, removed.id, revision=1, actor=actor))
    assert await check_references(database) == (2, 0)
    rows = await findings(database, kind=DANGLING_REFERENCE)
    assert {(row["record_type"], row["record_id"], row["state"]) for row in rows} == {
        ("customer", broken.id, "open")
    }
    evidence = {found["path"]: found for row in rows if (found := decoded(row["evidence"]))}
    assert evidence == {
        "engagedParty": {"path": "engagedParty", "refersTo": [nowhere]},
        _RELATED: {"path": _RELATED, "refersTo": [removed.id]},
    }
    assert fine.id != broken.id

    await inventory.change(
        CUSTOMER,
        broken.id,
        lambda old: {**old, "engagedParty": {"id": known.id}},
        actor=actor,
    )
    assert await check_references(database) == (1, 1)
    rows = await findings(database, kind=DANGLING_REFERENCE)
    states = {decoded(row["evidence"])["path"]: row["state"] for row in rows}
    assert states == {"engagedParty": "closed", _RELATED: "open"}
