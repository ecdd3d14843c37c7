"""A day of reads by four processes, told to the subject: complete, exact, and without names."""

import random
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.registration import Permission
from customer_inventory.kit.ids import new_id
from customer_inventory.record.sight import ALL
from customer_inventory.usage.seen_by import check_reason, seen_by
from tests.access.download.files import asked, ended
from tests.conftest import Service
from tests.tmf.bodies import PATHS, WHOLE, made, party, place, related

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


MASKED: dict[str, Any] = {"groups": ["name", "contact"], "masks": {"contact": "domain"}}


@dataclass(frozen=True)
class Caller:
    """A process at work for a purpose."""

    process: str
    purpose: str
    client: httpx.AsyncClient


@asynccontextmanager
async def working(
    service: Service, process: str, purpose: str, terms: dict[str, Any], allowed: str
) -> AsyncIterator[Caller]:
    permission = Permission.parse(allowed, purpose)
    await registration.register(
        service.database,
        process,
        name=process,
        owner="the tests",
        permissions=[replace(permission, terms=terms)],
        registered_by="the tests",
    )
    headers = {"Authorization": f"Bearer {await service.issue(process, purpose)}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=60) as client:
        yield Caller(process, purpose, client)


@dataclass(frozen=True)
class Did:
    """What somebody did, as the subject is told: with which of its records, shown which groups."""

    process: str
    purpose: str
    operation: str
    record_type: str
    decision: str
    status: int
    ids: frozenset[str]
    groups: tuple[str, ...]

    @classmethod
    def of(cls, told: dict[str, Any]) -> "Did":
        words = ("process", "purpose", "operation", "record_type", "decision", "status")
        values = [told[word] for word in words]
        return cls(*values, frozenset(told["ids"]), tuple(told["groups"]))


async def test_a_day_in_every_way_is_told_by_name_group_and_record(service: Service) -> None:
    person = await made(service, "individual", familyName="Seenfield")
    other = await made(service, "individual", familyName="Elsewhere")
    customer = await made(
        service, "customer", name="Ada Seenfield", engagedParty=party(person["id"])
    )
    owner = [related(customer["id"], kind="Customer")]
    account = await made(service, "billingAccount", relatedParty=owner)
    p, c, a = person["id"], customer["id"], account["id"]
    here = f"/inventory/v1/seenBy/{c}"
    before = len((await service.client.get(here)).json())
    async with AsyncExitStack() as stack:
        crm, count, mover, nosy = [
            await stack.enter_async_context(working(service, *each))
            for each in (
                ("crm", "care", {}, "*:read"),
                ("count", "statistics", MASKED, "individual:read"),
                ("mover", "migration", {}, "individual:read,download"),
                ("nosy", "curiosity", {}, "agreement:read"),
            )
        ]
        whole = f"{WHOLE}/{c}"
        there = {name: PATHS[name] for name in ("individual", "customer", "billingAccount")}
        expected: Counter[Did] = Counter()

        async def asks(
            who: Caller, path: str, kind: str, *ids: str, status: int = 200, groups: Any = ALL
        ) -> None:
            answer = await who.client.get(path)
            assert answer.status_code == status, (path, answer.text)
            decision = "deny" if status == 403 else "permit"
            if ids:
                expected[
                    Did(who.process, who.purpose, "read", kind, decision, status, frozenset(ids),
                        () if status != 200 else tuple(groups))
                ] += 1  # fmt: skip

        shown = ("contact", "name", "reference")
        for _ in range(4):
            await asks(crm, place("customer", customer), "customer", c)
            await asks(crm, whole, "customer360", c, p, a)
            await asks(crm, "/inventory/v1/search?q=Seenfield", "search", p, c)
            await asks(crm, f"{there['billingAccount']}?limit=10", "billingAccount", a)
            await asks(crm, place("individual", other), "individual")
            await asks(count, place("individual", person), "individual", p, groups=shown)
            await asks(count, f"{there['individual']}?limit=5", "individual", p, groups=shown)
            await asks(count, place("customer", customer), "customer", c, status=403)
            await asks(count, f"{there['individual']}?familyName=Nobody", "individual")
            await asks(nosy, place("individual", person), "individual", p, status=403)
            await asks(nosy, whole, "customer360", c, status=403)
        await asks(mover, f"{there['individual']}?limit=10", "individual", p)
        await asks(mover, f"{there['individual']}/{new_id()}", "individual", status=404)
        await asks(mover, f"{place('individual', person)}/history", "individual", p)
        await asks(nosy, there["individual"], "individual", status=403)
        job = await ended(mover.client, await asked(mover.client))
        assert (await mover.client.get(job["url"])).status_code == 200
        expected[
            Did("mover", "migration", "download", "individual", "permit", 200, frozenset({p}), ())
        ] += 1  # fmt: skip
        changed = await service.client.patch(place("individual", person), json={"title": "Dr"})
        assert changed.status_code == 200
        expected[
            Did("tester", "testing", "update", "individual", "permit", 200, frozenset({p}), ALL)
        ] += 1  # fmt: skip
        # Sealed or not yet, it is the same.
        for _ in range(2):
            told = (await service.client.get(here)).json()
            found = Counter(map(Did.of, told[: len(told) - before]))
            assert found - expected == Counter(
                {each: times for each, times in found.items() if each.record_type == "seenBy"}
            )
            assert expected - found == Counter()
            await service.application.sealer.seal_all()
