"""What the house does about shortcomings that were handed over: follow tickets, watch symptoms."""

import asyncio
from collections.abc import Mapping
from typing import Any

from customer_inventory.capture.process.task import Figures, Work
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.report.form import FORMS
from customer_inventory.kit.settings import Settings
from customer_inventory.monthly.delivering import NowhereTo
from customer_inventory.monthly.folder import Folder
from customer_inventory.record.job import Jobs
from customer_inventory.shortcomings.handover.following import FOLLOW, follow
from customer_inventory.shortcomings.handover.register import register
from customer_inventory.shortcomings.handover.symptom import WATCH, is_watched, watch
from customer_inventory.store.database import Database

_EVERY_TEN_MINUTES, _EVERY_MINUTE = "*/10 * * * *", "* * * * *"
_PLACE = "shortcomings"


def hand_over(jobs: Jobs, database: Database, settings: Settings, house: Actor) -> None:
    """Have it looked what became of tickets, and at what hurts now where somebody is to be told."""

    async def follow_tickets(_: Mapping[str, Any], actor: Actor) -> None:
        await follow(database, settings, actor=actor)

    async def watch_symptoms(_: Mapping[str, Any], actor: Actor) -> None:
        await watch(database, settings, actor=actor)

    jobs.handle(FOLLOW, follow_tickets)
    jobs.every(_EVERY_TEN_MINUTES, FOLLOW, actor=house)
    jobs.handle(WATCH, watch_symptoms)
    if is_watched(settings):
        jobs.every(_EVERY_MINUTE, WATCH, actor=house)


def register_task(database: Database, settings: Settings) -> Work:
    """Return what the house does to write the register, in every form, with the figures of a run.

    Raises NowhereTo without a folder (CINV_REPORTS), Unavailable where it cannot be written.
    """

    async def work(_: Actor) -> Figures:
        if settings.reports is None:
            raise NowhereTo(
                "The register is written nowhere: no folder is set.", hint="Set CINV_REPORTS."
            )
        folder, made = Folder.named(settings.reports), await register(database)
        for name, form in FORMS.items():
            content = await asyncio.to_thread(form.made, made)
            await asyncio.to_thread(folder.write, f"{_PLACE}/{made.name}.{name}", content)
        opened, tickets = (len(section.tables[0].rows) for section in made.sections[:2])
        return {"open": opened, "tickets": tickets, "files": len(FORMS)}

    return work
