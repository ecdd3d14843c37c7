"""A day of reads by four processes, told to the subject: complete, exact, and without names."""

import random
from collections import Counter
from collections.abc import Awaitable, Callable

import pytest

from customer_inventory.usage.seen_by import check_reason, seen_by
from tests.conftest import Service
from tests.tmf.bodies import made, place

Asked = Callable[[dict[str, str]], Awaitable[list[str]]]


async def test_a_scripted_day_is_told_complete_and_exact(service: Service) -> None:
    people = [await made(service, "individual") for _ in range(3)]
    customers = [
        await made(
            service,
            "customer",
            engagedParty={"@type": "PartyRef", "id": person["id"], "@referredType": "Individual"},
        )
        for person in people
    ]
    ours, ours_party = customers[0], people[0]
    before = len(await seen_by(service.database, [ours["id"], ours_party["id"]]))
    expected: Counter[tuple[str, str, str, str]] = Counter()
    tokens = {}
    for process, purpose in (("crm", "care"), ("billing", "invoicing"), ("fraud", "fraudControl")):
        allowed = ("*:read",) if process != "fraud" else ("individual:read",)
        tokens[process, purpose] = await service.token_for(process, *allowed, purpose=purpose)
    tokens["nosy", "curiosity"] = await service.token_for(
        "nosy", "agreement:read", purpose="curiosity"
    )
    drawn = random.Random(7)
    for _ in range(50):
        (process, purpose), token = drawn.choice(list(tokens.items()))
        kind = drawn.choice(["one", "list", "party", "whole"])
        paths = {
            "one": (place("customer", drawn.choice(customers)), "customer"),
            "list": ("/tmf-api/customerManagement/v5/customer?limit=10", "customer"),
            "party": (place("individual", drawn.choice(people)), "individual"),
            "whole": (f"/tmf-api/customer360/v5/customer360/{ours['id']}", "customer360"),
        }
        path, record_type = paths[kind]
        answer = await service.client.get(path, headers={"Authorization": f"Bearer {token}"})
        named = ours["id"] in path or ours_party["id"] in path
        in_list = answer.is_success and ours["id"] in answer.text
        if named or in_list:
            decision = "permit" if answer.is_success else "deny"
            expected[process, purpose, record_type, decision] += 1
    await service.application.sealer.seal_all()
    answer = await service.client.get(f"/inventory/v1/seenBy/{ours['id']}")
    assert answer.status_code == 200
    told = answer.json()
    found = Counter(
        (each["process"], each["purpose"], each["record_type"], each["decision"])
        for each in told
        if each["process"] != "tester"
    )
    assert found == expected
    assert len(told) == before + sum(expected.values())
    assert not any("person" in each for each in told)
    assert [each["at"] for each in told] == sorted((each["at"] for each in told), reverse=True)


async def test_people_are_named_for_a_case_only_and_the_case_is_kept(service: Service) -> None:
    customer = await made(service, "customer")
    path = f"/inventory/v1/seenBy/{customer['id']}"
    refused = await service.client.get(path, params={"staffBecause": "because Ada Lovelace asked"})
    assert (refused.status_code, refused.json()["path"]) == (400, "staffBecause")
    named = await service.client.get(path, params={"staffBecause": "DSR-2026-17"})
    assert named.status_code == 200
    reason = await service.database.value(
        "SELECT reason FROM access.entry WHERE record_type = 'seenBy' AND status = 200"
    )
    assert reason == "DSR-2026-17"


async def test_a_period_and_a_limit(service: Service) -> None:
    customer = await made(service, "customer")
    for _ in range(4):
        await service.client.get(place("customer", customer))
    path = f"/inventory/v1/seenBy/{customer['id']}"
    whole = (await service.client.get(path)).json()
    assert len(whole) == 5
    part = (await service.client.get(path, params={"until": whole[1]["at"]})).json()
    assert [each["at"] for each in part] == [each["at"] for each in whole[2:]]
    rest = (await service.client.get(path, params={"since": whole[1]["at"], "limit": 1})).json()
    assert len(rest) == 1
    bad = await service.client.get(path, params={"since": "yesterday"})
    assert (bad.status_code, bad.json()["path"]) == (400, "since")


@pytest.mark.parametrize("reason", ["", "ab", "two words", "x" * 65, "Ödön", "a\nb"])
def test_a_reason_is_a_reference(reason: str) -> None:
    with pytest.raises(Exception, match="no reference"):
        check_reason(reason)
