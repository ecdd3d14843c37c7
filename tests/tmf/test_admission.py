"""A service that has enough to do sends others away at once, and answers all that it let in."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager

import httpx
import pytest

from customer_inventory.web.admission import Admission
from tests.conftest import Service
from tests.store.eventually import eventually
from tests.tmf.bodies import BODIES, PATHS, Document, made, place
from tests.tmf.test_straight import exchanged, get

MOST = 2


@pytest.fixture
async def person(shared: Service) -> Document:
    return await made(shared, "individual")


@pytest.fixture
def admission(shared: Service, monkeypatch: pytest.MonkeyPatch) -> Admission:
    """The shared service's, which lets in two at a time."""
    admission = shared.application.admission
    assert admission.under_way == 0
    monkeypatch.setattr(admission, "most", MOST)
    return admission


def are_under_way(admission: Admission, count: int) -> Callable[[], Awaitable[object]]:
    async def are_so() -> bool:
        return admission.under_way == count

    return are_so


@asynccontextmanager
async def busy(shared: Service, paths: Sequence[str]) -> AsyncIterator[list[httpx.Response]]:
    """Let requests of individuals wait for the length of the block; then come their answers."""
    answers: list[httpx.Response] = []
    async with shared.database.transaction() as connection:
        await connection.execute("LOCK TABLE record.individual IN ACCESS EXCLUSIVE MODE")
        asking = [asyncio.create_task(shared.client.get(path)) for path in paths]
        await eventually(are_under_way(shared.application.admission, len(paths)))
        yield answers
    answers += await asyncio.gather(*asking)


async def test_who_comes_beyond_is_sent_away_and_all_let_in_are_answered(
    shared: Service, person: Document, admission: Admission
) -> None:
    one = place("individual", person)
    before = admission.sent_away
    async with busy(shared, [one, f"{one}?fields=id"]) as answers:
        straight = await shared.client.get(one)
        ordinary = await shared.client.post(PATHS["individual"], json=BODIES["individual"])
        headers = {"Authorization": "Bearer nobody"}
        stranger = await shared.client.get(f"{one}?fields=id", headers=headers)
        # How the service is can be asked all the same.
        assert (await shared.client.get("/health/live")).status_code == 200
    for refused in (straight, ordinary, stranger):
        assert refused.status_code == 503
        assert refused.headers["retry-after"] == "1"
        assert refused.json()["code"] == "overloaded"
    assert [answer.status_code for answer in answers] == [200, 200]
    assert admission.sent_away == before + 3
    assert admission.under_way == 0
    assert (await shared.client.get(one)).status_code == 200


async def test_a_connection_goes_on_after_it_was_sent_away(
    shared: Service, person: Document, admission: Admission
) -> None:
    one = place("individual", person)
    async with busy(shared, [one, one]):
        came = await exchanged(shared, get(shared, one) * 2, until=2)
    assert came.count(b"HTTP/1.1 503 ") == 2
    assert admission.under_way == 0


async def test_who_sends_slowly_takes_nobodys_place(
    shared: Service, person: Document, admission: Admission
) -> None:
    host, port = shared.base.removeprefix("http://").split(":")
    body = json.dumps(BODIES["individual"]).encode()
    head = (
        f"POST {PATHS['individual']} HTTP/1.1\r\nHost: {host}\r\n"
        f"Authorization: Bearer {shared.token}\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    slow = [await asyncio.open_connection(host, int(port)) for _ in range(2 * MOST)]
    for _, writer in slow:
        writer.write(head.encode() + body[:10])
        await writer.drain()
    for _ in range(MOST + 1):
        assert (await shared.client.get(place("individual", person))).status_code == 200
    assert admission.under_way == 0
    for reader, writer in slow:
        writer.write(body[10:])
        assert b" 201 " in await asyncio.wait_for(reader.readline(), 30)
        writer.close()
    await eventually(are_under_way(admission, 0))


async def test_the_rest_of_a_long_answer_takes_no_place() -> None:
    admission = Admission(1)
    told: list[int] = []

    async def app(_scope, _receive, send) -> None:
        told.append(admission.under_way)
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})
        told.append(admission.under_way)
        await send({"type": "http.response.body", "body": b""})

    async def send(_message) -> None:
        pass

    async def receive():
        return {"type": "http.disconnect"}

    scope = {"type": "http", "method": "GET", "path": "/"}
    await admission.run(app, scope, receive, send)
    assert told == [1, 0]
    assert admission.under_way == 0
