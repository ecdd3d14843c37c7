"""Rows that stand already: left out of the work, and the inventory ends as with it."""

import random
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from customer_inventory.capture.committing import Load
from customer_inventory.capture.importing import Summary, import_file
from customer_inventory.capture.mapping import read_mapping
from customer_inventory.capture.reading import SourceFile
from customer_inventory.capture.refusal import refused
from customer_inventory.capture.standing import Sieve
from customer_inventory.demo.generate import lines
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.ids import derived_id, new_id
from customer_inventory.record.document import encode
from customer_inventory.record.identity.merging import Identity
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.patch import merged
from customer_inventory.record.sight import EVERYTHING
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database
from tests.capture.test_committing import families, person, written

INDIVIDUAL = TYPES["individual"]
CARE = ["care", "care/*"]
"""How a choice of care, and of whatever it is for, is kept."""


def counts(summary: Summary, name: str = "individual") -> tuple[int, int, int, int]:
    outcome = summary.tally.records[name]
    return outcome.created, outcome.changed, outcome.unchanged, outcome.repeated


async def sifted(database: Database, file: Path, actor: Actor) -> tuple[list[int], int]:
    """Return the lines that are left of a file, and how many stand."""
    source = SourceFile(file, read_mapping("records"))
    load = Load(uuid4(), now(), source.resumed([]))
    [chunk] = source.chunks(load.position, rows=10_000, size=100_000_000)
    rest, standing = await Sieve(database, actor, load).sift(chunk)
    return [line for line, _, _ in rest.rows()], standing.rows


async def test_what_stands_is_left_out_and_lines_stay_what_they_are(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    rows = lines(40, seed=11)
    file = written(tmp_path, *(rows := list(rows)))
    assert await sifted(database, file, actor) == (list(range(1, len(rows) + 1)), 0)
    first = await import_file(database, file, "records", actor=actor)
    assert await sifted(database, file, actor) == ([], len(rows))
    again = await import_file(database, file, "records", actor=actor)
    assert again.changed_nothing
    assert again.tally.rows == first.tally.rows == len(rows)
    assert sum(each.unchanged for each in again.tally.records.values()) == len(rows)
    spaced = rows[6].replace(b'"@type":', b'"@type": ', 1)
    rows[3:7] = [b"\n", b"no document\n", rows[3].rstrip(b"\n") + b"\r\n", spaced]
    assert await sifted(database, written(tmp_path, *rows), actor) == ([5, 6, 7], len(rows) - 4)


async def test_what_another_changed_since_is_changed_back(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    one, two = new_id(), new_id()
    file = written(tmp_path, person(one, "a"), person(two, "b"))
    await import_file(database, file, "records", actor=actor)
    await Inventory(database).change(
        INDIVIDUAL, one, lambda old: merged(old, {"familyName": "other"}), actor=actor
    )
    summary = await import_file(database, file, "records", actor=actor)
    assert counts(summary) == (0, 1, 1, 0)
    assert await families(database) == {one: ("a", 3), two: ("b", 1)}


@pytest.mark.parametrize("seed", range(12))
async def test_the_last_row_of_a_record_counts_whatever_stood(
    database: Database, actor: Actor, tmp_path: Path, seed: int
) -> None:
    """Rows of few records in any order, form and size of chunk, over what an earlier file left."""
    draw = random.Random(seed)
    ids = [derived_id(n, "standing") for n in range(6)]
    first = {each: draw.choice("abc") for each in ids[:5]}
    before = written(tmp_path, *(person(each, name) for each, name in first.items()), name="1")
    await import_file(database, before, "records", actor=actor)
    rows = [(draw.choice(ids), draw.choice("abc")) for _ in range(40)]
    texts = [
        text if draw.random() < 0.7 else text.replace(b":", b": ", 1)
        for text in (person(*row) for row in rows)
    ]
    summary = await import_file(
        database, written(tmp_path, *texts, name="2"), "records", actor=actor,
        rows_of_chunk=draw.choice([1, 2, 3, 7, 40]), workers=0,
    )  # fmt: skip
    found = {each: name for each, (name, _) in (await families(database)).items()}
    assert found == first | dict(rows)
    assert summary.tally.rows == len(rows)
    assert summary.tally.refused == 0


async def test_rows_of_a_record_in_one_file_are_told_as_repeated(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    one, two = new_id(), new_id()
    file = written(tmp_path, person(one, "a"), person(two, "b"), person(one, "a"))
    summary = await import_file(database, file, "records", actor=actor, rows_of_chunk=2, workers=0)
    assert counts(summary) == (2, 0, 1, 1)


async def test_what_is_shown_as_one_is_met_as_ever(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    one, two = new_id(), new_id()
    file = written(tmp_path, person(one, "a"), person(two, "b"))
    await import_file(database, file, "records", actor=actor)
    await Identity(database).merge(INDIVIDUAL, one, [two], actor=actor)
    assert await sifted(database, file, actor) == ([1, 2], 0)
    newer = written(tmp_path, person(one, "a"), person(two, "c"), name="newer")
    summary = await import_file(database, newer, "records", actor=actor)
    assert counts(summary) == (0, 1, 1, 0)
    seen = await Inventory(database).get(INDIVIDUAL, two, sight=EVERYTHING)
    assert seen.id == one


async def test_a_strict_source_refuses_what_another_let_in(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    file = written(tmp_path, person(new_id(), "x", shoeSize=43), person(new_id(), "y"))
    await import_file(database, file, "records", actor=actor)
    mapping = tmp_path / "strict.yaml"
    mapping.write_text("source: strict\nformat: ndjson\nstrict: true\nrecords: documents\n")
    summary = await import_file(database, file, str(mapping), actor=actor)
    assert [(row["line"], row["path"]) for row in await refused(database, summary.id)] == [
        (1, "shoeSize")
    ]


def agreement(identifier: str, party: str, *, value: bool) -> bytes:
    characteristic: dict[str, Any] = {"name": "care", "value": value}
    purpose = {"privacyUsagePurpose": "care", "characterisitc": characteristic}
    reference = {"@type": "PartyRef", "@referredType": "Individual", "id": party}
    document = {
        "id": identifier,
        "@type": "PartyPrivacyAgreement",
        "name": "Privacy",
        "agreementType": "privacy",
        "status": "approved",
        "engagedParty": [reference],
        "partyPrivacyProfileCharacteristic": [purpose],
    }
    return encode(document) + b"\n"


def role(identifier: str, party: str) -> bytes:
    engaged = {"@type": "PartyRef", "@referredType": "Individual", "id": party}
    document = {"id": identifier, "@type": "Customer", "name": "A", "engagedParty": engaged}
    return encode(document) + b"\n"


@pytest.mark.parametrize("rows_of_chunk", [1, 2, 3, 100])
async def test_choices_are_settled_alike_whatever_the_chunks(
    database: Database, actor: Actor, tmp_path: Path, rows_of_chunk: int
) -> None:
    parties = [derived_id(n, "party") for n in range(8)]
    roles = [derived_id(n, "role") for n in range(8)]
    rows = [person(each, "x") for each in parties]
    for number, (party, mine) in enumerate(zip(parties, roles, strict=True)):
        said = agreement(derived_id(number, "said"), party, value=bool(number % 2))
        both = [said, role(mine, party)]
        rows += both if number % 3 else reversed(both)
    await import_file(
        database, written(tmp_path, *rows), "records", actor=actor, rows_of_chunk=rows_of_chunk
    )
    found = await database.fetch(
        "SELECT id, agreed, refused FROM record.choice WHERE valid_to > now()"
    )
    assert {row["id"]: (row["agreed"], row["refused"]) for row in found} == {
        each: ((CARE, []) if number % 2 else ([], CARE))
        for number, both in enumerate(zip(parties, roles, strict=True))
        for each in both
    }
