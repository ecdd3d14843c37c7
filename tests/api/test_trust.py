"""Trust over the wire: a rank is set, a job shows merged records anew, bad input costs nothing."""

import asyncio

import pytest

from tests.conftest import Service
from tests.tmf.bodies import made, place

TRUST = "/inventory/v1/trust"


async def test_a_rank_is_set_and_a_job_follows(service: Service) -> None:
    one = await made(service, "individual", familyName="Official")
    token = await service.token_for("web", "individual:create,read,modify")
    headers = {"Authorization": f"Bearer {token}"}
    given = {"givenName": "Ada", "familyName": "Nickname"}
    there = place("individual", one).rpartition("/")[0]
    other = (await service.client.post(there, json=given, headers=headers)).json()
    asked = {"type": "individual", "survivor": one["id"], "merged": [other["id"]]}
    assert (await service.client.post("/inventory/v1/merge", json=asked)).status_code == 200
    answer = await service.client.post(TRUST, json={"source": "tester", "rank": 3})
    assert answer.status_code == 202, answer.text
    async with asyncio.timeout(30):
        while (row := (await service.client.get(TRUST)).json()[0])["ended_at"] is None:
            await asyncio.sleep(0.05)
    assert (row["source"], row["rank"], row["done"], row["changed"]) == ("tester", 3, 1, 1)
    whole = (await service.client.get(place("individual", one))).json()
    assert whole["familyName"] == "Official"
    refused = await service.client.post(TRUST, json={"source": "x", "rank": 1}, headers=headers)
    assert refused.status_code == 403


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({}, "source"),
        ({"source": "", "rank": 1}, "source"),
        ({"source": 1, "rank": 1}, "source"),
        ({"source": "x"}, "rank"),
        ({"source": "x", "rank": True}, "rank"),
        ({"source": "x", "rank": 10**9}, "rank"),
    ],
)
async def test_what_is_no_rank(service: Service, body: dict[str, object], path: str) -> None:
    answer = await service.client.post(TRUST, json=body)
    assert (answer.status_code, answer.json()["path"]) == (400, path)
