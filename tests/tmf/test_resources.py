"""The five things every resource can do, over a real socket."""

import pytest

from tests.conftest import Service

PARTY = "/tmf-api/partyManagement/v5"


async def test_a_record_lives_its_life(service: Service) -> None:
    made = await service.client.post(
        f"{PARTY}/individual", json={"@type": "Individual", "givenName": "Ada", "familyName": "L"}
    )
    assert made.status_code == 201
    assert made.headers["location"] == made.json()["href"]
    assert made.headers["etag"] == '"1"'
    place = made.headers["location"]

    assert (await service.client.get(place)).json() == made.json()

    changed = await service.client.patch(place, json={"familyName": "Lovelace"})
    assert changed.status_code == 200
    assert changed.json() == {**made.json(), "familyName": "Lovelace"}
    assert changed.headers["etag"] == '"2"'

    found = await service.client.get(f"{PARTY}/individual", params={"familyName": "Lovelace"})
    assert [record["id"] for record in found.json()] == [made.json()["id"]]

    assert (await service.client.delete(place)).status_code == 204
    assert (await service.client.get(place)).status_code == 404
