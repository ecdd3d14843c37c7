"""Removing what others refer to, over the wire."""

import httpx

from tests.conftest import Service
from tests.tmf.bodies import made, party, place


async def test_what_others_refer_to_is_a_conflict_that_names_them(service: Service) -> None:
    person = await made(service, "individual")
    role = await made(service, "customer", engagedParty=party(person["id"]))
    there = place("individual", person)
    answer = await service.client.delete(there)
    assert (answer.status_code, answer.json()["code"]) == (409, "referenced")
    assert f"customer {role['id']}" in answer.json()["reason"]

    token = await service.token_for("narrow", "individual:read,delete")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as narrow:
        answer = await narrow.delete(there)
    assert answer.status_code == 409
    assert "referenced elsewhere" in answer.json()["reason"]
    assert role["id"] not in answer.text

    assert (await service.client.delete(place("customer", role))).status_code == 204
    assert (await service.client.delete(there)).status_code == 204
