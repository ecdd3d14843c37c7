"""One edited file, all the way: judged, enforced, refused at the door with the requirement's id."""

import asyncio

from customer_inventory.record import finding
from customer_inventory.record.facet import facet_of
from customer_inventory.record.inventory import Inventory
from customer_inventory.record.types import TYPES
from customer_inventory.requirements import applying
from customer_inventory.requirements.file import read
from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.requirements.samples import BIRTH_DATE, GENDER
from tests.requirements.test_register import ACTOR, approved, by
from tests.tmf.bodies import BODIES

INDIVIDUAL = TYPES["individual"]
NOBODY = {"@type": "Individual", "givenName": "Ada", "familyName": "Byron"}
PEOPLE = "/tmf-api/partyManagement/v5/individual"


async def people(database: Database, *given: dict[str, object]) -> list[str]:
    """Make people; return their ids."""
    inventory = Inventory(database)
    return [
        (await inventory.create(INDIVIDUAL, {"familyName": "B", **each}, actor=ACTOR)).id
        for each in given
    ]


async def test_it_is_judged_before_it_is_enforced(database: Database) -> None:
    born = {"givenName": "Ada", "birthDate": "1815-12-10"}
    ids = await people(database, born, {"givenName": "Bea"}, {"givenName": "Cyd"})
    drafts = [each.requirement for each in read(BIRTH_DATE)]
    (judged,) = await applying.dry_run(database, drafts)
    assert (judged.requirement, judged.looked_at, judged.failed) == ("REQ-101", 3, 2)
    assert judged.named == sorted(ids[1:])
    assert judged.by_source == {ACTOR.process: 2}
    assert judged.by_segment == {"unknown": 2}
    # Nothing changed: it is not even known.
    assert await applying.in_force(database) == []


async def test_failures_are_told_apart_by_segment(service: Service) -> None:
    person = (await service.client.post(PEOPLE, json=NOBODY)).json()
    party = {"@type": "PartyRef", "id": person["id"], "@referredType": "Individual"}
    segment = [{"@type": "StringCharacteristic", "name": "segment", "value": "consumer"}]
    body = {**BODIES["customer"], "engagedParty": party, "characteristic": segment}
    answer = await service.client.post("/tmf-api/customerManagement/v5/customer", json=body)
    assert answer.status_code == 201, answer.text
    drafts = [each.requirement for each in read(BIRTH_DATE)]
    (judged,) = await applying.dry_run(service.database, drafts)
    assert judged.by_segment == {"consumer": 1}


async def test_from_the_moment_it_is_applied_the_doors_hold_to_it(service: Service) -> None:
    before = (await service.client.post(PEOPLE, json=NOBODY)).json()
    await approved(service.database, BIRTH_DATE)
    await applying.apply(service.database, by=by("ops"), actor=ACTOR)
    async with asyncio.timeout(10):
        while True:
            answer = await service.client.post(PEOPLE, json=NOBODY)
            if answer.status_code == 400:
                break
            await asyncio.sleep(0.05)
    told = answer.json()
    assert (told["code"], told["path"]) == ("missingAttribute", "birthDate")
    assert told["problem"] == [
        {
            "path": "birthDate",
            "reason": "is mandatory and missing (REQ-101).",
            "requirement": "REQ-101",
        }
    ]
    whole = {**NOBODY, "birthDate": "1815-12-10T00:00:00Z"}
    assert (await service.client.post(PEOPLE, json=whole)).status_code == 201
    # Version 4 of the door is held to it as well.
    old = await service.client.post(
        "/tmf-api/party/v4/individual", json={"givenName": "A", "familyName": "B"}
    )
    assert (old.status_code, old.json()["path"]) == (400, "birthDate")
    # What is there already is read, and changed in other respects.
    place = f"{PEOPLE}/{before['id']}"
    assert (await service.client.get(place)).status_code == 200
    assert (await service.client.patch(place, json={"location": "London"})).status_code == 200
    # The same declaration masks, and describes itself.
    assert facet_of("individual", "birthDate").classification == "sensitive"
    document = (await service.client.get("/openapi.json")).text
    assert "REQ-101" in document


async def test_what_is_held_becomes_findings_that_close_when_it_is_mended(
    database: Database,
) -> None:
    born = {"givenName": "Ada", "birthDate": "1815-12-10", "gender": "female"}
    ids = await people(database, born, {"givenName": "Bea", "birthDate": "1815-12-10"})
    await approved(database, BIRTH_DATE, GENDER)
    await applying.apply(database, by=by("ops"), actor=ACTOR)
    assert await applying.find_failing(database) == (1, 0)
    (found,) = await finding.findings(database, kind=applying.NOT_FULFILLED, state="open")
    assert found["record_id"] == ids[1]
    await Inventory(database).change(
        INDIVIDUAL, ids[1], lambda old: {**old, "gender": "female"}, actor=ACTOR
    )
    assert await applying.find_failing(database) == (0, 1)
