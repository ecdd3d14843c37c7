"""The repository assessed, with what other rooms know of it."""

from dataclasses import replace

from customer_inventory.capture.process.task import Figures, Work
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings import held, impact
from customer_inventory.shortcomings.advising.advice import of_indexes
from customer_inventory.shortcomings.assessing import Assessment, assess
from customer_inventory.shortcomings.others import of_others
from customer_inventory.shortcomings.seeing import seeing_most
from customer_inventory.store.database import Database


async def assessed(database: Database, settings: Settings, *, actor: Actor) -> Assessment:
    """Assess the repository and keep what came of it."""
    async with seeing_most(database, settings) as server:
        done = await assess(server)
        advised = await of_indexes(server, database)
    others = await of_others(database, settings)
    done = replace(done, outcomes=(*done.outcomes, advised, *others))
    await held.keep(database, done, actor=actor)
    await impact.tell(database, await held.listed(database))
    return done


def assessment_task(database: Database, settings: Settings) -> Work:
    """Return what the house does to assess the repository, with the figures of a run."""

    async def work(actor: Actor) -> Figures:
        done = await assessed(database, settings, actor=actor)
        rows = await held.listed(database)
        return {
            "checks": len(done.outcomes),
            "skipped": done.count("skipped"),
            "open": len(rows),
            "critical": sum(row["severity"] == "critical" for row in rows),
        }

    return work
