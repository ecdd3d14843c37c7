"""Streams from a real RabbitMQ: the messages of a queue, once, whatever goes away meanwhile."""

import asyncio
import gc
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import aio_pika
import pytest

from customer_inventory.capture.refusal import refused
from customer_inventory.capture.stream.running import streams
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database
from tests.brokers import answers, free_port, running_rabbit
from tests.capture.stream.conftest import (
    PEOPLE,
    STATE,
    TAKEN,
    cloud_event,
    names,
    row,
    running,
    stream_by,
    stream_of,
    until,
)
from tests.certificates import Certificates, made_in

PATIENCE = 300
"""Seconds that RabbitMQ may take to start where much else is going on."""
STRUCTURED = {"content_type": "application/cloudevents+json"}


ENCRYPTED = """
listeners.ssl.default = {port}
ssl_options.cacertfile = {files.ca}
ssl_options.certfile = {files.certificate}
ssl_options.keyfile = {files.key}
"""


class Rabbit(NamedTuple):
    """A server, and where it encrypts."""

    port: int
    encrypted: int
    files: Certificates


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rabbit]:
    folder = tmp_path_factory.mktemp("rabbit")
    made = Rabbit(free_port(), free_port(), made_in(folder / "certificates"))
    settings = ENCRYPTED.format(port=made.encrypted, files=made.files)
    with running_rabbit(made.port, folder, settings):
        asyncio.run(ready(made.port))
        yield made


@pytest.fixture(autouse=True)
async def nothing_stays_open() -> AsyncIterator[None]:
    """Forget the client's connections that could not be made where their loop can close them."""
    yield
    gc.collect()
    await asyncio.sleep(0.1)


@pytest.fixture
def rabbit(brokers: Rabbit) -> int:
    return brokers.port


@pytest.fixture
async def queue(rabbit: int) -> AsyncIterator[str]:
    """A queue that is there, and empty."""
    async with channel_of(rabbit) as channel:
        declared = await channel.declare_queue("crm.people", durable=True)
        yield declared.name
        await declared.delete(if_unused=False, if_empty=False)


async def ready(port: int) -> None:
    """Return once RabbitMQ lets clients in: it listens before it does."""
    await answers(port, PATIENCE)
    async with asyncio.timeout(PATIENCE):
        while True:
            try:
                async with channel_of(port):
                    return
            except (OSError, aio_pika.exceptions.AMQPError):
                await asyncio.sleep(0.1)


@asynccontextmanager
async def channel_of(port: int) -> AsyncIterator[Any]:
    connection = await aio_pika.connect(url(port))
    async with connection:
        yield await connection.channel()


def url(port: int) -> str:
    return f"amqp://guest:guest@127.0.0.1:{port}/"


async def publish(port: int, *messages: tuple[bytes, dict[str, Any]]) -> None:
    async with channel_of(port) as channel:
        for body, about in messages:
            message = aio_pika.Message(body, delivery_mode=2, **about)
            await channel.default_exchange.publish(message, "crm.people")


async def test_events_are_taken_once_and_poison_blocks_nothing(
    database: Database, actor: Actor, rabbit: int, queue: str, tmp_path: Path
) -> None:
    binary = {"cloudEvents:id": "2", "cloudEvents_source": "/crm", "cloudEvents:type": "changed"}
    one = (cloud_event("1", row(1, "One")), STRUCTURED)
    two = (json.dumps(row(2, "Two")).encode(), {"headers": binary})
    poison = [(b"\xff\x00{", {"message_id": "bad-1"}), (b"", STRUCTURED)]
    await publish(rabbit, one, two, one, *poison)
    stream = stream_of(tmp_path, url(rabbit))
    async with running(database, stream, actor):
        await until(database, PEOPLE, 2)
        await publish(rabbit, two, (cloud_event("3", row(3, "Three")), STRUCTURED))
        await until(database, PEOPLE, 3)
    async with running(database, stream, actor):
        await publish(rabbit, (cloud_event("4", row(4, "Four")), STRUCTURED))
        await until(database, PEOPLE, 4)
    assert await names(database) == ["Four", "One", "Three", "Two"]
    assert await database.value(TAKEN) == 6
    load = await database.value("SELECT id FROM capture.import ORDER BY started_at LIMIT 1")
    places = {each["place"] for each in await refused(database, load)}
    assert "crm.people bad-1" in places
    assert len(places) == 2
    (told,) = await streams(database)
    assert told["broker"] == f"amqp://127.0.0.1:{rabbit}"


async def test_what_is_held_when_a_stream_stops_is_for_its_next_start(
    database: Database, actor: Actor, rabbit: int, queue: str, tmp_path: Path
) -> None:
    stream = stream_of(tmp_path, url(rabbit))
    async with running(database, replace(stream, wait=60), actor):
        await until(database, STATE, "running")
        await publish(rabbit, (cloud_event("1", row(1)), STRUCTURED))
        async with channel_of(rabbit) as channel:
            while (
                await channel.declare_queue(queue, passive=True)
            ).declaration_result.message_count:
                await asyncio.sleep(0.01)
    assert await database.value(PEOPLE) == 0
    async with running(database, stream, actor):
        await until(database, PEOPLE, 1)


async def test_with_tls_and_a_password_that_stands_elsewhere(
    database: Database,
    actor: Actor,
    brokers: Rabbit,
    queue: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CRM_PASSWORD", "guest")
    await publish(brokers.port, (cloud_event("1", row(1)), STRUCTURED))
    own = f"url: amqps://127.0.0.1:{brokers.encrypted}, user: guest"
    known = f"tls: {{ca: {brokers.files.ca}}}"
    stream = stream_by(tmp_path, f"{{{own}, password: {{env: CRM_PASSWORD}}, {known}}}")
    async with running(database, stream, actor):
        await until(database, PEOPLE, 1)
    monkeypatch.setenv("CRM_PASSWORD", "other")
    for broker in (
        f"{{{own}, password: {{env: CRM_PASSWORD}}, {known}}}",
        f"{{{own}, password: {{env: CRM_PASSWORD}}}}",
    ):
        async with running(database, stream_by(tmp_path, broker), actor):
            await until(database, STATE, "waiting")
    assert (await streams(database))[0]["broker"] == f"amqps://127.0.0.1:{brokers.encrypted}"


async def test_many_events_come_in_batches_and_their_order_holds(
    database: Database, actor: Actor, rabbit: int, queue: str, tmp_path: Path
) -> None:
    events = [
        (cloud_event(str(n), row(n % 10, str(n)), time=f"2026-01-01T00:00:00.{n:06}Z"), STRUCTURED)
        for n in range(200)
    ]
    await publish(rabbit, *events[100:], *events[:100])
    more = "batch: 30\norder: {path: time, as: time}\n"
    stream = stream_of(tmp_path, url(rabbit), more=more)
    async with running(database, stream, actor):
        await until(database, TAKEN, 200)
    assert await names(database) == [str(n) for n in range(190, 200)]


async def test_a_broker_or_queue_that_is_away_is_waited_for(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    port = free_port()
    stream = stream_of(tmp_path, url(port))
    async with running(database, stream, actor):
        await until(database, STATE, "waiting")
        assert "not reached" in (await streams(database))[0]["reason"]
        with running_rabbit(port, tmp_path / "rabbit"):
            await ready(port)
            await until(database, "SELECT reason LIKE '%no stream%' FROM capture.stream", True)
            async with channel_of(port) as channel:
                await channel.declare_queue("crm.people", durable=True)
                await publish(port, (cloud_event("1", row(1)), STRUCTURED))
                await until(database, PEOPLE, 1)
                await channel.queue_delete("crm.people")
            await until(database, "SELECT reason LIKE '%no stream%' FROM capture.stream", True)
            async with channel_of(port) as channel:
                await channel.declare_queue("crm.people", durable=True)
            await publish(port, (cloud_event("2", row(2)), STRUCTURED))
            await until(database, PEOPLE, 2)
        await until(database, STATE, "waiting")
