"""Commands that change something keep their entry in the same transaction: both, or none."""

import json
from pathlib import Path

import pytest

from customer_inventory.access import house
from customer_inventory.kit.errors import Unavailable
from tests.cli.conftest import Cinv, asked

ENTRIES = "SELECT operation, record_type, reason, record_ids::text FROM access.entry ORDER BY seq"
SCHEMAS = "SELECT count(*) FROM record.schema_extension WHERE ended_at IS NULL"
FILES = "SELECT count(*) FROM record.attachment"
VIP = ("record", "schema", "register", "--record-type", "individual", "--type", "Vip", "--schema")


@pytest.fixture
def untold(monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger takes no entry of what was done."""

    async def refuses(*_: object, **__: object) -> None:
        raise Unavailable("The ledger cannot be written.")

    monkeypatch.setattr(house, "trace", refuses)


@pytest.fixture
def person(here: Cinv, tmp_path: Path) -> str:
    file = tmp_path / "people.ndjson"
    identifier = "04vxm2r4sjw9rsm2x6c4k7h1ea"
    row = {"id": identifier, "@type": "Individual", "givenName": "A", "familyName": "B"}
    file.write_text(json.dumps(row) + "\n")
    loaded = here("capture", "import", str(file), "--mapping", "records")
    assert loaded.code == 0, loaded.err
    return identifier


def test_a_schema_and_its_entry_are_one(here: Cinv, dsn: str) -> None:
    made = here(*VIP, "{}", "-o", "json")
    assert made.code == 0, made.err
    identifier = json.loads(made.out)[0]["id"]
    assert here("record", "schema", "remove", identifier).code == 0
    told = [row[:3] for row in asked(dsn, ENTRIES)]
    assert told == [
        ("modify", "schemaExtension", "schema of individual"),
        ("modify", "schemaExtension", identifier),
    ]


@pytest.mark.usefixtures("untold")
def test_no_schema_is_registered_that_the_ledger_does_not_know(here: Cinv, dsn: str) -> None:
    refused = here(*VIP, "{}")
    assert (refused.code, "ledger cannot be written" in refused.err) == (3, True)
    assert asked(dsn, SCHEMAS) == [(0,)]


def test_a_file_and_its_entry_are_one(
    here: Cinv, dsn: str, person: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "note.txt"
    file.write_text("a note")
    add = ("attachment", "add", str(file), "--type", "individual", "--record", person)
    added = here(*add)
    assert added.code == 0, added.err
    told = [row for row in asked(dsn, ENTRIES) if row[1] == "attachment"]
    assert [(row[0], json.loads(row[3])) for row in told] == [("update", [person])]

    async def refuses(*_: object, **__: object) -> None:
        raise Unavailable("The ledger cannot be written.")

    monkeypatch.setattr(house, "trace", refuses)
    assert here(*add).code == 3
    assert here("attachment", "remove", added.out.strip(), "--yes").code == 3
    assert asked(dsn, FILES) == [(1,)]
