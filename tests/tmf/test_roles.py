"""TMF672: grants in the standard's words; a permission that is made is a request."""

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from customer_inventory.access.grant import granting
from customer_inventory.tmf.roles import API
from tests.access.grant.office import ACTIVE, Office, by, made_office
from tests.api.test_grant import ALL, Desk
from tests.conformance.official import NEEDS_SPECS, SPECS, Loader
from tests.conftest import Service, issued

V4 = "/tmf-api/rolesAndPermissionsManagement/v4"
V5 = "/tmf-api/rolesAndPermissionsManagement/v5"
PATHS = (f"{V4}/permission", f"{V4}/userRole", f"{V5}/permissionSpecificationSet")
BODY = {
    "user": {"id": "billing", "@referredType": "Process"},
    "validFor": {"endDateTime": "2099-01-31T00:00:00Z"},
    "privilege": [
        {"action": "read", "function": "customer", "manageableAsset": {"id": "customer"}},
        {"action": "update", "function": "customer", "manageableAsset": {"id": "customer"}},
    ],
    "description": "Invoices",
    "purpose": "billing",
}


class Caller(Desk):
    """Calls at the addresses of the standard."""

    async def call(self, person: str, method: str, path: str, body: Any = None) -> httpx.Response:
        return await self.at(person, method, path, body)


@pytest.fixture
async def office(service: Service) -> Office:
    return await made_office(service.database)


@pytest.fixture
async def caller(service: Service, office: Office) -> Caller:
    await issued(service.database, "desk", ALL)
    return Caller(service)


async def test_a_permission_that_is_made_is_asked_for(caller: Caller, office: Office) -> None:
    made = await caller.call("rob", "POST", PATHS[0], BODY)
    assert made.status_code == 201, made.text
    permission = made.json()
    assert made.headers["location"] == permission["href"]
    assert (permission["state"], "granter" in permission) == ("requested", False)
    assert permission["privilege"] == [
        {**privilege, "manageableAsset": {"id": "customer", "@referredType": "RecordType"}}
        for privilege in BODY["privilege"]
    ]
    assert await office.permitted() == {}
    for step in ACTIVE:
        await step(office.database, permission["id"])
    shown = await caller.done("", "GET", f"{PATHS[0]}/{permission['id']}")
    assert (shown["state"], shown["granter"]["id"], shown["user"]["id"]) == (
        "active",
        "ada",
        "billing",
    )
    role = await caller.done("", "GET", f"{PATHS[1]}/{permission['id']}")
    assert role["involvementRole"] == "billing for billing"
    assert [(each["action"], each["function"]) for each in role["entitlement"]] == [
        ("read", "customer"),
        ("update", "customer"),
    ]
    (kept,) = await caller.done("", "GET", PATHS[2])
    assert kept["permissionSpecification"][0]["name"] == "read customer"
    await granting.revoke(office.database, permission["id"], by=by("olga"))
    assert await caller.done("", "GET", PATHS[2]) == []
    assert (await caller.call("", "GET", f"{PATHS[1]}/{permission['id']}")).status_code == 404


async def test_lists_have_pages_conditions_and_fields(caller: Caller, office: Office) -> None:
    first = await office.ask()
    await granting.withdraw(office.database, first, by=by("rob"))
    second = await office.ask()
    page = await caller.call("", "GET", f"{PATHS[0]}?limit=1&offset=1")
    assert (page.status_code, page.headers["x-total-count"]) == (206, "2")
    assert [row["id"] for row in page.json()] == [first]
    rows = await caller.done("", "GET", f"{PATHS[0]}?state=requested&fields=user")
    assert [set(row) for row in rows] == [{"id", "href", "@type", "user"}]
    assert rows[0]["id"] == second
    told = (await caller.call("", "GET", "/openapi.json")).json()["components"]["schemas"]
    assert {"id", "href"} == set(told["Permission_v4"]["required"])  # `fields` leaves out the rest
    assert await caller.done("", "GET", f"{PATHS[0]}?user.id=crm") == []
    for wrong in ("limit=-1", "limit=1e9", "offset=x", "colour=red"):
        assert (await caller.call("", "GET", f"{PATHS[0]}?{wrong}")).status_code == 400


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"user": None}, 400),
        ({"user": {"id": "nobody"}}, 404),
        ({"validFor": {}}, 400),
        ({"privilege": []}, 400),
        ({"privilege": ["read"]}, 400),
        ({"privilege": [{"action": "fly", "function": "customer"}]}, 400),
        ({"description": ""}, 400),
        ({"purpose": "whim"}, 400),
        ({"state": "active"}, 400),
        ({"id": "x"}, 400),
    ],
)
async def test_bad_permissions_are_told(caller: Caller, change: Any, status: int) -> None:
    answer = await caller.call("rob", "POST", PATHS[0], {**BODY, **change})
    assert answer.status_code == status, answer.text
    assert not await caller.done("", "GET", PATHS[0])


async def test_nobody_gets_past_those_who_decide(caller: Caller, office: Office) -> None:
    grant = await office.bring("active")
    for path in PATHS:
        for method, place in (("PATCH", f"{path}/{grant}"), ("DELETE", f"{path}/{grant}")):
            answer = await caller.call("ada", method, place, {})
            assert (answer.status_code, answer.headers["allow"]) == (405, "GET, HEAD")
        assert (await caller.service.client.get(path)).status_code == 403, "* is not access"
    for path in PATHS[1:]:
        assert (await caller.call("ada", "POST", path, {})).status_code == 405
    assert (await caller.call("", "POST", PATHS[0], BODY)).status_code == 403, "no person"


@NEEDS_SPECS
@pytest.mark.parametrize("version", ["v4", "v5"])
async def test_every_documented_resource_is_served_as_far_as_it_asks_nobody(
    caller: Caller, office: Office, version: str
) -> None:
    """The official documents: what is read is served under their names, writes are requests."""
    document = _document(version)
    grant = await office.bring("active")
    read = set()
    for path, operations in document["paths"].items():
        name = path.strip("/").split("/")[0]
        if name in ("hub", "listener") or "get" not in operations:
            continue
        read.add(name)
        place = f"{API.base_of(version)}{path}".replace("{id}", grant)
        rows = await caller.done("", "GET", place)
        row = rows[0] if isinstance(rows, list) else rows
        assert {"id", "href", "@type"} <= row.keys()
        served = caller.service.base + place.removesuffix(f"/{grant}") + f"/{grant}"
        assert row["href"] == served
    assert (
        read
        == {
            "v4": {"permission", "userRole"},
            "v5": {"permissionSpecificationSet"},
        }[version]
    )


def _document(version: str) -> Any:
    pattern = {"v4": "TMF672_*v4*.json", "v5": "TMF672-*v5*.yaml"}[version]
    (file,) = Path(SPECS).glob(pattern)
    text = file.read_text("utf-8")
    return json.loads(text) if version == "v4" else yaml.load(text, Loader)
