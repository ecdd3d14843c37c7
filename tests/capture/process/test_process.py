"""Capture processes: declared, decided by others, run as they are in force, and measured."""

from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import msgspec
import pytest

from customer_inventory.access import sandbox
from customer_inventory.access.decision import Decision
from customer_inventory.access.grant.people import register_capacity
from customer_inventory.capture.process import register, running, scheduling
from customer_inventory.capture.process.declared import Controls, Declared, read
from customer_inventory.capture.tally import Tally
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import parse
from customer_inventory.store.database import Database
from tests.capture.conftest import HEADER, SMALL

PROCESS = """
id: crm-daily
kind: capture
name: Daily extract of the CRM
owner: Customer Operations
schedule: "0 3 * * *"
load:
  mapping: small.yaml
  place: rows.csv
  process: test
  purpose: testing
  freshHours: 26
  controls: {leastRows: 2, mostRefused: 0.4}
objective: {figure: refusedShare, unit: share, atMost: 0.1}
"""
PAUL, RITA, ANNA = (Decision(person, "here", "") for person in ("paul", "rita", "anna"))
OPERATOR = Actor("manage-customer-inventory", "inventoryManagement", "ops")


@pytest.fixture
def declared(tmp_path: Path) -> Declared:
    (tmp_path / "small.yaml").write_text(SMALL)
    file = tmp_path / "crm-daily.yaml"
    file.write_text(PROCESS)
    return read(file)


async def decided(database: Database, process: str) -> None:
    """Let others review and approve what is proposed, and put it in force."""
    await register.review(database, process, by=RITA)
    await register.approve(database, process, by=ANNA)
    await register.enforce(database, process, by=PAUL, actor=OPERATOR)


async def in_force(database: Database, declared: Declared) -> register.Active:
    await register.propose(database, declared, by=PAUL)
    await decided(database, declared.id)
    (active,) = await register.active(database, declared.id)
    return active


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("kind: capture", "kind: other", "other"),
        ("owner: Customer Operations\n", "", "owner"),
        ("0 3 * * *", "3 o'clock", "cron"),
        ("  place: rows.csv\n", "", "schedule"),
        ("mapping: small.yaml", "mapping: none.yaml", "cannot be read"),
        ("leastRows", "leastRow", "leastRow"),
        ("mostRefused: 0.4", "mostRefused: 4", "from 0 to 1"),
        ("kind: capture", "kind: management", "load"),
        ("figure: refusedShare", "figure: lost", "refusedShare (share)"),
        ("unit: share", "unit: rows", "refusedShare (share)"),
        (", atMost: 0.1", "", "has a bound"),
        ("name: Daily", "name: [Daily", "line"),
    ],
)
def test_a_wrong_file_says_what_is_wrong(
    tmp_path: Path, before: str, after: str, words: str
) -> None:
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "wrong.yaml").write_text(PROCESS.replace(before, after, 1))
    with pytest.raises(Invalid) as caught:
        read(tmp_path / "wrong.yaml")
    assert words in str(caught.value)


async def test_a_process_is_decided_on_by_others(database: Database, declared: Declared) -> None:
    assert await register.propose(database, declared, by=PAUL) == 1
    assert await register.propose(database, declared, by=PAUL) is None
    with pytest.raises(NotFound):
        await register.active(database, declared.id)
    with pytest.raises(Conflict, match="is approved"):
        await register.enforce(database, declared.id, by=ANNA, actor=OPERATOR)
    with pytest.raises(Conflict, match="is reviewed"):
        await register.approve(database, declared.id, by=ANNA)
    await decided(database, declared.id)
    other = msgspec.structs.replace(declared, owner="Sales")
    assert await register.propose(database, other, by=PAUL) == 2
    (active,) = await register.active(database, declared.id)
    assert (active.version, active.declared) == (1, declared)
    with pytest.raises(Conflict, match="under way"):
        await register.retire(database, declared.id, by=ANNA, actor=OPERATOR)
    await decided(database, declared.id)
    (active,) = await register.active(database, declared.id)
    assert (active.version, active.declared.owner) == (2, "Sales")
    states = [(row["version"], row["state"]) for row in await register.versions(database, other.id)]
    assert states == [(2, "enforced"), (1, "superseded")]
    await register.suspend(database, declared.id, by=ANNA, actor=OPERATOR)
    with pytest.raises(NotFound):
        await register.active(database, declared.id)
    await register.resume(database, declared.id, by=ANNA, actor=OPERATOR)
    (active,) = await register.active(database, declared.id)
    assert active.version == 2
    await register.retire(database, declared.id, by=ANNA, actor=OPERATOR)
    with pytest.raises(Conflict, match="retired"):
        await register.propose(database, declared, by=PAUL)
    told = await register.decisions(database, declared.id)
    assert [(row["version"], row["state"], row["person"]) for row in reversed(told)] == [
        (1, "proposed", "paul"), (1, "reviewed", "rita"), (1, "approved", "anna"),
        (1, "enforced", "paul"), (1, "superseded", "paul"),
        (2, "proposed", "paul"), (2, "reviewed", "rita"), (2, "approved", "anna"),
        (2, "enforced", "paul"), (2, "suspended", "anna"), (2, "enforced", "anna"),
        (2, "retired", "anna"),
    ]  # fmt: skip


async def test_in_production_different_people_with_the_capacity_decide(
    database: Database, declared: Declared
) -> None:
    await sandbox.leave(database, declared_by="the tests")
    await register.propose(database, declared, by=PAUL)
    with pytest.raises(Refused, match="different people"):
        await register.review(database, declared.id, by=PAUL)
    with pytest.raises(Refused, match="reviewer"):
        await register.review(database, declared.id, by=RITA)
    for person, capacity in (("rita", "reviewer"), ("rita", "dataOwner:*"),
                             ("anna", "dataOwner:customer")):  # fmt: skip
        await register_capacity(database, person, capacity, until=None, registered_by="the tests")
    await register.review(database, declared.id, by=RITA)
    with pytest.raises(Refused, match="different people"):
        await register.approve(database, declared.id, by=RITA)
    await register.approve(database, declared.id, by=ANNA)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ("state = 'reviewed'", "by a decision"),
        ("state = 'enforced'", "no such step"),
        ("content = '{}'", "never changes"),
    ],
)
async def test_the_database_holds_the_law(
    database: Database, dsn: str, declared: Declared, change: str, words: str
) -> None:
    await register.propose(database, declared, by=PAUL)
    connection = await asyncpg.connect(dsn)
    with pytest.raises(asyncpg.CheckViolationError, match=words):
        await connection.execute(f"UPDATE capture.process_version SET {change}")
    await connection.close()


async def test_a_run_loads_what_is_in_force_and_is_measured(
    database: Database, declared: Declared, tmp_path: Path
) -> None:
    active = await in_force(database, declared)
    settings = Settings(home=tmp_path / "home")
    file = tmp_path / "rows.csv"
    good = "1,Ada,Lovelace,,A\n2,Alan,Turing,,A\n"
    file.write_text(HEADER + good)
    # The mapping was taken in when it was proposed.
    (tmp_path / "small.yaml").write_text("nothing")
    ran = await running.run(database, settings, active, person="me", place=str(file))
    assert (ran.breach, ran.summary.tally.rows) == ("", 2)
    file.write_text(HEADER + "3,,Hopper,,A\n")
    ran = await running.run(database, settings, active, person="me", place=str(file))
    assert ran.breach == "1 rows, of 2 at least; 100.0% refused, of 40.0% at most"
    with pytest.raises(Invalid):
        await running.run(database, settings, active, person="me", place=str(tmp_path / "none"))
    rows = await running.runs(database, None, limit=10)
    assert [(row["outcome"], row["rows_read"], row["rows_refused"]) for row in rows] == [
        ("failed", None, None), ("outOfControl", 1, 1), ("done", 2, 0),
    ]  # fmt: skip
    assert all(row["seconds"] >= 0 for row in rows)
    assert [row["is_met"] for row in rows] == [None, False, True]
    assert parse(rows[1]["figures"])["refusedShare"] == 1
    (shown,) = await register.processes(database)
    assert (shown.runs, shown.out_of_control, shown.failed) == (3, 1, 1)
    assert (shown.met, shown.missed, shown.last_is_met) == (1, 1, False)
    assert shown.is_fresh
    (source,) = await running.sources(database)
    assert (source["source"], source["rows"], source["waiting"]) == ("crm", 3, 1)


def test_controls_say_what_is_broken() -> None:
    controls = Controls(least_rows=10, most_refused=0.1)
    assert running.breached(controls, Tally(rows=10, refused=1)) == ""
    assert "11.1% refused" in running.breached(controls, Tally(rows=18, refused=2))
    assert "9 rows, of 10" in running.breached(controls, Tally(rows=9))


def test_a_schedule_is_due_once_it_is_past() -> None:
    at = datetime(2026, 1, 2, 3, 0, tzinfo=UTC)
    assert scheduling.is_due("0 3 * * *", datetime(2026, 1, 2, 2, 59, tzinfo=UTC), at)
    assert not scheduling.is_due("0 3 * * *", at, datetime(2026, 1, 3, 2, 59, tzinfo=UTC))
