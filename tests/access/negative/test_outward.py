"""Addresses that the service would call: inside, changed later, answering for ever (N35, N36)."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from customer_inventory.kit.actor import Actor
from customer_inventory.record.event.envelope import Notice
from customer_inventory.record.event.sending import HubSender, NotTaken
from customer_inventory.record.event.subscription import subscribe
from customer_inventory.store.database import Database
from customer_inventory.store.outward import Allowed
from tests.access.negative.refusing import Caller
from tests.record.event.listener import listening

HUB = "/tmf-api/partyManagement/v5/hub"
CALLBACKS = (
    "http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://2130706433/",
    "http://0x7f.1/", "http://0177.0.0.1/", "http://127.1/", "http://0/", "http://10.0.0.1/",
    "http://169.254.169.254/latest/meta-data/", "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/", "http://[2002:7f00:1::]/", "http://192.168.0.1:80/",
    "file:///etc/passwd", "gopher://127.0.0.1/", "http://user:secret@93.184.216.34/",
    "http://93.184.216.34:22/", "javascript:alert(1)", "//93.184.216.34/", "",
)  # fmt: skip


@pytest.mark.parametrize("callback", CALLBACKS)
async def test_a_callback_that_leads_inside_is_refused_and_kept(
    caller: Caller, callback: str
) -> None:
    body = {"callback": callback, "query": "eventType=IndividualCreateEvent"}
    answer = await caller.client.post(HUB, json=body)
    assert answer.status_code == 400, answer.text
    assert answer.json()["path"] == "callback"
    assert "secret" not in answer.text
    (entry,) = await caller.entries()
    assert (entry["operation"], entry["record_type"], entry["status"]) == ("read", "hub", 400)
    assert (await caller.client.get(HUB)).json() == []


async def sender_of(database: Database, callback: str, resolving: object = None) -> HubSender:
    subscription = await subscribe(
        database,
        actor=Actor("crm", "testing"),
        api="partyManagement",
        version=5,
        location="http://here",
        record_types=("individual",),
        callback=callback,
        query=None,
        conditions=(),
        at=datetime.now(UTC),
    )
    how = {} if resolving is None else {"resolving": resolving}
    return HubSender(subscription, Allowed.parse("127.0.0.2"), lambda: datetime.now(UTC), **how)


def notice() -> Notice:
    known = {"event_id": "one", "event_type": "IndividualCreateEvent", "body": b"{}"}
    told = object.__new__(Notice)
    for name, value in known.items():
        object.__setattr__(told, name, value)
    return told


async def test_a_name_that_leads_inside_later_is_not_called(database: Database) -> None:
    """The name is looked up for each event, and what was looked up is what is called."""
    async with listening() as listener:
        answers = itertools.chain([["127.0.0.2"]], itertools.repeat(["127.0.0.1"]))

        async def resolving(_: str, __: int) -> Sequence[str]:
            return next(answers)

        sender = await sender_of(database, f"http://rebound.example:{listener.port}/", resolving)
        # First it leads to where nobody listens, but might; then to this machine.
        with pytest.raises(NotTaken, match="not reached"):
            await sender.send(notice())
        with pytest.raises(NotTaken, match="not public"):
            await sender.send(notice())
        await sender.close()
        assert listener.heard == []


@asynccontextmanager
async def endless() -> AsyncIterator[tuple[int, list[int]]]:
    """Serve an answer without end on 127.0.0.2; lend the port, and how much was sent of it."""
    sent = [0]

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            while not writer.is_closing():
                writer.write(b"10000\r\n%b\r\n" % (b"x" * 65_536))
                await writer.drain()
                sent[0] += 65_536

    server = await asyncio.start_server(serve, "127.0.0.2", 0)
    try:
        yield server.sockets[0].getsockname()[1], sent
    finally:
        server.close()


async def test_an_answer_without_end_is_cut_off(database: Database) -> None:
    async with endless() as (port, sent):
        sender = await sender_of(database, f"http://127.0.0.2:{port}/")
        async with asyncio.timeout(60):
            await sender.send(notice())
        await sender.close()
        assert sent[0] < 50 * 2**20
