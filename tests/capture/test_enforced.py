"""A load is what its process may write: row by row, as at the doors, and the ledger has it."""

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from customer_inventory.access import registration
from customer_inventory.access.guard import NotPermitted
from customer_inventory.access.registration import Permission
from customer_inventory.capture.authority import NoLongerPermitted
from customer_inventory.capture.importing import Progress, Summary, import_file, imports
from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.refusal import refused
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Refused
from customer_inventory.kit.ids import new_id
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.subject.restriction import lift, restrict
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER
from tests.conftest import BY, permitted

CARE = Actor("care", "customerCare", "clerk", "terminal")
INDIVIDUAL = TYPES["individual"]
ENTRIES = (
    "SELECT operation, record_type, record_ids, record_count, status, decision, rule, reason,"
    " person, source FROM access.entry WHERE process = $1 ORDER BY seq, number"
)


def person(identifier: str, **more: object) -> dict[str, Any]:
    document = {"id": identifier, "@type": "Individual", "givenName": "Ada", "familyName": "Byron"}
    return {**document, **more}


def written(folder: Path, *documents: dict[str, Any], name: str = "people.ndjson") -> Path:
    file = folder / name
    file.write_bytes(b"".join(encode(each) + b"\n" for each in documents))
    return file


async def allowed(database: Database, *permissions: str) -> None:
    await permitted(database, CARE.process, *permissions, purpose=CARE.purpose)


async def bound(database: Database, operations: str, **terms: Any) -> None:
    """Let care do `operations` to people, on these terms."""
    permission = Permission.parse(f"individual:{operations}", CARE.purpose)
    await registration.register(
        database,
        CARE.process,
        name="Care",
        owner="the tests",
        permissions=[replace(permission, terms=terms)],
        registered_by="the tests",
    )


async def told(database: Database) -> list[dict[str, Any]]:
    """Return what the ledger has of care."""
    rows = await database.fetch(ENTRIES, CARE.process)
    return [{**dict(row), "record_ids": json.loads(row["record_ids"])} for row in rows]


async def body(database: Database, identifier: str) -> dict[str, Any]:
    found = await database.value("SELECT body FROM record.individual WHERE id = $1", identifier)
    return parse_object(found)


async def problems(database: Database, summary: Summary) -> list[tuple[str, int, str, str | None]]:
    rows = await refused(database, summary.id)
    return [(row["file"], row["line"], row["code"], row["path"]) for row in rows]


async def test_only_rows_that_are_permitted_whole_are_taken(
    database: Database, small: Mapping, tmp_path: Path
) -> None:
    await allowed(database, "individual:create")
    file = tmp_path / "rows.csv"
    file.write_text(f"{HEADER}1,Ada,Byron,,A\n2,Alan,Turing,,A\n")
    summary = await import_file(database, file, small, actor=CARE)
    assert (summary.tally.rows, summary.tally.refused) == (2, 2)
    assert await problems(database, summary) == [
        ("rows.csv", 2, "forbidden", None),
        ("rows.csv", 3, "forbidden", None),
    ]
    assert "may not create customer for customerCare" in summary.refusals[0]["reason"]
    assert await database.value("SELECT count(*) FROM record.individual") == 0
    (entry,) = await told(database)
    assert (entry["operation"], entry["record_type"], entry["status"]) == (
        "create",
        "customer",
        403,
    )
    assert (entry["decision"], entry["rule"], entry["record_ids"]) == ("deny", "forbidden", [])


async def test_a_change_needs_the_operation_of_every_path(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    ids = [new_id() for _ in range(4)]
    before = [person(each, status="initialized") for each in ids]
    await import_file(database, written(tmp_path, *before), "records", actor=actor)
    await allowed(database, "individual:update")
    made = new_id()
    after = [
        person(ids[0], status="initialized", familyName="King"),
        person(ids[1], status="validated"),
        person(ids[2], status="validated", familyName="King"),
        person(ids[3], status="initialized"),
        person(made),
    ]
    summary = await import_file(database, written(tmp_path, *after), "records", actor=CARE)
    assert await problems(database, summary) == [
        ("people.ndjson", 2, "fieldNotWritable", "status"),
        ("people.ndjson", 3, "fieldNotWritable", "status"),
        ("people.ndjson", 5, "forbidden", None),
    ]
    outcome = summary.tally.records["individual"]
    assert (outcome.changed, outcome.unchanged, outcome.created) == (1, 1, 0)
    kept = [await body(database, each) for each in ids]
    assert [each["familyName"] for each in kept] == ["King", "Byron", "Byron", "Byron"]
    entries = await told(database)
    assert {
        (each["operation"], each["decision"], each["rule"], *each["record_ids"]) for each in entries
    } == {
        ("update", "permit", "permission", ids[0]),
        ("modify", "deny", "fieldNotWritable", ids[1]),
        ("modify,update", "deny", "fieldNotWritable", ids[2]),
        ("create", "deny", "forbidden"),
    }
    assert {each["reason"] for each in entries} == {f"import {summary.id}"}
    assert {(each["person"], each["source"]) for each in entries} == {("clerk", "terminal")}


async def test_modify_alone_changes_no_fact(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    one, two = new_id(), new_id()
    before = [person(each, status="initialized") for each in (one, two)]
    await import_file(database, written(tmp_path, *before), "records", actor=actor)
    await allowed(database, "individual:modify")
    after = [person(one, status="validated"), person(two, status="validated", title="Dr")]
    summary = await import_file(database, written(tmp_path, *after), "records", actor=CARE)
    assert await problems(database, summary) == [("people.ndjson", 2, "fieldNotWritable", "title")]
    assert (await body(database, one))["status"] == "validated"


async def test_writes_are_bound_to_groups(database: Database, actor: Actor, tmp_path: Path) -> None:
    one = new_id()
    await import_file(database, written(tmp_path, person(one)), "records", actor=actor)
    await bound(database, "create,update,modify", writes=["name"])
    rows = [
        person(one, familyName="King"),
        person(new_id()),
        person(new_id(), birthDate="1815-12-10"),
    ]
    summary = await import_file(database, written(tmp_path, *rows), "records", actor=CARE)
    assert [row[1:3] for row in await problems(database, summary)] == [(3, "fieldNotWritable")]
    outcome = summary.tally.records["individual"]
    assert (outcome.changed, outcome.created) == (1, 1)


async def test_what_the_process_does_not_see_stays(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    one, two = new_id(), new_id()
    before = [person(one, birthDate="1815-12-10"), person(two, birthDate="1815-12-10")]
    await import_file(database, written(tmp_path, *before), "records", actor=actor)
    await bound(database, "read,update,modify", groups=["name"])
    after = [person(one, familyName="King"), person(two)]
    summary = await import_file(database, written(tmp_path, *after), "records", actor=CARE)
    assert summary.tally.refused == 0
    outcome = summary.tally.records["individual"]
    assert (outcome.changed, outcome.unchanged) == (1, 1)
    assert await body(database, one) == person(one, familyName="King", birthDate="1815-12-10")


@pytest.mark.parametrize("rows_of_chunk", [1, 2, 3, 100])
async def test_every_chunk_is_in_the_ledger_with_all_its_records(
    database: Database, actor: Actor, tmp_path: Path, rows_of_chunk: int
) -> None:
    ids = [new_id() for _ in range(7)]
    known = [person(each) for each in ids[:3]]
    await import_file(database, written(tmp_path, *known), "records", actor=actor)
    await allowed(database, "*:create,update")
    rows = [person(each, familyName="King") for each in ids]
    await import_file(
        database, written(tmp_path, *rows), "records", actor=CARE, rows_of_chunk=rows_of_chunk
    )
    by_operation: dict[str, list[str]] = {}
    for entry in await told(database):
        assert entry["record_count"] == len(entry["record_ids"]) <= rows_of_chunk
        by_operation.setdefault(entry["operation"], []).extend(entry["record_ids"])
    # In no order: what lies in several shards comes from whichever answers first.
    found = {operation: sorted(told_of) for operation, told_of in by_operation.items()}
    assert found == {"update": sorted(ids[:3]), "create": sorted(ids[3:])}


@pytest.mark.parametrize(
    ("process", "purpose"), [("care", "marketing"), ("nobody", "customerCare"), ("away", "a")]
)
async def test_who_may_write_nothing_loads_nothing(
    database: Database, tmp_path: Path, process: str, purpose: str
) -> None:
    await allowed(database, "individual:create")
    await permitted(database, "away", "*:create", purpose="a")
    await registration.set_state(database, "away", "suspended", by=BY)
    file = written(tmp_path, person(new_id()))
    with pytest.raises(NotPermitted):
        await import_file(database, file, "records", actor=Actor(process, purpose))
    assert list(await imports(database)) == []
    row = await database.row(
        "SELECT status, decision FROM access.entry WHERE process = $1", process
    )
    assert row is not None
    assert tuple(row) == (403, "deny")


async def test_broken_glass_is_for_people(database: Database, tmp_path: Path) -> None:
    with pytest.raises(Refused, match="broken glass"):
        await import_file(
            database,
            written(tmp_path, person(new_id())),
            "records",
            actor=Actor("care", "breakGlass-x"),
        )


def _at_once(database: Database, permissions: Sequence[str]) -> None:
    """Change what care may do before anything else happens (this thread waits)."""

    async def change() -> None:
        async with Database(database.dsn) as own:
            if permissions:
                await allowed(own, *permissions)
            else:
                await registration.set_state(own, CARE.process, "suspended", by=BY)

    with ThreadPoolExecutor(1) as other:
        other.submit(asyncio.run, change()).result()


@pytest.mark.parametrize("left", [(), ("customer:create",), ("individual:create,update",)])
async def test_a_revocation_stops_a_load_within_a_chunk_and_it_goes_on_after(
    database: Database, tmp_path: Path, left: Sequence[str]
) -> None:
    await allowed(database, "individual:create,update,modify")
    ids = [new_id() for _ in range(12)]
    file = written(tmp_path, *(person(each) for each in ids))

    def revoke(progress: Progress) -> None:
        if progress.tally.rows == 4:
            _at_once(database, left)

    with pytest.raises(NoLongerPermitted, match="go on under what holds now"):
        await import_file(database, file, "records", actor=CARE, rows_of_chunk=2, progress=revoke)
    assert await database.value("SELECT count(*) FROM record.individual") == 4
    assert [id_ for entry in await told(database) for id_ in entry["record_ids"]] == ids[:4]
    if not left:
        with pytest.raises(NotPermitted):
            await import_file(database, file, "records", actor=CARE)
        await registration.set_state(database, CARE.process, "active", by=BY)
    await allowed(database, "individual:create")
    summary = await import_file(database, file, "records", actor=CARE, rows_of_chunk=2)
    assert summary.resumed_at == 5
    assert summary.tally.records["individual"].created == 12
    made = [e for e in await told(database) if e["decision"] == "permit"]
    assert [id_ for entry in made for id_ in entry["record_ids"]] == ids


async def test_another_process_does_not_go_on_with_it(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    await allowed(database, "individual:create")
    file = written(tmp_path, *(person(new_id()) for _ in range(4)))

    def revoke(progress: Progress) -> None:
        if progress.tally.rows == 2:
            _at_once(database, ["customer:create"])

    with pytest.raises(NoLongerPermitted):
        await import_file(database, file, "records", actor=CARE, rows_of_chunk=2, progress=revoke)
    summary = await import_file(database, file, "records", actor=actor)
    assert summary.resumed_at is None
    outcome = summary.tally.records["individual"]
    assert (outcome.unchanged, outcome.created) == (2, 2)


async def test_origins_of_merged_records_are_changed_as_others(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    one, two = new_id(), new_id()
    file = written(tmp_path, person(one), person(two, familyName="King"))
    await import_file(database, file, "records", actor=actor)
    await Inventory(database).identity.merge(INDIVIDUAL, one, [two], actor=actor)
    await allowed(database, "individual:modify")
    newer = written(tmp_path, person(two, familyName="Queen"))
    summary = await import_file(database, newer, "records", actor=CARE)
    assert [row[1:3] for row in await problems(database, summary)] == [(1, "fieldNotWritable")]
    await allowed(database, "individual:update")
    summary = await import_file(database, newer, "records", actor=CARE)
    assert summary.tally.records["individual"].changed == 1
    assert (await body(database, one))["familyName"] == "Queen"
    assert [(e["operation"], e["decision"], e["record_ids"]) for e in await told(database)] == [
        ("update", "deny", [two]),
        ("update", "permit", [two]),
    ]


async def test_what_is_restricted_is_not_changed_and_what_is_loaded_of_it_is_restricted(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    one, two, other = (new_id() for _ in range(3))
    people = written(tmp_path, *(person(each) for each in (one, two, other)))
    await import_file(database, people, "records", actor=actor)
    await Inventory(database).identity.merge(INDIVIDUAL, one, [two], actor=actor)
    placed = await restrict(database, one, reason="DSR-1", purposes=["legalClaims"], actor=actor)
    made = [customer(one), customer(other), customer(two)]
    rows = [*made, person(one, title="Dr"), person(two, title="Dr"), person(other, title="Dr")]
    file = written(tmp_path, *rows, name="more.ndjson")
    await allowed(database, "*:create,update,modify")
    summary = await import_file(database, file, "records", actor=CARE)
    assert [row[1:3] for row in await problems(database, summary)] == [
        (4, "processingRestricted"),
        (5, "processingRestricted"),
    ]
    restricted = {row["id"] for row in await database.fetch("SELECT id FROM record.restricted")}
    assert restricted >= {one, made[0]["id"]}
    assert not restricted & {other, made[1]["id"]}
    denied = [entry for entry in await told(database) if entry["decision"] == "deny"]
    assert {id_ for entry in denied for id_ in entry["record_ids"]} == {one, two}
    assert {entry["rule"] for entry in denied} == {"processingRestricted"}
    claims = replace(CARE, purpose="legalClaims")
    await permitted(database, claims.process, "*:update", purpose=claims.purpose)
    summary = await import_file(
        database, written(tmp_path, person(one, title="Prof")), "records", actor=claims
    )
    assert (summary.tally.refused, summary.tally.records["individual"].changed) == (0, 1)
    await lift(database, placed.id, reason="DSR-1", informed="LETTER-1", actor=actor)
    summary = await import_file(database, file, "records", actor=CARE)
    assert summary.tally.refused == 0


def customer(of: str) -> dict[str, Any]:
    engaged = {"@type": "PartyRef", "id": of, "@referredType": "Individual"}
    return {"id": new_id(), "@type": "Customer", "name": "Ada", "engagedParty": engaged}
