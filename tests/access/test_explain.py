"""Explanations name the rule that decides, and agree with what the doors do."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.decision import Decision
from customer_inventory.access.explain.explaining import Explanation, explain
from customer_inventory.access.operation import Operation
from customer_inventory.access.registration import NoSuchProcess, Permission, set_state
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import new_id
from tests.conftest import Service

INDIVIDUALS = "/tmf-api/partyManagement/v5/individual"
PROCESS = "explained"


async def explained(
    service: Service, operation: str = "read", identifier: str | None = None
) -> Explanation:
    return await explain(
        service.application.inventory,
        service.database,
        process=PROCESS,
        purpose="testing",
        operation=Operation(operation),
        record_type="individual",
        identifier=identifier,
    )


async def created(service: Service) -> str:
    body = {"@type": "Individual", "givenName": "Ada", "familyName": "Lovelace"}
    return (await service.client.post(INDIVIDUALS, json=body)).json()["id"]


async def test_what_is_permitted_is_told_with_its_permission(service: Service) -> None:
    await service.token_for(PROCESS, "individual:read")
    told = await explained(service)
    assert (told.permitted, told.rule) == (True, "permission")
    assert [step.rule for step in told.steps] == ["process", "permission"]
    assert "a permission without grant on individual permits read" in told.steps[1].says


async def test_what_is_refused_says_what_is_permitted_instead(service: Service) -> None:
    await service.token_for(PROCESS, "individual:read,update")
    told = await explained(service, "delete")
    assert (told.permitted, told.rule) == (False, "permission")
    assert "permits read, update only" in told.steps[1].says


async def test_what_is_of_every_type_is_found(service: Service) -> None:
    await service.token_for(PROCESS, "individual:read", "*:read,delete")
    told = await explained(service, "delete")
    assert told.permitted
    assert "on *" in told.steps[1].says


async def test_a_suspended_process_is_refused_by_its_state(service: Service) -> None:
    await service.token_for(PROCESS, "individual:read")
    decision = Decision("Ada", "tests", "Under investigation")
    await set_state(service.database, PROCESS, "suspended", by=decision)
    told = await explained(service)
    assert (told.permitted, told.rule) == (False, "process")


@pytest.mark.parametrize(
    ("begins", "ends", "says"),
    [(timedelta(days=1), None, "begins only on"), (-timedelta(days=2), timedelta(0), "has ended")],
)
async def test_validity_decides(
    service: Service, begins: timedelta, ends: timedelta | None, says: str
) -> None:
    await service.token_for(PROCESS, "individual:read")
    at = datetime.now(UTC)
    await service.database.execute(
        "UPDATE access.permission SET valid_from = $2, valid_to = $3 WHERE process = $1",
        PROCESS,
        at + begins,
        None if ends is None else at + ends,
    )
    told = await explained(service)
    assert (told.permitted, told.rule) == (False, "permission")
    assert says in told.steps[1].says


async def test_a_record_is_shown_or_not_there(service: Service) -> None:
    await service.token_for(PROCESS, "individual:read")
    told = await explained(service, identifier=await created(service))
    assert (told.permitted, told.steps[-1].rule) == (True, "record")
    told = await explained(service, identifier=new_id())
    assert (told.permitted, told.rule) == (False, "absent")


async def test_a_quota_that_is_used_up_decides_as_at_the_door(service: Service) -> None:
    permission = Permission(
        "individual", (Operation.READ,), "testing", {"quota": {"requestsPerDay": 2}}
    )
    await registration.register(
        service.database,
        PROCESS,
        name=PROCESS,
        owner="the tests",
        permissions=[permission],
        registered_by="the tests",
    )
    headers = {"Authorization": f"Bearer {await service.issue(PROCESS)}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as client:
        for left, status in ((2, 200), (1, 200), (0, 429)):
            told = await explained(service)
            assert told.permitted == (status == 200)
            assert f"requestsPerDay of individual: {left} of 2 left" in told.steps[-1].says
            assert (await client.get(INDIVIDUALS)).status_code == status
    assert told.rule == "quota"


async def test_what_nobody_knows_is_told(service: Service) -> None:
    with pytest.raises(NoSuchProcess):
        await explained(service)
    with pytest.raises(Invalid, match="no record type"):
        await explain(
            service.application.inventory,
            service.database,
            process=PROCESS,
            purpose="testing",
            operation=Operation.READ,
            record_type="starship",
        )


async def test_a_caller_is_told_of_itself(service: Service) -> None:
    token = await service.token_for(PROCESS, "individual:read")
    one = await created(service)
    headers = {"Authorization": f"Bearer {token}"}
    path = "/inventory/v1/explanation"
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as client:
        asked = {"operation": "read", "type": "individual", "id": one}
        told = (await client.get(path, params=asked)).json()
        assert (told["permitted"], told["rule"]) == (True, "permission")
        told = (await client.get(path, params={**asked, "operation": "delete"})).json()
        assert (told["permitted"], told["rule"]) == (False, "permission")
        told = (await client.get(path, params={**asked, "id": new_id()})).json()
        assert (told["permitted"], told["rule"]) == (False, "absent")
        for bad in ({}, {"operation": "fly", "type": "individual"}, {**asked, "type": "starship"}):
            assert (await client.get(path, params=bad)).status_code == 400
    rows = await service.database.fetch(
        "SELECT record_ids::text AS ids FROM access.entry WHERE record_type = 'explanation'"
        " AND status = 200 ORDER BY seq, number"
    )
    assert [one in row["ids"] for row in rows] == [True, True, False]
