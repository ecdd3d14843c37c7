"""Confirmations: asked by an event that goes out, answered over HTTP, and taken as evidence."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.registration import Permission
from customer_inventory.store.database import Database
from tests.conftest import Service
from tests.record.event.listener import listening
from tests.tmf.bodies import made
from tests.tmf.conftest import serving
from tests.tmf.test_hub import subscribed

API = "/inventory/v1"
V5 = "/tmf-api/partyManagement/v5"
ADDRESS = "contactMedium.emailAddress"
ANSWER = {
    "verdict": {ADDRESS: {"verdict": "differs", "value": "new@example.com"}},
    "reference": "told by the customer, call 17",
}


@pytest.fixture
async def service(dsn: str, database: Database) -> AsyncIterator[Service]:
    async with serving(dsn, database, callback_allow="127.0.0.0/8") as service:
        yield service


async def client_of(
    service: Service, process: str, person: str | None, terms: dict[str, Any] | None = None
) -> httpx.AsyncClient:
    await registration.register(
        service.database,
        process,
        name=process,
        owner="the tests",
        permissions=[
            Permission.parse("auditCampaign:read,create,modify,update", "testing"),
            replace(Permission.parse("individual:read", "testing"), terms=terms or {}),
        ],
        registered_by="the tests",
    )
    token = await registration.issue_token(
        service.database, process, purpose="testing", person=person, lifetime=timedelta(hours=1)
    )
    headers = {"Authorization": f"Bearer {token.secret}"}
    return httpx.AsyncClient(base_url=f"{service.base}{API}", headers=headers, timeout=60)


async def begun(service: Service, auditor: httpx.AsyncClient) -> dict[str, Any]:
    """Return the first task of a campaign over addresses."""
    for number in range(3):
        medium = {"@type": "EmailContactMedium", "emailAddress": f"old-{number}@example.com"}
        await made(service, "individual", contactMedium=[medium])
    body = {
        "name": "Addresses", "owner": "care", "type": "individual", "element": [ADDRESS],
        "comparedWith": "confirmation", "level": 0.4, "ratio": 2, "auditor": ["ada"],
        "dueAt": "2999-01-01",
    }  # fmt: skip
    campaign = (await sent(auditor, "/auditCampaign", body, 201))["id"]
    for step in ("sample", "assign"):
        await sent(auditor, f"/auditCampaign/{campaign}/{step}", {})
    task = await sent(auditor, f"/auditCampaign/{campaign}/next", {})
    return {**task, "campaign": campaign}


async def sent(client: httpx.AsyncClient, path: str, body: Any, status: int = 200) -> Any:
    answer = await client.post(path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


async def test_a_confirmation_goes_out_and_its_answer_comes_in(service: Service) -> None:
    async with (
        listening() as asking, listening() as plain,
        await client_of(service, "audit", "ada") as auditor,
        await client_of(service, "contact-centre", None) as centre,
    ):  # fmt: skip
        query = "eventType=IndividualConfirmationRequestEvent"
        await subscribed(service.client, asking, base=V5, query=query)
        await subscribed(service.client, plain, base=V5)
        task = await begun(service, auditor)
        place = f"/auditCampaign/{task['campaign']}/item/{task['item']}"
        asked = await sent(auditor, f"{place}/ask", {}, 201)
        # Asked again while it waits, it is the same.
        assert (await sent(auditor, f"{place}/ask", {}, 201))["id"] == asked["id"]
        (heard,) = await asking.until(1)
        assert heard.event["eventType"] == "IndividualConfirmationRequestEvent"
        assert heard.event["event"]["confirmation"] == {"id": asked["id"]}
        assert heard.event["event"]["individual"]["id"] == task["recordId"]
        confirmation = f"/auditConfirmation/{heard.event['event']['confirmation']['id']}"
        there = (await centre.get(confirmation)).json()
        assert there["element"] == [ADDRESS]
        assert "verdict" not in there
        evidence = {"kind": "confirmation", "reference": asked["id"]}
        reading = {"verdict": ANSWER["verdict"], "evidence": evidence}
        assert (await auditor.post(f"{place}/record", json=reading)).status_code == 400
        await sent(centre, f"{confirmation}/answer", ANSWER)
        assert (await centre.post(f"{confirmation}/answer", json=ANSWER)).status_code == 409
        shown = await sent(auditor, f"/auditCampaign/{task['campaign']}/next", {})
        assert shown["confirmation"][0]["answeredBy"] == "contact-centre"
        assert shown["confirmation"][0]["verdict"] == ANSWER["verdict"]
        done = await sent(auditor, f"{place}/record", reading)
        assert (done["state"], done["outcome"]) == ("decided", "nonconforming")
        # Whoever does not ask for them by name hears nothing that the standard does not know.
        kinds = {each.event["eventType"] for each in await plain.until(3)}
        assert kinds == {"IndividualCreateEvent"}


async def test_answers_that_are_none_are_refused_and_nothing_is_kept(service: Service) -> None:
    async with (
        await client_of(service, "audit", "ada") as auditor,
        await client_of(service, "masked", None, {"groups": []}) as masked,
    ):
        task = await begun(service, auditor)
        place = f"/auditCampaign/{task['campaign']}/item/{task['item']}"
        asked = await sent(auditor, f"{place}/ask", {}, 201)
        confirmation = f"/auditConfirmation/{asked['id']}"
        for body in (
            {},
            {**ANSWER, "reference": " "},
            {**ANSWER, "verdict": {}},
            {**ANSWER, "verdict": {"familyName": {"verdict": "agrees"}}},
            {**ANSWER, "verdict": {ADDRESS: "agrees"}},
            {**ANSWER, "more": 1},
        ):
            answer = await auditor.post(f"{confirmation}/answer", json=body)
            assert answer.status_code == 400, answer.text
        assert (await masked.get(confirmation)).status_code == 403
        assert (await masked.post(f"{confirmation}/answer", json=ANSWER)).status_code == 403
        assert (await auditor.get("/auditConfirmation/unknown")).status_code == 404
        assert (await auditor.post(f"{place[:-1]}99/ask", json={})).status_code == 404
        assert "verdict" not in (await auditor.get(confirmation)).json()
        erased = {"subjectId": task["recordId"], "reason": "DSR-2026-17"}
        done = await service.client.post(f"{API}/erasure", json=erased)
        assert done.status_code < 300, done.text
        assert (await auditor.post(f"{confirmation}/answer", json=ANSWER)).status_code == 410
