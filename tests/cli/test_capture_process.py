"""`cinv capture`: a process from its file to a measured run, its refused rows until they load."""

import json
from pathlib import Path

from tests.capture.conftest import HEADER, SMALL
from tests.cli.conftest import Cinv, asked

PROCESS = """
id: crm-daily
kind: capture
name: Daily extract of the CRM
owner: Customer Operations
load:
  mapping: small.yaml
  process: manage-customer-inventory
  purpose: inventoryManagement
  trust: 50
  controls: {mostRefused: 0.6}
"""


def in_force(here: Cinv, folder: Path) -> None:
    (folder / "small.yaml").write_text(SMALL)
    file = folder / "crm-daily.yaml"
    file.write_text(PROCESS)
    on = ("capture", "processes")
    assert "crm-daily is in order" in here(*on, "check", str(file)).err
    assert "version 1" in here(*on, "propose", str(file), "--as", "paul").err
    assert "says what is known" in here(*on, "propose", str(file), "--as", "paul").err
    assert here(*on, "review", "crm-daily", "--as", "rita").code == 0
    assert here(*on, "approve", "crm-daily", "--as", "anna").code == 0
    assert here(*on, "enforce", "crm-daily").code == 0


def test_a_process_is_declared_decided_run_and_measured(
    here: Cinv, dsn: str, tmp_path: Path
) -> None:
    in_force(here, tmp_path)
    ranks = asked(dsn, "SELECT source, rank FROM record.source_trust WHERE source = 'crm'")
    assert ranks == [("crm", 50)]
    rows = tmp_path / "rows.csv"
    rows.write_text(HEADER + "1,Ada,Lovelace,?,A\n2,Alan,Turing,,A\n")
    ran = here("capture", "import", str(rows), "--by", "crm-daily")
    assert (ran.code, "1 refused" in ran.err) == (4, True)
    (job,) = json.loads(here("capture", "jobs", "-o", "json").out)
    told = (job["process"], job["outcome"], job["rows_read"], job["rows_refused"], job["corrected"])
    assert told == ("crm-daily", "done", 2, 1, 0)

    on = ("capture", "quarantine")
    (row,) = json.loads(here(*on, "list", "-o", "json").out)
    assert (row["file"], row["line"], row["path"]) == ("rows.csv", 2, "individual.birthDate")
    row = str(row["id"])
    shown = here(*on, "show", row)
    assert "1,Ada,Lovelace,?,A" in shown.err
    fixed = here(*on, "fix", "--path", "individual.birthDate", "--set", "born=10.12.1815")
    assert (fixed.code, fixed.err) == (0, "1 corrected\n")
    replayed = here(*on, "replay", "-o", "json")
    assert [(each["rows"], each["refused"]) for each in json.loads(replayed.out)] == [(1, 0)]
    assert here(*on, "list", "-o", "json").out.strip() == "[]"
    steps = json.loads(here(*on, "show", row, "--history", "-o", "json").out)
    assert [step["step"] for step in steps] == ["fixed", "loaded"]
    (job,) = json.loads(here("capture", "jobs", "-o", "json").out)
    assert job["corrected"] == 1
    (source,) = json.loads(here("capture", "sources", "-o", "json").out)
    assert (source["source"], source["waiting"]) == ("crm", 0)

    rows.write_text(HEADER + "3,,Hopper,,A\n")
    broken = here("capture", "processes", "run", "crm-daily", "--file", str(rows))
    assert (broken.code, "out of control: 100.0% refused" in broken.err) == (1, True)
    dropped = here(*on, "drop", "--reason", "a test row", "--yes")
    assert dropped.err == "1 dropped\n"
    (process,) = json.loads(here("capture", "processes", "list", "-o", "json").out)
    assert (process["runs"], process["out_of_control"], process["state"]) == (2, 1, "enforced")
    history = json.loads(
        here("capture", "processes", "show", "crm-daily", "--history", "-o", "json").out
    )
    assert [step["state"] for step in history] == ["enforced", "approved", "reviewed", "proposed"]


def test_management_is_declared_decided_and_recorded(here: Cinv) -> None:
    on = ("capture", "processes")
    listed = {row["task"]: row for row in json.loads(here(*on, "tasks", "-o", "json").out)}
    assert (listed["backup"]["done_by"], listed["backup"]["ships_as"]) == ("people", "backup")
    assert listed["retention"]["done_by"] == "the house"
    assert "task: backup" in here(*on, "new", "backup").out
    for name in ("backup", "retention"):
        assert f"{name} is in order" in here(*on, "check", name).err
        assert "version 1" in here(*on, "propose", name, "--as", "paul").err
        for step, person in (("review", "rita"), ("approve", "anna"), ("enforce", "paul")):
            assert here(*on, step, name, "--as", person).code == 0
    recorded = here(*on, "record-run", "backup", "--figure", "hoursLost=0.25")
    assert recorded.code == 0, recorded.err
    assert "hoursLost (hours)" in here(*on, "record-run", "backup").err
    assert here(*on, "record-run", "backup", "--figure", "hoursLost").code == 2
    assert here(*on, "record-run", "backup", "--problem", "the disk is full").code == 0
    assert "run by the house" in here(*on, "record-run", "retention").err
    assert "done by people" in here(*on, "run", "backup").err
    assert here(*on, "run", "retention", "--file", "x").code == 2
    assert "in the queue" in here(*on, "run", "retention").err
    rows = json.loads(here("capture", "jobs", "--process", "backup", "-o", "json").out)
    assert [(row["outcome"], row["is_met"]) for row in rows] == [("failed", None), ("done", True)]
    rows = json.loads(here(*on, "list", "--kind", "management", "-o", "json").out)
    assert [(row["id"], row["done_by"], row["runs"]) for row in rows] == [
        ("backup", "people", 2), ("retention", "the house", 0),
    ]  # fmt: skip
    assert rows[0]["objective"] == "hoursLost at most 1 hours"
    assert here(*on, "suspend", "retention").code == 0
    assert "in force" in here(*on, "run", "retention").err
    assert here(*on, "resume", "retention").code == 0
    assert here(*on, "retire", "retention").code == 0


def test_a_wrong_use_says_so(here: Cinv, tmp_path: Path) -> None:
    for wrong in (("--mapping", "records", "--by", "crm-daily"), (), ("--by", "x", "--sheet", "a")):
        assert here("capture", "import", "rows.csv", *wrong).code == 2
    assert here("capture", "import", "rows.csv", "--by", "none").code != 0
    assert here("capture", "quarantine", "fix", "1", "--set", "born").code == 2
    assert here("capture", "quarantine", "fix", "--text", "-").code == 2
