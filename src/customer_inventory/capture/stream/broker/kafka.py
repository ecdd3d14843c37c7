"""The Kafka protocol: a consumer group for each stream.

FastStream's own parsing is left out: in a batch, what it cannot read would be passed over when the
next one is acknowledged.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any

from customer_inventory.capture.stream.broker.contract import (
    PING_SECONDS,
    STOP_SECONDS,
    Lost,
    Ping,
    Take,
    security_of,
    stop,
)
from customer_inventory.capture.stream.declared import Stream
from customer_inventory.capture.stream.event import Message


@asynccontextmanager
async def listening(stream: Stream, take: Take) -> AsyncIterator[Ping]:
    """Give the messages of `stream` to `take`."""
    from faststream.kafka import KafkaBroker  # noqa: PLC0415 - an optional extra

    broker = KafkaBroker(
        stream.address.hosts.split(","),
        security=security_of(stream.address, stream.address.mechanism),
        logger=None,
        allow_auto_create_topics=False,
        graceful_timeout=STOP_SECONDS,
        apply_types=False,
    )
    failed: list[Exception] = []

    async def take_or_end(raws: Sequence[Any]) -> bool:
        """Tell whether what `raws` say was taken; after a failure nothing is, until a new start."""
        if not failed:
            try:
                await take([_message(raw) for raw in raws])
            except Exception as error:  # noqa: BLE001 - told by ping
                failed.append(error)
        return not failed

    async def ping() -> int | None:
        if failed:
            raise failed[0]
        if not await broker.ping(PING_SECONDS):
            raise Lost
        return await _behind(subscriber.consumer)

    subscriber = _subscribe(broker, stream, take_or_end)
    try:
        await broker.start()
        yield ping
    finally:
        await stop(broker)


def _subscribe(
    broker: Any, stream: Stream, take: Callable[[Sequence[Any]], Awaitable[bool]]
) -> Any:
    from faststream import AckPolicy  # noqa: PLC0415
    from faststream.kafka.message import KafkaAckableMessage  # noqa: PLC0415

    def message_of(raw: Any) -> Any:
        consumer = subscriber.consumer
        return KafkaAckableMessage(raw_message=raw, body=b"", headers={}, consumer=consumer)

    subscriber = broker.subscriber(
        stream.topic,
        group_id=f"cinv-{stream.name}",
        auto_offset_reset="earliest",
        batch=True,
        max_records=stream.batch,
        batch_timeout_ms=int(stream.wait * 1000),
        ack_policy=AckPolicy.MANUAL,
        parser=_parser(message_of),
        decoder=_undecoded,
    )

    async def handle(batch: Any) -> None:
        # Acknowledged is a position: nothing behind a batch that was not taken may be.
        if await take(batch.raw_message):
            await batch.ack()

    subscriber(handle)
    return subscriber


async def _behind(consumer: Any) -> int | None:
    """Return how many messages were not fetched yet, as far as the broker told; None: not yet."""
    behind = [
        highwater - await consumer.position(partition)
        for partition in consumer.assignment()
        if (highwater := consumer.highwater(partition)) is not None
    ]
    return sum(behind) if behind else None


def _message(raw: Any) -> Message:
    headers = {
        name.lower(): (value or b"").decode("utf-8", "replace") for name, value in raw.headers
    }
    place = f"{raw.topic}/{raw.partition}:{raw.offset}"
    return Message(raw.value or b"", headers, place, str(raw.timestamp), raw.key or b"")


def _parser(message_of: Callable[[Any], Any]) -> Callable[[Any], Awaitable[Any]]:
    async def parse(raw: Any) -> Any:
        return message_of(raw)

    return parse


async def _undecoded(message: Any) -> Any:
    return message
