"""Events to a broker: CloudEvents over NATS JetStream or the Kafka protocol.

The library is FastStream, an optional extra (`pip install 'customer-inventory[broker]'`),
imported when a broker is set. A publication is confirmed by the broker before the cursor
advances. `Nats-Msg-Id` lets JetStream drop a repetition; over Kafka the event id travels in the
header `ce_id`, and the record id is the key, so that the events of a record share a partition.
"""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlsplit

from customer_inventory.kit.errors import Invalid, Unavailable
from customer_inventory.record.event.envelope import Notice
from customer_inventory.record.event.sending import NotTaken

CONTENT_TYPE = "application/cloudevents+json"

_SECONDS = 10.0
_REPEATED_SECONDS = 3600.0
"""For so long a stream of NATS knows a repetition."""

Publish = Callable[[Notice], Awaitable[None]]


class BrokerMissing(Unavailable):
    """A broker is set, and the library that speaks to it is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "The library for brokers is not installed.",
            hint="Install it: pip install 'customer-inventory[broker]'.",
        )


def check_broker(url: str) -> None:
    """Raise Invalid for an address of no known broker, BrokerMissing without the library."""
    if urlsplit(url).scheme not in _CONNECT:
        known = ", ".join(f"{scheme}://" for scheme in _CONNECT)
        raise Invalid("CINV_BROKER_URL names no known broker.", hint=f"Known: {known}.")
    try:
        import faststream  # noqa: F401, PLC0415 - an optional extra
    except ImportError:
        raise BrokerMissing from None


class BrokerSender:
    """Publishes events to one broker; connects when there is something to publish."""

    def __init__(self, url: str, topic: str) -> None:
        self._url = url
        self._topic = topic
        self._broker: Any = None
        self._publish: Publish | None = None
        self._connecting = asyncio.Lock()

    async def send(self, notice: Notice) -> None:
        """Return once the broker has confirmed the event; raise NotTaken when it has not."""
        try:
            async with asyncio.timeout(_SECONDS):
                publish = await self._connected()
                await publish(notice)
        except Exception as error:  # noqa: BLE001 - whatever a client of a broker raises
            # The library may be between two connections: begin with a new one.
            await self.close()
            raise NotTaken(f"not confirmed ({type(error).__name__})", is_down=True) from None

    async def close(self) -> None:
        """Close the connection to the broker."""
        broker, self._broker, self._publish = self._broker, None, None
        if broker is not None:
            try:
                async with asyncio.timeout(_SECONDS):
                    await broker.stop()
            except Exception:  # noqa: BLE001, S110 - it is given up anyway
                pass

    async def _connected(self) -> Publish:
        async with self._connecting:
            if self._publish is None:
                connect = _CONNECT[urlsplit(self._url).scheme]
                self._broker, publish = connect(self._url, self._topic)
                await self._broker.start()
                self._publish = publish
            return self._publish


def headers(notice: Notice) -> dict[str, str]:
    """Return the headers of a publication."""
    return {
        "content-type": CONTENT_TYPE,
        "Nats-Msg-Id": notice.event_id,
        "ce_id": notice.event_id,
        "ce_type": notice.event_type,
    }


def subject(topic: str, notice: Notice) -> str:
    """Return the NATS subject of an event: topic, resource, record id."""
    return f"{topic}.{notice.resource}.{notice.id}"


def _nats(url: str, topic: str) -> tuple[Any, Publish]:
    """Return a client of NATS, which sees to it that a stream keeps what is published."""
    from faststream.nats import JStream, NatsBroker  # noqa: PLC0415

    broker = NatsBroker(url, logger=None, connect_timeout=3, max_reconnect_attempts=1)
    stream = JStream(topic, subjects=[f"{topic}.>"], duplicate_window=_REPEATED_SECONDS)
    broker.publisher(f"{topic}.{{any}}", stream=stream)

    async def publish(notice: Notice) -> None:
        await broker.publish(
            notice.body,
            subject=subject(topic, notice),
            headers=headers(notice),
            stream=topic,
            timeout=_SECONDS,
        )

    return broker, publish


def _kafka(url: str, topic: str) -> tuple[Any, Publish]:
    """Return a client of whatever speaks the Kafka protocol."""
    from faststream.kafka import KafkaBroker  # noqa: PLC0415

    servers = urlsplit(url).netloc.split(",")
    broker = KafkaBroker(servers, logger=None, acks="all")

    async def publish(notice: Notice) -> None:
        await broker.publish(
            notice.body,
            topic=topic,
            key=notice.id.encode(),
            headers=headers(notice),
            no_confirm=False,
        )

    return broker, publish


_CONNECT = {"nats": _nats, "kafka": _kafka}
