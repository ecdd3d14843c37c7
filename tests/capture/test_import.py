"""The import: one pass, once, on from where it was cut short, every refused row named."""

import asyncio
import contextlib
import json
import os
import sys
from pathlib import Path

import pytest

from customer_inventory.capture.importing import import_file, imports
from customer_inventory.capture.mapping import Mapping, parse_mapping
from customer_inventory.capture.refusal import refused
from customer_inventory.demo.generate import generate, lines
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.observation import UNDECLARED, observed
from customer_inventory.record.read import Query
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER, SMALL

GOOD = "1,Ada,Lovelace,10.12.1815,A\n2,Alan,Turing,23.06.1912,X\n"


def written(folder: Path, text: str | bytes, name: str = "rows.csv") -> Path:
    file = folder / name
    file.write_bytes(text.encode() if isinstance(text, str) else text)
    return file


async def bodies(database: Database) -> dict[str, str]:
    """Return every record's document by id."""
    found = {}
    for declared in TYPES.values():
        for row in await database.fetch(f"SELECT id, body FROM record.{declared.table}"):
            found[row["id"]] = row["body"].decode()
    return found


async def test_a_second_time_changes_nothing(
    database: Database, actor: Actor, small: Mapping, tmp_path: Path
) -> None:
    file = written(tmp_path, HEADER + GOOD)
    await import_file(database, file, small, actor=actor)
    before = await bodies(database)
    assert len(before) == 4
    again = await import_file(database, file, small, actor=actor)
    assert again.changed_nothing
    assert "loaded before" in again.said
    assert await bodies(database) == before


async def test_what_changed_is_changed_and_what_was_is_kept(
    database: Database, actor: Actor, small: Mapping, tmp_path: Path
) -> None:
    await import_file(database, written(tmp_path, HEADER + GOOD), small, actor=actor)
    newer = written(tmp_path, HEADER + GOOD.replace("Lovelace", "King"), "newer.csv")
    summary = await import_file(database, newer, small, actor=actor)
    assert {n: (e.changed, e.unchanged) for n, e in summary.tally.records.items()} == {
        "individual": (1, 1),
        "customer": (1, 1),
    }
    page = await Inventory(database).page(TYPES["customer"], Query(limit=10))
    names = {json.loads(version.body)["name"]: version.revision for version in page.records}
    assert names == {"Ada King": 2, "Alan Turing": 1}
    kept = await database.fetch("SELECT body, process FROM record.history WHERE type = 'customer'")
    assert [json.loads(row["body"])["name"] for row in kept] == ["Ada Lovelace"]


@pytest.mark.parametrize(
    ("row", "path", "reason"),
    [
        ("3,Grace,Hopper,1906-12-09,A", "individual.birthDate", "date"),
        ("3,Grace,Hopper,09.12.1906,Q", "customer.status", "not list"),
        ("3,,Hopper,09.12.1906,A", "individual.givenName", "mandatory"),
        ("3,Grace,Hopper,09.12.1906", None, "field"),
        ("3,Grace,Hopper,09.12.1906,A,more", None, "field"),
        (b"3,Gr\xe4ce,Hopper,09.12.1906,A", None, "UTF-8"),
        (",Grace,Hopper,09.12.1906,A", None, "key"),
        ("3," + "x" * 5000 + ",Hopper,09.12.1906,A", "individual.givenName", "characters"),
    ],
)
async def test_a_bad_row_is_refused_by_line_and_reason(
    database: Database,
    actor: Actor,
    small: Mapping,
    tmp_path: Path,
    row: str | bytes,
    path: str | None,
    reason: str,
) -> None:
    raw = row.encode() if isinstance(row, str) else row
    file = written(tmp_path, HEADER.encode() + GOOD.encode() + raw + b"\n4,Emmy,Noether,,A\n")
    summary = await import_file(database, file, small, actor=actor)
    assert (summary.tally.rows, summary.tally.refused) == (4, 1)
    problem = summary.refusals[0]
    assert problem["line"] == 4
    assert path is None or path in (problem["path"] or "")
    assert reason in problem["reason"]
    assert "Hopper" not in problem["reason"]
    assert len(await bodies(database)) == 6
    assert [row["line"] for row in await refused(database, summary.id)] == [4]


@pytest.mark.parametrize(
    ("content", "word"),
    [
        (b"", "empty"),
        (b"no,first,last\n1,A,B\n", "column"),
        (b"no,first,last,born,state,first\n", "2 columns"),
        (b"\x00\x01\x02\x03" * 100, ""),
        ("no,first,last,born,state\n".encode("utf-16"), ""),
    ],
)
async def test_a_bad_file_is_refused_whole(
    database: Database, actor: Actor, small: Mapping, tmp_path: Path, content: bytes, word: str
) -> None:
    with pytest.raises(Invalid) as caught:
        await import_file(database, written(tmp_path, content), small, actor=actor)
    assert word in str(caught.value).lower()
    assert await bodies(database) == {}


async def test_a_file_that_is_not_there(
    database: Database, actor: Actor, small: Mapping, tmp_path: Path
) -> None:
    with pytest.raises(Invalid, match=r"No such file|cannot be read"):
        await import_file(database, tmp_path / "none.csv", small, actor=actor)


async def test_quotes_line_ends_and_marks(
    database: Database, actor: Actor, small: Mapping, tmp_path: Path
) -> None:
    text = (
        "\ufeff" + HEADER.replace("\n", "\r\n") + '1,"A, ""the"" first","L\nL",,A\r\n2,B,C,NULL,X'
    )
    summary = await import_file(database, written(tmp_path, text), small, actor=actor)
    assert (summary.tally.rows, summary.tally.refused) == (2, 0)
    people = [json.loads(body) for body in (await bodies(database)).values()]
    assert {person.get("givenName") for person in people} >= {'A, "the" first', "B"}


async def test_the_later_row_of_a_key_wins(
    database: Database, actor: Actor, small: Mapping, tmp_path: Path
) -> None:
    text = HEADER + "1,Ada,Byron,,A\n1,Ada,Lovelace,,A\n"
    summary = await import_file(database, written(tmp_path, text), small, actor=actor)
    assert summary.tally.records["customer"].repeated == 1
    page = await Inventory(database).page(TYPES["customer"], Query(limit=10))
    assert [json.loads(version.body)["name"] for version in page.records] == ["Ada Lovelace"]


async def test_documents_pass_as_they_are(database: Database, actor: Actor, tmp_path: Path) -> None:
    file = written(tmp_path, b"".join(lines(40, seed=3)), "demo.ndjson")
    summary = await import_file(database, file, "records", actor=actor)
    assert summary.tally.refused == 0
    made = {record.id: record.body.decode() for record in generate(40, seed=3)}
    assert await bodies(database) == made
    told = await database.value("SELECT count(*) FROM record.outbox WHERE event = 'create'")
    assert told == len(made)


async def test_undeclared_attributes_are_kept_and_counted(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    record = next(generate(1, seed=3))
    document = {**json.loads(record.body), "shoeSize": 43}
    file = written(tmp_path, json.dumps(document, separators=(",", ":")) + "\n", "one.ndjson")
    await import_file(database, file, "records", actor=actor)
    assert json.loads((await bodies(database))[record.id])["shoeSize"] == 43
    rows = await observed(database, UNDECLARED)
    assert [(row["path"], row["seen"]) for row in rows] == [("shoeSize", 1)]


async def test_one_load_of_a_source_at_a_time(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    file = written(tmp_path, b"".join(lines(150, seed=3)), "demo.ndjson")
    loads = [import_file(database, file, "records", actor=actor, workers=0) for _ in range(2)]
    done = await asyncio.gather(*loads, return_exceptions=True)
    refusals = [each for each in done if isinstance(each, Exception)]
    assert all(isinstance(each, Conflict) for each in refusals)
    assert len(await bodies(database)) == len(list(generate(150, seed=3)))


async def test_killed_and_run_again_it_ends_where_an_undisturbed_one_does(
    database: Database, dsn: str, actor: Actor, tmp_path: Path
) -> None:
    file = written(tmp_path, b"".join(lines(400, seed=5)), "demo.ndjson")
    command = [sys.executable, "-m", "customer_inventory", "capture", "import", str(file)]
    environment = {**os.environ, "CINV_DATABASE_URL": dsn}
    killed = 0
    for _ in range(3):
        process = await asyncio.create_subprocess_exec(
            *command, "--mapping", "records", env=environment,
            stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        before = await database.value("SELECT count(*) FROM record.party_interaction")
        while process.returncode is None:
            held = await database.value("SELECT count(*) FROM record.party_interaction")
            if held > before:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                killed += 1
                break
            await asyncio.sleep(0.005)
        await process.wait()
    summary = await import_file(database, file, "records", actor=actor)
    assert killed >= 1
    assert summary.tally.refused == 0
    made = {record.id: record.body.decode() for record in generate(400, seed=5)}
    assert await bodies(database) == made
    doubled = await database.value(
        "SELECT count(*) FROM (SELECT id FROM record.outbox GROUP BY id HAVING count(*) > 1) AS d"
    )
    assert doubled == 0
    assert len(await imports(database)) >= 1


@pytest.mark.parametrize(
    ("before", "after", "word"),
    [
        ("format: csv", "format: xml", "xml"),
        ("givenName", "givenNam", "givenName"),
        ("{ref: individual}", "{ref: persons}", "persons"),
        ("as: date", "as: dat", "date"),
        ("source: crm", "sorce: crm", "source"),
        ("familyName: {column: last}", "location: {column: last}", "familyName"),
        ("individual:\n", "individuals:\n", "individual"),
        ("{column: first}", "{column: first, template: x}", "both"),
        ("key: no", "keys: no", "key"),
    ],
)
def test_a_wrong_mapping_says_what_and_where(before: str, after: str, word: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_mapping(SMALL.replace(before, after, 1), "small")
    assert word in str(caught.value)
    assert "line" in str(caught.value).lower()
