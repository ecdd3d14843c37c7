"""A template that is filled as its example shows is imported, even when all of it is in force."""

import csv
import io
import json
from pathlib import Path

import pytest
import yaml

from customer_inventory.capture.importing import import_file
from customer_inventory.capture.refusal import refused
from customer_inventory.kit.actor import Actor
from customer_inventory.record.document import parse_object
from customer_inventory.record.register.edition import put_in_force
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.compiling import compiled
from customer_inventory.requirements.export import template
from customer_inventory.requirements.file import read
from customer_inventory.requirements.requirement import Requirement
from customer_inventory.requirements.starter.shipped import begins_as, shipped
from customer_inventory.store.database import Database
from tests.conftest import permitted
from tests.requirements.samples import BIRTH_DATE

MADE_UP_BY_NOBODY = {"agreement.id"}
"""Columns whose reference would be refused if it were made up."""


def of(record_type: str) -> list[Requirement]:
    return [each for each in shipped() if each.type == record_type]


async def taken(
    database: Database, folder: Path, files: dict[str, str], actor: Actor
) -> dict[str, object]:
    """Import the data file of a template by its mapping; return the document that came of it."""
    await permitted(database, actor.process, "*:create,update,modify", purpose=actor.purpose)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    data, mapping = (str(folder / name) for name in files)
    summary = await import_file(database, Path(data), mapping, actor=actor)
    assert summary.tally.refused == 0, [dict(row) for row in await refused(database, summary.id)]
    ((record_type, outcome),) = summary.tally.records.items()
    assert outcome.created == 1
    assert not summary.tally.undeclared
    table = TYPES[record_type].table
    return parse_object(await database.value(f"SELECT body FROM record.{table}"))


async def test_the_example_of_every_type_is_taken_with_all_that_ships_in_force(
    database: Database, tmp_path: Path, actor: Actor
) -> None:
    put_in_force(compiled(shipped(), 1))
    for record_type in TYPES:
        files = template.csv_files(TYPES[record_type], of(record_type))
        header, row = csv.reader(io.StringIO(files[f"{record_type}.csv"]))
        empty = {name for name, value in zip(header, row, strict=True) if not value}
        assert empty <= MADE_UP_BY_NOBODY, record_type
        made = await taken(database, tmp_path, files, actor)
        assert set(TYPES[record_type].mandatory) <= made.keys()


@pytest.mark.parametrize("record_type", ["individual", "customer", "product"])
async def test_it_comes_as_ndjson_too(
    database: Database, tmp_path: Path, actor: Actor, record_type: str
) -> None:
    files = template.ndjson_files(TYPES[record_type], of(record_type))
    json.loads(files[f"{record_type}.ndjson"])
    made = await taken(database, tmp_path, files, actor)
    if record_type == "individual":
        assert (made["familyName"], made["gender"]) == ("Byron", "female")
        media = {each["contactType"]: each for each in made["contactMedium"]}  # type: ignore[attr-defined]
        assert media.keys() == {"email", "phone", "fax", "socialNetwork", "postalAddress"}
        assert media["postalAddress"]["country"] == "DE"


@pytest.mark.parametrize("record_type", TYPES)
async def test_of_what_is_mandatory_alone_a_template_can_be_made(
    database: Database, tmp_path: Path, actor: Actor, record_type: str
) -> None:
    mandatory = [each for each in of(record_type) if begins_as(each) == "enforced"]
    made = await taken(database, tmp_path, template.csv_files(TYPES[record_type], mandatory), actor)
    assert set(TYPES[record_type].mandatory) <= made.keys()


def test_a_column_says_what_it_is_for() -> None:
    found = [each.requirement for each in read(BIRTH_DATE)]
    files = template.csv_files(TYPES["individual"], found)
    header, row = csv.reader(io.StringIO(files["individual.csv"]))
    assert header == ["sourceKey", "givenName", "familyName", "birthDate"]
    assert row == ["example-1", "Ada", "Byron", "1985-12-10T00:00:00Z"]
    text = files["individual.mapping.yaml"]
    assert "# REQ-101 Date of birth (mandatory): The day on which the person was born." in text
    assert yaml.safe_load(text)["records"]["individual"]["attributes"] == {
        "givenName": {"column": "givenName"},
        "familyName": {"column": "familyName"},
        "birthDate": {"column": "birthDate", "as": "datetime"},
    }


def test_what_no_type_declares_has_a_column_and_an_example_that_fits() -> None:
    text = BIRTH_DATE.replace("path: birthDate", "path: shoeSize").replace(
        "    obligation", "    data: {type: integer, minimum: 10, maximum: 60}\n    obligation"
    )
    files = template.csv_files(TYPES["individual"], [each.requirement for each in read(text)])
    header, row = csv.reader(io.StringIO(files["individual.csv"]))
    assert dict(zip(header, row, strict=True))["shoeSize"] == "10"
    assert "shoeSize: {column: shoeSize, as: integer}" in files["individual.mapping.yaml"]


@pytest.mark.parametrize(
    ("data", "value"),
    [
        ("{type: text, values: [b, a]}", "b"),
        ("{type: text, format: email}", "ada.byron@example.org"),
        ("{type: text, format: uuid}", "123e4567-e89b-42d3-a456-426614174000"),
        ("{type: text, maxLength: 4}", "Date"),
        ("{type: text, pattern: '^[0-9]$'}", "1"),
        ("{type: text, pattern: '^zzz9$'}", ""),
        ("{type: date}", "2026-01-01"),
        ("{type: boolean}", "true"),
        ("{type: number, minimum: 2.5}", "2.5"),
    ],
)
def test_examples_are_what_is_asked_for_or_left_out(data: str, value: str) -> None:
    text = BIRTH_DATE.replace("path: birthDate", "path: extra").replace(
        "    obligation", f"    data: {data}\n    obligation"
    )
    files = template.csv_files(TYPES["individual"], [each.requirement for each in read(text)])
    header, row = csv.reader(io.StringIO(files["individual.csv"]))
    assert dict(zip(header, row, strict=True))["extra"] == value
