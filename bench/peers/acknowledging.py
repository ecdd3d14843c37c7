"""A consumer that keeps nothing: it reads messages and acknowledges them, batch after batch.

`python -m bench.peers.acknowledging URL NAME EVENTS BATCH CONSUMER` prints how many it took, in
how many seconds from its first batch on, and the processor seconds of that.
"""

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable

import aio_pika
import nats
import uvloop
from nats.aio.msg import Msg
from nats.js.api import ConsumerConfig

Batch = tuple[int, Callable[[], Awaitable[object]]]
"""How many messages there are, and what acknowledges them."""


async def of_nats(url: str, name: str, size: int, consumer: str) -> AsyncIterator[Batch]:
    """Yield batches of a stream."""
    client = await nats.connect(url)
    jetstream = client.jetstream()
    kept = await jetstream.find_stream_name_by_subject(name)
    config = ConsumerConfig(
        name=consumer, durable_name=consumer, filter_subject=name, max_ack_pending=4 * size
    )
    await jetstream.add_consumer(kept, config)
    subscription = await jetstream.pull_subscribe_bind(consumer, kept)
    while True:
        messages = await subscription.fetch(size, timeout=10)

        async def acknowledge(messages: list[Msg] = messages) -> None:
            for each in messages:
                await each.ack()

        yield len(messages), acknowledge


async def of_rabbit(url: str, name: str, size: int, _: str) -> AsyncIterator[Batch]:
    """Yield batches of a queue."""
    connection = await aio_pika.connect(url)
    channel = await connection.channel()
    await channel.set_qos(prefetch_count=2 * size)
    queue = await channel.declare_queue(name, passive=True)
    arrived: asyncio.Queue[aio_pika.abc.AbstractIncomingMessage] = asyncio.Queue()
    await queue.consume(arrived.put)
    while True:
        batch = [await arrived.get() for _ in range(size)]

        async def acknowledge(last: aio_pika.abc.AbstractIncomingMessage = batch[-1]) -> None:
            await last.ack(multiple=True)

        yield len(batch), acknowledge


async def run(url: str, name: str, events: int, size: int, consumer: str) -> dict[str, float]:
    """Take `events`; return how many that were after the first batch, and how long it took."""
    batches = (of_nats if url.startswith("nats") else of_rabbit)(url, name, size, consumer)
    taken = counted = 0
    began = spent = 0.0
    async for count, acknowledge in batches:
        await acknowledge()
        taken += count
        if not began:
            began, spent = time.monotonic(), time.process_time()
        else:
            counted += count
        if taken >= events:
            break
    seconds, used = time.monotonic() - began, time.process_time() - spent
    return {"events": counted, "seconds": seconds, "cpu": used}


def main() -> None:
    """Take what the arguments say."""
    url, name, events, size, consumer = sys.argv[1:]
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        print(json.dumps(runner.run(run(url, name, int(events), int(size), consumer))))


if __name__ == "__main__":
    main()
