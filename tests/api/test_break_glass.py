"""Broken glass over HTTP: for whom the token names, for hours, ended, reviewed by another."""

from typing import Any

import httpx
import pytest

from customer_inventory.access.grant import people, watching
from customer_inventory.access.house import PROCESS
from customer_inventory.record.finding import findings
from tests.access.grant.office import made_office
from tests.api.desk import Desk
from tests.conftest import Service, issued
from tests.store.eventually import eventually

ALL = "breakGlass:read,create,modify"
CUSTOMERS = "/tmf-api/customerManagement/v5/customer"
NEEDED = {
    "process": "billing",
    "purpose": "billing",
    "permissions": {"customer": ["read"]},
    "reason": "invoices are wrong",
    "ticket": "INC-17",
}
REVIEW = {"step": "review", "verdict": "justified", "reason": "as the ticket tells"}


@pytest.fixture
async def desk(service: Service) -> Desk:
    await made_office(service.database)
    await people.register_capacity(service.database, "olga", "breakGlass", registered_by="it")
    await issued(service.database, "desk", ALL)
    return Desk(service)


async def step(desk: Desk, person: str, opening: str, **body: Any) -> int:
    """Take a step; return the status."""
    return (await desk.call(person, "POST", f"/breakGlass/{opening}/step", body)).status_code


async def unreviewed(desk: Desk) -> list[str]:
    """The openings of which somebody is warned."""
    rows = await findings(desk.service.database, kind=watching.UNREVIEWED, state="open")
    return [row["evidence"].decode() for row in rows]


async def test_a_person_acts_at_once_until_it_ends_and_another_reviews_it(desk: Desk) -> None:
    answer = await desk.call("olga", "POST", "/breakGlass", NEEDED)
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    opening = answer.json()
    assert (opening["person"], opening["enteredBy"]) == ("olga", "desk")
    assert len(await unreviewed(desk)) == 1, "the alarm is there as soon as the access is"
    headers = {"Authorization": f"Bearer {opening['token']}"}
    async with httpx.AsyncClient(base_url=desk.service.base, headers=headers) as client:
        assert (await client.get(CUSTOMERS)).status_code == 200
        assert (await client.post(CUSTOMERS, json={})).status_code == 403, "not asked for"
        assert await step(desk, "rita", opening["id"], **REVIEW) == 409, "not ended yet"
        assert await step(desk, "olga", opening["id"], step="end") == 200

        async def refused() -> bool:
            return (await client.get(CUSTOMERS)).status_code == 401

        await eventually(refused)
    assert await step(desk, "olga", opening["id"], step="end") == 409
    (waiting,) = await desk.done("", "GET", "/breakGlass?unreviewed=true")
    assert "token" not in waiting
    assert waiting["endedBy"] == "olga"
    assert await step(desk, "rita", opening["id"], **REVIEW) == 200
    assert await step(desk, "dan", opening["id"], **REVIEW) == 409
    now = await desk.done("", "GET", f"/breakGlass/{opening['id']}")
    assert (now["reviewedBy"], now["verdict"]) == ("rita", "justified")
    assert await unreviewed(desk) == []
    assert await desk.done("", "GET", "/breakGlass?unreviewed=true") == []
    rows = await desk.service.database.fetch(
        "SELECT person, operation, status, record_ids::text AS ids FROM access.entry"
        " WHERE record_type = 'breakGlass' AND operation <> 'read' ORDER BY seq, number"
    )
    assert [tuple(row)[:3] for row in rows] == [
        ("olga", "create", 201),
        ("rita", "modify", 409),
        ("olga", "modify", 200),
        ("olga", "modify", 409),
        ("rita", "modify", 200),
        ("dan", "modify", 409),
    ]
    assert all(opening["id"] in row["ids"] for row in rows)
    marked = await desk.service.database.fetch(
        "SELECT person, process FROM access.entry WHERE purpose = $1", opening["code"]
    )
    assert {tuple(row) for row in marked} == {("olga", "billing")}


async def test_it_ends_by_itself(desk: Desk) -> None:
    """The clock ends it: no job needs to run."""
    opening = await desk.done("olga", "POST", "/breakGlass", {**NEEDED, "hours": 0.001})
    headers = {"Authorization": f"Bearer {opening['token']}"}
    async with httpx.AsyncClient(base_url=desk.service.base, headers=headers) as client:

        async def refused() -> bool:
            return (await client.get(CUSTOMERS)).status_code in (401, 403)

        await eventually(refused)


async def test_duties_are_kept_apart(desk: Desk) -> None:
    """Nobody breaks it for another, without the capacity, or reviews what they did themselves."""
    assert (await desk.call("ada", "POST", "/breakGlass", NEEDED)).status_code == 403
    assert (await desk.call("", "POST", "/breakGlass", NEEDED)).status_code == 403
    for_another = {**NEEDED, "person": "olga"}
    assert (await desk.call("ada", "POST", "/breakGlass", for_another)).status_code == 400
    opening = (await desk.done("olga", "POST", "/breakGlass", NEEDED))["id"]
    assert await step(desk, "olga", opening, step="end") == 200
    for capacity in ("reviewer", "security"):
        await people.register_capacity(desk.service.database, "olga", capacity, registered_by="it")
    for person in ("olga", "ada", ""):
        assert await step(desk, person, opening, **REVIEW) == 403, person
    rows = await desk.service.database.fetch(
        "SELECT person, rule FROM access.entry WHERE record_type = 'breakGlass' AND status = 403"
        " ORDER BY seq, number"
    )
    assert [row["person"] for row in rows] == ["ada", None, "olga", "ada", None]
    assert {row["rule"] for row in rows} == {"forbidden"}


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"hours": 4.5}, 400),
        ({"hours": 0}, 400),
        ({"hours": "1"}, 400),
        ({"reason": " "}, 400),
        ({"ticket": ""}, 400),
        ({"ticket": None}, 400),
        ({"purpose": "unknown"}, 400),
        ({"permissions": {}}, 400),
        ({"permissions": {"customer": ["everything"]}}, 400),
        ({"process": "nobody"}, 404),
        ({"process": PROCESS}, 403),
    ],
)
async def test_what_is_no_emergency_is_refused(
    desk: Desk, more: dict[str, Any], status: int
) -> None:
    answer = await desk.call("olga", "POST", "/breakGlass", {**NEEDED, **more})
    assert answer.status_code == status, answer.text
    assert await desk.done("", "GET", "/breakGlass") == []
    assert await desk.service.database.value("SELECT count(*) FROM access.break_glass") == 0


async def test_steps_and_pages_are_checked(desk: Desk) -> None:
    opening = (await desk.done("olga", "POST", "/breakGlass", NEEDED))["id"]
    other = (await desk.done("olga", "POST", "/breakGlass", NEEDED))["id"]
    assert await step(desk, "olga", opening, step="forget") == 400
    assert await step(desk, "rita", opening, step="review") == 400
    assert await step(desk, "rita", "none", **REVIEW) == 404
    assert await step(desk, "olga", "none", step="end") == 404
    assert (await desk.call("", "GET", "/breakGlass?unreviewed=maybe")).status_code == 400
    assert (await desk.call("", "GET", "/breakGlass/none")).status_code == 404
    assert [row["id"] for row in await desk.done("", "GET", "/breakGlass?limit=1")] == [other]
    after = await desk.done("", "GET", f"/breakGlass?after={other}")
    assert [row["id"] for row in after] == [opening]


@pytest.mark.parametrize("allowed", ["*:read,create,modify", "access:read,create,modify"])
async def test_it_is_permitted_by_its_own_name_alone(desk: Desk, allowed: str) -> None:
    await issued(desk.service.database, "desk", allowed)
    assert (await desk.call("olga", "POST", "/breakGlass", NEEDED)).status_code == 403
    assert (await desk.call("olga", "GET", "/breakGlass")).status_code == 403
    assert await step(desk, "rita", "any", **REVIEW) == 403
