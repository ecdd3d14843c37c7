"""Explanations and simulations say what restrictions and choices keep from a purpose."""

from datetime import timedelta

import httpx

from customer_inventory.access.explain.explaining import Explanation, explain
from customer_inventory.access.grant.people import register_purpose
from customer_inventory.access.operation import Operation
from customer_inventory.background.asked import asked_for
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.record.subject.restriction import restrict
from customer_inventory.usage.draft import draft_of
from customer_inventory.usage.simulating import LESS, REFUSED, SAME, simulate
from tests.conftest import Service
from tests.tmf.bodies import PATHS, made, party, place

PROCESS, PURPOSE = "newsletters", "news"


async def agreed(service: Service, identifier: str, value: object) -> None:
    said = {
        "@type": "PartyPrivacyProfileCharacteristic",
        "privacyUsagePurpose": PURPOSE,
        "characterisitc": {"@type": "Characteristic", "name": "byEmail", "value": value},
    }
    await made(
        service, "partyPrivacyAgreement", engagedParty=[party(identifier)], status="approved",
        partyPrivacyProfileCharacteristic=[said], agreementPeriod={},
    )  # fmt: skip


async def asking(service: Service) -> None:
    await register_purpose(
        service.database, PURPOSE, title="News", legal_basis="consent", registered_by="the tests"
    )


async def explained(service: Service, identifier: str | None) -> Explanation:
    return await explain(
        service.application.inventory, service.database, process=PROCESS, purpose=PURPOSE,
        operation=Operation.READ, record_type="individual", identifier=identifier,
    )  # fmt: skip


async def test_an_explanation_names_choice_and_restriction(service: Service) -> None:
    await asking(service)
    token = await service.token_for(PROCESS, "individual:read", purpose=PURPOSE)
    yes, no = [(await made(service, "individual"))["id"] for _ in range(2)]
    await agreed(service, yes, value=True)
    told = await explained(service, yes)
    assert (told.permitted, told.rule) == (True, "permission")
    rules = [step.rule for step in told.steps]
    assert rules == ["process", "permission", "processingRestricted", "privacyChoice", "record"]
    told = await explained(service, no)
    assert (told.permitted, told.rule) == (False, "privacyChoice")
    assert "agreed (news)" in next(s.says for s in told.steps if s.rule == "privacyChoice")
    told = await explained(service, None)
    assert told.permitted
    assert told.steps[-1].rule == "privacyChoice"
    await restrict(service.database, yes, reason="DSR-1", actor=Actor("test", "testing", "tester"))
    told = await explained(service, yes)
    assert (told.permitted, told.rule) == (False, "processingRestricted")
    query = {"operation": "read", "type": "individual", "id": no}
    answer = await service.client.get(
        "/inventory/v1/explanation", params=query, headers={"Authorization": f"Bearer {token}"}
    )
    assert (answer.json()["permitted"], answer.json()["rule"]) == (False, "privacyChoice")


async def test_a_simulation_counts_what_is_kept_out_now(service: Service) -> None:
    token = await service.token_for(PROCESS, "individual:read", purpose=PURPOSE)
    yes, no = [await made(service, "individual") for _ in range(2)]
    await agreed(service, yes["id"], value=True)
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as client:
        for each in (yes, no, no):
            assert (await client.get(place("individual", each))).status_code == 200
        assert len((await client.get(PATHS["individual"])).json()) == 2
        await asking(service)
        refused = place("individual", no)
        while (await client.get(refused)).status_code != 403:
            pass
    await service.application.sealer.seal()
    draft = draft_of(
        {"process": PROCESS, "purpose": PURPOSE, "permissions": {"individual": ["read"]}}
    )
    simulation = await simulate(
        service.database, draft, since=now() - timedelta(days=1), asks_for=asked_for()
    )
    found = {(each.change, each.rule): each.requests for each in simulation.outcomes}
    assert found[SAME, "permission"] == 1
    assert found[REFUSED, "privacyChoice"] >= 2
    assert found[LESS, "privacyChoice"] == 1
    assert found[SAME, "privacyChoice"] == 1
