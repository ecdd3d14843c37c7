"""A draft tried on past traffic: what would be refused or allowed, by which rule, how often."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from customer_inventory.background.asked import asked_for
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.usage.draft import draft_of, read_draft
from customer_inventory.usage.simulating import ALLOWED, REFUSED, SAME, Simulation, simulate
from tests.conftest import Service
from tests.tmf.bodies import made, place

INDIVIDUALS = "/tmf-api/partyManagement/v5/individual"
PROCESS = "marketing"


async def simulated(service: Service, permissions: object) -> Simulation:
    draft = draft_of({"process": PROCESS, "purpose": "testing", "permissions": permissions})
    return await simulate(
        service.database,
        draft,
        since=now() - timedelta(days=7),
        asks_for=asked_for(),
    )


def counted(simulation: Simulation) -> dict[tuple[str, str, str, str], int]:
    return {
        (each.operation, each.record_type, each.change, each.rule): each.requests
        for each in simulation.outcomes
    }


@pytest.fixture
async def traffic(service: Service) -> list[str]:
    """What a process did: 6 reads by id, 2 lists, 3 changes, a search, 2 refused removals."""
    token = await service.token_for(PROCESS, "individual:read,create,update")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as client:
        body = {"@type": "Individual", "givenName": "Ada", "familyName": "Lovelace"}
        made = [(await client.post(INDIVIDUALS, json=body)).json()["id"] for _ in range(2)]
        for one in made:
            for _ in range(3):
                await client.get(f"{INDIVIDUALS}/{one}")
            assert (await client.delete(f"{INDIVIDUALS}/{one}")).status_code == 403
        for _ in range(2):
            await client.get(INDIVIDUALS)
        await client.patch(f"{INDIVIDUALS}/{made[0]}", json={"givenName": "A."})
        await client.get("/inventory/v1/search", params={"q": "Lovelace"})
        # Leads nowhere, and is no matter of permissions.
        await client.get("/tmf-api/nowhere")
    await service.application.sealer.seal()
    return made


async def test_the_same_changes_nothing(service: Service, traffic: list[str]) -> None:
    found = counted(await simulated(service, {"individual": ["read", "create", "update"]}))
    assert {change for _, _, change, _ in found} == {SAME}
    assert sum(found.values()) == 2 + 6 + 2 + 2 + 1 + 1


async def test_less_would_refuse(service: Service, traffic: list[str]) -> None:
    simulation = await simulated(service, {"individual": ["create"]})
    found = counted(simulation)
    assert found["read", "individual", REFUSED, "permission"] == 8
    assert found["update", "individual", REFUSED, "permission"] == 1
    assert found["read", "search", REFUSED, "permission"] == 1
    assert found["create", "individual", SAME, "permission"] == 2
    assert found["delete", "individual", SAME, "permission"] == 2
    first = next(each for each in simulation.outcomes if each.operation == "read")
    assert len(first.examples) == 3
    assert traffic[0] in first.examples[0]


async def test_more_would_allow(service: Service, traffic: list[str]) -> None:
    found = counted(await simulated(service, {"*": ["read", "create", "update", "delete"]}))
    assert found["delete", "individual", ALLOWED, "forbidden"] == 2
    assert REFUSED not in {change for _, _, change, _ in found}


async def test_a_quota_would_refuse_what_came_after_it(
    service: Service, traffic: list[str]
) -> None:
    permissions = {
        "individual": {
            "operations": ["read", "create", "update"],
            "terms": {"quota": {"requestsPerDay": 5}},
        }
    }
    simulation = await simulated(service, permissions)
    found = counted(simulation)
    refused = sum(
        count
        for (_, _, change, rule), count in found.items()
        if change == REFUSED and rule == "quota requestsPerDay"
    )
    # Of fourteen the first five pass; two of those after were refused as it was.
    assert refused == 14 - 5 - 2


async def test_another_purpose_is_not_concerned(service: Service, traffic: list[str]) -> None:
    draft = draft_of({"process": PROCESS, "purpose": "other", "permissions": {"*": ["read"]}})
    simulation = await simulate(
        service.database,
        draft,
        since=now() - timedelta(days=7),
        asks_for=asked_for(),
    )
    assert simulation.requests == 0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "process: a",
        "process: a\npurpose: b\npermissions: {}",
        "process: a\npurpose: b\npermissions: {starship: [read]}",
        "process: a\npurpose: b\npermissions: {individual: [fly]}",
        "process: a\npurpose: b\npermissions: {individual: read}",
        "process: a\npurpose: b c\npermissions: {individual: [read]}",
        "process: a\npurpose: b\npermissions: {individual: {operations: [read], more: 1}}",
        "process: a\npurpose: b\npermissions: {individual: {operations: [read], terms: {x: 1}}}",
        "process: [a]\npurpose: b\npermissions: {individual: [read]}",
        "a: &a [*a]",
        "!!python/object/apply:os.system ['true']",
        "process: 'a",
        "\x00",
    ],
)
def test_what_is_no_draft_is_refused(tmp_path: Path, text: str) -> None:
    file = tmp_path / "draft.yaml"
    file.write_text(text)
    with pytest.raises(Invalid):
        read_draft(file)


def test_a_draft_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="cannot be read"):
        read_draft(tmp_path / "none.yaml")


async def test_a_change_of_both_kinds_needs_both(service: Service) -> None:
    token = await service.token_for(PROCESS, "individual:update,modify")
    person = await made(service, "individual")
    both = {"familyName": "King", "status": "deceased"}
    headers = {"Authorization": f"Bearer {token}"}
    await service.client.patch(place("individual", person), json=both, headers=headers)
    for words, change in ((["update"], REFUSED), (["modify", "update"], SAME)):
        found = counted(await simulated(service, {"individual": words}))
        assert found == {("modify,update", "individual", change, "permission"): 1}
