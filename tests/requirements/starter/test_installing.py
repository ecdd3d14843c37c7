"""A database begins with what ships; what people decided afterwards stays theirs."""

import pytest
from msgspec.structs import replace

from customer_inventory.kit.actor import Actor
from customer_inventory.record.facet import facet_of
from customer_inventory.record.register.edition import in_force, put_in_force
from customer_inventory.record.register.keeping import enforce
from customer_inventory.record.types import TYPES
from customer_inventory.record.validate import Rejected, check
from customer_inventory.requirements import applying, register
from customer_inventory.requirements.compiling import compiled
from customer_inventory.requirements.register import SHIPPED
from customer_inventory.requirements.starter.installing import install
from customer_inventory.requirements.starter.shipped import begins_as, news, shipped
from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.requirements.test_register import ACTOR, by
from tests.tmf.bodies import BODIES

ENFORCED = {each.id for each in shipped() if begins_as(each) == "enforced"}


@pytest.fixture
async def begun(database: Database) -> Database:
    """A database whose register has what ships."""
    assert await install(database, actor=Actor("cinv", "inventoryManagement")) == len(shipped())
    return database


async def test_the_register_begins_with_what_ships(begun: Database) -> None:
    held = await register.latest(begun)
    assert {each.requirement.id: each.requirement for each in held} == {
        each.id: each for each in shipped()
    }
    assert {each.proposed_by for each in held} == {SHIPPED}
    assert {each.requirement.id for each in held if each.state == "enforced"} == ENFORCED
    assert {each.state for each in held} == {"enforced", "approved"}
    edition = await enforce(begun)
    assert edition.number == 1
    assert sum(len(each.elements) for each in edition.types.values()) == len(ENFORCED)
    steps = [row["state"] for row in await register.decisions(begun, min(ENFORCED))]
    assert steps == ["enforced", "proposed"]
    assert await register.next_id(begun) == "REQ-101"


async def test_it_is_not_put_into_a_register_that_has_anything(begun: Database) -> None:
    await applying.retire(begun, "REQ-1001", by=by("ops"), actor=ACTOR)
    assert await install(begun, actor=ACTOR) == 0
    (held,) = await register.versions(begun, "REQ-1001")
    assert held.state == "retired"


async def test_one_that_ships_is_put_in_force_by_its_id_alone(begun: Database) -> None:
    with pytest.raises(register.Conflict, match="Nothing is approved"):
        await applying.apply(begun, by=by("ops"), actor=ACTOR)
    birth_date = next(
        each.id for each in shipped() if (each.type, each.path) == ("individual", "birthDate")
    )
    applied = await applying.apply(begun, [birth_date], by=by("ops"), actor=ACTOR)
    assert (applied.number, applied.requirements) == (2, (birth_date,))
    assert {each.requirement.id for each in await applying.in_force(begun)} == {
        *ENFORCED,
        birth_date,
    }


async def test_what_a_newer_product_says_is_told_and_left_to_people(begun: Database) -> None:
    held = await register.latest(begun)
    assert news(held) == []
    (told,) = news([each for each in held if each.requirement.id != "REQ-1002"])
    assert (told.requirement.id, told.outcome, told.can_be_proposed) == ("REQ-1002", "new", True)
    other = replace(held[0].requirement, name="Title", owner="Me")
    await register.propose(begun, [other], by=by("ops"))
    (told,) = news(await register.latest(begun))
    assert (told.outcome, told.keys, told.can_be_proposed) == (
        "under way",
        ("name", "owner"),
        False,
    )
    await register.reject(begun, other.id, by=by("ops"))
    (told,) = news(await register.latest(begun))
    assert (told.requirement.id, told.outcome) == (other.id, "changed")
    outcome = await register.propose(begun, [told.requirement], by=by("ops"))
    assert outcome == {other.id: "changed"}
    mine = replace(held[1].requirement, id="REQ-101")
    (told,) = news([replace_held(each, mine) for each in held])
    assert (told.requirement.id, told.outcome) == ("REQ-1002", "taken")
    await applying.retire(begun, "REQ-1003", by=by("ops"), actor=ACTOR)
    assert [each.requirement.id for each in news(await register.latest(begun))] == []


def replace_held(each: register.Versioned, mine: register.Requirement) -> register.Versioned:
    """Return `each`, with `mine` in the place of what ships on its element."""
    if each.requirement.path != mine.path or each.requirement.type != mine.type:
        return each
    return register.Versioned(mine, 1, "approved", "me")


async def test_a_client_of_the_standard_is_served_as_before(
    service: Service, begun: Database
) -> None:
    await enforce(begun)
    assert in_force().number == 1
    for record_type in ("individual", "organization", "partyRole"):
        answer = await service.client.post(PLACES[record_type], json=BODIES[record_type])
        assert answer.status_code == 201, answer.text
    refused = await service.client.post(PLACES["individual"], json={"@type": "Individual"})
    assert refused.status_code == 400
    assert {each["requirement"] for each in refused.json()["problem"]} <= ENFORCED
    # It says of attributes what is declared of them anyway: nobody pays for asking twice.
    assert facet_of("individual", "givenName").group == "name"


PLACES = {
    "individual": "/tmf-api/partyManagement/v5/individual",
    "organization": "/tmf-api/partyManagement/v5/organization",
    "partyRole": "/tmf-api/partyRoleManagement/v5/partyRole",
}


def test_the_edition_says_of_no_attribute_anything_but_what_is_declared() -> None:
    edition = compiled((each for each in shipped() if each.id in ENFORCED), 1)
    for name, enforced in edition.types.items():
        for element in enforced.elements:
            assert element.facet == facet_of(name, element.path)
            assert not element.demanded or element.path not in TYPES[name].mandatory


def test_what_the_declaration_demands_is_demanded_of_every_change_as_before() -> None:
    put_in_force(compiled((each for each in shipped() if each.id in ENFORCED), 1))
    before = {"givenName": "A", "familyName": "B", "partyCharacteristic": [{"value": 1}]}
    with pytest.raises(Rejected, match=r"REQ-"):
        check(TYPES["individual"], {**before, "location": "London"}, before=before)
