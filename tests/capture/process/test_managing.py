"""Processes that manage the inventory: declared, started as they are due, measured by what ran."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from customer_inventory.background.tasks import tasks_of
from customer_inventory.capture.process import register, running, scheduling
from customer_inventory.capture.process.declared import read
from customer_inventory.capture.process.shipped import SHIPPED_NAMES, named, shipped
from customer_inventory.capture.process.task import TASKS, Figures
from customer_inventory.holding import eraser_of, retainer_of
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid, Unavailable
from customer_inventory.kit.settings import Settings
from customer_inventory.record.document import parse
from customer_inventory.record.job import install
from customer_inventory.store.database import Database
from tests.capture.conftest import SMALL
from tests.capture.process.test_process import OPERATOR, PAUL, PROCESS, decided
from tests.conftest import Service

HOUSE = Actor("house", "inventoryManagement")


async def in_force(database: Database, name: str, **changes: Any) -> register.Active:
    """Put a process in force that ships."""
    import msgspec

    declared = msgspec.structs.replace(named(name), **changes)
    await register.propose(database, declared, by=PAUL)
    await decided(database, declared.id)
    (active,) = await register.active(database, declared.id)
    return active


async def told(database: Database, process: str) -> list[tuple[str, Figures, bool | None]]:
    """Return outcome, figures (the time it took left out) and objective of runs, newest first."""
    rows = await running.runs(database, process, limit=10)
    found = []
    for row in rows:
        figures = parse(row["figures"])
        figures.pop("seconds", None)
        found.append((row["outcome"], figures, row["is_met"]))
    return found


def test_of_every_task_one_ships_whose_id_is_its_name() -> None:
    assert [each.id for each in shipped()] == SHIPPED_NAMES
    assert {each.task for each in shipped()} == TASKS.keys()
    assert all(each.steps and each.schedule and each.owner for each in shipped())
    assert all(not isinstance(each.objective, str) for each in shipped())


async def test_the_house_does_every_task_that_is_said_to_be_its_own(
    database: Database, tmp_path: Path
) -> None:
    settings = Settings(home=tmp_path)
    tasks = tasks_of(
        database,
        settings,
        eraser=eraser_of(database, settings),
        retainer=retainer_of(database, settings),
    )
    assert tasks.keys() == {name for name, task in TASKS.items() if task.is_of_house}
    for name in ("erasure", "recertification", "ledgerRetention", "audit"):
        figures = await tasks[name](HOUSE)
        assert {*figures, "seconds"} == TASKS[name].figures.keys()


async def test_what_is_due_is_put_in_the_queue_once(database: Database, tmp_path: Path) -> None:
    await install(database)
    (tmp_path / "small.yaml").write_text(SMALL)
    (tmp_path / "crm.yaml").write_text(PROCESS)
    crm = read(tmp_path / "crm.yaml")
    await register.propose(database, crm, by=PAUL)
    await decided(database, crm.id)
    await in_force(database, "retention")
    await in_force(database, "backup")
    look = scheduling.looking(database)
    await look({}, HOUSE)
    waiting = "SELECT count(*) FROM job.pgqueuer"
    assert await database.value(waiting) == 0
    await database.execute(
        "UPDATE capture.process_decision SET decided_at = decided_at - interval '2 days'"
    )
    await register.suspend(database, "backup", by=PAUL, actor=OPERATOR)
    await look({}, HOUSE)
    await look({}, HOUSE)
    assert await database.value(waiting) == 2
    # A load that fails is kept as that, and does not stop the schedule.
    await scheduling.running(database, Settings(home=tmp_path), {})({"id": crm.id}, HOUSE)
    (failed,) = await running.runs(database, crm.id, limit=10)
    assert (failed["outcome"], "rows.csv" in failed["problem"]) == ("failed", True)


async def test_a_task_of_the_house_is_measured_and_held_to_its_objective(
    database: Database, tmp_path: Path
) -> None:
    await in_force(database, "retention")
    counted = [{"removed": 3, "held": 0, "waiting": 0}, {"removed": 0, "held": 1, "waiting": 2}]

    async def work(_: Actor) -> Figures:
        if not counted:
            raise Unavailable("No policy.")
        return counted.pop(0)

    job = scheduling.running(database, Settings(home=tmp_path), {"retention": work})
    for _ in range(3):
        await job({"id": "retention"}, HOUSE)
    assert await told(database, "retention") == [
        ("failed", {}, None),
        ("done", {"removed": 0, "held": 1, "waiting": 2}, False),
        ("done", {"removed": 3, "held": 0, "waiting": 0}, True),
    ]
    shown = await register.one(database, "retention")
    assert (shown.runs, shown.met, shown.missed, shown.failed) == (3, 1, 1, 1)
    assert (shown.last_is_met, shown.mean_seconds is not None) == (False, True)


async def test_a_run_that_was_broken_off_has_failed_when_the_next_begins(
    database: Database,
) -> None:
    process = await in_force(database, "retention")

    async def work() -> Figures:
        raise asyncio.CancelledError

    async def whole() -> Figures:
        return {"waiting": 0}

    with pytest.raises(asyncio.CancelledError):
        await running.do(database, process, work, person=None)
    await running.do(database, process, whole, person=None)
    first = (await running.runs(database, "retention", limit=10))[-1]
    assert (first["outcome"], first["problem"]) == ("failed", "broken off")


@pytest.mark.parametrize(
    ("schedule", "runs"), [("30 2 * * *", 0), (None, 1)], ids=["scheduled", "unscheduled"]
)
async def test_the_house_s_own_time_gives_way_to_a_schedule(
    database: Database, schedule: str | None, runs: int
) -> None:
    done: list[Actor] = []

    async def work(actor: Actor) -> Figures:
        done.append(actor)
        return {"waiting": 0}

    job = scheduling.at_own_times(database, "retention", work)
    await job({}, HOUSE)
    assert (len(done), await told(database, "retention")) == (1, [])
    await in_force(database, "retention", schedule=schedule)
    await job({}, HOUSE)
    assert len(done) == 1 + runs
    assert len(await told(database, "retention")) == runs


async def test_what_people_do_is_recorded_by_them_with_its_figure(
    database: Database, tmp_path: Path
) -> None:
    backup = await in_force(database, "backup")
    await scheduling.running(database, Settings(home=tmp_path), {})({"id": "backup"}, HOUSE)
    with pytest.raises(Invalid, match="hoursLost"):
        await running.note(database, backup, person="anna")
    await running.note(database, backup, person="anna", figures={"hoursLost": 0.5})
    await running.note(database, backup, person="anna", figures={"hoursLost": 2})
    await running.note(database, backup, person="anna", problem="the disk is full")
    assert await told(database, "backup") == [
        ("failed", {}, None),
        ("done", {"hoursLost": 2}, False),
        ("done", {"hoursLost": 0.5}, True),
        ("failed", {}, None),
    ]
    rows = await running.runs(database, "backup", limit=10)
    assert [row["person"] for row in rows] == ["anna", "anna", "anna", None]
    assert "done by people" in rows[-1]["problem"]
    retention = await in_force(database, "retention")
    with pytest.raises(Invalid, match="run by the house"):
        await running.note(database, retention, person="anna")


async def test_a_task_has_one_process_in_force(database: Database) -> None:
    await in_force(database, "retention")
    with pytest.raises(Conflict, match="retention is in force"):
        await in_force(database, "retention", id="retention-two")
    await register.suspend(database, "retention", by=PAUL, actor=OPERATOR)
    await register.enforce(database, "retention-two", by=PAUL, actor=HOUSE)
    with pytest.raises(Conflict, match="retention-two is in force"):
        await register.resume(database, "retention", by=PAUL, actor=OPERATOR)


async def test_the_service_runs_what_is_started(service: Service) -> None:
    await in_force(service.database, "erasure")
    await scheduling.start(service.database, "erasure", actor=HOUSE)
    for _ in range(600):
        found = await told(service.database, "erasure")
        if found and found[0][0]:
            break
        await asyncio.sleep(0.1)
    assert found == [("done", {"finished": 0, "overdue": 0}, True)]
