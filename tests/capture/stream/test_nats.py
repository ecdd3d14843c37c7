"""Streams from a real NATS server: once, in order, whatever goes away meanwhile."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import nats
import pytest

from customer_inventory.capture.refusal import refused
from customer_inventory.capture.stream.broker import nats as pulling
from customer_inventory.capture.stream.running import Running, streams
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database
from tests.brokers import answers, free_port, running_nats
from tests.capture.stream.conftest import (
    PEOPLE,
    STATE,
    STRUCTURED,
    TAKEN,
    cloud_event,
    names,
    row,
    running,
    stream_of,
    until,
)

ORDER = "order: {path: time, as: time}\n"


@pytest.fixture
async def port(nats_server: str, tmp_path: Path) -> AsyncIterator[int]:
    port = free_port()
    with running_nats(nats_server, port, tmp_path / "nats"):
        await answers(port)
        await keep(port)
        yield port


async def keep(port: int) -> None:
    client = await nats.connect(f"nats://127.0.0.1:{port}")
    await client.jetstream().add_stream(name="crm", subjects=["crm.>"])
    await client.close()


async def publish(port: int, *messages: tuple[bytes, dict[str, str]]) -> None:
    client = await nats.connect(f"nats://127.0.0.1:{port}")
    for body, headers in messages:
        await client.jetstream().publish("crm.people", body, headers=headers or None)
    await client.close()


async def test_events_are_taken_once_however_they_come(
    database: Database, actor: Actor, port: int, tmp_path: Path
) -> None:
    binary = {"ce-id": "2", "ce-source": "/crm", "ce-type": "person.changed"}
    one = (cloud_event("1", row(1, "One")), STRUCTURED)
    two = (json.dumps(row(2, "Two")).encode(), binary)
    stream = stream_of(tmp_path, f"nats://127.0.0.1:{port}")
    async with running(database, stream, actor):
        await publish(port, one, two, one)
        await until(database, PEOPLE, 2)
        await publish(port, two, one, (cloud_event("3", row(3, "Three")), STRUCTURED))
        await until(database, PEOPLE, 3)
    assert await names(database) == ["One", "Three", "Two"]
    assert await database.value("SELECT count(*) FROM record.history") == 0
    (told,) = await streams(database)
    assert (told["state"], told["events"], told["duplicates"]) == ("stopped", 3, 3)


async def test_poison_is_refused_with_its_place_and_blocks_nothing(
    database: Database, actor: Actor, port: int, tmp_path: Path
) -> None:
    poison = [
        (b"\xff\x00{", {}),
        (b"", STRUCTURED),
        (cloud_event("1", {"no": 1}), STRUCTURED),
        (b'{"a": ' * 5000, STRUCTURED),
    ]
    good = (cloud_event("2", row(2)), STRUCTURED)
    await publish(port, *poison, good)
    stream = stream_of(tmp_path, f"nats://127.0.0.1:{port}")
    async with running(database, stream, actor):
        await until(database, PEOPLE, 1)
    load = await database.value("SELECT id FROM capture.import")
    problems = await refused(database, load)
    places = {each["place"] for each in problems}
    assert places == {f"crm.people crm:{number}" for number in (1, 2, 3, 4)}
    # They were acknowledged, and are known: nothing comes again.
    async with running(database, stream, actor):
        await publish(port, (cloud_event("3", row(3)), STRUCTURED))
        await until(database, PEOPLE, 2)
    assert await database.value(TAKEN) == 6


async def test_what_is_held_when_a_stream_stops_is_for_its_next_start(
    database: Database, actor: Actor, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_ACK_SECONDS", 3600)
    stream = stream_of(tmp_path, f"nats://127.0.0.1:{port}")
    async with running(database, replace(stream, wait=60), actor):
        await until(database, STATE, "running")
        await publish(port, (cloud_event("1", row(1)), STRUCTURED))
        while not await held(port):
            await asyncio.sleep(0.01)
    async with running(database, stream, actor):
        await until(database, PEOPLE, 1)
        await publish(port, (cloud_event("2", row(2)), STRUCTURED))
        await until(database, PEOPLE, 2)


async def test_no_event_is_left_lying_between_two_fetches(
    database: Database, actor: Actor, port: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulling, "_ACK_SECONDS", 3600)
    stream = replace(stream_of(tmp_path, f"nats://127.0.0.1:{port}"), wait=0.006)
    async with running(database, stream, actor):
        for number in range(1, 101):
            await publish(port, (cloud_event(str(number), row(number)), STRUCTURED))
        await until(database, PEOPLE, 100)


async def held(port: int) -> int:
    """Return how many events were delivered to a stream that did not acknowledge them."""
    client = await nats.connect(f"nats://127.0.0.1:{port}")
    told = await client.jetstream().consumer_info("crm", "cinv-crm-people")
    await client.close()
    return told.num_ack_pending or 0


async def test_a_late_older_event_overwrites_nothing(
    database: Database, actor: Actor, port: int, tmp_path: Path
) -> None:
    def said(identifier: str, last: str, day: int) -> tuple[bytes, dict[str, str]]:
        time = f"2026-01-{day:02}T00:00:00Z"
        return cloud_event(identifier, row(1, last), time=time), STRUCTURED

    stream = stream_of(tmp_path, f"nats://127.0.0.1:{port}", more=ORDER)
    async with running(database, stream, actor):
        await publish(port, said("b", "B", 5))
        await until(database, TAKEN, 1)
        await publish(port, said("a", "A", 4))
        await until(database, TAKEN, 2)
        assert await names(database) == ["B"]
        await publish(port, said("c", "C", 3))
        await until(database, TAKEN, 3)
        assert await names(database) == ["B"]
        await publish(port, said("d", "D", 6))
        await until(database, TAKEN, 4)
        assert await names(database) == ["D"]
    (told,) = await streams(database)
    assert told["late"] == 4  # twice the person and the customer


async def test_a_broker_that_is_away_is_waited_for(
    database: Database, actor: Actor, nats_server: str, tmp_path: Path
) -> None:
    port = free_port()
    stream = stream_of(tmp_path, f"nats://127.0.0.1:{port}")
    async with running(database, stream, actor) as here:
        await until(database, STATE, "waiting")
        assert "not reached" in (await streams(database))[0]["reason"]
        with running_nats(nats_server, port, tmp_path / "nats"):
            await answers(port)
            await until(database, "SELECT reason LIKE '%has no stream%' FROM capture.stream", True)
            await keep(port)
            await publish(port, (cloud_event("1", row(1)), STRUCTURED))
            await until(database, PEOPLE, 1)
        await until(database, STATE, "waiting")
        with running_nats(nats_server, port, tmp_path / "nats"):
            await answers(port)
            await publish(port, (cloud_event("2", row(2)), STRUCTURED))
            await until(database, PEOPLE, 2)
        assert here.stream.name == "crm-people"


async def test_what_may_not_be_written_waits_at_the_broker(
    database: Database, actor: Actor, port: int, tmp_path: Path
) -> None:
    stream = stream_of(tmp_path, f"nats://127.0.0.1:{port}")
    await publish(port, *((cloud_event(str(n), row(n)), STRUCTURED) for n in range(20)))
    nobody = Running(database, stream, actor)
    nobody._actor = Actor("nobody", "testing", "tester")
    task = asyncio.create_task(nobody.run())
    await asyncio.sleep(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert await database.value(PEOPLE) == 0
    async with running(database, stream, actor):
        await until(database, PEOPLE, 20)


async def test_a_database_that_loses_its_connections_loses_and_doubles_nothing(
    database: Database, actor: Actor, port: int, tmp_path: Path
) -> None:
    stream = stream_of(tmp_path, f"nats://127.0.0.1:{port}", more="batch: 10\n")
    await publish(port, *((cloud_event(str(n), row(n)), STRUCTURED) for n in range(300)))
    own = "datname = current_database() AND pid <> pg_backend_pid()"
    async with running(database, stream, actor):
        for _ in range(5):
            await asyncio.sleep(0.3)
            await database.fetch(
                f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}"
            )
        await until(database, PEOPLE, 300)
    assert await database.value(TAKEN) == 300
    assert await database.value("SELECT count(*) FROM record.history") == 0
