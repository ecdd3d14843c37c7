"""What screens of access are looked at with: a process that asks, a grant at each step."""

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING

from customer_inventory.access import registration
from customer_inventory.access.decision import Decision
from customer_inventory.access.download import asking
from customer_inventory.access.download.mark import Marks
from customer_inventory.access.grant import breaking_glass, granting, people, recertifying
from customer_inventory.access.registration import Permission
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.tmf.door import resources
from customer_inventory.tmf.source import finder

if TYPE_CHECKING:
    from tests.console.world import World

PROCESS, PURPOSE = "billing-enquiries", "billing"
_MADE: dict[tuple[str, str], str] = {}


async def process(world: "World") -> Mapping[str, str]:
    """A process that is registered, and asked for something."""
    await grant(world)
    return {"id": PROCESS}


async def grant(world: "World") -> Mapping[str, str]:
    """A grant that is reviewed, and waits for the owner of the data."""
    key = (world.service.base, "grant")
    if key not in _MADE:
        _MADE[key] = await asked(world)
        by = Decision("dana", "data-protection", "no more than it needs")
        await granting.review(world.service.database, _MADE[key], by=by)
    return {"id": _MADE[key]}


async def asked(world: "World", process: str = PROCESS) -> str:
    """Register a process, which asks for a grant; return its id."""
    database = world.service.database
    await registration.register(
        database, process, name="Billing enquiries", owner="Finance", owner_person="Bea Biller",
        contact="bea@example.com", etom_id="1.3.9", registered_by="akira",
    )  # fmt: skip
    await people.register_purpose(
        database, PURPOSE, title="Billing", legal_basis="contract", registered_by="akira"
    )
    return await granting.request(
        database,
        process,
        permissions=[
            Permission.parse("customer:read", PURPOSE),
            Permission.parse("billingAccount:read,update", PURPOSE),
        ],
        valid_until=now() + timedelta(days=200),
        by=Decision("akira", "access-management", "Answer questions about bills"),
    )


async def active(world: "World", process: str) -> str:
    """Return a grant in force of a process of its own."""
    database, grant = world.service.database, await asked(world, process)
    await granting.review(database, grant, by=Decision("dana", "data-protection", ""))
    await granting.approve(database, grant, by=Decision("omar", "data-ownership", ""))
    await granting.activate(database, grant, by=Decision("akira", "access-management", ""))
    return grant


async def campaign(world: "World") -> Mapping[str, str]:
    """A campaign of recertification that is open."""
    key = (world.service.base, "campaign")
    if key not in _MADE:
        await active(world, "invoice-archive")
        opened = await recertifying.open_campaign(
            world.service.database,
            "Spring",
            due_at=now() + timedelta(days=14),
            by=Decision("akira", "access-management", "Spring"),
        )
        assert opened is not None
        _MADE[key] = opened[0]
    return {"id": _MADE[key]}


async def emergency(world: "World") -> Mapping[str, str]:
    """Broken glass that has ended, and waits for its review."""
    key, database = (world.service.base, "emergency"), world.service.database
    if key not in _MADE:
        await process(world)
        await people.register_capacity(database, "stella", "breakGlass", registered_by="it")
        opening = await breaking_glass.break_glass(
            database,
            PROCESS,
            person="stella",
            permissions=[Permission.parse("customer:read", PURPOSE)],
            reason="Bills were sent twice",
            ticket="INC-17",
            lifetime=timedelta(hours=1),
            entered_by="stella",
        )
        await breaking_glass.end(database, opening.id, by="stella")
        _MADE[key] = opening.id
    return {"id": _MADE[key]}


async def download(world: "World") -> Mapping[str, str]:
    """A large download that stewardship asked for, and that waits for the owner of the data."""
    key = (world.service.base, "download")
    if key not in _MADE:
        find = finder(resources(""), "")
        kept = await asking.keep(
            world.service.database,
            find("/tmf-api/customerManagement/v5/customer", "status=active"),
            asking.Asked(query="status=active", format="csv"),
            expected=250_000,
            limits=asking.Limits(100_000, per_process=10, hours=24),
            marks=Marks(b"a key of the tests"),
            actor=Actor("stewardship", "customerDataQuality", "stella"),
        )
        _MADE[key] = kept.id
    return {"id": _MADE[key]}
