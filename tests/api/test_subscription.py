"""Subscriptions over the management API: whose are seen, replay, dead letters, secrets."""

import httpx

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.record.event import subscription as subscriptions
from tests.conftest import Service

HERE = "/inventory/v1/subscription"


async def registered(service: Service, process: str) -> str:
    made = await subscriptions.subscribe(
        service.database,
        actor=Actor(process, "testing"),
        api="partyManagement",
        version=5,
        location="http://here",
        record_types=("individual",),
        callback="http://127.0.0.1:9/",  # not allowed: nothing is ever sent
        query=None,
        conditions=(),
        at=now(),
    )
    return made.id


async def dead(service: Service, subscription: str, seq: int) -> None:
    await service.database.execute(
        "INSERT INTO record.delivery (subscription, seq, bucket, id, type, revision, event,"
        " recorded_at, state, reason)"
        " VALUES ($1, $2, 1, 'r', 'individual', 1, 'create', now(), 'dead', 'answered 400')",
        subscription,
        seq,
    )


async def test_a_process_sees_its_own_and_an_operator_all(service: Service) -> None:
    token = await service.token_for("crm", "individual:read")
    mine, other = await registered(service, "crm"), await registered(service, "billing")
    async with httpx.AsyncClient(
        base_url=service.base, headers={"Authorization": f"Bearer {token}"}
    ) as crm:
        assert [row["id"] for row in (await crm.get(HERE)).json()] == [mine]
        assert (await crm.get(f"{HERE}/{mine}")).json()["health"] in ("healthy", "failing")
        for method, rest in (
            ("GET", ""),
            ("GET", "/deadLetter"),
            ("POST", "/resume"),
            ("POST", "/replay"),
            ("POST", "/secret"),
            ("POST", "/deadLetter/replay"),
        ):
            answer = await crm.request(method, f"{HERE}/{other}{rest}", json={"after": 0})
            assert answer.status_code == 404, (method, rest)
        assert (await crm.post(f"{HERE}/{mine}/replay", json={"after": 0})).status_code == 200
    ids = {row["id"] for row in (await service.client.get(HERE)).json()}
    assert {mine, other} <= ids
    assert (await service.client.post(f"{HERE}/{other}/resume")).status_code == 204


async def test_an_operator_who_may_only_read_steers_nothing(service: Service) -> None:
    token = await service.token_for("reader", "*:read")
    other = await registered(service, "billing")
    async with httpx.AsyncClient(
        base_url=service.base, headers={"Authorization": f"Bearer {token}"}
    ) as reader:
        assert (await reader.get(f"{HERE}/{other}")).status_code == 200
        assert (await reader.post(f"{HERE}/{other}/resume")).status_code == 403


async def test_dead_letters_are_listed_and_replayed(service: Service) -> None:
    mine = await registered(service, "crm")
    for seq in (5, 6, 7):
        await dead(service, mine, seq)
    page = (await service.client.get(f"{HERE}/{mine}/deadLetter?after=5&limit=1")).json()
    assert [(row["seq"], row["reason"]) for row in page] == [(6, "answered 400")]
    path = f"{HERE}/{mine}/deadLetter/replay"
    assert (await service.client.post(path, json={"seq": [5]})).json() == {"revived": 1}
    assert (await service.client.post(path, json={"seq": ["5"]})).status_code == 400
    assert (await service.client.post(path)).json() == {"revived": 2}
    assert (await service.client.get(f"{HERE}/{mine}/deadLetter")).json() == []


async def test_a_replay_names_a_number_or_an_instant(service: Service) -> None:
    mine = await registered(service, "crm")
    path = f"{HERE}/{mine}/replay"
    assert (await service.client.post(path, json={"after": 0})).json() == {"after": 0}
    told = await service.client.post(path, json={"from": "2026-01-01"})
    assert told.json() == {"after": 0}
    for wrong in ({}, {"from": "soon"}, {"after": -1}, {"after": True}, {"after": 2**70}):
        answer = await service.client.post(path, json=wrong)
        assert (answer.status_code, answer.json()["path"]) == (400, next(iter(wrong), "from"))
