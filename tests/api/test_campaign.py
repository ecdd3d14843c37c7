"""Recertification over HTTP: owners of data confirm grants, by a permission of its own."""

import json
from typing import Any

import pytest

from customer_inventory.access.grant import granting, people
from tests.access.grant.office import Office, made_office
from tests.access.grant.test_recertifying import granted
from tests.api.desk import Desk
from tests.conftest import Service, issued

ALL = "recertification:read,create,modify"
OPEN = {"title": "Q2", "dueAt": "2099-01-01"}


@pytest.fixture
async def office(service: Service) -> Office:
    return await made_office(service.database)


@pytest.fixture
async def desk(service: Service, office: Office) -> Desk:
    await issued(service.database, "desk", ALL)
    return Desk(service)


async def decided(desk: Desk, person: str, campaign: str, **body: Any) -> int:
    """Decide; return the status."""
    path = f"/campaign/{campaign}/decision"
    return (await desk.call(person, "POST", path, body)).status_code


async def entries(desk: Desk) -> list[tuple[Any, ...]]:
    """What the ledger has of campaigns: who, what, how decided, of which grants or campaigns."""
    rows = await desk.service.database.fetch(
        "SELECT person, operation, status, rule, record_ids::text AS ids FROM access.entry"
        " WHERE record_type = 'campaign' ORDER BY seq, number"
    )
    return [(*tuple(row)[:4], json.loads(row["ids"])) for row in rows]


async def test_a_campaign_is_opened_decided_and_told(desk: Desk, office: Office) -> None:
    grant = await office.bring("active")
    campaign = await desk.done("rita", "POST", "/campaign", {**OPEN, "process": "billing"})
    assert (campaign["items"], campaign["undecided"], campaign["openedBy"]) == (1, 1, "rita")
    assert campaign["askedFor"] == {"process": "billing"}
    (item,) = await desk.done("", "GET", f"/campaign/{campaign['id']}/item")
    assert (item["grantId"], item["capacity"]) == (grant, "dataOwner:customer")
    assert item["permissions"] == {"customer": ["read"]}
    body = {"grant": grant, "decision": "revoke", "reason": "not used"}
    (told,) = await desk.done("ada", "POST", f"/campaign/{campaign['id']}/decision", body)
    assert (told["decision"], told["decidedBy"], told["enteredBy"]) == ("revoke", "ada", "desk")
    assert await office.state(grant) == "revoked"
    now = await desk.done("", "GET", f"/campaign/{campaign['id']}")
    assert (now["undecided"], now["revoked"]) == (0, 1)
    assert await entries(desk) == [
        ("rita", "create", 201, "permission", [campaign["id"]]),
        (None, "read", 200, "permission", [grant]),
        ("ada", "modify", 200, "permission", [grant]),
        (None, "read", 200, "permission", [campaign["id"]]),
    ]


async def test_to_narrow_asks_for_less(desk: Desk, office: Office) -> None:
    grant = await granted(office, "customer:read,update")
    campaign = await desk.done("rita", "POST", "/campaign", OPEN)
    body = {"grant": grant, "decision": "narrow", "reason": "never updated"}
    for permissions, status in (
        (None, 400),
        ({"customer": ["read", "update"]}, 400),
        ({"customer": ["delete"]}, 400),
        ({"customer": "read"}, 400),
        ({"nothing": ["read"]}, 400),
        ({"customer": ["read"]}, 200),
    ):
        asked = {**body, "permissions": permissions}
        assert await decided(desk, "ada", campaign["id"], **asked) == status, permissions
    (item,) = await desk.done("", "GET", f"/campaign/{campaign['id']}/item?grant={grant}")
    (narrower,) = [
        row for row in await granting.grants(office.database) if row["id"] == item["narrower"]
    ]
    assert (narrower["state"], narrower["requested_by"]) == ("requested", "rob")
    assert ("ada", "modify", 200, "permission", [grant, item["narrower"]]) in await entries(desk)


async def test_duties_are_kept_apart(desk: Desk, office: Office) -> None:
    """Neither who asked nor who owns the process decides, nor who owns none of the data."""
    grant = await office.bring("active")
    for person in ("rob", "bea"):
        await people.register_capacity(
            office.database, person, "dataOwner:customer", registered_by="it"
        )
    campaign = (await desk.done("rita", "POST", "/campaign", OPEN))["id"]
    keep = {"grant": grant, "decision": "keep"}
    for person in ("rob", "bea", "ben", "rita", ""):
        assert await decided(desk, person, campaign, **keep) == 403, person
    assert await decided(desk, "ada", campaign, **keep) == 200
    assert await decided(desk, "ada", campaign, **keep) == 409
    refused = [entry for entry in await entries(desk) if entry[2] == 403]
    assert [entry[0] for entry in refused] == ["rob", "bea", "ben", "rita", None]
    assert {entry[3] for entry in refused} == {"forbidden"}


async def test_what_is_no_campaign_is_refused(desk: Desk, office: Office) -> None:
    for body, status in (
        (OPEN, 409),
        ({**OPEN, "dueAt": "2001-01-01"}, 400),
        ({**OPEN, "title": " "}, 400),
        ({"title": "Q2"}, 400),
        ({**OPEN, "olderThanDays": -1}, 400),
        ({**OPEN, "olderThanDays": True}, 400),
        ({**OPEN, "grants": "all"}, 400),
    ):
        answer = await desk.call("rita", "POST", "/campaign", body)
        assert answer.status_code == status, answer.text
    assert (await desk.call("rita", "POST", "/campaign", OPEN)).json()["code"] == "nothingToDecide"
    grant = await office.bring("active")
    assert (await desk.call("", "POST", "/campaign", OPEN)).status_code == 403, "no person"
    campaign = (await desk.done("rita", "POST", "/campaign", OPEN))["id"]
    for path in ("/campaign/none", "/campaign/none/item"):
        assert (await desk.call("", "GET", path)).status_code == 404
    assert await decided(desk, "ada", "none", grant=grant, decision="keep") == 404
    assert await decided(desk, "ada", campaign, grant="none", decision="keep") == 404
    assert await decided(desk, "ada", campaign, grant=grant, decision="forget") == 400
    assert await decided(desk, "ada", campaign, grant=grant, decision="revoke") == 400, "no reason"
    assert (await desk.call("", "GET", "/campaign?limit=0")).status_code == 400


async def test_campaigns_and_items_are_paged(desk: Desk, office: Office) -> None:
    for types in (("customer:read",), ("customer:read", "billingAccount:read")):
        await granted(office, *types)
        await desk.done("rita", "POST", "/campaign", {**OPEN, "title": types[-1]})
    latest, first = await desk.done("", "GET", "/campaign")
    assert (latest["title"], first["title"]) == ("billingAccount:read", "customer:read")
    assert await desk.done("", "GET", "/campaign?limit=1") == [latest]
    assert await desk.done("", "GET", f"/campaign?after={latest['id']}") == [first]
    path = f"/campaign/{latest['id']}/item"
    whole = await desk.done("", "GET", path)
    pages = [(await desk.done("", "GET", f"{path}?limit=1&offset={at}")) for at in (0, 1, 2)]
    assert pages == [[whole[0]], [whole[1]], []]


@pytest.mark.parametrize("allowed", ["*:read,create,modify", "access:read,create,modify"])
async def test_it_is_permitted_by_its_own_name_alone(
    service: Service, office: Office, allowed: str
) -> None:
    grant = await office.bring("active")
    await issued(service.database, "desk", ALL)
    campaign = (await Desk(service).done("rita", "POST", "/campaign", OPEN))["id"]
    await issued(service.database, "desk", allowed)
    other = Desk(service)
    keep = {"grant": grant, "decision": "keep"}
    assert (await other.call("rita", "POST", "/campaign", OPEN)).status_code == 403
    assert await decided(other, "ada", campaign, **keep) == 403
    for path in ("/campaign", f"/campaign/{campaign}", f"/campaign/{campaign}/item"):
        assert (await other.call("ada", "GET", path)).status_code == 403
