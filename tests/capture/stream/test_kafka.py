"""Streams from a real broker of the Kafka protocol."""

import json
import re
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from customer_inventory.capture.refusal import refused
from customer_inventory.capture.stream.running import streams
from customer_inventory.kit.actor import Actor
from customer_inventory.store.database import Database
from tests.brokers import answers, free_port, running_kafka
from tests.capture.stream.conftest import (
    PEOPLE,
    STRUCTURED,
    TAKEN,
    cloud_event,
    names,
    row,
    running,
    stream_of,
    until,
)

Headers = list[tuple[str, bytes]]
KIND = [(name, value.encode()) for name, value in STRUCTURED.items()]


async def publish(port: int, *messages: tuple[bytes | None, Headers]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=f"127.0.0.1:{port}") as producer:
        for body, headers in messages:
            await producer.send_and_wait("crm.people", body, key=b"1", headers=headers)


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_events_are_taken_once_and_poison_blocks_nothing(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    port = free_port()
    binary = [("ce_id", b"2"), ("ce_source", b"/crm"), ("ce_type", b"person.changed")]
    one = (cloud_event("1", row(1, "One")), KIND)
    two = (json.dumps(row(2, "Two")).encode(), binary)
    poison: tuple[bytes | None, Headers] = (b"\xff", [("content-type", b"\xff\xfe")])
    with running_kafka(port, tmp_path):
        await answers(port)
        await publish(port, one, two, one, poison, (None, []))
        stream = stream_of(tmp_path, f"kafka://127.0.0.1:{port}")
        async with running(database, stream, actor):
            await until(database, PEOPLE, 2)
            await publish(port, two, (cloud_event("3", row(3, "Three")), KIND))
            await until(database, PEOPLE, 3)
        # Another start goes on behind what was acknowledged.
        async with running(database, stream, actor):
            await publish(port, (cloud_event("4", row(4, "Four")), KIND))
            await until(database, PEOPLE, 4)
    assert await names(database) == ["Four", "One", "Three", "Two"]
    assert await database.value(TAKEN) == 6
    load = await database.value("SELECT id FROM capture.import ORDER BY started_at LIMIT 1")
    problems = await refused(database, load)
    # Of one key, so in one partition, whichever that is.
    places = {each["place"] for each in problems}
    assert {re.sub(r"/\d+:", "/n:", place) for place in places} == {
        "crm.people/n:3",
        "crm.people/n:4",
    }
    assert (await streams(database))[0]["broker"] == f"kafka://127.0.0.1:{port}"


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_changes_as_debezium_shapes_them(
    database: Database, actor: Actor, tmp_path: Path
) -> None:
    def change(op: str, last: str, at: int) -> tuple[bytes, Headers]:
        event = {"before": None, "after": row(1, last), "op": op, "source": {"ts_ms": at}}
        return json.dumps({"schema": None, "payload": event}).encode(), []

    gone = {"before": row(1), "after": None, "op": "d", "source": {"ts_ms": 9}}
    port = free_port()
    with running_kafka(port, tmp_path):
        await answers(port)
        await publish(port, change("c", "A", 1), change("u", "C", 3), change("u", "B", 2))
        stream = stream_of(tmp_path, f"kafka://127.0.0.1:{port}", form="debezium")
        async with running(database, stream, actor):
            await until(database, TAKEN, 3)
            await publish(port, (json.dumps(gone).encode(), []), (None, []))
            await until(database, TAKEN, 4)
    assert await names(database) == ["C"]
    assert await database.value("SELECT reason FROM capture.refusal") == (
        "deletes a row; deletions are not taken (deletes: refuse)."
    )
