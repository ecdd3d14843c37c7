"""Chunks and the database: rows that meet, others that interfere, and what no table can hold."""

import asyncio
import json
import random
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest

from customer_inventory.capture import alone
from customer_inventory.capture.committing import Overtaken
from customer_inventory.capture.importing import Progress, Summary, import_file, imports
from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.refusal import refused
from customer_inventory.demo.generate import lines
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Unavailable
from customer_inventory.kit.ids import new_id
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import creation, removal
from customer_inventory.record.write import Writer, write_all
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER

INDIVIDUAL = TYPES["individual"]


def person(identifier: str, family: str, **more: object) -> bytes:
    named = {"id": identifier, "@type": "Individual", "givenName": "A", "familyName": family}
    return encode({**named, **more}) + b"\n"


def written(folder: Path, *rows: bytes, name: str = "people.ndjson") -> Path:
    file = folder / name
    file.write_bytes(b"".join(rows))
    return file


async def families(database: Database) -> dict[str, tuple[str, int]]:
    """Return family name and revision of every person."""
    rows = await database.fetch("SELECT id, family_name, revision FROM record.individual")
    return {row["id"]: (row["family_name"], row["revision"]) for row in rows}


@pytest.mark.parametrize("rows_of_chunk", [1, 2, 3, 100])
async def test_rows_of_one_record_meet_across_chunks(
    database: Database, actor: Actor, tmp_path: Path, rows_of_chunk: int
) -> None:
    one, two = new_id(), new_id()
    rows = [person(one, "a"), person(one, "b"), person(two, "x"), person(one, "c")]
    file = written(tmp_path, *rows, person(two, "x"))
    summary = await import_file(database, file, "records", actor=actor, rows_of_chunk=rows_of_chunk)
    outcome = summary.tally.records["individual"]
    assert {key: family for key, (family, _) in (await families(database)).items()} == {
        one: "c",
        two: "x",
    }
    assert (outcome.created, outcome.repeated) == (2, 3)
    history = await database.value("SELECT count(*) FROM record.history")
    assert (outcome.changed, history) == ((2, 2) if rows_of_chunk == 1 else (outcome.changed,) * 2)


async def test_what_another_writes_meanwhile_is_met(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    identifier = new_id()
    file = written(tmp_path, person(identifier, "Imported"), person(new_id(), "Other"))
    theirs = parse_object(person(identifier, "Theirs"))
    async with database.transaction() as connection:
        change = creation(INDIVIDUAL, theirs, Actor("care", "care"))
        await write_all(connection, "create_records", INDIVIDUAL, [change])
        # The import finds no such record, tries to make it, and must wait for us.
        load = asyncio.create_task(import_file(database, file, "records", actor=actor))
        waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
        while not await database.value(waiting):
            await asyncio.sleep(0.01)
    outcome = (await load).tally.records["individual"]
    assert (outcome.created, outcome.changed, outcome.repeated) == (1, 1, 0)
    assert (await families(database))[identifier] == ("Imported", 2)


async def test_a_row_that_the_database_refuses_costs_no_other(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    # Within the declared length, yet more than an index can hold, however it is compressed.
    draw = random.Random(1)
    huge = "".join(chr(draw.randrange(0x4E00, 0x9FFF)) for _ in range(3900))
    ids = [new_id() for _ in range(9)]
    rows = [person(each, huge if each == ids[4] else "x") for each in ids]
    summary = await import_file(database, written(tmp_path, *rows), "records", actor=actor)
    assert summary.tally.refused == 1
    assert summary.tally.records["individual"].created == 8
    [problem] = await refused(database, summary.id)
    assert problem["line"] == 5
    assert problem["row_text"].encode() == rows[4].rstrip(b"\n")
    assert set(await families(database)) == set(ids) - {ids[4]}


async def test_every_problem_of_a_row_is_told(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    bad = person(new_id(), "x", gender=1, birthDate="soon").replace(b'"x"', b'"\\u00e9"')
    summary = await import_file(database, written(tmp_path, bad), "records", actor=actor)
    problems = await refused(database, summary.id)
    assert {(row["line"], row["path"]) for row in problems} == {(1, "gender"), (1, "birthDate")}
    assert [row["row_text"] is None for row in problems] == [False, True]


@pytest.mark.parametrize(
    ("document", "path"),
    [
        ({"@type": "Individual"}, "id"),
        ({"id": "42", "@type": "Individual"}, "id"),
        ({"id": 42, "@type": "Individual"}, "id"),
        ({"id": new_id()}, "@type"),
        ({"id": new_id(), "@type": "Invoice"}, "@type"),
        ({"id": new_id(), "@type": ["Individual"]}, "@type"),
        ({"@type": "Individual", "id": new_id(), "familyName": "x"}, "givenName"),
    ],
)
async def test_a_document_that_is_none_of_ours(
    database: Database, actor: Actor, tmp_path: Path, document: dict[str, object], path: str
) -> None:
    file = written(tmp_path, encode(document))
    summary = await import_file(database, file, "records", actor=actor)
    assert [row["path"] for row in summary.refusals] == [path]
    assert await families(database) == {}


async def test_documents_in_another_form_are_kept_in_ours(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    identifier = new_id()
    given = f'{{ "familyName": "é", "givenName": "A", "@type": "Vip", "@baseType": "Individual",\
 "href": "/x", "id": "{identifier}" }}'
    await import_file(database, written(tmp_path, given.encode()), "records", actor=actor)
    body = await database.value("SELECT body FROM record.individual")
    assert body.decode() == (
        f'{{"id":"{identifier}","@type":"Vip","familyName":"é","givenName":"A",'
        '"@baseType":"Individual"}'
    )


async def test_a_strict_source_refuses_what_is_not_declared(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    mapping = tmp_path / "strict.yaml"
    mapping.write_text("source: strict\nformat: ndjson\nstrict: true\nrecords: documents\n")
    file = written(tmp_path, person(new_id(), "x", shoeSize=43), person(new_id(), "y"))
    summary = await import_file(database, file, str(mapping), actor=actor)
    assert [(row["line"], row["path"]) for row in summary.refusals] == [(1, "shoeSize")]
    assert [family for family, _ in (await families(database)).values()] == ["y"]


async def stopped_after(
    database: Database, file: Path, actor: Actor, chunks: int, rows_of_chunk: int
) -> None:
    """Load `file` and stop after so many chunks."""
    seen = 0
    stopped = asyncio.Event()

    def tell(_: Progress) -> None:
        nonlocal seen
        seen += 1
        if seen == chunks:
            stopped.set()

    load = asyncio.create_task(
        import_file(
            database, file, "records", actor=actor, progress=tell, rows_of_chunk=rows_of_chunk
        )
    )
    await stopped.wait()
    load.cancel()
    with pytest.raises(asyncio.CancelledError):
        await load


async def test_a_load_that_was_stopped_goes_on(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    file = tmp_path / "demo.ndjson"
    file.write_bytes(b"".join(lines(100, seed=11)))
    total = file.read_bytes().count(b"\n")
    await stopped_after(database, file, actor, chunks=3, rows_of_chunk=10)
    [unfinished] = await imports(database)
    assert unfinished["ended_at"] is None
    # The file may have grown, and may have another name.
    grown = tmp_path / "grown.ndjson"
    grown.write_bytes(file.read_bytes() + person(new_id(), "Late"))
    progress: list[Progress] = []
    summary = await import_file(
        database, grown, "records", actor=actor, progress=progress.append, rows_of_chunk=10
    )
    assert summary.id == unfinished["id"]
    assert summary.resumed_at == unfinished["rows_read"] + 1 >= 31
    assert summary.tally.rows == total + 1
    outcomes = summary.tally.records.values()
    assert sum(outcome.created for outcome in outcomes) == total + 1
    assert sum(outcome.changed + outcome.unchanged for outcome in outcomes) == 0
    assert [each.read for each in progress] == sorted({each.read for each in progress})
    assert progress[-1].read == progress[-1].size == grown.stat().st_size


async def test_another_file_begins_anew(database: Database, actor: Actor, tmp_path: Path) -> None:
    file = tmp_path / "demo.ndjson"
    file.write_bytes(b"".join(lines(100, seed=11)))
    await stopped_after(database, file, actor, chunks=2, rows_of_chunk=10)
    other = written(tmp_path, person(new_id(), "x"), name="other.ndjson")
    summary = await import_file(database, other, "records", actor=actor)
    assert (summary.resumed_at, summary.tally.rows) == (None, 1)
    assert len(await imports(database)) == 2


async def test_who_is_overtaken_stops(database: Database, actor: Actor, tmp_path: Path) -> None:
    file = tmp_path / "demo.ndjson"
    file.write_bytes(b"".join(lines(100, seed=11)))
    overtaken = asyncio.Event()
    theirs: list[asyncio.Task[str]] = []

    def tell(_: Progress) -> None:
        if not overtaken.is_set():
            overtaken.set()
            statement = "UPDATE capture.import SET next_offset = next_offset + 1"
            theirs.append(asyncio.create_task(database.execute(statement)))

    with pytest.raises(Overtaken):
        await import_file(
            database, file, "records", actor=actor, progress=tell, rows_of_chunk=1, workers=0
        )
    await asyncio.gather(*theirs)
    assert [row["ended_at"] for row in await imports(database)] == [None]


async def test_a_second_load_of_a_source_is_told_so(
    database: Database, actor: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(alone, "_PAUSE_SECONDS", 0.001)
    file = written(tmp_path, person(new_id(), "x"))
    held = asyncio.Event()
    let_go = asyncio.Event()

    async def first() -> None:
        async with alone.alone(database, "load", "records", ""):
            held.set()
            await let_go.wait()

    holder = asyncio.create_task(first())
    await held.wait()
    with pytest.raises(Conflict, match="Another load of the source records"):
        await import_file(database, file, "records", actor=actor)
    let_go.set()
    await holder
    assert (await import_file(database, file, "records", actor=actor)).tally.rows == 1


async def test_what_was_removed_comes_back_with_its_history(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    identifier = new_id()
    file = written(tmp_path, person(identifier, "x"))
    await import_file(database, file, "records", actor=actor)
    await Writer(database).write(removal(INDIVIDUAL, identifier, revision=1, actor=actor))
    summary = await import_file(database, file, "records", actor=actor)
    assert summary.tally.records["individual"].created == 1
    assert await families(database) == {identifier: ("x", 3)}


async def test_a_lost_database_is_told_and_the_load_goes_on_later(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    file = tmp_path / "demo.ndjson"
    file.write_bytes(b"".join(lines(100, seed=11)))
    total = file.read_bytes().count(b"\n")
    own = "datname = current_database() AND pid <> pg_backend_pid()"
    end = f"SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE {own}"

    async def lose() -> None:
        connection = await asyncpg.connect(database.dsn)
        await connection.execute(end)
        await connection.close()

    def tell(now: Progress) -> None:
        # After each chunk, while the load stands still: sooner or later a transaction is open.
        if now.tally.rows >= 10:
            with ThreadPoolExecutor(1) as other:
                other.submit(asyncio.run, lose()).result()

    with pytest.raises(Unavailable):
        await import_file(database, file, "records", actor=actor, progress=tell, rows_of_chunk=5)
    summary: Summary = await import_file(database, file, "records", actor=actor)
    assert summary.resumed_at is not None
    assert sum(each.created for each in summary.tally.records.values()) == total
    assert summary.tally.rows == total


async def test_only_what_a_row_changed_is_changed(
    database: Database, actor: Actor, small: Mapping, tmp_path: Path
) -> None:
    rows = [f"{n},First{n},Last{n},,A\n" for n in range(50)]
    await import_file(
        database, written(tmp_path, HEADER.encode(), *map(str.encode, rows)), small, actor=actor
    )
    rows[7] = "7,First7,Last7,,X\n"
    rows[9] = "9,First9,Other,,A\n"
    rows.append("50,New,One,,A\n")
    newer = written(tmp_path, HEADER.encode(), *map(str.encode, rows), name="newer.csv")
    summary = await import_file(database, newer, small, actor=actor, rows_of_chunk=8)
    outcomes = {
        name: (each.created, each.changed, each.unchanged)
        for name, each in summary.tally.records.items()
    }
    # The customer's name is made of the person's; its status is its own.
    assert outcomes == {"individual": (1, 1, 49), "customer": (1, 2, 48)}
    events = await database.fetch(
        "SELECT type, event FROM record.outbox WHERE event <> 'create' ORDER BY seq"
    )
    assert sorted(map(tuple, events)) == [
        ("customer", "attributeValueChange"),
        ("customer", "stateChange"),
        ("individual", "attributeValueChange"),
    ]
    kept = await database.fetch("SELECT body FROM record.history")
    assert len(kept) == 3
    assert {json.loads(row["body"]).get("familyName") for row in kept} == {None, "Last9"}


def below(identifier: str, parent: str) -> bytes:
    engaged = {"id": new_id(), "@type": "PartyRef", "@referredType": "Individual"}
    above = {"id": parent, "@type": "PartyRoleRef", "@referredType": "Customer"}
    related = {"role": "parentCustomer", "partyOrPartyRole": above}
    document = {"id": identifier, "@type": "Customer", "name": "A", "engagedParty": engaged}
    return encode({**document, "relatedParty": [related]}) + b"\n"


@pytest.mark.parametrize("rows_of_chunk", [1, 2, 100])
async def test_a_circle_is_refused_whatever_chunks_it_runs_through(
    database: Database, actor: Actor, tmp_path: Path, rows_of_chunk: int
) -> None:
    ids = [new_id() for _ in range(6)]
    rows = [below(one, other) for one, other in pairwise([*ids, ids[0]])]
    file = written(tmp_path, *rows)
    summary = await import_file(database, file, "records", actor=actor, rows_of_chunk=rows_of_chunk)
    assert [row["code"] for row in await refused(database, summary.id)] == ["hierarchyCycle"]
    assert summary.tally.records["customer"].created == 5
    assert await database.value("SELECT count(*) FROM record.edge") == 10
