"""What screens of use and cost are looked at with: a month, an emergency, pools, a budget."""

import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bench.anomalies import kept
from customer_inventory.access.log.partition import Month
from customer_inventory.access.registration import EMERGENCY
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.usage.anomaly.looking import look
from customer_inventory.usage.cost import declaring
from tests.usage.ledger import entry

if TYPE_CHECKING:
    from tests.console.world import World

BY = Actor("tests", "testing", "ada")
COSTS = """\
currency: EUR
pools:
  - {name: compute, kind: compute, driver: requests,
     costs: [{from: 2026-01, amount: 999.90, capacity: 5000000}]}
  - {name: people, kind: people, driver: recordsRead, costs: [{from: 2026-01, amount: 8000.03}]}
rates:
  - {meter: recordsRead, per: 1000, prices: [{from: 2026-01, price: 12.50}]}
costCentres:
  - {process: billing-runs, costCentre: CC-1, from: 2026-01}
budgets:
  - {costCentre: CC-1, from: 2026-01, amount: 100}
"""
_MADE: dict[str, str] = {}


async def used(world: "World") -> str:
    """Let a month be used and cost something; return the number of its anomaly."""
    key, database = world.service.base, world.service.database
    if key not in _MADE:
        at = max(Month.of(now()).start, now() - timedelta(minutes=1))
        usual = [entry(at, "billing-runs", count=40) for _ in range(20)]
        glass = [entry(at, "billing-runs", purpose=f"{EMERGENCY}care", count=9) for _ in range(5)]
        await kept(database, Path(tempfile.mkdtemp()), [*usual, *glass])
        await declaring.declare(database, COSTS, actor=BY, reason="the tests")
        await look(database)
        found = await database.value("SELECT max(id) FROM usage.anomaly")
        _MADE[key] = str(found)
    return _MADE[key]


async def anomaly(world: "World") -> Mapping[str, str]:
    """An anomaly that nobody decided of yet."""
    return {"id": await used(world)}


async def report(_: "World") -> Mapping[str, str]:
    """The report on quality, which every month has."""
    return {"report": "quality"}
