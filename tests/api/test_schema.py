"""Schemas by the management API: registered, listed, ended, and obeyed by the TM Forum API."""

from typing import Any

from tests.conftest import Service
from tests.tmf.bodies import BODIES, PATHS

SCHEMAS = "/inventory/v1/schema"
GIVEN: dict[str, Any] = {
    "recordType": "individual",
    "type": "VipIndividual",
    "baseType": "Individual",
    "schemaLocation": "https://example.com/vip.json",
    "schema": {"required": ["level"], "properties": {"level": {"enum": ["silver", "gold"]}}},
}
VIP = {**BODIES["individual"], "@type": "VipIndividual", "@baseType": "Individual"}


async def test_a_registered_schema_is_obeyed_until_it_ends(service: Service) -> None:
    made = await service.client.post(SCHEMAS, json=GIVEN)
    assert made.status_code == 201, made.text
    shown = made.json()
    assert {name: shown[name] for name in GIVEN} == GIVEN
    assert shown["process"] == "tester"
    assert (await service.client.get(SCHEMAS)).json() == [shown]
    assert (await service.client.get(f"{SCHEMAS}/{shown['id']}")).json() == shown

    refused = await service.client.post(PATHS["individual"], json={**VIP, "level": "tin"})
    assert refused.status_code == 400
    assert (refused.json()["code"], refused.json()["path"]) == ("invalidDocument", "level")
    assert "tin" not in refused.json()["reason"].split()
    taken = await service.client.post(PATHS["individual"], json={**VIP, "level": "gold"})
    assert taken.status_code == 201
    there = f"{PATHS['individual']}/{taken.json()['id']}"
    assert (await service.client.patch(there, json={"level": None})).status_code == 400
    assert (await service.client.patch(there, json={"@baseType": "Other"})).status_code == 400
    listed = await service.client.get(f"{PATHS['individual']}?@type=VipIndividual&level=gold")
    assert [record["id"] for record in listed.json()] == [taken.json()["id"]]

    ended = await service.client.delete(f"{SCHEMAS}/{shown['id']}")
    assert (ended.status_code, ended.content) == (204, b"")
    gone = await service.client.delete(f"{SCHEMAS}/{shown['id']}")
    assert (gone.status_code, gone.json()["code"]) == (404, "notFound")


async def test_what_cannot_be_registered_is_refused(service: Service) -> None:
    for changes, path, code in (
        ({"recordType": None}, "recordType", "missingAttribute"),
        ({"recordType": 5}, "recordType", "invalid"),
        ({"schema": {"$ref": "http://127.0.0.1:1/"}}, "schema", "invalidSchema"),
        ({"schema": []}, "schema", "invalidSchema"),
        ({"type": "Individual"}, "type", "invalid"),
        ({"more": 1}, "more", "invalid"),
    ):
        answer = await service.client.post(SCHEMAS, json={**GIVEN, **changes})
        assert answer.status_code == 400, answer.text
        assert (answer.json()["path"], answer.json()["code"]) == (path, code)
    for body in (b"", b"[]", b"{", b"5"):
        assert (await service.client.post(SCHEMAS, content=body)).status_code == 400
    assert (await service.client.get(SCHEMAS)).json() == []


async def test_a_schema_needs_the_permission_on_its_record_type(service: Service) -> None:
    made = (await service.client.post(SCHEMAS, json=GIVEN)).json()
    token = await service.token_for("billing", "customer:read,modify", "individual:create")
    mine = {"Authorization": f"Bearer {token}"}
    assert (await service.client.get(SCHEMAS, headers=mine)).json() == []
    for answer in (
        await service.client.get(f"{SCHEMAS}/{made['id']}", headers=mine),
        await service.client.post(SCHEMAS, json=GIVEN, headers=mine),
        await service.client.delete(f"{SCHEMAS}/{made['id']}", headers=mine),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    given = {**GIVEN, "recordType": "customer", "baseType": "Customer"}
    assert (await service.client.post(SCHEMAS, json=given, headers=mine)).status_code == 201
