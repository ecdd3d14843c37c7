"""`cinv req`: one file from a draft to what is in force, at the terminal."""

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Cinv, Stock
from tests.conftest import empty_register
from tests.requirements.samples import BIRTH_DATE, GENDER


@pytest.fixture
async def dsn(dsn: str) -> str:
    """The address of a fresh database, and nothing in its register."""
    await empty_register(dsn)
    return dsn


@pytest.fixture(scope="module")
async def stock(stock: Stock) -> Stock:
    """The database that others only read, and nothing in its register."""
    await empty_register(stock.dsn)
    return stock


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two files of requirements."""
    there = tmp_path / "requirements"
    there.mkdir()
    (there / "birth-date.yaml").write_text(BIRTH_DATE)
    (there / "gender.yaml").write_text(GENDER)
    return there


def test_a_file_becomes_what_is_in_force(here: Cinv, folder: Path) -> None:
    def done(*words: str) -> str:
        outcome = here("req", *words)
        assert outcome.code == 0, (words, outcome.err)
        return outcome.out.strip()

    assert "2 requirements hold together" in here("req", "check", str(folder)).err
    assert "a new requirement" in done("diff", str(folder))
    (judged, _) = json.loads(done("apply", "--dry-run", "-f", str(folder), "-o", "json"))
    assert (judged["requirement"], judged["looked_at"], judged["share"]) == ("REQ-101", 0, "0.00%")
    done("import", str(folder), "--reason", "DPO-7")
    done("review", "REQ-101", "REQ-102")
    done("approve", "REQ-101")
    done("reject", "REQ-102", "--reason", "not needed")
    outcome = here("req", "apply")
    assert "REQ-101: in force with edition 1" in outcome.err
    assert "0 findings are open" in outcome.err
    states = {row["id"]: row["state"] for row in json.loads(done("list", "-o", "json"))}
    assert states == {"REQ-101": "enforced", "REQ-102": "rejected"}
    assert json.loads(done("list", "--state", "rejected", "-o", "json"))[0]["id"] == "REQ-102"
    assert done("list", "--type", "customer") == ""
    (shown,) = json.loads(done("show", "REQ-101", "-o", "json"))
    assert (shown["enforced version"], shown["classified"]) == (1, "sensitive")
    assert "Date of birth" in done("show", "REQ-101")
    history = json.loads(done("show", "REQ-101", "--history", "-o", "json"))
    assert [step["state"] for step in history] == ["enforced", "approved", "reviewed", "proposed"]
    assert "They say the same" in here("req", "diff", str(folder / "birth-date.yaml")).err
    (folder / "birth-date.yaml").write_text(BIRTH_DATE.replace("P10Y", "P9Y"))
    assert "freshness" in done("diff", str(folder))
    done("retire", "REQ-101", "--reason", "over")
    assert json.loads(done("list", "--state", "enforced", "-o", "json")) == []


def test_a_draft_is_begun_with_what_is_declared(here: Cinv, tmp_path: Path) -> None:
    begun = here("req", "new", "individual", "birthDate")
    assert begun.code == 0
    assert "id: REQ-101" in begun.out
    assert "classification: personal" in begun.out
    file = tmp_path / "new.yaml"
    file.write_text(begun.out)
    assert here("req", "check", str(file)).code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("show", "REQ-999"), "There is no requirement 'REQ-999'"),
        (("show", "REQ-999", "--history"), "There is no requirement 'REQ-999'"),
        (("approve", "REQ-999"), "There is no requirement 'REQ-999'"),
        (("apply",), "Nothing is approved"),
        (("retire", "REQ-999", "--reason", "x"), "There is no requirement 'REQ-999'"),
        (("check", "nowhere.yaml"), "does not exist"),
    ],
)
def test_what_is_not_there_is_said(here: Cinv, words: tuple[str, ...], said: str) -> None:
    assert said in here("req", *words).err


def test_files_are_not_applied_without_having_been_proposed(here: Cinv, folder: Path) -> None:
    refused = here("req", "apply", "-f", str(folder))
    assert refused.code == 2
    assert "`cinv req import` proposes them" in refused.err


def test_what_is_wrong_in_a_file_is_told_with_its_line(here: Cinv, folder: Path) -> None:
    (folder / "gender.yaml").write_text(GENDER.replace("REQ-102", "REQ-101"))
    refused = here("req", "check", str(folder))
    assert refused.code == 2
    assert "gender.yaml: line 3: REQ-101 stands twice" in refused.err


def test_what_is_held_is_discovered_and_gaps_are_told(stocked: Cinv, tmp_path: Path) -> None:
    found = stocked("req", "discover", "--write", str(tmp_path / "proposals"), "-o", "json")
    assert found.code == 0, found.err
    (row,) = [each for each in json.loads(found.out) if each["path"] == "nickname"]
    assert (row["why"], row["type"], row["examples"]) == (
        "arrives",
        "individual",
        ['Aaaaaaaa, aa "aaaaaaaaa"'],
    )
    checked = stocked("req", "check", str(tmp_path / "proposals"))
    assert checked.code == 0, checked.err
    again = stocked("req", "discover", "--write", str(tmp_path / "proposals"))
    assert "is there already" in again.err
    told = stocked("req", "gaps", "--type", "customer", "-o", "json")
    assert {"heldNotRequired", "neverRead"} <= {row["gap"] for row in json.loads(told.out)}


def test_what_is_in_force_is_audited(stocked: Cinv, here: Cinv, folder: Path) -> None:
    assert here("req", "import", str(folder / "birth-date.yaml"), "--reason", "DPO-7").code == 0
    for step in ("review", "approve"):
        assert here("req", step, "REQ-101").code == 0
    assert here("req", "apply").code == 0
    listed = json.loads(here("audit", "rules", "--type", "individual", "-o", "json").out)
    assert "REQ-101.completeness" in {row["rule"] for row in listed}
    run = here("audit", "run", "--type", "individual", "-o", "json")
    assert run.code == 0, run.err
    assert {row["looked_at"] for row in json.loads(run.out)} == {0}
    assert stocked("audit", "run", "--type", "product").code == 0
