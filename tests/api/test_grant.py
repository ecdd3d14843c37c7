"""Access administered over HTTP: people decide, on what they saw, and `*` does not reach it."""

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import pytest

from customer_inventory.access import registration
from tests.access.grant.office import made_office
from tests.api.desk import API, Desk
from tests.conftest import Service, issued

ALL = "access:read,create,modify"


REQUEST = {
    "process": "billing",
    "purpose": "billing",
    "permissions": {"customer": ["read"]},
    "reason": "invoices",
    "validTo": "2099-01-01",
}


async def asked(desk: Desk) -> Any:
    return await desk.done("rob", "POST", "/grant", REQUEST)


@pytest.fixture
async def desk(service: Service) -> Desk:
    await made_office(service.database)
    await issued(service.database, "desk", ALL)
    return Desk(service)


async def test_a_grant_is_asked_for_decided_and_ended(desk: Desk) -> None:
    grant = await asked(desk)
    assert (grant["state"], grant["requestedBy"]) == ("requested", "rob")
    assert grant["approvalsMissing"] == ["dataOwner:customer"]
    path = f"/grant/{grant['id']}/step"
    await desk.done("rita", "POST", path, {"step": "review"})
    seen = {"step": "approve", "seen": grant["sha256"]}
    assert (await desk.done("ada", "POST", path, seen))["state"] == "approved"
    await desk.done("olga", "POST", path, {"step": "activate"})
    token = await registration.issue_token(
        desk.service.database, "billing", purpose="billing", lifetime=timedelta(hours=1)
    )
    customers = "/tmf-api/customerManagement/v5/customer"
    headers = {"Authorization": f"Bearer {token.secret}"}
    async with httpx.AsyncClient(base_url=desk.service.base, headers=headers) as client:
        assert (await client.get(customers)).status_code == 200
        await desk.done("olga", "POST", path, {"step": "suspend", "reason": "a leak"})
        assert (await client.get(customers)).status_code == 403
    await desk.done("olga", "POST", path, {"step": "revoke", "reason": "it was one"})
    history = await desk.done("", "GET", f"/grant/{grant['id']}/history")
    assert [(row["state"], row["changedBy"], row["enteredBy"]) for row in history] == [
        ("requested", "rob", "desk"),
        ("reviewed", "rita", "desk"),
        ("approved", "ada", "desk"),
        ("active", "olga", "desk"),
        ("suspended", "olga", "desk"),
        ("revoked", "olga", "desk"),
    ]
    entries = await desk.service.database.fetch(
        "SELECT person, operation, record_ids::text FROM access.entry"
        " WHERE record_type = 'grant' AND operation = 'modify' ORDER BY at"
    )
    assert [row["person"] for row in entries] == ["rita", "ada", "olga", "olga", "olga"]
    assert all(grant["id"] in row["record_ids"] for row in entries)


async def test_nobody_decides_on_what_they_asked_for_or_did_not_see(desk: Desk) -> None:
    grant = await asked(desk)
    path = f"/grant/{grant['id']}/step"
    seen = {"step": "approve", "seen": grant["sha256"]}
    assert (await desk.call("rob", "POST", path, {"step": "review"})).status_code == 403
    await desk.done("rita", "POST", path, {"step": "review"})
    assert (await desk.call("rob", "POST", path, seen)).status_code == 403
    assert (await desk.call("ben", "POST", path, seen)).status_code == 403
    stale = {"step": "approve", "seen": "00" * 32}
    assert (await desk.call("ada", "POST", path, stale)).status_code == 409
    assert (await desk.call("ada", "POST", path, {"step": "approve"})).status_code == 400
    assert (await desk.call("", "POST", path, seen)).status_code == 403, "no person"
    assert (await desk.done("", "GET", f"/grant/{grant['id']}"))["state"] == "reviewed"


async def test_two_approvers_at_once_approve_once(desk: Desk) -> None:
    grant = await asked(desk)
    path = f"/grant/{grant['id']}/step"
    await desk.done("rita", "POST", path, {"step": "review"})
    seen = {"step": "approve", "seen": grant["sha256"]}
    answers = await asyncio.gather(*(desk.call("ada", "POST", path, seen) for _ in range(6)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409, 409, 409]


async def test_every_type_is_not_access(desk: Desk) -> None:
    for path in ("/grant", "/process", "/purpose"):
        assert (await desk.service.client.get(f"{API}{path}")).status_code == 403
    (entry,) = await desk.service.database.fetch(
        "SELECT decision FROM access.entry WHERE record_type = 'grant'"
    )
    assert entry["decision"] == "deny"
    only_access = await desk.call("ada", "GET", "/recordType")
    assert only_access.status_code == 403


async def test_processes_and_purposes_are_registered_and_listed(desk: Desk) -> None:
    body = {"id": "crm", "name": "CRM", "owner": "Sales", "ownerPerson": "mia", "kind": "system"}
    made = await desk.call("ada", "POST", "/process", body)
    assert (made.status_code, made.json()["state"]) == (201, "active")
    assert (await desk.call("ada", "POST", "/process", body)).status_code == 200
    step = {"step": "suspend", "reason": "a doubt"}
    assert (await desk.done("ada", "POST", "/process/crm/step", step))["state"] == "suspended"
    history = await desk.done("", "GET", "/process/crm/history")
    assert [(row["state"], row["changedBy"]) for row in history] == [
        ("active", "ada"),
        ("suspended", "ada"),
    ]
    page = await desk.done("", "GET", "/process?after=billing&limit=1")
    assert [row["id"] for row in page] == ["crm"]
    purpose = {"code": "care", "title": "Care", "legalBasis": "contract"}
    assert (await desk.call("ada", "POST", "/purpose", purpose)).status_code == 201
    assert (await desk.done("", "GET", "/purpose/care"))["requiresConsent"] is False


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/grant", {**REQUEST, "permissions": {}}, 400),
        ("/grant", {**REQUEST, "permissions": {"customer": "read"}}, 400),
        ("/grant", {**REQUEST, "permissions": {"customer": [["read"]]}}, 400),
        ("/grant", {**REQUEST, "permissions": {"nothing": ["read"]}}, 400),
        ("/grant", {**REQUEST, "terms": {"individual": {}}}, 400),
        ("/grant", {**REQUEST, "state": "active"}, 400),
        ("/grant", {**REQUEST, "validTo": "soon"}, 400),
        ("/grant", {**REQUEST, "process": "nobody"}, 404),
        ("/grant/none/step", {"step": "review"}, 404),
        ("/grant/none/step", {"step": "fly"}, 400),
        ("/process", {"id": "Bad Name", "name": "x", "owner": "y"}, 400),
        ("/process", {"id": "crm", "name": "x", "owner": "y", "state": "active"}, 400),
        ("/process/nobody/step", {"step": "suspend", "reason": "x"}, 404),
        ("/process/manage-customer-inventory/step", {"step": "revoke", "reason": "x"}, 403),
        ("/purpose", {"code": "x", "title": "X", "legalBasis": "whim"}, 400),
    ],
)
async def test_bad_requests_are_told(desk: Desk, path: str, body: Any, status: int) -> None:
    answer = await desk.call("ada", "POST", path, body)
    assert answer.status_code == status, answer.text
    assert answer.json()["reason"]


async def test_grants_are_listed_in_pages(desk: Desk) -> None:
    made = []
    for _ in range(3):
        grant = await asked(desk)
        await desk.done("rob", "POST", f"/grant/{grant['id']}/step", {"step": "withdraw"})
        made.insert(0, grant["id"])
    first = await desk.done("", "GET", "/grant?limit=2")
    rest = await desk.done("", "GET", f"/grant?limit=2&after={first[-1]['id']}")
    assert [row["id"] for row in (*first, *rest)] == made
    for wrong in ("limit=0", "limit=x", "since=1"):
        assert (await desk.call("", "GET", f"/grant?{wrong}")).status_code == 400
