"""AMQP 0-9-1, as RabbitMQ speaks it: the messages of a queue.

FastStream connects. Messages are delivered one by one, twice as many as are a batch at most, and
collected here. Acknowledged is up to the last of a batch; what is not goes back to the queue as the
connection is closed.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from hashlib import blake2b
from typing import Any

from customer_inventory.capture.stream.broker.contract import (
    CONNECT_SECONDS,
    PING_SECONDS,
    STOP_SECONDS,
    Lost,
    NoTopic,
    Ping,
    Take,
    ended,
    security_of,
    stop,
)
from customer_inventory.capture.stream.declared import Stream
from customer_inventory.capture.stream.event import Message

_HASH_BYTES = 8


@asynccontextmanager
async def listening(stream: Stream, take: Take) -> AsyncIterator[Ping]:
    """Give the messages of `stream` to `take`; raise NoTopic when there is no such queue."""
    from faststream.rabbit import RabbitBroker  # noqa: PLC0415 - an optional extra

    broker = RabbitBroker(
        stream.address.url,
        security=security_of(stream.address, "PLAIN"),
        logger=None,
        timeout=CONNECT_SECONDS,
    )
    try:
        connection = await broker.connect()
        lost = asyncio.Event()
        # The client would make a lost connection again behind our back; acknowledged on it could
        # not be what came before.
        connection.close_callbacks.add(lambda *_: lost.set())
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=2 * stream.batch)
        queue = await _queue(channel, stream)
        collecting = _Collecting(stream, take)
        consumer = await queue.consume(collecting.put)
        task = asyncio.create_task(collecting.run())

        async def ping() -> int:
            if task.done():
                task.result()
            if task.done() or lost.is_set():
                raise Lost
            async with asyncio.timeout(PING_SECONDS):
                told = (await _queue(channel, stream)).declaration_result
            return int(told.message_count or 0)

        try:
            yield ping
        finally:
            if not lost.is_set():
                # Its own timeout does not hold while it waits for a channel to come back.
                with suppress(Exception):
                    async with asyncio.timeout(PING_SECONDS):
                        await queue.cancel(consumer)
            await collecting.stop(task)
    finally:
        await stop(broker)


async def _queue(channel: Any, stream: Stream) -> Any:
    from aio_pika.exceptions import ChannelNotFoundEntity  # noqa: PLC0415

    try:
        # Not kept by the channel: it would tell of a queue that was there.
        return await channel.declare_queue(stream.topic, passive=True, robust=False)
    except ChannelNotFoundEntity:
        raise NoTopic(stream) from None


class _Collecting:
    """Collects what is delivered, and has it taken batch by batch."""

    def __init__(self, stream: Stream, take: Take) -> None:
        self._stream = stream
        self._take = take
        self._arrived: asyncio.Queue[Any] = asyncio.Queue()
        self._is_stopping = False

    async def put(self, raw: Any) -> None:
        """Take in what is delivered."""
        self._arrived.put_nowait(raw)

    async def run(self) -> None:
        """Go on until told to stop, or until the client raises."""
        while True:
            batch = await self._collected()
            if self._is_stopping:
                return
            await self._take([_message(raw, self._stream.topic) for raw in batch])
            await batch[-1].ack(multiple=True)

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Have no more taken, and return once `task`, which runs this, is over."""
        self._is_stopping = True
        self._arrived.put_nowait(None)
        await ended(task, STOP_SECONDS)

    async def _collected(self) -> list[Any]:
        """Wait for a message, and then, for as long as the stream says, for others."""
        batch = [await self._arrived.get()]
        with suppress(TimeoutError):
            async with asyncio.timeout(self._stream.wait):
                while len(batch) < self._stream.batch and not self._is_stopping:
                    batch.append(await self._arrived.get())
        return batch


def _message(raw: Any, queue: str) -> Message:
    headers = {name.lower(): str(value) for name, value in raw.headers.items()}
    if raw.content_type:
        headers["content-type"] = raw.content_type
    # A queue has no places: what is said again is known by its id, or by being the same.
    named = raw.message_id or blake2b(raw.body, digest_size=_HASH_BYTES).hexdigest()
    at = raw.timestamp.isoformat() if raw.timestamp else ""
    return Message(raw.body, headers, f"{queue} {named}", at)
