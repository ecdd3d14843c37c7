"""GET on the straight way is the ordinary GET: the same answers, duties and order."""

import asyncio
from urllib.parse import urlsplit

import pytest

from customer_inventory.access import registration
from customer_inventory.cli import http
from customer_inventory.tmf.door import resources
from tests.conftest import BY, Service
from tests.store.eventually import eventually
from tests.tmf.bodies import BODIES, Document, made, place

ENTRIES = "SELECT count(*) FROM access.entry WHERE operation = 'read' AND status = $1"


@pytest.fixture
async def person(shared: Service) -> Document:
    return await made(shared, "individual")


@pytest.fixture
def straight_answers(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The statuses answered on the straight way while the test runs."""
    seen: list[int] = []
    tell = http._Cycle.tell

    def noted(self, answer) -> None:
        seen.append(answer.status)
        tell(self, answer)

    monkeypatch.setattr(http._Cycle, "tell", noted)
    return seen


async def exchanged(service: Service, sent: bytes, *, until: int) -> bytes:
    """Send bytes on one connection; return what came back, once it holds `until` answers."""
    address = urlsplit(service.base)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(sent)
    came = b""
    async with asyncio.timeout(30):
        while came.count(b"HTTP/1.1 ") < until or not came.endswith((b"}", b"\r\n\r\n")):
            part = await reader.read(65536)
            if not part:
                break
            came += part
    writer.close()
    return came


def get(service: Service, path: str, *lines: str) -> bytes:
    head = [
        f"GET {path} HTTP/1.1",
        "Host: inventory",
        f"Authorization: Bearer {service.token}",
        *lines,
        "",
        "",
    ]
    return "\r\n".join(head).encode()


RESOURCES = [
    (location, resource.declared.name)
    for location, resource in resources("").items()
    if resource.collection and resource.declared.name in BODIES
]


@pytest.mark.parametrize(("location", "kind"), RESOURCES, ids=[path for path, _ in RESOURCES])
async def test_both_ways_answer_alike(
    shared: Service, straight_answers: list[int], location: str, kind: str
) -> None:
    record = await made(shared, kind)
    path = f"{location}/{record['id']}"
    ordinary = await shared.client.get(path, params={"fields": ""})
    assert straight_answers == []
    straight = await shared.client.get(path)
    assert straight_answers == [200]
    both = (straight, ordinary)
    assert straight.content == ordinary.content
    heads = [[item for item in each.headers.multi_items() if item[0] != "date"] for each in both]
    assert heads[0] == heads[1]


async def test_both_ways_leave_the_same_entry(
    shared: Service, person: Document, straight_answers: list[int]
) -> None:
    path = place("individual", person)
    await shared.client.get(path)
    await shared.client.get(path, params={"fields": ""})
    assert straight_answers == [200]
    entries = await shared.database.fetch(
        """SELECT process, person, purpose, operation, record_type, record_ids::text, record_count,
            status, decision, bytes, source
        FROM access.entry WHERE operation = 'read' ORDER BY at DESC LIMIT 2"""
    )
    assert tuple(entries[0]) == tuple(entries[1])
    assert person["id"] in entries[0]["record_ids"]


async def test_what_is_not_there_is_told_the_ordinary_way(
    shared: Service, straight_answers: list[int]
) -> None:
    missing = "0" * 26
    before = await shared.database.value(ENTRIES, 404)
    answer = await shared.client.get(f"/tmf-api/partyManagement/v5/individual/{missing}")
    assert (answer.status_code, answer.json()["code"]) == (404, "notFound")
    assert straight_answers == [404]
    assert await shared.database.value(ENTRIES, 404) == before + 1


async def test_a_revoked_token_is_refused_at_once(
    service: Service, straight_answers: list[int]
) -> None:
    made_one = await made(service, "individual")
    path = place("individual", made_one)
    token = await service.token_for("reader", "individual:read")
    headers = {"Authorization": f"Bearer {token}"}
    # What was registered just now may be told to the service while it is asked.
    await asyncio.sleep(0.3)
    assert (await service.client.get(path, headers=headers)).status_code == 200
    assert (await service.client.get(path, headers=headers)).status_code == 200
    assert straight_answers == [200]
    await registration.set_state(service.database, "reader", "revoked", by=BY)

    async def refused() -> bool:
        return (await service.client.get(path, headers=headers)).status_code == 401

    await eventually(refused)


async def test_a_caller_who_may_not_read_is_refused(service: Service) -> None:
    made_one = await made(service, "individual")
    token = await service.token_for("writer", "individual:update")
    for _ in range(2):
        answer = await service.client.get(
            place("individual", made_one), headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.status_code == 403


async def test_pipelined_requests_are_answered_in_order(
    shared: Service, person: Document, straight_answers: list[int]
) -> None:
    await shared.client.get(place("individual", person))
    path, nothing = place("individual", person), "/tmf-api/nothing"
    sent = b"".join(get(shared, each) for each in (path, nothing, path, f"{path}?fields=id", path))
    came = await exchanged(shared, sent, until=5)
    statuses = [part[:3] for part in came.split(b"HTTP/1.1 ")[1:]]
    assert statuses == [b"200", b"404", b"200", b"200", b"200"]
    assert straight_answers[0] == 200


async def test_a_caller_who_closes_is_answered_and_closed(
    shared: Service, person: Document
) -> None:
    came = await exchanged(
        shared, get(shared, place("individual", person), "Connection: close"), until=2
    )
    assert came.startswith(b"HTTP/1.1 200 OK")
    assert b"connection: close" in came


async def test_a_caller_who_leaves_early_costs_no_other(shared: Service, person: Document) -> None:
    path = place("individual", person)
    await shared.client.get(path)
    address = urlsplit(shared.base)
    for _ in range(20):
        _, writer = await asyncio.open_connection(address.hostname, address.port)
        writer.write(get(shared, path))
        writer.transport.abort()
    assert (await shared.client.get(path)).status_code == 200


async def test_without_its_entry_nothing_is_told(
    service: Service, straight_answers: list[int]
) -> None:
    made_one = await made(service, "individual")
    path = place("individual", made_one)
    await service.client.get(path)
    straight_answers.clear()
    await service.database.execute("ALTER TABLE access.segment RENAME TO elsewhere")
    answer = await service.client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert straight_answers == [503]
    await service.database.execute("ALTER TABLE access.elsewhere RENAME TO segment")
    assert (await service.client.get(path)).status_code == 200


async def test_with_a_body_or_a_known_tag_it_is_the_ordinary_way(
    shared: Service, person: Document, straight_answers: list[int]
) -> None:
    path = place("individual", person)
    known = await shared.client.get(path, headers={"If-None-Match": '"1"'})
    assert known.status_code == 304
    with_body = await shared.client.request("GET", path, content=b"{}")
    assert with_body.status_code == 200
    assert straight_answers == []
