"""`cinv capture pairs`: found, listed, explained and decided at the terminal."""

import json
from pathlib import Path

import pytest

from customer_inventory.access.house import operator
from customer_inventory.kit.ids import new_id
from tests.cli.conftest import Cinv, asked

pytest.importorskip("splink")


def loaded(here: Cinv, folder: Path) -> list[str]:
    ids = [new_id(), new_id()]
    medium = [{"@type": "EmailContactMedium", "emailAddress": "ada@zorblatt.example"}]
    told = {"@type": "Individual", "givenName": "Ada", "familyName": "Zorblatt",
            "birthDate": "1990-12-10", "contactMedium": medium}  # fmt: skip
    file = folder / "people.ndjson"
    file.write_text("".join(f"{json.dumps({'id': each, **told})}\n" for each in ids))
    assert here("capture", "import", str(file), "--mapping", "records").code == 0
    return ids


def test_pairs_from_being_found_to_being_decided(here: Cinv, dsn: str, tmp_path: Path) -> None:
    ids = loaded(here, tmp_path)
    finding = here("capture", "pairs", "find", "--type", "individual", "-o", "json")
    assert finding.code == 0, finding.err
    (found,) = json.loads(finding.out)
    assert (found["records"], found["pairs"], found["merged"]) == (2, 1, 0)
    (listed,) = json.loads(here("capture", "pairs", "list", "-o", "json").out)
    assert {listed["one"], listed["other"]} == set(ids)
    assert "email same" in listed["for"]
    reasons = json.loads(here("capture", "pairs", "show", *ids, "-o", "json").out)
    assert {"given", "family", "birth", "email"} == {each["comparison"] for each in reasons}
    decided = here("capture", "pairs", "decide", *ids, "notSame", "--reason", "twins")
    assert (decided.code, decided.out.strip()) == (0, "notSame")
    assert here("capture", "pairs", "list").err.strip() == "No pair waits."
    again = json.loads(here("capture", "pairs", "find", "--type", "individual", "-o", "json").out)
    assert again[0]["pairs"] == 0
    absent = here("capture", "pairs", "show", ids[0], new_id())
    assert "There is no pair of these records." in absent.err
    entries = asked(
        dsn,
        "SELECT DISTINCT operation, process, person, source FROM access.entry"
        " WHERE record_type = 'pair' ORDER BY 1",
    )
    me = operator()
    assert entries == [
        (operation, me.process, me.person, me.source) for operation in ("modify", "read")
    ]


def test_the_models_of_the_product_are_in_force_first(here: Cinv) -> None:
    assert "The models of the product are in force." in here("capture", "pairs", "models").err
