"""Processes that are due: looked for every minute, each run by the queue, one at a time.

What the house does by itself at its own times it does by the process of that task, once one is in
force: measured by it, and at its times instead, if it has a schedule.
"""

import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from croniter import croniter

from customer_inventory.capture.process.register import Active, active
from customer_inventory.capture.process.running import do, remind, run
from customer_inventory.capture.process.task import Name, Work
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.record.job import enqueue
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

log = logging.getLogger(__name__)

LOOK = "capture.lookForDue"
RUN = "capture.run"

Job = Callable[[Mapping[str, Any], Actor], Awaitable[None]]


def is_due(schedule: str, since: datetime, at: datetime) -> bool:
    """Tell whether a cron expression (UTC) names a moment after `since` and not after `at`."""
    following: datetime = croniter(schedule, since).get_next(datetime)
    return following <= at


def looking(database: Database) -> Job:
    """Return the job that puts what is due in the queue."""

    async def job(_: Mapping[str, Any], actor: Actor) -> None:
        for each in await active(database):
            declared = each.declared
            if declared.schedule is None:
                continue
            since = await database.value(SQL.last_due, declared.id)
            if is_due(declared.schedule, since, now()):
                await start(database, declared.id, actor=actor)

    return job


async def start(database: Database, process: str, *, actor: Actor) -> None:
    """Put a process in the queue, unless it waits there already."""
    await enqueue(database, RUN, {"id": process}, actor=actor, once=f"{RUN}:{process}")


def running(database: Database, settings: Settings, tasks: Mapping[Name, Work]) -> Job:
    """Return the job that runs a process; `tasks` are those of management that the house does.

    A run that fails is kept as that, and tried again when it is due again: the queue would hold it.
    """

    async def job(payload: Mapping[str, Any], actor: Actor) -> None:
        try:
            (process,) = await active(database, payload["id"])
            task = process.declared.task
            if task is None:
                await run(database, settings, process, person=actor.person)
            elif task in tasks:
                await do(database, process, lambda: tasks[task](actor), person=actor.person)
            else:
                await remind(database, process, person=actor.person)
        except InventoryError as error:
            log.warning("the capture process %s failed: %s", payload["id"], error)

    return job


def at_own_times(database: Database, task: Name, work: Work) -> Job:
    """Return the job that does a task of the house when the house itself has it due."""

    async def job(_: Mapping[str, Any], actor: Actor) -> None:
        process = await of_task(database, task)
        try:
            if process is None:
                await work(actor)
            elif process.declared.schedule is None:
                await do(database, process, lambda: work(actor), person=actor.person)
        except Conflict as error:
            log.info("%s: %s", task, error)

    return job


async def of_task(database: Database, task: Name) -> Active | None:
    """Return the process in force that is of a task."""
    return next((each for each in await active(database) if each.declared.task == task), None)
