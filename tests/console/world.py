"""A service with believable customers and a person for each role, shared by the tests of screens.

`EXAMPLES` says for each screen with parameters in its path what to look at. A screen that is not in
it fails `test_screens`: whoever adds one adds its example.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from customer_inventory.access.grant.people import register_capacity
from customer_inventory.access.person import account, session
from customer_inventory.capture.importing import import_file
from customer_inventory.console.screen import Screen
from customer_inventory.demo.generate import lines
from customer_inventory.demo.role import ROLES, Role, register_roles
from customer_inventory.kit.actor import Actor
from tests.conftest import Service
from tests.console import stewarding
from tests.console.stock import access, audit, facilities, usage
from tests.console.visitor import Browser

BY = "the tests"
CUSTOMERS = 30
STEWARD, ACCESS, PRIVACY, OWNER, PLATFORM = ROLES


@dataclass
class World:
    """The service, and who works there."""

    service: Service
    customer: str
    sessions: dict[str, str] = field(default_factory=dict)

    async def session(self, role: Role) -> str:
        """Return the cookie of a session of whoever has a role."""
        made = await session.begin(self.service.database, role.person, source="127.0.0.1")
        found = await session.find(self.service.database, made)
        assert found is not None
        await session.work_as(self.service.database, found.session, role.process, role.purpose)
        return made

    @asynccontextmanager
    async def browser(self, role: Role | None) -> AsyncIterator[Browser]:
        """A browser of a role, or of nobody (None)."""
        async with httpx.AsyncClient(base_url=self.service.base, timeout=60) as http:
            browser = Browser(self.service.base, http)
            if role is not None:
                browser.cookies["__Host-cinv-session"] = await self.session(role)
            yield browser

    async def party(self) -> str:
        """Return the id of the person who the customer of the examples is."""
        found: str = await self.service.database.value(
            "SELECT body -> 'engagedParty' ->> 'id' FROM record.customer WHERE id = $1",
            self.customer,
        )
        return found


Example = Callable[[World], Awaitable[Mapping[str, str]]]


async def _customer(world: World) -> Mapping[str, str]:
    return {"id": world.customer}


async def _party(world: World) -> Mapping[str, str]:
    return {"type": "individual", "id": await world.party()}


EXAMPLES: dict[str, Example] = {
    "/access/processes/{id}": access.process,
    "/access/grants/{id}": access.grant,
    "/customers/{id}": _customer,
    "/customers/{id}/timeline": _customer,
    "/customers/{id}/seen-by": _customer,
    "/customers/{id}/rights": _customer,
    "/customers/{id}/package": _customer,
    "/records/{type}/{id}": _party,
    "/records/{type}/{id}/versions": _party,
    "/records/{type}/{id}/edit": _party,
    "/records/{type}/{id}/provenance": _party,
    "/access/recertification/{id}": access.campaign,
    "/access/break-glass/{id}": access.emergency,
    "/access/downloads/{id}": access.download,
    "/access/downloads/{id}/file": access.download,
    "/audit/findings/{id}": audit.finding,
    "/audit/campaigns/{id}": audit.campaign,
    "/audit/campaigns/{id}/desk": audit.campaign,
    "/audit/campaigns/{id}/items/{item}": audit.item,
    "/audit/campaigns/{id}/certificate": audit.certified,
    "/facilities/repositories/{name}": facilities.repository,
    "/facilities/shortcomings/{id}": facilities.shortcoming,
    "/facilities/shortcomings/{id}/dossier": facilities.shortcoming,
    "/usage/anomalies/{id}": usage.anomaly,
    "/usage/reports/{report}": usage.report,
    **stewarding.EXAMPLES,
}
"""By path of a screen: what stands for the parameters in it."""


async def address_of(world: World, screen: Screen) -> str:
    """Return where a screen is looked at: with the parameters of its example."""
    if "{" not in screen.path:
        return screen.path
    assert screen.path in EXAMPLES, f"add an example of {screen.path} to tests/console/world.py"
    return screen.address(**await EXAMPLES[screen.path](world))


async def peopled(service: Service, folder: Path) -> World:
    """Load customers; register the roles and their people."""
    database = service.database
    file = folder / "customers.ndjson"
    file.write_bytes(b"".join(lines(CUSTOMERS, seed=3)))
    actor = Actor("manage-customer-inventory", "inventoryManagement", "tester")
    await import_file(database, file, "records", actor=actor)
    await staffed(service)
    customer = await database.value(
        "SELECT id FROM record.customer WHERE body ->> 'status' = 'active'"
        " AND body -> 'engagedParty' ->> '@referredType' = 'Individual' ORDER BY id LIMIT 1"
    )
    return World(service, customer)


async def staffed(service: Service) -> None:
    """Register the roles and their people."""
    database = service.database
    await register_roles(database, registered_by=BY)
    for role in ROLES:
        await account.register(database, role.person, name=role.person_name, registered_by=BY)
        await database.execute(
            "UPDATE access.account SET state = 'active' WHERE person = $1", role.person
        )
        await account.admit(database, role.person, role.process, admitted_by=BY)
        for capacity in role.capacities:
            await register_capacity(database, role.person, capacity, registered_by=BY)
