"""What a stream and the broker that it is taken from have of each other."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from typing import Any

from customer_inventory.capture.stream.address import Address, Mechanism
from customer_inventory.capture.stream.declared import Stream
from customer_inventory.capture.stream.event import Message
from customer_inventory.kit.errors import Unavailable

Take = Callable[[Sequence[Message]], Awaitable[None]]
"""Takes messages; returns once what they say is durable."""
Ping = Callable[[], Awaitable[int | None]]
"""Asks the broker how many messages wait for the stream; None: it does not say.

Raises when it does not answer, or what ended the listening.
"""
Listening = Callable[[Stream, Take], AbstractAsyncContextManager[Ping]]
"""Gives messages to what takes them while it is open; afterwards none is being taken any more."""

CONNECT_SECONDS = 3
PING_SECONDS = 5
STOP_SECONDS = 5.0
"""So long a batch that is being taken may go on when its stream stops."""


class Lost(Unavailable):
    """The broker was there, and is not any more."""

    def __init__(self) -> None:
        super().__init__("The broker does not answer any more.")


class NotEncrypted(Unavailable):
    """The broker would have all in the clear, and the stream file says tls."""

    def __init__(self) -> None:
        super().__init__(
            "The broker does not encrypt.", hint="See to its TLS, or take tls from the stream file."
        )


class NoTopic(Unavailable):
    """The broker keeps nothing under the name that a stream file gives."""

    def __init__(self, stream: Stream) -> None:
        super().__init__(
            f"{stream.broker} has no stream that keeps {stream.topic}.",
            hint="Make it there, or correct the topic in the stream file.",
        )


async def ended(task: asyncio.Task[None], seconds: float) -> None:
    """Return once `task` is over; it is cancelled when it is not by itself, in so many seconds."""
    await asyncio.wait((task,), timeout=seconds)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def stop(broker: Any) -> None:
    """Stop a broker of FastStream; what it raises then says nothing."""
    try:
        async with asyncio.timeout(2 * STOP_SECONDS):
            await broker.stop()
    except Exception:  # noqa: BLE001, S110 - it is given up anyway
        pass


def security_of(address: Address, mechanism: Mechanism) -> Any:
    """Return how FastStream encrypts to an address, and signs in there by a mechanism of SASL."""
    from faststream import security  # noqa: PLC0415 - an optional extra

    context = address.tls.context(ssl.SSLContext) if address.tls else None
    tls: dict[str, Any] = {"ssl_context": context, "use_ssl": context is not None}
    if address.user is None:
        return security.BaseSecurity(**tls)
    kind = {
        "PLAIN": security.SASLPlaintext,
        "SCRAM-SHA-256": security.SASLScram256,
        "SCRAM-SHA-512": security.SASLScram512,
    }[mechanism]
    return kind(username=address.user, password=address.password or "", **tls)
