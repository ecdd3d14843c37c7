"""What screens of the facilities are looked at with: shortcomings, and a drill that was held."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from customer_inventory.facilities.backup import drilled
from customer_inventory.facilities.repository.declared import OURS
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.shortcomings import held
from customer_inventory.shortcomings.assessing import CHECKS
from customer_inventory.shortcomings.check import Found, Outcome
from customer_inventory.shortcomings.forecasting import load

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


async def measured(world: "World") -> None:
    """Let there be figures of 60 days, a load to come, and two drills, one of which failed."""
    database = world.service.database
    if await database.value("SELECT count(*) FROM shortcomings.known_load"):
        return
    day = now().date() + timedelta(days=30)
    await load.enter(
        database, day, 40e9, object="database", said="migration of the south", actor=BY
    )
    for back in range(60):
        grown = 1 - back / 100 - (back % 7) / 300
        for kind, name, figures in (
            ("house", "disk", {"used": 420e9 * grown, "most": 500e9}),
            ("server", "server", {"bytes": 310e9 * grown}),
            ("relation", "record.customer", {"bytes": 92e9 * grown}),
            ("sequence", "audit.finding_id_seq", {"given": 30_000 * grown, "most": 32_767}),
        ):
            await database.execute(
                "INSERT INTO shortcomings.snapshot VALUES ($1, $2, $3, $4::json)"
                " ON CONFLICT DO NOTHING",
                now() - timedelta(days=back), kind, name, json.dumps(figures).encode(),
            )  # fmt: skip
    for seconds, different in ((184.2, []), (201.9, ["record.agreement"])):
        await database.execute(
            drilled.SQL.keep_drill, "20260901T030000Z", seconds, 3.4, 214, 1_204_233, different, 0,
            BY.process, "petra",
        )  # fmt: skip


async def repository(world: "World") -> Mapping[str, str]:
    """Our own repository."""
    return {"name": OURS}
