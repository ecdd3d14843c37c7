"""Findings corrected in bulk over HTTP: looked at first, then changed as at any door."""

from typing import Any

import pytest

from customer_inventory.audit.running import audit
from tests.api.test_finding import PEOPLE, ROOT, RULES, found, headers
from tests.conftest import Service
from tests.requirements.test_register import ACTOR

PLACE = f"{ROOT}/finding/correction"
RULE = "REQ-702.validity"
TO_MALE = {"rule": RULE, "replace": {"m": "male"}}


async def corrected(
    service: Service, body: dict[str, Any], mine: dict[str, str] | None = None
) -> Any:
    answer = await service.client.post(PLACE, json=body, headers=mine)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def genders(service: Service) -> list[str]:
    people = (await service.client.get(PEOPLE)).json()
    return sorted(each["gender"] for each in people)


async def test_it_is_looked_at_corrected_and_verified(service: Service) -> None:
    await found(service, "m", "m", "x", "female")
    seen = await corrected(service, {**TO_MALE, "dryRun": True})
    told = [(each["before"], each["after"], "problem" in each) for each in seen]
    assert sorted(told) == [
        (["m"], ["male"], False), (["m"], ["male"], False), (["x"], ["x"], True),
    ]  # fmt: skip
    assert await genders(service) == ["female", "m", "m", "x"]
    done = await corrected(service, {**TO_MALE, "reason": "as it was meant"})
    assert [each["problem"] for each in done if "problem" in each] == ["It would stay as it is."]
    assert await genders(service) == ["female", "male", "male", "x"]
    listed = (await service.client.get(f"{ROOT}/finding")).json()["finding"]
    assert sorted(each["state"] for each in listed) == ["corrected", "corrected", "open"]
    assert {each["reason"] for each in listed if each["state"] == "corrected"} == {
        "as it was meant"
    }
    await audit(service.database, RULES, actor=ACTOR)
    (left,) = (await service.client.get(f"{ROOT}/finding")).json()["finding"]
    await corrected(service, {"id": [left["id"]], "remove": True, "reason": "unknown"})
    entry = await service.database.row(
        "SELECT operation, status FROM access.entry WHERE record_type = 'finding'"
        " ORDER BY at DESC, seq DESC, number DESC LIMIT 1"
    )
    assert dict(entry or {}) == {"operation": "update", "status": 200}


async def test_who_may_not_update_the_type_corrects_nothing(service: Service) -> None:
    await found(service, "m")
    reader = await headers(service, "reader", "individual:read", "customer:update")
    assert await corrected(service, {**TO_MALE, "reason": "r"}, reader) == []
    assert await genders(service) == ["m"]
    nobody = await headers(service, "nobody", "individual:read")
    refused = await service.client.post(PLACE, json={**TO_MALE, "reason": "r"}, headers=nobody)
    assert refused.status_code == 403


WRONG: dict[str, dict[str, Any]] = {
    "nothing chosen": {"replace": {"m": "male"}, "reason": "r"},
    "both chosen": {**TO_MALE, "id": [1], "reason": "r"},
    "no numbers": {"id": ["one"], "set": "male", "reason": "r"},
    "numbers that are none": {"id": [True], "set": "male", "reason": "r"},
    "no reason": TO_MALE,
    "two corrections": {**TO_MALE, "set": "male", "reason": "r"},
    "no correction": {"rule": RULE, "reason": "r"},
    "no texts": {"rule": RULE, "replace": {"m": 1}, "reason": "r"},
    "another word": {**TO_MALE, "reason": "r", "colour": "red"},
}


@pytest.mark.parametrize("name", WRONG)
async def test_what_is_no_correction_is_refused(service: Service, name: str) -> None:
    await found(service, "m")
    answer = await service.client.post(PLACE, json=WRONG[name])
    assert answer.status_code == 400, answer.text
    assert await genders(service) == ["m"]
