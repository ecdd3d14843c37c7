"""NATS JetStream: a durable consumer, from which batches are fetched.

FastStream connects. Fetching is done here: its own loop throws away what it holds when a fetch
ends with the plain TimeoutError, and what is fetched while it stops; either would come again only
when the time to acknowledge is over.
"""

import asyncio
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

from customer_inventory.capture.stream.address import Address
from customer_inventory.capture.stream.broker.contract import (
    CONNECT_SECONDS,
    PING_SECONDS,
    STOP_SECONDS,
    Lost,
    NotEncrypted,
    NoTopic,
    Ping,
    Take,
    ended,
    stop,
)
from customer_inventory.capture.stream.declared import Stream
from customer_inventory.capture.stream.event import Message

_ACK_SECONDS = 10.0
"""So long after a service was last heard of, what it had fetched is delivered again."""
_HEARD_EVERY = 3.0
_FETCH_SECONDS = 1.0
_LEAST_SECONDS = 0.005
"""A shorter fetch is not worth its message, and the client makes a negative number of it."""


@asynccontextmanager
async def listening(stream: Stream, take: Take) -> AsyncIterator[Ping]:
    """Give the messages of `stream` to `take`; raise NoTopic when no stream keeps them there."""
    from faststream.nats import NatsBroker  # noqa: PLC0415 - an optional extra

    # A lost connection is not made again behind our back: the stream waits, and says so.
    tls = stream.address.tls.context(_Tls) if stream.address.tls else None
    broker = NatsBroker(
        stream.address.url,
        security=_security(stream.address, tls),
        logger=None,
        connect_timeout=CONNECT_SECONDS,
        max_reconnect_attempts=1,
        allow_reconnect=False,
    )
    try:
        client = await broker.connect()
        _demand_encrypted(tls)
        subscription = await _subscribed(client, stream)
        pulling = _Pulling(subscription, stream, take)
        task = asyncio.create_task(pulling.run())

        async def ping() -> int | None:
            if task.done():
                task.result()
            if task.done() or not client.is_connected:
                raise Lost
            async with asyncio.timeout(PING_SECONDS):
                waiting: int | None = (await subscription.consumer_info()).num_pending
            return waiting

        try:
            yield ping
        finally:
            await pulling.stop(task)
    finally:
        await stop(broker)


class _Tls(ssl.SSLContext):
    """Tells whether it was used: the client does not encrypt what the server does not ask it to."""

    is_used = False

    def wrap_bio(self, *args: Any, **kwargs: Any) -> ssl.SSLObject:
        self.is_used = True
        return super().wrap_bio(*args, **kwargs)


def _security(address: Address, tls: _Tls | None) -> Any:
    from faststream.nats import security  # noqa: PLC0415

    if address.credentials is not None:
        return security.NatsCredentials.from_file(address.credentials, ssl_context=tls)
    if address.user is None:
        return security.NatsSecurity(ssl_context=tls)

    def password() -> str:
        """Return it when the client says who it is: the connection is encrypted then, or never."""
        _demand_encrypted(tls)
        return address.password or ""

    secret: Any = password
    return security.NatsUserPassword(address.user, secret, ssl_context=tls)


def _demand_encrypted(tls: _Tls | None) -> None:
    if tls is not None and not tls.is_used:
        raise NotEncrypted


async def _subscribed(client: Any, stream: Stream) -> Any:
    """Return a subscription to the consumer of `stream`, which is made, or changed to what it says.

    Raises NoTopic.
    """
    from nats.js.api import ConsumerConfig  # noqa: PLC0415
    from nats.js.errors import NotFoundError  # noqa: PLC0415

    jetstream = client.jetstream()
    try:
        kept_in = await jetstream.find_stream_name_by_subject(stream.topic)
    except NotFoundError:
        raise NoTopic(stream) from None
    name = f"cinv-{stream.name}"
    config = ConsumerConfig(
        name=name,
        durable_name=name,
        filter_subject=stream.topic,
        ack_wait=_ACK_SECONDS,
        max_ack_pending=4 * stream.batch,
    )
    await jetstream.add_consumer(kept_in, config)
    return await jetstream.pull_subscribe_bind(name, kept_in)


class _Pulling:
    """Fetches batches and has them taken; what is not taken goes back, for others to take."""

    def __init__(self, subscription: Any, stream: Stream, take: Take) -> None:
        self._subscription = subscription
        self._stream = stream
        self._take = take
        self._held: deque[Any] = deque()
        self._is_stopping = False

    async def run(self) -> None:
        """Go on until told to stop, or until the client raises."""
        heard = asyncio.create_task(self._let_be_heard())
        try:
            while not self._is_stopping:
                await self._fetch()
                if self._held and not self._is_stopping:
                    await self._take([_message(raw) for raw in self._held])
                    await self._acknowledge()
        finally:
            heard.cancel()
            await self._give_back()

    async def stop(self, task: asyncio.Task[None]) -> None:
        """Fetch no more, and return once `task`, which runs this, is over."""
        self._is_stopping = True
        await ended(task, STOP_SECONDS)

    async def _fetch(self) -> None:
        """Fetch for as long as the stream says, or until a batch is full."""
        loop, stream = asyncio.get_running_loop(), self._stream
        until = loop.time() + stream.wait
        while not self._is_stopping and len(self._held) < stream.batch:
            left = until - loop.time()
            if left < _LEAST_SECONDS:
                return
            # In pieces, and never interrupted: what a fetch holds then would be lost for a while.
            with suppress(TimeoutError):
                wanted = stream.batch - len(self._held)
                seconds = min(left, _FETCH_SECONDS)
                self._held.extend(await self._subscription.fetch(wanted, timeout=seconds))

    async def _acknowledge(self) -> None:
        while self._held:
            await self._held[0].ack()
            self._held.popleft()

    async def _give_back(self) -> None:
        with suppress(Exception):
            while self._held:
                await self._held.popleft().nak()
            await self._subscription.unsubscribe()

    async def _let_be_heard(self) -> None:
        """Say now and then that what is held is being worked on."""
        with suppress(Exception):
            while True:
                await asyncio.sleep(_HEARD_EVERY)
                for raw in tuple(self._held):
                    await raw.in_progress()


def _message(raw: Any) -> Message:
    headers = {name.lower(): str(value) for name, value in (raw.headers or {}).items()}
    about = raw.metadata
    place = f"{raw.subject} {about.stream}:{about.sequence.stream}"
    return Message(raw.data, headers, place, about.timestamp.isoformat())
