"""The register over HTTP: read by those who may, page by page, with who decided what."""

import pytest

from customer_inventory.requirements import register
from customer_inventory.requirements.file import read
from customer_inventory.requirements.starter.shipped import begins_as, shipped
from tests.conftest import BY, Service
from tests.requirements.samples import GENDER

PLACE = "/inventory/v1/requirement"


async def headers(service: Service, *allowed: str) -> dict[str, str]:
    token = await service.token_for("steward", *allowed)
    return {"Authorization": f"Bearer {token}"}


async def test_it_is_permitted_under_a_name_of_its_own(service: Service) -> None:
    everything = await headers(service, "*:read,create,modify,update,delete,download")
    refused = await service.client.get(PLACE, headers=everything)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    mine = await headers(service, "requirement:read")
    assert (await service.client.get(PLACE, headers=mine)).status_code == 200
    # And it opens nothing else.
    nothing = await service.client.get("/inventory/v1/recordType", headers=mine)
    assert nothing.status_code == 403


async def test_the_register_is_read_page_by_page(service: Service) -> None:
    mine = await headers(service, "requirement:read")
    ids: list[str] = []
    asked: dict[str, str | int] = {"type": "individual", "limit": 40}
    while found := (await service.client.get(PLACE, headers=mine, params=asked)).json():
        ids += [each["id"] for each in found]
        asked["after"] = ids[-1]
    assert ids == [each.id for each in shipped() if each.type == "individual"]
    enforced = await service.client.get(
        PLACE, headers=mine, params={"state": "enforced", "limit": 500}
    )
    assert {each["id"] for each in enforced.json()} == {
        each.id for each in shipped() if begins_as(each) == "enforced"
    }


async def test_one_is_told_with_its_versions_and_who_decided_what(service: Service) -> None:
    mine = await headers(service, "requirement:read")
    first = next(each for each in shipped() if each.path == "title")
    told = (await service.client.get(f"{PLACE}/{first.id}", headers=mine)).json()
    assert (told["state"], told["version"], told["enforcedVersion"]) == ("approved", 1, None)
    assert (told["operation"], told["survivorship"]) == ("update", "trust")
    assert (told["name"], told["proposedBy"]) == (first.name, "customer-inventory")
    (given,) = read(GENDER.replace("path: gender", "path: shoeSize"))
    await register.propose(service.database, [given.requirement], by=BY)
    await register.review(service.database, "REQ-102", by=BY)
    steps = (await service.client.get(f"{PLACE}/REQ-102/history", headers=mine)).json()
    assert [each["state"] for each in steps] == ["reviewed", "proposed"]
    assert {each["person"] for each in steps} == {BY.person}


@pytest.mark.parametrize(
    ("place", "status", "said"),
    [
        (f"{PLACE}/REQ-999", 404, "no requirement"),
        (f"{PLACE}/REQ-999/history", 404, "no requirement"),
        (f"{PLACE}?state=over", 400, "must be one of proposed"),
        (f"{PLACE}?limit=0", 400, "limit"),
        (f"{PLACE}?colour=red", 400, "colour"),
    ],
)
async def test_what_cannot_be_is_said(service: Service, place: str, status: int, said: str) -> None:
    mine = await headers(service, "requirement:read")
    answer = await service.client.get(place, headers=mine)
    assert answer.status_code == status
    assert said in answer.text
