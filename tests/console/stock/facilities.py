"""What screens of the facilities are looked at with: shortcomings, and a drill that was held."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from customer_inventory.facilities.repository.declared import OURS
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.assessing import CHECKS
from customer_inventory.shortcomings.check import Found, Outcome

if TYPE_CHECKING:
    from tests.console.world import World

BY = Actor("manage-customer-inventory", "inventoryManagement", "tester")
CHECK = CHECKS[0]


async def wanting(world: "World", where: str) -> str:
    """Let an object be found wanting, as an assessment does; return the fingerprint."""
    value = (CHECK.critical or CHECK.warn) * 2
    found = Found(where, value, "critical" if CHECK.critical else "warning", {"table": where})
    outcome = Outcome(CHECK, "finding", (found,))
    await held.meet(world.service.database, [outcome], now(), actor=BY)
    return held.fingerprint(CHECK.id, where)


async def shortcoming(world: "World") -> Mapping[str, str]:
    """A shortcoming that is open."""
    return {"id": await wanting(world, "record.example")}


async def repository(world: "World") -> Mapping[str, str]:
    """Our own repository."""
    return {"name": OURS}
