"""Choices settled in the background: what was there before they counted, and what was missed."""

from customer_inventory.kit.actor import Actor
from customer_inventory.record.choice.settling import is_anything_settled
from customer_inventory.record.job import enqueue
from customer_inventory.store.database import Database

CHOICES = "record.settleChoices"
"""Name of the job that lets the choices of every subject hold as its documents say."""


async def settle_at_first(database: Database, actor: Actor) -> None:
    """Put the job in the queue where no choice has been settled yet: the inventory is older."""
    if not await is_anything_settled(database):
        await enqueue(database, CHOICES, {}, actor=actor, once=CHOICES)
