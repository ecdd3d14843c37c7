"""A record type that is declared while callers are bound: its records follow the customer too."""

from collections.abc import Iterator

import pytest

from customer_inventory.record.register import edition
from customer_inventory.record.register.force import put_in_force
from customer_inventory.requirements import applying
from tests.access.scope.test_writing import refused
from tests.access.scope.world import AUSTRIA, World, client, reference, whole
from tests.conftest import Service
from tests.requirements.test_new_type import LOYALTY, PLACE, until
from tests.requirements.test_register import ACTOR, approved, by
from tests.tmf.bodies import PATHS, Document


@pytest.fixture(autouse=True)
def no_type_is_left() -> Iterator[None]:
    yield
    put_in_force(edition.NONE)


def membership(customer: str) -> Document:
    return {"@type": "LoyaltyMembership", "member": reference("customer", customer), "tier": "gold"}


async def test_records_of_a_new_type_are_in_scope_with_their_customer(service: Service) -> None:
    ours = await whole(service.client, "Ada", market="AT")
    theirs = await whole(service.client, "Ben", market="DE")
    async with await client(service, "austria", AUSTRIA) as caller:
        world = World(service, service.client, caller, ours, theirs)
        # The session is known before the type is.
        assert (await caller.get(f"{PATHS['customer']}/{ours['customer']}")).status_code == 200
        await approved(service.database, LOYALTY)
        await applying.apply(service.database, by=by("ops"), actor=ACTOR)
        await until(lambda: caller.get(PLACE), 200)
        ids = []
        for customer in (world.ours["customer"], world.theirs["customer"]):
            made = await service.client.post(PLACE, json=membership(customer))
            assert made.status_code == 201, made.text
            ids.append(made.json()["id"])
        assert (await caller.get(f"{PLACE}/{ids[0]}")).status_code == 200
        assert (await caller.get(f"{PLACE}/{ids[1]}")).status_code == 404
        assert [each["id"] for each in (await caller.get(PLACE)).json()] == ids[:1]
        made = await caller.post(PLACE, json=membership(world.theirs["customer"]))
        refused(made, 400, "danglingReference")
        made = await caller.post(PLACE, json=membership(world.ours["customer"]))
        assert made.status_code == 201, made.text
