"""`cinv req export` and `starter`: out of the register, and in again."""

import json
from pathlib import Path

import pytest
import yaml

from customer_inventory.requirements.export.format import FORMATS
from customer_inventory.requirements.starter.shipped import shipped, texts
from tests.cli.conftest import Cinv


def test_what_is_exported_of_a_new_inventory_is_what_ships_and_is_unchanged(
    stocked: Cinv, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    assert stocked("req", "export", "-f", str(out)).code == 0
    assert {file.stem: file.read_text("utf-8") for file in out.iterdir()} == texts()
    again = stocked("req", "import", str(out), "--reason", "x", "-o", "json")
    assert {row["outcome"] for row in json.loads(again.out)} == {"unchanged"}
    assert "The register has all that ships." in stocked("req", "starter").err


@pytest.mark.parametrize("form", FORMATS)
def test_every_form_goes_to_a_folder_or_to_standard_output(
    stocked: Cinv, tmp_path: Path, form: str
) -> None:
    asked = ("req", "export", "--format", form, "--type", "individual", "--state", "enforced")
    told = stocked(*asked)
    assert told.code == 0, told.err
    assert "familyName" in told.out or "Family name" in told.out
    assert "birthDate" not in told.out
    assert stocked(*asked, "-f", str(tmp_path / form)).code == 0
    written = "".join(file.read_text("utf-8") for file in sorted((tmp_path / form).iterdir()))
    assert sorted(written.splitlines()) == sorted(told.out.splitlines())


def test_of_nothing_nothing_is_made(stocked: Cinv) -> None:
    told = stocked("req", "export", "--state", "rejected")
    assert (told.code, told.out) == (0, "")
    assert "no such requirement" in told.err


def test_a_filled_template_is_imported(here: Cinv, tmp_path: Path) -> None:
    asked = ("req", "export", "--format", "csv-template", "--type", "organization")
    assert here(*asked, "-f", str(tmp_path)).code == 0
    loaded = here(
        "capture",
        "import",
        str(tmp_path / "organization.csv"),
        "--mapping",
        str(tmp_path / "organization.mapping.yaml"),
        "-o",
        "json",
    )
    assert loaded.code == 0, loaded.err
    (row,) = json.loads(loaded.out)
    assert (row["type"], row["created"]) == ("organization", 1)


def test_what_ships_and_was_retired_is_not_proposed_again(here: Cinv) -> None:
    assert here("req", "retire", "REQ-1001", "--reason", "not needed").code == 0
    assert "has all that ships" in here("req", "starter", "--import").err


def test_what_ships_and_is_not_in_the_register_is_told_and_proposed(
    here: Cinv, tmp_path: Path
) -> None:
    ours = {**yaml.safe_load(texts()["billFormat"])}
    ours["requirements"][0]["name"] = "How it looks"
    file = tmp_path / "ours.yaml"
    file.write_text(yaml.safe_dump(ours))
    assert here("req", "import", str(file), "--reason", "clearer").code == 0
    identifier = ours["requirements"][0]["id"]
    (row,) = json.loads(here("req", "starter", "-o", "json").out)
    assert (row["id"], row["outcome"], row["keys"]) == (identifier, "under way", ["name"])
    assert here("req", "reject", identifier, "--reason", "not clearer").code == 0
    (row,) = json.loads(here("req", "starter", "--import", "-o", "json").out)
    assert (row["id"], row["outcome"]) == (identifier, "proposed")
    (shown,) = json.loads(here("req", "show", identifier, "-o", "json").out)
    named = {each.id: each.name for each in shipped()}
    assert (shown["state"], shown["name"]) == ("proposed", named[identifier])


def test_how_far_it_goes_is_told(stocked: Cinv) -> None:
    rows = json.loads(stocked("req", "coverage", "-o", "json").out)
    people = next(row for row in rows if row["type"] == "individual")
    of = [each for each in shipped() if each.type == "individual"]
    assert (people["required"], people["looked_at"], people["how"]) == (len(of), 1, "counted")
    assert people["enforced"] == sum(each.obligation == "mandatory" for each in of)
    told = stocked("req", "coverage", "--matrix", "--type", "customer", "-o", "json")
    cells = json.loads(told.out)
    (cell,) = [row for row in cells if (row["path"], row["process"]) == ("status", "billing")]
    assert (cell["asked_for"], cell["granted"], cell["really_used"]) == ("uses", "testing", "")
    assert "attributes" not in stocked("req", "coverage", "--type", "billFormat").err


def test_a_draft_of_what_ships_is_what_ships(stocked: Cinv, tmp_path: Path) -> None:
    begun = stocked("req", "new", "individual", "birthDate")
    (known,) = [e for e in shipped() if (e.type, e.path) == ("individual", "birthDate")]
    assert f"{known.id} is about it" in begun.err
    file = tmp_path / "birth-date.yaml"
    file.write_text(begun.out)
    assert "They say the same" in stocked("req", "diff", str(file)).err
