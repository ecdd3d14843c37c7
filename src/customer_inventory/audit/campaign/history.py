"""The history of a campaign: each step, who took it and why."""

from collections.abc import Sequence
from dataclasses import dataclass

from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class By:
    """Who takes a step (`person`), who entered it (account or process), as whom, and why."""

    person: str
    entered_by: str
    actor: Actor
    reason: str = ""


async def take(
    within: Database, campaign: str, step: str, by: By, *, item: int | None = None
) -> None:
    """Keep a step of a campaign that is held; `item` is the one that it is about."""
    await within.execute(
        SQL.keep_step,
        campaign,
        step,
        item,
        by.reason,
        by.person,
        by.entered_by,
        by.actor.process,
        by.actor.purpose,
    )


async def steps(database: Database, campaign: str) -> Sequence[Row]:
    """Return the steps of a campaign, in order."""
    return await database.fetch(SQL.list_steps, campaign)
