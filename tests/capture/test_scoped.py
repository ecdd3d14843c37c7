"""A load of a process that is bound to some records: it neither touches nor makes others."""

import json
from pathlib import Path
from typing import Any

import pytest

from customer_inventory.access import registration
from customer_inventory.access.registration import Permission
from customer_inventory.capture.importing import Summary, import_file
from customer_inventory.capture.refusal import refused
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.record.document import encode
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.access.scope.world import characteristics, held_by, reference
from tests.tmf.bodies import BODIES

AUSTRIAN = Actor("austria", "care")
SCOPE = {"scope": {"in": {"market": ["AT"]}}}


@pytest.fixture
async def scoped(database: Database) -> Database:
    """A database in which a process may write whatever is of customers in Austria."""
    permission = Permission.parse("*:create,update,modify", AUSTRIAN.purpose)
    await registration.register(
        database,
        AUSTRIAN.process,
        name="Austria",
        owner="the tests",
        permissions=[Permission("*", permission.operations, AUSTRIAN.purpose, SCOPE)],
        registered_by="the tests",
    )
    return database


def person(identifier: str, **more: object) -> dict[str, Any]:
    named = {"givenName": "Ada", "familyName": "Byron"}
    return {"id": identifier, "@type": "Individual", **named, **more}


def customer(identifier: str, of: str, market: str, **more: object) -> dict[str, Any]:
    return {
        "id": identifier,
        "@type": "Customer",
        "name": "Ada",
        "engagedParty": reference("individual", of),
        "characteristic": characteristics(market=market),
        **more,
    }


def account(identifier: str, of: str, **more: object) -> dict[str, Any]:
    return {**BODIES["billingAccount"], "id": identifier, "relatedParty": held_by(of), **more}


def ids(*count: int) -> list[str]:
    return [new_id() for _ in range(count[0])]


async def loaded(database: Database, folder: Path, actor: Actor, *rows: dict[str, Any]) -> Summary:
    file = folder / f"{actor.process}.ndjson"
    file.write_bytes(b"".join(encode(row) + b"\n" for row in rows))
    return await import_file(database, file, "records", actor=actor)


async def problems(database: Database, summary: Summary) -> list[tuple[int, str]]:
    return [(row["line"], row["code"]) for row in await refused(database, summary.id)]


async def denied(database: Database) -> set[tuple[str, str]]:
    rows = await database.fetch(
        "SELECT record_type, rule, record_ids FROM access.entry"
        " WHERE process = $1 AND decision = 'deny'",
        AUSTRIAN.process,
    )
    return {(row["record_type"], row["rule"]) for row in rows}


async def test_a_row_brings_what_others_of_the_chunk_hang_on(
    scoped: Database, tmp_path: Path
) -> None:
    one, two, ours, theirs, account_of_ours, account_of_theirs = ids(6)
    summary = await loaded(
        scoped,
        tmp_path,
        AUSTRIAN,
        account(account_of_ours, ours),
        person(one),
        customer(ours, one, "AT"),
        person(two),
        customer(theirs, two, "DE"),
        account(account_of_theirs, theirs),
    )
    assert await problems(scoped, summary) == [(5, "outOfScope"), (6, "danglingReference")]
    kept = await scoped.fetch("SELECT id FROM record.customer")
    assert [row["id"] for row in kept] == [ours]
    kept = await scoped.fetch("SELECT id FROM record.billing_account")
    assert [row["id"] for row in kept] == [account_of_ours]
    assert ("customer", "outOfScope") in await denied(scoped)


async def test_what_is_out_of_scope_is_not_changed(
    scoped: Database, actor: Actor, tmp_path: Path
) -> None:
    one, two, ours, theirs, of_ours, of_theirs = ids(6)
    rows = [
        person(one), customer(ours, one, "AT"), account(of_ours, ours),
        person(two), customer(theirs, two, "DE"), account(of_theirs, theirs),
    ]  # fmt: skip
    await loaded(scoped, tmp_path, actor, *rows)
    changed = [{**row, "description": "x"} for row in rows if row["@type"] != "Individual"]
    changed += [person(one, title="Dr"), person(two, title="Dr")]
    summary = await loaded(scoped, tmp_path, AUSTRIAN, *changed)
    assert await problems(scoped, summary) == [
        (3, "outOfScope"), (4, "outOfScope"), (6, "outOfScope"),
    ]  # fmt: skip
    tally = summary.tally.records
    assert {name: each.changed for name, each in tally.items()} == {
        "customer": 1, "billingAccount": 1, "individual": 1,
    }  # fmt: skip
    assert await denied(scoped) == {
        ("customer", "outOfScope"), ("billingAccount", "outOfScope"), ("individual", "outOfScope"),
    }  # fmt: skip


async def test_nothing_leaves_the_scope_nor_is_drawn_into_it(
    scoped: Database, actor: Actor, tmp_path: Path
) -> None:
    one, two, ours, theirs, of_ours = ids(5)
    rows = [
        person(one), customer(ours, one, "AT"), account(of_ours, ours),
        person(two), customer(theirs, two, "DE"),
    ]  # fmt: skip
    await loaded(scoped, tmp_path, actor, *rows)
    summary = await loaded(
        scoped,
        tmp_path,
        AUSTRIAN,
        customer(ours, one, "DE"),
        account(of_ours, theirs),
        customer(new_id(), two, "AT"),
        account(new_id(), new_id()),
    )
    assert await problems(scoped, summary) == [
        (1, "outOfScope"), (2, "danglingReference"), (3, "danglingReference"),
        (4, "danglingReference"),
    ]  # fmt: skip
    assert sum(each.changed + each.created for each in summary.tally.records.values()) == 0


async def test_origins_of_merged_records_are_in_scope_with_what_is_shown(
    scoped: Database, actor: Actor, tmp_path: Path
) -> None:
    one, two, three, four, ours, theirs = ids(6)
    people = [person(each) for each in (one, two, three, four)]
    rows = [*people, customer(ours, one, "AT"), customer(theirs, three, "DE")]
    await loaded(scoped, tmp_path, actor, *rows)
    identity = Inventory(scoped).identity
    await identity.merge(TYPES["individual"], one, [two], actor=actor)
    await identity.merge(TYPES["individual"], three, [four], actor=actor)
    changed = [person(two, title="Dr"), person(four, title="Dr")]
    summary = await loaded(scoped, tmp_path, AUSTRIAN, *changed)
    assert await problems(scoped, summary) == [(2, "outOfScope")]
    shown = await scoped.fetch("SELECT id, body FROM record.individual ORDER BY id")
    titles = {row["id"]: json.loads(row["body"]).get("title") for row in shown}
    assert titles == {one: "Dr", three: None}
