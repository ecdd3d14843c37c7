"""`cinv record schema`: registered from a file, listed, shown, ended, and obeyed by an import."""

import json
from pathlib import Path

from customer_inventory.kit.ids import new_id
from tests.cli.conftest import Cinv

SCHEMA = {"required": ["level"], "properties": {"level": {"enum": ["silver", "gold"]}}}


def test_a_schema_lives_and_ends(here: Cinv, tmp_path: Path) -> None:
    file = tmp_path / "vip.json"
    file.write_text(json.dumps(SCHEMA))
    names = ("--record-type", "individual", "--type", "Vip", "--base-type", "Individual")
    made = here("record", "schema", "register", str(file), *names, "-o", "json")
    assert made.code == 0, made.err
    identifier = json.loads(made.out)[0]["id"]
    listed = json.loads(here("record", "schema", "list", "-o", "json").out)
    assert [(row["id"], row["entity"], row["base"]) for row in listed] == [
        (identifier, "Vip", "Individual")
    ]
    assert json.loads(here("record", "schema", "show", identifier).out) == SCHEMA

    people = tmp_path / "people.ndjson"
    rows = [
        {"id": new_id(), "@type": "Vip", "@baseType": "Individual", "givenName": "A",
         "familyName": "B", "level": level} for level in ("gold", "tin")
    ]  # fmt: skip
    people.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    loaded = here("capture", "import", str(people), "--mapping", "records", "-o", "json")
    assert loaded.code == 4
    assert "line 2: level: must be one of" in loaded.err

    assert here("record", "schema", "remove", identifier).code == 0
    assert here("record", "schema", "remove", identifier).code == 1
    assert here("record", "schema", "show", identifier).code == 1
    assert "No schema" in here("record", "schema", "list").err


def test_what_cannot_be_registered_says_why(here: Cinv, tmp_path: Path) -> None:
    file = tmp_path / "bad.json"
    file.write_text('{"$ref": "http://127.0.0.1:1/"}')
    bad = here(
        "record", "schema", "register", str(file), "--record-type", "individual", "--type", "X"
    )
    assert bad.code == 2
    assert "leads out of the schema" in bad.err
    both = ("register", str(file), "--schema", "{}", "--record-type", "individual", "--type", "X")
    for words in (both, ("register", "--record-type", "individual", "--type", "X")):
        refused = here("record", "schema", *words)
        assert (refused.code, "Give a file" in refused.err) == (2, True)
    for path in (tmp_path / "nowhere.json", tmp_path):
        missing = here(
            "record", "schema", "register", str(path), "--record-type", "individual", "--type", "X"
        )
        assert missing.code == 2
        assert "cannot be read" in missing.err
