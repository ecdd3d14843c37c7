"""What a listener is sent: the TM Forum's envelope in version 5 or 4, or a CloudEvent.

TMF630 part 4 and the TMF688 event; CloudEvents 1.0 in its JSON format. All are made of the same
parts and carry the same event id, so that one event is known again however it came.
"""

from dataclasses import dataclass
from datetime import UTC
from typing import Any

import msgspec

from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import encode, parse
from customer_inventory.record.event.matching import matches
from customer_inventory.record.event.outbox import Told
from customer_inventory.record.event.subscription import BROKER, Subscription
from customer_inventory.record.types import TYPES

KINDS = {
    "create": ("Create", "was created"),
    "attributeValueChange": ("AttributeValueChange", "has other attribute values"),
    "stateChange": ("StateChange", "has another state"),
    "delete": ("Delete", "was deleted"),
}
"""The kinds of event: the outbox's word, the word in event types, and what people read."""

_STATUS_CHANGE = frozenset(
    (
        "partyInteraction",
        "partyPrivacyAgreement",
        "partyPrivacyProfile",
        "partyPrivacyProfileSpecification",
        "troubleTicket",
        "troubleTicketSpecification",
    )
)
"""Resources whose API calls the event StatusChange."""

_V4 = 4


@dataclass(frozen=True, slots=True)
class Notice:
    """One event as it is sent: `body` is JSON, `resource` and `id` say of which record."""

    event_id: str
    event_type: str
    resource: str
    id: str
    revision: int
    body: bytes


def event_type(declared: RecordType, event: str) -> str:
    """Return the TM Forum's name of an event of a record type: `CustomerCreateEvent`."""
    kind = KINDS[event][0]
    if event == "stateChange" and declared.name in _STATUS_CHANGE:
        kind = "StatusChange"
    return f"{declared.name[0].upper()}{declared.name[1:]}{kind}Event"


def event_types(declared: RecordType) -> list[str]:
    """Return every event type of a record type."""
    return [event_type(declared, event) for event in KINDS]


def notice(subscription: Subscription, told: Told, resource: bytes) -> Notice | None:
    """Return what the listener is sent of an event, None when its query does not want it.

    `resource` is the resource as the listener's API shows it, as JSON.
    """
    declared = TYPES[told.type]
    name = event_type(declared, told.event)
    envelope = _cloud_event if subscription.id == BROKER else _envelope
    body = encode(envelope(subscription, told, name, msgspec.Raw(resource)))
    if subscription.conditions and not matches(parse(body), told.type, subscription.conditions):
        return None
    return Notice(told.event_id, name, told.type, told.id, told.revision, body)


def _envelope(
    subscription: Subscription, told: Told, name: str, resource: msgspec.Raw
) -> dict[str, Any]:
    at = _instant(told)
    noun, happened = TYPES[told.type].entity, KINDS[told.event][1]
    envelope: dict[str, Any] = {
        "eventId": told.event_id,
        "eventTime": at,
        "eventType": name,
        "correlationId": told.id,
        "domain": "Customer",
        "title": name,
        "description": f"{noun} {told.id} {happened} (revision {told.revision}).",
        "priority": "Normal",
    }
    if subscription.version == _V4:
        # The misspelling is the standard's own; version 4 also names the resource outside of it.
        href = f"{subscription.location}/{told.type}/{told.id}"
        envelope = {"id": told.id, "href": href, **envelope, "timeOcurred": at}
    else:
        envelope = {"@type": name, **envelope, "timeOccurred": at}
    return {**envelope, "event": {told.type: resource}}


def _cloud_event(
    subscription: Subscription, told: Told, name: str, resource: msgspec.Raw
) -> dict[str, Any]:
    return {
        "specversion": "1.0",
        "id": told.event_id,
        "source": subscription.location,
        "type": name,
        "subject": told.id,
        "time": _instant(told),
        "datacontenttype": "application/json",
        "partitionkey": told.id,
        "revision": told.revision,
        "data": {told.type: resource},
    }


def _instant(told: Told) -> str:
    return told.recorded_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
