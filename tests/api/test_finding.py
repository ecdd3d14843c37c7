"""Audits and findings over HTTP: who may, what is shown of what records say, what is decided."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from customer_inventory.audit.compiling import compiled
from customer_inventory.audit.running import audit
from customer_inventory.kit.clock import now
from customer_inventory.requirements.requirement import Data
from tests.access.scope.world import permit
from tests.audit.planted import demanded
from tests.conftest import Service
from tests.requirements.test_register import ACTOR

ROOT = "/inventory/v1"
PEOPLE = "/tmf-api/partyManagement/v5/individual"
RULES = compiled([demanded(702, "individual", "gender", data=Data(values=("female", "male")))])
SOON = (now() + timedelta(days=30)).date().isoformat()


async def headers(service: Service, process: str, *allowed: str) -> dict[str, str]:
    token = await service.token_for(process, *allowed)
    return {"Authorization": f"Bearer {token}"}


async def found(service: Service, *genders: str) -> list[dict[str, Any]]:
    """Make people, audit them, and return the findings as somebody who may do everything."""
    for gender in genders:
        body = {"@type": "Individual", "givenName": "A", "familyName": "B", "gender": gender}
        assert (await service.client.post(PEOPLE, json=body)).status_code == 201
    await audit(service.database, RULES, actor=ACTOR)
    answer = await service.client.get(f"{ROOT}/finding", params={"values": "true"})
    listed: list[dict[str, Any]] = answer.json()["finding"]
    return listed


async def test_a_finding_is_listed_decided_and_its_steps_are_told(service: Service) -> None:
    (one,) = await found(service, "x", "male")
    assert one["value"] == ["x"]
    assert (one["state"], one["rule"], one["recordType"]) == (
        "open", "REQ-702.validity", "individual",
    )  # fmt: skip
    place = f"{ROOT}/finding/{one['id']}"
    for said in (
        {"state": "assigned", "assignee": "ada", "dueOn": SOON},
        {"state": "accepted", "reason": "known", "acceptedUntil": SOON},
    ):
        answer = await service.client.patch(place, json=said)
        assert answer.status_code == 200, answer.text
        assert said.items() <= answer.json().items()
    whole = (await service.client.get(place)).json()
    assert [step["state"] for step in whole["step"]] == ["assigned", "accepted"]
    # What is accepted waits for nobody.
    assert (await service.client.get(f"{ROOT}/finding")).json() == {"finding": []}
    by_state = {"state": "accepted,falseAlarm"}
    listed = await service.client.get(f"{ROOT}/finding", params=by_state)
    assert [each["id"] for each in listed.json()["finding"]] == [one["id"]]


async def test_findings_come_page_by_page_and_by_what_is_asked(service: Service) -> None:
    ids = [each["id"] for each in await found(service, *"vwxyz")]
    seen, params = [], {"limit": "2"}
    while True:
        page = (await service.client.get(f"{ROOT}/finding", params=params)).json()
        seen += [each["id"] for each in page["finding"]]
        if "after" not in page:
            break
        params = {"limit": "2", "after": str(page["after"])}
    assert seen == ids
    for query, count in (
        ({"rule": "REQ-702.validity"}, 5),
        ({"rule": "REQ-1.validity"}, 0),
        ({"severity": "high"}, 0),
        ({"dimension": "validity", "type": "individual"}, 5),
        ({"overdue": "true"}, 0),
        ({"process": "tester"}, 5),
    ):
        answer = await service.client.get(f"{ROOT}/finding", params=query)
        assert len(answer.json()["finding"]) == count, query


async def test_who_may_not_read_the_record_sees_no_finding(service: Service) -> None:
    (one,) = await found(service, "x")
    other = await headers(service, "other", "customer:read,modify")
    listed = await service.client.get(f"{ROOT}/finding", headers=other)
    assert listed.json() == {"finding": []}
    place = f"{ROOT}/finding/{one['id']}"
    assert (await service.client.get(place, headers=other)).status_code == 404
    said = {"state": "assigned", "assignee": "me"}
    assert (await service.client.patch(place, headers=other, json=said)).status_code == 404
    reader = await headers(service, "reader", "individual:read")
    assert (await service.client.get(place, headers=reader)).status_code == 200
    assert (await service.client.patch(place, headers=reader, json=said)).status_code == 403
    named = await service.client.get(
        f"{ROOT}/finding", headers=other, params={"type": "individual"}
    )
    assert named.status_code == 403


async def test_values_are_masked_as_the_record_is_and_the_ledger_has_it(service: Service) -> None:
    (one,) = await found(service, "x")
    await permit(service, "masked", {"individual": {"groups": ["name"]}}, "individual:read")
    masked = {"Authorization": f"Bearer {await service.issue('masked')}"}
    place = f"{ROOT}/finding/{one['id']}"
    assert (await service.client.get(place, headers=masked)).json()["value"] == []
    listed = await service.client.get(f"{ROOT}/finding", headers=masked, params={"values": "true"})
    assert [each["value"] for each in listed.json()["finding"]] == [[]]
    rows = await service.database.fetch(
        "SELECT record_type, operation, record_ids::text AS ids FROM access.entry"
        " WHERE process = 'masked'"
    )
    assert [(row["record_type"], row["operation"]) for row in rows] == [("finding", "read")] * 2
    assert all(one["recordId"] in row["ids"] for row in rows)


WRONG = {
    "a state that is none": {"state": "solved"},
    "verified by decree": {"state": "verified"},
    "accepted for ever": {"state": "accepted", "reason": "known"},
    "no date": {"state": "accepted", "reason": "known", "acceptedUntil": "soon"},
    "assigned to nobody": {"state": "assigned"},
    "another key": {"state": "open", "colour": "red"},
    "no state": {},
    "a reason that is none": {"state": "falseAlarm", "reason": 5},
}


async def test_what_is_no_decision_is_refused_and_changes_nothing(service: Service) -> None:
    (one,) = await found(service, "x")
    place = f"{ROOT}/finding/{one['id']}"
    for name, said in WRONG.items():
        answer = await service.client.patch(place, json=said)
        assert answer.status_code == 400, name
    whole = (await service.client.get(place)).json()
    assert (whole["state"], whole["step"]) == ("open", [])


@pytest.mark.parametrize("identifier", ["0", "x", "9" * 30, "123456789"])
async def test_what_is_no_finding_or_run_is_not_there(service: Service, identifier: str) -> None:
    mine = await headers(service, "auditor", "audit:read")
    assert (await service.client.get(f"{ROOT}/finding/{identifier}")).status_code == 404
    answer = await service.client.get(f"{ROOT}/auditRun/{identifier}", headers=mine)
    assert answer.status_code == 404


@pytest.mark.parametrize(
    "query",
    [{"state": "solved"}, {"severity": "great"}, {"overdue": "maybe"}, {"limit": "0"}, {"x": "y"}],
    ids="".join,
)
async def test_what_is_no_question_is_refused(service: Service, query: dict[str, str]) -> None:
    answer = await service.client.get(f"{ROOT}/finding", params=query)
    assert answer.status_code == 400


async def test_audits_are_permitted_under_a_name_of_their_own(service: Service) -> None:
    everything = {"Authorization": f"Bearer {service.token}"}
    mine = await headers(service, "auditor", "audit:read")
    for path in ("auditRule", "auditRun", "qualityScore"):
        refused = await service.client.get(f"{ROOT}/{path}", headers=everything)
        assert refused.status_code == 403, path
        assert (await service.client.get(f"{ROOT}/{path}", headers=mine)).status_code == 200
    assert (await service.client.post(f"{ROOT}/auditRun", json={}, headers=mine)).status_code == 403
    assert (await service.client.get(f"{ROOT}/finding", headers=mine)).status_code == 403


async def test_an_audit_is_begun_and_its_results_are_told(service: Service) -> None:
    await found(service, "x")
    mine = await headers(service, "auditor", "audit:read,create")
    rules = (await service.client.get(f"{ROOT}/auditRule", headers=mine)).json()
    told = {each["id"]: each for each in rules}
    assert {"CR-001", "CR-060"} <= told.keys()
    assert told["CR-060"]["pack"] == "records"
    assert told["CR-060"]["do"] == "Look into the document that the dates were taken from."
    wrong = await service.client.post(f"{ROOT}/auditRun", headers=mine, json={"type": ["king"]})
    assert wrong.status_code == 400
    asked = {"type": ["customer"], "full": True}
    begun = await service.client.post(f"{ROOT}/auditRun", headers=mine, json=asked)
    assert (begun.status_code, begun.json()) == (202, asked)
    async with asyncio.timeout(60):
        while True:
            newest, *_ = (await service.client.get(f"{ROOT}/auditRun", headers=mine)).json()
            if newest["recordTypes"] == ["customer"] and newest["state"] == "done":
                break
            await asyncio.sleep(0.05)
    whole = (await service.client.get(f"{ROOT}/auditRun/{newest['id']}", headers=mine)).json()
    assert {each["type"] for each in whole["result"]} == {"customer"}
    assert whole["isFull"]
    scores = await service.client.get(
        f"{ROOT}/qualityScore", headers=mine, params={"by": "dimension"}
    )
    assert {each["name"] for each in scores.json()} >= {"consistency"}
    odd = await service.client.get(f"{ROOT}/qualityScore", headers=mine, params={"by": "hue"})
    assert odd.status_code == 400
