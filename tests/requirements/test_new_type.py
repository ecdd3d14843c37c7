"""A whole new record type is a requirement and `cinv req apply`: no code, and no restart."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import httpx
import pytest

from customer_inventory.kit.errors import Conflict
from customer_inventory.kit.located import FileError
from customer_inventory.record.register import edition
from customer_inventory.record.register.force import put_in_force
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import applying
from customer_inventory.requirements.file import read, written
from tests.conftest import Service
from tests.requirements.test_applying import NOBODY, PEOPLE
from tests.requirements.test_register import ACTOR, approved, by

LOYALTY = """\
type: loyaltyMembership
requirements:
  - id: REQ-500
    path: $
    name: A membership in the loyalty programme
    definition: That a party takes part in the programme, from when on, and in which tier.
    declares:
      entity: LoyaltyMembership
      subject: member
      references: {member: [individual, organization, customer]}
  - id: REQ-501
    path: member
    name: Member
    definition: Who takes part.
    data: {type: object}
    obligation: mandatory
    group: relation
  - id: REQ-502
    path: tier
    name: Tier
    definition: How much is thought of the member.
    data: {type: text, values: [basic, gold], maxLength: 20}
    obligation: mandatory
    group: kind
    searchable: true
"""
PLACE = "/tmf-api/customerInventory/v5/loyaltyMembership"


@pytest.fixture(autouse=True)
def no_type_is_left() -> Iterator[None]:
    yield
    put_in_force(edition.NONE)


async def until(asked: Callable[[], Awaitable[httpx.Response]], status: int) -> httpx.Response:
    """Ask until the service follows the register."""
    async with asyncio.timeout(15):
        while (answer := await asked()).status_code != status:
            await asyncio.sleep(0.05)
    return answer


async def test_it_is_served_from_the_moment_it_is_applied(service: Service) -> None:
    ada = (await service.client.post(PEOPLE, json=NOBODY)).json()
    assert (await service.client.get(PLACE)).status_code == 404
    drafts = [each.requirement for each in read(LOYALTY)]
    assert {each.failed for each in await applying.dry_run(service.database, drafts)} == {0}
    await approved(service.database, LOYALTY)
    await applying.apply(service.database, by=by("ops"), actor=ACTOR)
    assert (await until(lambda: service.client.get(PLACE), 200)).json() == []
    member = {"id": ada["id"], "@type": "PartyRef", "@referredType": "Individual"}
    given = {"@type": "LoyaltyMembership", "member": member, "tier": "gold"}
    made = await service.client.post(PLACE, json=given)
    assert made.status_code == 201, made.text
    whole = made.json()
    assert whole["@type"] == "LoyaltyMembership"
    assert whole["href"] == f"{service.base}{PLACE}/{whole['id']}"
    refused = await service.client.post(PLACE, json={**given, "tier": "platinum"})
    assert "REQ-502" in refused.text
    assert "REQ-501" in (await service.client.post(PLACE, json={"tier": "gold"})).text
    # Listed, filtered, changed, with a past; version 4 and the OpenAPI document have it, too.
    listed = (await service.client.get(PLACE, params={"tier": "gold"})).json()
    assert [each["id"] for each in listed] == [whole["id"]]
    there = f"{PLACE}/{whole['id']}"
    assert (await service.client.patch(there, json={"tier": "basic"})).status_code == 200
    assert len((await service.client.get(f"{there}/history")).json()) == 2
    assert (await service.client.get(there.replace("v5", "v4"))).json()["tier"] == "basic"
    assert PLACE in (await service.client.get("/openapi.json")).json()["paths"]
    # Whom it belongs to is known: it is part of the 360, and it is erased with its subject.
    customer = {**NOBODY, "@type": "Customer", "name": "Ada", "engagedParty": member}
    around = (
        await service.client.post("/tmf-api/customerManagement/v5/customer", json=customer)
    ).json()
    seen = await service.client.get(f"/tmf-api/customer360/v5/customer360/{around['id']}")
    assert [each["id"] for each in seen.json()["loyaltyMembership"]] == [whole["id"]]
    with pytest.raises(Conflict, match="There are records of loyaltyMembership"):
        await applying.retire(service.database, "REQ-500", by=by("ops"), actor=ACTOR)
    erased = await service.client.post(
        "/inventory/v1/erasure", json={"subjectId": ada["id"], "reason": "DSR-2026-1"}
    )
    assert erased.status_code in (200, 201, 202), erased.text
    await until(lambda: service.client.get(there), 404)
    await applying.retire(service.database, "REQ-500", by=by("ops"), actor=ACTOR)
    await until(lambda: service.client.get(PLACE), 404)


def test_a_file_that_declares_a_type_comes_back() -> None:
    found = [each.requirement for each in read(LOYALTY)]
    assert [each.requirement for each in read(written("loyaltyMembership", found))] == found
    assert "loyaltyMembership" not in TYPES


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("type: loyaltyMembership", "type: customer", "ships with the product"),
        ("type: loyaltyMembership", "type: Loyalty", "is a name such as"),
        ("LoyaltyMembership", "Customer", "is the entity of customer"),
        ("[individual, organization, customer]", "[person]", "names no record type"),
        ("subject: member", "subject: owner", "is none of the references"),
        ("entity: LoyaltyMembership", "entity: loyalty", "entity"),
        ("path: tier", "path: $", "attributes, not for the record"),
        ("    declares:", "    searchable: true\n    declares:", "not for the record"),
    ],
)
def test_what_cannot_be_declared(old: str, new: str, said: str) -> None:
    assert old in LOYALTY
    with pytest.raises(FileError) as refused:
        read(LOYALTY.replace(old, new))
    assert said in f"{refused.value.path}: {refused.value.message}"
