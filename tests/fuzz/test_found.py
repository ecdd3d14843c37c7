"""What the fuzzer found once, each as a test of its own: an answer as the document has it."""

import json
from datetime import timedelta
from typing import Any

import jsonschema_rs
import pytest

from customer_inventory.access import registration
from customer_inventory.access.registration import HOUSE, history
from tests.conftest import Service
from tests.tmf.bodies import PATHS, made

API = "/inventory/v1"


@pytest.fixture
async def described(service: Service) -> Any:
    return (await service.client.get("/openapi.json")).json()


def responses(described: Any, method: str, path: str) -> Any:
    return described["paths"][path][method]["responses"]


async def administrator(service: Service) -> dict[str, str]:
    await service.token_for("desk", "access:read,create")
    token = await registration.issue_token(
        service.database, "desk", purpose="testing", person="ada", lifetime=timedelta(hours=1)
    )
    return {"Authorization": f"Bearer {token.secret}"}


async def test_nobody_registers_the_house_anew(service: Service) -> None:
    before = await history(service.database, HOUSE)
    answer = await service.client.post(
        f"{API}/process",
        json={"id": HOUSE, "name": "Mine", "owner": "me"},
        headers=await administrator(service),
    )
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
    assert await history(service.database, HOUSE) == before
    entry = await service.database.row(
        "SELECT decision, status, person FROM access.entry WHERE process = 'desk'"
    )
    assert entry is not None
    assert tuple(entry) == ("deny", 403, "ada")


async def test_a_process_told_anew_is_answered_as_described(
    service: Service, described: Any
) -> None:
    headers = await administrator(service)
    for status in (201, 200):
        answer = await service.client.post(
            f"{API}/process", json={"id": "b", "name": "B", "owner": "O"}, headers=headers
        )
        assert answer.status_code == status
        assert str(status) in responses(described, "post", f"{API}/process")


async def test_a_range_outside_is_told_in_words(service: Service, described: Any) -> None:
    person = await made(service, "individual")
    kept = await service.client.post(
        f"{API}/attachment",
        params={"recordType": "individual", "recordId": person["id"], "name": "note.txt"},
        content=b"a note",
        headers={"Content-Type": "text/plain"},
    )
    there = f"{API}/attachment/{kept.json()['id']}"
    answer = await service.client.get(there, headers={"Range": "bytes=757-2318"})
    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */6")
    assert (answer.json()["code"], answer.json()["status"]) == ("outsideRange", "416")
    whole = await service.client.get(there)
    assert whole.headers["content-type"] == "text/plain"
    content = responses(described, "get", f"{API}/attachment/{{id}}")["200"]["content"]
    assert list(content) == ["*/*"]


async def test_a_package_before_the_identity_is_checked_is_a_conflict_that_is_described(
    service: Service, described: Any
) -> None:
    person = await made(service, "individual")
    given = {"subjectId": person["id"], "kind": "access"}
    opened = (await service.client.post(f"{API}/subjectRequest", json=given)).json()
    path = f"{API}/subjectRequest/{{id}}/package"
    answer = await service.client.get(path.replace("{id}", opened["id"]))
    assert answer.status_code == 409
    assert "409" in responses(described, "get", path)


async def test_every_page_tells_which_methods_it_serves(service: Service) -> None:
    for path, allowed in (("/oauth2/token", "POST"), ("/oauth2/jwks", "GET, HEAD")):
        answer = await service.client.options(path)
        assert (answer.status_code, answer.headers["allow"]) == (405, allowed)


@pytest.mark.parametrize("version", ["v4", "v5"])
async def test_what_is_shown_in_part_is_as_described(
    service: Service, described: Any, version: str
) -> None:
    await made(service, "customer")
    path = PATHS["customer"].replace("v5", version)
    answer = await service.client.get(f"{path}?fields=contactMedium.phoneNumber,engagedParty.name")
    schema = responses(described, "get", path)["200"]["content"]["application/json"]["schema"]
    whole = {"allOf": [schema], "components": described["components"]}
    jsonschema_rs.Draft202012Validator(whole).validate(json.loads(answer.text))
    assert answer.json()[0]["contactMedium"]
