"""What screens of audits are looked at with: findings, a campaign under way, one that is closed."""

import tempfile
from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

from customer_inventory.access.house import operator
from customer_inventory.access.terminal import session_here
from customer_inventory.audit.campaign.campaigns import By, Campaigns, Declared, Evidence, Verdicts
from customer_inventory.audit.campaign.plan import Demand
from customer_inventory.audit.compiling import rules_of
from customer_inventory.audit.running import audit
from customer_inventory.holding import campaigns_of
from customer_inventory.kit.clock import now
from customer_inventory.kit.settings import Settings
from customer_inventory.record.inventory import Inventory
from customer_inventory.requirements.requirement import Data
from customer_inventory.tmf.door import resources
from customer_inventory.tmf.source import finder
from tests.audit.test_running import requirement
from tests.requirements.test_register import ACTOR

if TYPE_CHECKING:
    from tests.console.world import World

RULE = next(rules_of(requirement("gender", data=Data(values=("female",)), steward="stella")))
"""A rule that every man fails."""
_MADE: dict[tuple[str, str], str] = {}


async def finding(world: "World") -> Mapping[str, str]:
    """A finding that is open."""
    key = (world.service.base, "finding")
    database = world.service.database
    if key not in _MADE:
        await audit(database, [RULE], actor=ACTOR)
        _MADE[key] = "done"
    number = await database.value("SELECT min(id) FROM audit.finding WHERE state = 'open'")
    return {"id": str(number)}


async def campaign(world: "World") -> Mapping[str, str]:
    """A campaign under way, whose items Stella has still to read."""
    return {"id": await _kept(world, "under way", decided=0)}


async def item(world: "World") -> Mapping[str, str]:
    """An item of a campaign that was read, and found not in order."""
    return {"id": await _kept(world, "certified", decided=1000), "item": "1"}


async def certified(world: "World") -> Mapping[str, str]:
    """A campaign that is closed."""
    return {"id": await _kept(world, "certified", decided=1000)}


async def begun(world: "World", name: str, *, decided: int) -> str:
    """Return a campaign over names, so many of its items decided; closed, where all are."""
    database = world.service.database
    rooms = campaigns_of(
        database,
        Settings(home=Path(tempfile.mkdtemp())),
        inventory=Inventory(database),
        find=finder(resources(""), ""),
    )
    session = await session_here(database, operator())
    declared = Declared(
        name=f"Names, {name}",
        owner="Data office",
        record_type="individual",
        filter="",
        elements=("givenName", "familyName", "gender"),
        compared_with="contractScan",
        demand=Demand(Fraction(1, 20), ratio=Fraction(6)),
        due_at=now() + timedelta(days=20),
        auditors=("stella",) if decided == 0 else ("ada",),
        seed="spring",
    )
    by = By("petra", "the tests", operator(), "for the tests")
    made = await rooms.new(declared, session=session, by=by)
    await rooms.sample(made.id, session=session, by=by)
    await rooms.assign(made.id, (), by=by)
    await _read(rooms, made.id, decided)
    if decided:
        await rooms.close(made.id, by=by)
    return made.id


async def _read(rooms: Campaigns, campaign: str, most: int) -> None:
    """Let Ada read: what she reads first is not in order."""
    session = await session_here(rooms.database, operator())
    by = By("ada", "the tests", operator(), "")
    for place in range(most):
        task = await rooms.next(campaign, session=session, by=by)
        if task is None:
            return
        words = dict.fromkeys(task.elements, "agrees")
        found = Verdicts(words)  # type: ignore[arg-type]
        if place == 0:
            found = Verdicts({**words, "familyName": "differs"}, {"familyName": "Byron"})  # type: ignore[dict-item]
        seen = Evidence("contractScan", "page 2")
        await rooms.record(campaign, task.item.number, found, seen, session=session, by=by)


async def _kept(world: "World", name: str, *, decided: int) -> str:
    key = (world.service.base, name)
    if key not in _MADE:
        _MADE[key] = await begun(world, name, decided=decided)
    return _MADE[key]
