"""The rights of subjects by the management API."""

import asyncio

from customer_inventory.kit.ids import new_id
from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS

ROOT = "/inventory/v1"


async def test_a_hold_refuses_and_names_its_case(service: Service) -> None:
    client = service.client
    made = await client.post(PATHS["individual"], json=BODIES["individual"])
    identifier = made.json()["id"]
    given = {"subjectId": identifier, "reason": "LIT-2026-4"}
    placed = await client.post(f"{ROOT}/legalHold", json=given)
    assert placed.status_code == 201, placed.text
    assert [each["id"] for each in (await client.get(f"{ROOT}/legalHold")).json()] == [
        placed.json()["id"]
    ]
    for refused in (
        await client.post(f"{ROOT}/erasure", json={**given, "reason": "DSR-2026-17"}),
        await client.delete(f"{PATHS['individual']}/{identifier}"),
    ):
        assert (refused.status_code, refused.json()["code"]) == (409, "legalHold")
        assert "LIT-2026-4" in refused.json()["reason"]
    there = f"{ROOT}/legalHold/{placed.json()['id']}/lift"
    assert (await client.post(there, json={"reason": "LIT-2026-4"})).status_code == 200
    planned = await client.post(f"{ROOT}/erasure", json={"subjectId": identifier, "dryRun": True})
    assert planned.json()["removed"] == {"individual": [identifier]}
    assert (await client.delete(f"{PATHS['individual']}/{identifier}")).status_code == 204


async def test_a_request_is_opened_and_taken_on(service: Service) -> None:
    client = service.client
    made = await client.post(PATHS["individual"], json=BODIES["individual"])
    given = {"kind": "access", "subjectId": made.json()["id"]}
    nobody = await client.post(f"{ROOT}/subjectRequest", json={**given, "subjectId": new_id()})
    assert nobody.status_code == 404
    opened = await client.post(f"{ROOT}/subjectRequest", json=given)
    assert opened.status_code == 201, opened.text
    there = f"{ROOT}/subjectRequest/{opened.json()['id']}"
    step = {"step": "verify", "reference": "ID-CHECK-7"}
    assert (await client.post(f"{there}/step", json=step)).json()["state"] == "verified"
    assert (await client.post(f"{there}/step", json=step)).status_code == 409
    assert (await client.get(there)).json()["revision"] == 2
    listed = (await client.get(f"{ROOT}/subjectRequest?open=true")).json()
    assert [each["id"] for each in listed] == [opened.json()["id"]]
    for wrong in ({"step": "forget", "reference": "X-1"}, {"step": "verify"}, {"more": 1}):
        assert (await client.post(f"{there}/step", json=wrong)).status_code == 400


async def test_it_takes_the_permission_to_every_type(service: Service) -> None:
    token = await service.token_for("clerk", "individual:read,create,modify,update,delete")
    headers = {"Authorization": f"Bearer {token}"}
    given = {"subjectId": new_id(), "reason": "DSR-2026-17"}
    for path in ("erasure", "legalHold"):
        refused = await service.client.post(f"{ROOT}/{path}", json=given, headers=headers)
        assert refused.status_code == 403


async def test_a_large_erasure_is_a_job_that_tells_how_far_it_is(service: Service) -> None:
    client = service.client
    made = await client.post(PATHS["individual"], json=BODIES["individual"])
    there = f"{PATHS['individual']}/{made.json()['id']}"
    given = {"subjectId": made.json()["id"], "reason": "DSR-2026-17", "asJob": True}
    begun = await client.post(f"{ROOT}/erasure", json=given)
    assert begun.status_code == 202, begun.text
    assert begun.json()["state"] == "begun"
    async with asyncio.timeout(60):
        while "sha256" not in (told := (await client.get(begun.headers["location"])).json()):
            assert told["emptied"] <= told["toEmpty"]
            await asyncio.sleep(0.2)
    assert told["removed"] == {"individual": 1}
    assert told["signature"]["algorithm"] == "Ed25519"
    assert (await client.get(there)).status_code == 404
