"""Quotas over HTTP: what a limited caller is told, on every way, and when it has to wait."""

import asyncio
from collections import Counter
from collections.abc import Mapping

import httpx
import pytest

from customer_inventory.access import registration
from customer_inventory.access.registration import Permission
from customer_inventory.kit.ids import new_id
from customer_inventory.record.finding import findings
from tests.conftest import Service

INDIVIDUALS = "/tmf-api/partyManagement/v5/individual"


async def limited(
    service: Service, process: str, allowed: str = "individual:read", **quota: int
) -> httpx.AsyncClient:
    """Return a client of a process with that quota, which is of its own type."""
    permission = Permission.parse(allowed, "testing")
    await registration.register(
        service.database,
        process,
        name=process,
        owner="the tests",
        permissions=[
            Permission(permission.record_type, permission.operations, "testing", {"quota": quota})
        ],
        registered_by="the tests",
    )
    token = await service.issue(process)
    return httpx.AsyncClient(
        base_url=service.base, headers={"Authorization": f"Bearer {token}"}, timeout=30
    )


async def created(service: Service, count: int) -> list[str]:
    answers = [
        await service.client.post(
            INDIVIDUALS, json={"@type": "Individual", "givenName": "A", "familyName": str(n)}
        )
        for n in range(count)
    ]
    return [answer.json()["id"] for answer in answers]


def left(answer: httpx.Response) -> Mapping[str, int]:
    """Return how much is left of each budget, as the answer tells it."""
    items = answer.headers["ratelimit"].split(", ")
    return {item.split('"')[1]: int(item.split(";r=")[1].split(";")[0]) for item in items}


async def test_sixteen_callers_at_once_get_what_was_agreed(service: Service) -> None:
    (one,) = await created(service, 1)
    async with await limited(service, "sixteen", requestsPerDay=200) as client:

        async def ask() -> Counter[int]:
            return Counter(
                [(await client.get(f"{INDIVIDUALS}/{one}")).status_code for _ in range(20)]
            )

        answered = sum(await asyncio.gather(*(ask() for _ in range(16))), Counter[int]())
        assert answered == {200: 200, 429: 120}
        refused = await client.get(f"{INDIVIDUALS}/{one}")
    assert refused.status_code == 429
    assert refused.json()["code"] == "quotaExceeded"
    assert 1 <= int(refused.headers["retry-after"]) <= 86_400
    assert left(refused) == {"individual.requestsPerDay": 0}
    entries = await service.database.fetch(
        "SELECT status, decision, rule FROM access.entry WHERE process = 'sixteen'"
    )
    assert Counter(map(tuple, entries)) == {
        (200, "permit", "permission"): 200,
        (429, "deny", "quotaExceeded"): 121,
    }


async def test_every_answer_tells_what_is_left(service: Service) -> None:
    (one,) = await created(service, 1)
    everything = "individual:read,create,modify,update,delete"
    async with await limited(
        service, "told", everything, requestsPerHour=100, rowsPerDay=40
    ) as client:
        asked = (
            ("GET", f"{INDIVIDUALS}/{one}", {}),
            ("GET", f"{INDIVIDUALS}/{one}?fields=givenName", {}),
            ("GET", f"{INDIVIDUALS}/{new_id()}", {}),
            ("GET", INDIVIDUALS, {}),
            ("GET", f"{INDIVIDUALS}?limit=x", {}),
            ("POST", INDIVIDUALS, {"json": {}}),
            ("PATCH", f"{INDIVIDUALS}/{one}", {"json": {"givenName": "B"}}),
            ("DELETE", f"{INDIVIDUALS}/{one}", {}),
        )
        for number, (method, path, more) in enumerate(asked, start=1):
            answer = await client.request(method, path, **more)
            assert answer.headers["ratelimit-policy"] == (
                '"individual.requestsPerHour";q=100;w=3600, "individual.rowsPerDay";q=40;w=86400'
            )
            assert left(answer)["individual.requestsPerHour"] == 100 - number, path
        # Two reads by id and a page of one.
        assert left(answer)["individual.rowsPerDay"] == 37


async def test_rows_of_pages_draw_on_the_quota_and_none_is_told_beyond_it(
    service: Service,
) -> None:
    await created(service, 12)
    async with await limited(service, "paging", rowsPerDay=20) as client:
        first = await client.get(INDIVIDUALS, params={"limit": 12})
        assert (first.status_code, len(first.json())) == (200, 12)
        second = await client.get(INDIVIDUALS, params={"limit": 12})
        assert second.status_code == 429
        assert "8 are left" in second.json()["reason"]
        third = await client.get(INDIVIDUALS, params={"limit": 8})
        assert len(third.json()) == 8
        assert (await client.get(INDIVIDUALS, params={"limit": 1})).status_code == 429


async def test_who_is_not_limited_is_told_nothing_of_limits(service: Service) -> None:
    (one,) = await created(service, 1)
    for path in (f"{INDIVIDUALS}/{one}", INDIVIDUALS):
        assert "ratelimit" not in (await service.client.get(path)).headers


async def test_a_thousand_unknown_ids_in_a_row(service: Service) -> None:
    token = await service.token_for("guessing", "individual:read")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers, timeout=30) as client:

        async def ask() -> Counter[int]:
            return Counter(
                [(await client.get(f"{INDIVIDUALS}/{new_id()}")).status_code for _ in range(105)]
            )

        answered = sum(await asyncio.gather(*(ask() for _ in range(10))), Counter[int]())
        # Those under way when the thousandth is answered are answered too.
        assert answered[404] in range(1000, 1010)
        assert answered[404] + answered[429] == 1050
        waiting = await client.get(INDIVIDUALS)
    assert waiting.status_code == 429
    assert int(waiting.headers["retry-after"]) > 0
    (found,) = await findings(service.database, kind="access.idEnumeration")
    assert b"guessing" in found["evidence"]
    # Nobody else waits for it.
    assert (await service.client.get(INDIVIDUALS)).status_code == 200


async def test_who_guesses_is_suspended_where_that_is_wanted(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    quotas = service.application.guard.quotas
    monkeypatch.setattr(quotas, "_suspends", True)
    monkeypatch.setattr(quotas, "_misses", 10)
    token = await service.token_for("guessing", "individual:read")
    headers = {"Authorization": f"Bearer {token}"}
    async with httpx.AsyncClient(base_url=service.base, headers=headers) as client:
        for _ in range(10):
            assert (await client.get(f"{INDIVIDUALS}/{new_id()}")).status_code == 404
        while (await client.get(INDIVIDUALS)).status_code != 401:
            await asyncio.sleep(0.01)
    state = "SELECT state FROM access.process WHERE id = 'guessing'"
    assert await service.database.value(state) == "suspended"


async def test_the_next_quota_holds_at_once(service: Service) -> None:
    (one,) = await created(service, 1)
    async with await limited(service, "changing", requestsPerDay=2) as client:
        for status in (200, 200, 429):
            assert (await client.get(f"{INDIVIDUALS}/{one}")).status_code == status
        async with await limited(service, "changing", requestsPerDay=4) as again:
            for status in (200, 200, 429):
                assert (await again.get(f"{INDIVIDUALS}/{one}")).status_code == status
