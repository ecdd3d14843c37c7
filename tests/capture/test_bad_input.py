"""What sources send that is not what it should be: nothing lost or doubled, and a reason each."""

import json
from pathlib import Path

import pytest

from customer_inventory.capture import reading
from customer_inventory.capture.importing import import_file
from customer_inventory.capture.mapping import parse_mapping
from customer_inventory.capture.refusal import refused
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import new_id
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER, SMALL

NULLS = r"""nulls: ["", "NULL", "null", "N/A", "-", "\\N"]"""
DATES = '["%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%Y-%m-%d"]'
LENIENT = SMALL.replace('nulls: ["", "NULL"]', NULLS).replace('["%d.%m.%Y"]', DATES)


async def people(database: Database) -> list[dict]:
    rows = await database.fetch("SELECT body FROM record.individual ORDER BY id")
    return [json.loads(row["body"]) for row in rows]


async def load(database: Database, actor: Actor, folder: Path, *rows: str) -> list[tuple]:
    file = folder / "rows.csv"
    file.write_text(HEADER + "".join(f"{row}\n" for row in rows))
    summary = await import_file(database, file, parse_mapping(LENIENT, "lenient"), actor=actor)
    found = await refused(database, summary.id)
    return [(row["line"], row["path"], row["reason"]) for row in found]


async def test_dates_in_every_order_that_is_declared(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    dates = ("31.12.1985", "12/31/1985", "19851231", "1985-12-31")
    rows = [f"{n},A,B,{date},A" for n, date in enumerate(dates)]
    bad = await load(database, actor, tmp_path, *rows, "9,A,B,31/12/1985,A", "10,A,B,1985-02-30,A")
    assert [(line, path) for line, path, _ in bad] == [
        (6, "individual.birthDate"), (7, "individual.birthDate"),
    ]  # fmt: skip
    assert all("1985" not in reason for _, _, reason in bad)
    assert [each["birthDate"] for each in await people(database)] == ["1985-12-31"] * 4


async def test_no_value_in_every_spelling(database: Database, actor: Actor, tmp_path: Path) -> None:
    words = ("", "NULL", "null", "N/A", "-", r"\N", " NULL ")
    rows = [f"{n},A,B,{word},A" for n, word in enumerate(words)]
    assert await load(database, actor, tmp_path, *rows) == []
    found = await people(database)
    assert len(found) == len(words)
    assert all("birthDate" not in each for each in found)


async def test_formulas_and_numbers_stay_the_text_they_are(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    texts = ("=1+1", "@SUM(A1)", "+46701740605", "-2", "007", "1e5", "0x10", "TRUE")
    rows = [f"{n},A,{text},,A" for n, text in enumerate(texts)]
    assert await load(database, actor, tmp_path, *rows) == []
    assert sorted(each["familyName"] for each in await people(database)) == sorted(texts)


async def test_keys_that_differ_by_zeros_are_different(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    assert await load(database, actor, tmp_path, "7,A,B,,A", "007,A,B,,A", " 7 ,A,C,,A") == []
    assert sorted(each["familyName"] for each in await people(database)) == ["B", "C"]


async def test_a_line_without_end_is_refused_and_never_held_whole(
    database: Database, actor: Actor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "rows.csv"
    with file.open("wb") as out:
        out.write(HEADER.encode() + b"1,A,B,,A\n2,")
        for _ in range(200):
            out.write(b"x" * 1_048_576)
        out.write(b"\n3,A,B,,A\n")
    most = 0
    fill = reading._Reader._fill

    def watched(self, count: int) -> bool:
        nonlocal most
        filled = fill(self, count)
        most = max(most, len(self.ahead))
        return filled

    monkeypatch.setattr(reading._Reader, "_fill", watched)
    summary = await import_file(
        database, file, parse_mapping(SMALL, "small"), actor=actor, workers=0
    )
    assert (summary.tally.rows, summary.tally.refused) == (3, 1)
    assert most < 16_000_000
    (row,) = await refused(database, summary.id)
    assert (row["line"], "longer than a row may be" in row["reason"]) == (3, True)


async def test_relations_in_a_circle_are_refused_with_the_row_that_closes_it(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    one, two = new_id(), new_id()
    file = tmp_path / "groups.ndjson"
    file.write_text("".join(f"{json.dumps(group(*pair))}\n" for pair in ((one, two), (two, one))))
    summary = await import_file(database, file, "records", actor=actor)
    assert (summary.tally.rows, summary.tally.refused) == (2, 1)
    (row,) = await refused(database, summary.id)
    assert (row["line"], row["path"]) == (2, "organizationParentRelationship.organization")
    assert await database.value("SELECT count(*) FROM record.organization") == 1


def group(identifier: str, parent: str) -> dict:
    organization = {"@type": "OrganizationRef", "id": parent, "@referredType": "Organization"}
    return {
        "id": identifier,
        "@type": "Organization",
        "name": "A group",
        "tradingName": "A group",
        "organizationParentRelationship": {
            "@type": "OrganizationParentRelationship",
            "relationshipType": "legal",
            "organization": organization,
        },
    }
