"""Tasks of the house, run as declared processes over real records: what they do, and what they say.

The job that the queue runs, the tasks as they are wired, the policy and thresholds of settings.
"""

from pathlib import Path

import msgspec
import pytest

from bench.hard_set import HardSet
from customer_inventory.background.tasks import tasks_of
from customer_inventory.capture.importing import import_file
from customer_inventory.capture.process import register, running, scheduling
from customer_inventory.holding import eraser_of, retainer_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import parse
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.subject import hold
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import NoSuchRecord
from customer_inventory.store.database import Database
from tests.capture.process.test_managing import HOUSE, in_force
from tests.conftest import permitted
from tests.record.samples import agreement, person

RECORDS = 400


async def run(database: Database, settings: Settings, process: str) -> None:
    """Run a process as the queue does."""
    tasks = tasks_of(
        database,
        settings,
        eraser=eraser_of(database, settings),
        retainer=retainer_of(database, settings),
    )
    await scheduling.running(database, settings, tasks)({"id": process}, HOUSE)


async def told(database: Database, process: str) -> tuple[str, dict[str, float], bool | None]:
    """Return outcome, figures and objective of the last run, the time it took left out."""
    row = (await running.runs(database, process, limit=1))[0]
    assert row["problem"] is None, row["problem"]
    figures = parse(row["figures"])
    assert figures.pop("seconds") > 0
    return row["outcome"], figures, row["is_met"]


async def test_duplicates_are_found_merged_and_counted(
    database: Database, tmp_path: Path, actor: Actor
) -> None:
    pytest.importorskip("splink")
    file = tmp_path / "hard.ndjson"
    made = list(HardSet(21).records(RECORDS))
    file.write_bytes(b"".join(msgspec.json.encode(document) + b"\n" for _, _, document, _ in made))
    await permitted(database, actor.process, "*:create,modify,update", purpose=actor.purpose)
    await import_file(database, file, "records", actor=actor)
    await in_force(database, "duplicates")

    settings = Settings(home=tmp_path / "home", match_merge_percent=99)
    await run(database, settings, "duplicates")
    outcome, figures, is_met = await told(database, "duplicates")
    assert (outcome, is_met, figures["records"]) == ("done", True, RECORDS)
    states = await database.fetch("SELECT state, count(*) AS pairs FROM capture.pair GROUP BY 1")
    kept = {row["state"]: row["pairs"] for row in states}
    assert figures["pairs"] == sum(kept.values()) > 20
    groups = "SELECT count(*) FROM record.origin WHERE id <> root"
    assert figures["merged"] == await database.value(groups) > 0
    entries = await database.fetch(
        "SELECT reason FROM access.entry WHERE operation = 'read' AND record_type = 'pair'"
    )
    assert len(entries) == 2
    assert sum(int(row["reason"].split()[0]) for row in entries) == RECORDS

    # What was merged is one now; what waits is found again and not doubled.
    await run(database, settings, "duplicates")
    outcome, figures, _ = await told(database, "duplicates")
    assert (outcome, figures["merged"]) == ("done", 0)
    shown = await register.one(database, "duplicates")
    assert (shown.runs, shown.met, shown.failed) == (2, 2, 0)


async def test_retention_removes_what_is_past_its_time_and_says_what_is_held(
    database: Database, tmp_path: Path, actor: Actor
) -> None:
    inventory = Inventory(database)

    async def contract(name: str, end: str | None) -> tuple[str, str]:
        ada = (await inventory.create(TYPES["individual"], person(name), actor=actor)).id
        period = {"startDateTime": "2005-01-01T00:00:00Z"}
        period |= {"endDateTime": end} if end else {}
        document = {**agreement(ada), "agreementPeriod": period}
        return ada, (await inventory.create(TYPES["agreement"], document, actor=actor)).id

    _, gone = await contract("Past", "2008-03-31T00:00:00Z")
    kept, held = await contract("Held", "2008-03-31T00:00:00Z")
    _, current = await contract("Current", None)
    await hold.place(database, kept, reason="CASE-7", actor=actor)
    await in_force(database, "retention")

    settings = Settings(home=tmp_path / "home", retention="example")
    await run(database, settings, "retention")
    outcome, figures, is_met = await told(database, "retention")
    # The contract that is held, and whose it is.
    assert (outcome, figures["removed"], figures["held"]) == ("done", 1, 2)
    assert is_met is (figures["waiting"] == 0)
    with pytest.raises(NoSuchRecord):
        await inventory.get(TYPES["agreement"], gone)
    for each in (held, current):
        await inventory.get(TYPES["agreement"], each)

    await run(database, settings, "retention")
    outcome, figures, _ = await told(database, "retention")
    assert (outcome, figures["removed"], figures["held"]) == ("done", 0, 2)


async def test_retention_without_a_policy_has_failed_and_says_why(
    database: Database, tmp_path: Path
) -> None:
    await in_force(database, "retention")
    await run(database, Settings(home=tmp_path / "home"), "retention")
    (row,) = await running.runs(database, "retention", limit=10)
    assert (row["outcome"], "CINV_RETENTION" in row["problem"]) == ("failed", True)
