"""Messages from brokers: NATS JetStream, the Kafka protocol and AMQP, through FastStream.

Messages come in batches, the next when the one before was acknowledged: that is the back-pressure.
Only what was taken is acknowledged; all else comes again.
"""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager

from customer_inventory.capture.stream.broker import amqp, kafka, nats
from customer_inventory.capture.stream.broker.contract import Listening, Ping, Take
from customer_inventory.capture.stream.declared import Stream
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.event.broker import BrokerMissing

_LISTENING: Mapping[str, Listening] = {
    "nats": nats.listening,
    "kafka": kafka.listening,
    "amqp": amqp.listening,
    "amqps": amqp.listening,
}


def check(stream: Stream) -> None:
    """Raise BrokerMissing when the library for the broker of `stream` is not installed."""
    try:
        import faststream  # noqa: F401, PLC0415 - an optional extra
    except ImportError:
        raise BrokerMissing from None
    scheme = stream.address.scheme
    if scheme not in _LISTENING:
        raise Invalid(f"{scheme}:// is no address of a broker that streams are taken from.")


def listening(stream: Stream, take: Take) -> AbstractAsyncContextManager[Ping]:
    """Give the messages of `stream` to `take`, a batch after the other; lend what pings its broker.

    Raises whatever the client raises while the broker is not there, NoTopic for one that keeps no
    such messages.
    """
    return _LISTENING[stream.address.scheme](stream, take)
