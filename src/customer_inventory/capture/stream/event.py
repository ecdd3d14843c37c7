"""Messages of brokers as events: which one it is, what its source says, and when.

CloudEvents 1.0, structured or binary (https://github.com/cloudevents/spec, the bindings of NATS,
Kafka and AMQP: attributes in headers that begin with `ce-`, `ce_`, `cloudEvents:` or
`cloudEvents_`); plain JSON; change events as Debezium shapes them (before, after, op, source; with
the schema beside the payload or without; no body at all is a tombstone).

A message that is none is an event with a `fault`: it is refused, and known from then on.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from hashlib import blake2b
from typing import Any

from customer_inventory.capture.reading import Said
from customer_inventory.capture.rows import LONGEST, TOO_LONG
from customer_inventory.capture.stream.declared import Order, Stream
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import encode, parse

CLOCK_AHEAD = timedelta(hours=1)
"""So far the clock of a source may be ahead: a fact from the future would keep out what follows."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_STRUCTURED = "application/cloudevents"
_PREFIXES = ("ce-", "ce_", "cloudevents:", "cloudevents_")
_NEEDED = ("id", "source", "type")
_TAKEN = frozenset({"c", "r", "u"})
_KEY_BYTES = 16
_LONGEST_NUMBER = 40


@dataclass(frozen=True, slots=True)
class Message:
    """What a broker delivers: body (None or empty: nothing), headers with names in small letters.

    `place` says where it stands in its topic; `at` when the broker got it (ISO 8601 or a number),
    `key` what it is filed under, if it is.
    """

    body: bytes
    headers: Mapping[str, str]
    place: str
    at: str = ""
    key: bytes = b""


@dataclass(frozen=True, slots=True)
class Event:
    """An event: the hash of source and id it is known by, its row for the mapping, its order.

    `fault` says why it is refused, "" if it is not; `is_skipped` is one that says nothing to take,
    `said` what is known of its row besides.
    """

    key: bytes
    place: str
    row: bytes
    order: Decimal | None = None
    fault: str = ""
    is_skipped: bool = False
    said: Said = field(default_factory=Said)


class _Fault(Exception):
    """Why a message is no event that can be taken."""


class _Skipped(Exception):
    """The message says nothing that is to be taken."""


@dataclass(frozen=True, slots=True)
class _Read:
    """A message as it was read: its `id` (None: its place), the whole `event`, its row."""

    id: str | None
    event: Mapping[str, Any]
    row: bytes
    is_gone: bool = False


def reader(stream: Stream) -> Callable[[Message], Event]:
    """Return what makes events of the messages of `stream`; it raises nothing."""
    read = {"cloudevents": _cloud_event, "json": _json, "debezium": _change}[stream.format]
    source = stream.mapping.source

    def event(message: Message) -> Event:
        place = f"{stream.broker} {message.place} {message.at}"
        known = Event(_key(source, place), message.place, message.body)
        try:
            found = read(message, stream)
            if found.id is not None:
                known = replace(known, key=_key(source, found.id))
            order = _order(found.event, stream.order) if stream.order else None
        except _Skipped:
            return replace(known, is_skipped=True)
        except _Fault as fault:
            return replace(known, fault=str(fault))
        except Invalid as error:
            return replace(known, fault=f"is no JSON that can be read: {error.message}")
        said = _said(order, stream.order, is_gone=found.is_gone)
        return replace(known, row=found.row, order=order, said=said)

    return event


def _key(source: str, identifier: str) -> bytes:
    text = f"{source}\x1f{identifier}".encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=_KEY_BYTES).digest()


def _object(body: bytes) -> dict[str, Any]:
    if len(body) > LONGEST:
        raise _Fault(TOO_LONG)
    value = parse(body)
    if not isinstance(value, dict):
        raise _Fault("is no JSON object.")
    return value


def _cloud_event(message: Message, stream: Stream) -> _Read:
    content = message.headers.get("content-type", "")
    if content.startswith(f"{_STRUCTURED}-batch"):
        raise _Fault("is a batch of CloudEvents: send them one by one.")
    if content.startswith(_STRUCTURED):
        event = _object(message.body)
        data = event.get("data")
        if not isinstance(data, dict):
            raise _Fault("has no data that is a JSON object.")
        row = encode(data)
    else:
        event = _attributes(message.headers)
        if not event:
            raise _Fault("is no CloudEvent: neither its content type nor its headers say so.")
        row, event["data"] = message.body, _object(message.body)
    for name in _NEEDED:
        if not isinstance(event.get(name), str) or not event[name]:
            raise _Fault(f"is no CloudEvent: it lacks the attribute {name}.")
    if stream.types and event["type"] not in stream.types:
        raise _Skipped
    return _Read(f"{event['source']}\x1f{event['id']}", event, row)


def _attributes(headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        name.removeprefix(prefix): value
        for name, value in headers.items()
        for prefix in _PREFIXES
        if name.startswith(prefix)
    }


def _json(message: Message, stream: Stream) -> _Read:
    event = _object(message.body)
    if stream.id_path is None:
        return _Read(None, event, message.body)
    identifier = _at(event, stream.id_path)
    if not isinstance(identifier, str | int) or identifier == "":
        raise _Fault(f"has no id at {stream.id_path}.")
    return _Read(str(identifier), event, message.body)


def _change(message: Message, stream: Stream) -> _Read:
    if not message.body:
        raise _Skipped  # a tombstone: for the broker, which may now forget what came before
    event = _object(message.body)
    if "op" not in event and isinstance(event.get("payload"), dict):
        event = event["payload"]
    op = event.get("op")
    # Given again by its connector, a change has another ts_ms, but the same source.
    parts = {name: event.get(name) for name in ("source", "op", "before", "after")}
    identifier = blake2b(encode(parts), digest_size=_KEY_BYTES).hexdigest()
    if op == "d":
        return _Read(identifier, event, _gone(event, message, stream), is_gone=True)
    if op not in _TAKEN:
        raise _Fault("is no change of a row: its op is none of c, u, d and r.")
    if not isinstance(event.get("after"), dict):
        raise _Fault("has no row in after.")
    return _Read(identifier, event, encode(event["after"]))


def _gone(event: Mapping[str, Any], message: Message, stream: Stream) -> bytes:
    """Return the row that a change deletes, of which the keys are enough."""
    if stream.deletes == "skip":
        raise _Skipped
    if stream.deletes == "refuse":
        raise _Fault("deletes a row; deletions are not taken (deletes: refuse).")
    if isinstance(event.get("before"), dict):
        return encode(event["before"])
    if not message.key:
        raise _Fault("has no row in before, and no key.")
    key = _object(message.key)
    if "payload" in key and "schema" in key:
        key = key["payload"]
    if not isinstance(key, dict):
        raise _Fault("has no row in before, and a key that is none.")
    return encode(key)


def _said(order: Decimal | None, by: Order | None, *, is_gone: bool) -> Said:
    if order is None or by is None:
        return Said(is_gone=is_gone)
    if by.kind == "number":
        return Said(number=order, is_gone=is_gone)
    return Said(at=_EPOCH + int(order) * _MICROSECOND, is_gone=is_gone)


def _at(event: Mapping[str, Any], path: str) -> Any:
    """Return what stands at a dotted path, None when nothing does."""
    found: Any = event
    for part in path.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found


def _order(event: Mapping[str, Any], order: Order) -> Decimal:
    """Return what orders `event`: a number, or microseconds since 1970."""
    given = _at(event, order.path)
    if isinstance(given, bool) or not isinstance(given, str | int | Decimal) or given == "":
        raise _Fault(f"does not say its order at {order.path}.")
    if order.kind == "time":
        return _instant(given, order.path)
    try:
        number = Decimal(str(given))
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite() or len(str(given)) > _LONGEST_NUMBER:
        raise _Fault(f"has no number at {order.path}.")
    return number


def _instant(given: str | int | Decimal, path: str) -> Decimal:
    try:
        if isinstance(given, str):
            instant = datetime.fromisoformat(given)
            instant = instant if instant.tzinfo else instant.replace(tzinfo=UTC)
        else:
            instant = _EPOCH + timedelta(milliseconds=float(given))
    except (ValueError, OverflowError):
        raise _Fault(f"has no time at {path}.") from None
    if instant > now() + CLOCK_AHEAD:
        raise _Fault("says that it is from the future: check that clock.")
    return Decimal((instant - _EPOCH) // _MICROSECOND)
