"""`cinv access subject-list`: lists of subjects at the terminal, each change in the ledger."""

import json
from pathlib import Path

import pytest

from customer_inventory.kit.ids import new_id
from tests.cli.conftest import Cinv, asked


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "ids.txt"
    file.write_text("\n".join(sorted(new_id() for _ in range(25_000))) + "\n\n", "utf-8")
    return file


def test_a_list_is_made_changed_and_dropped(here: Cinv, dsn: str, file: Path) -> None:
    def done(*words: str) -> str:
        outcome = here("access", "subject-list", *words)
        assert outcome.code == 0, (words, outcome.err)
        return outcome.out + outcome.err

    reason = ("--reason", "CASE-7")
    assert here("access", "sandbox").code == 0
    done("make", "vip", "--title", "Very important", *reason)
    assert "25,000 put on" in done("add", "vip", str(file), *reason)
    few = file.with_name("few.txt")
    few.write_text("\n".join(file.read_text().splitlines()[:10]), "utf-8")
    assert "10 taken off" in done("remove", "vip", str(few), *reason)
    assert "10 put on, 24,990 taken off" in done("replace", "vip", str(few), *reason)
    (row,) = json.loads(done("show", "-o", "json"))
    assert (row["name"], row["members"]) == ("vip", 10)
    told = json.loads(done("show", "vip", "-o", "json"))
    assert [each["change"] for each in told] == ["replace", "remove", "add", "make"]
    done("drop", "vip", *reason)
    assert "There are no lists." in done("show")
    entries = asked(
        dsn,
        "SELECT operation, status FROM access.entry WHERE record_type = 'subjectList'"
        " ORDER BY seq, number",
    )
    assert [operation for operation, _ in entries] == [
        "create", "modify", "modify", "modify", "delete",
    ]  # fmt: skip


def test_what_cannot_be_is_told_in_a_line(here: Cinv, file: Path, tmp_path: Path) -> None:
    assert here("access", "sandbox").code == 0
    reason = ("--reason", "CASE-7")
    outcome = here("access", "subject-list", "add", "nobody", str(file), *reason)
    assert (outcome.code, "There is no list" in outcome.err) == (1, True)
    assert here("access", "subject-list", "make", "x", "--title", "x", *reason).code == 0
    bad = tmp_path / "bad.txt"
    bad.write_bytes(b"\xff\xfe not an id\n")
    outcome = here("access", "subject-list", "add", "x", str(bad), *reason)
    assert outcome.code in {1, 2}
    assert "line 1" in outcome.err


def test_in_production_a_list_takes_an_owner_of_the_data(here: Cinv) -> None:
    assert here("access", "sandbox", "--leave").code == 0
    words = ("access", "subject-list", "make", "vip", "--title", "VIP", "--reason", "CASE-7")
    outcome = here(*words)
    assert "dataOwner:customer" in outcome.err
    assert outcome.code == 3
    assert here("access", "person", "add", "ada", "dataOwner:customer").code == 0
    assert here(*words, "--as", "ada").code == 0
