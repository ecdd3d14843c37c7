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
from customer_inventory.record.event.announcing import BULLETINS, Bulletin
from customer_inventory.record.event.asking import CONFIRMATION
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
"""The standard's kinds of event: the outbox's word, that in event types, and what people read."""

BEYOND = {
    "merge": ("Merge", "stands for others too"),
    "unmerge": ("Unmerge", "stands for fewer others"),
    CONFIRMATION: ("ConfirmationRequest", "is asked to be confirmed"),
}
"""Kinds of our own, told beside those of the standard to whoever asks for them by name."""

_NAMED = {"merge": "merged", "unmerge": "parted"}
"""As what an event of our own names the other records."""

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


def event_type(declared: RecordType | Bulletin, event: str) -> str:
    """Return the TM Forum's name of an event of a record type: `CustomerCreateEvent`."""
    kind = _kind(event)[0]
    if event == "stateChange" and declared.name in _STATUS_CHANGE:
        kind = "StatusChange"
    return f"{declared.name[0].upper()}{declared.name[1:]}{kind}Event"


def event_types(declared: RecordType) -> list[str]:
    """Return every event type of a record type that the standard knows."""
    return [event_type(declared, event) for event in KINDS]


def notice(subscription: Subscription, told: Told, resource: bytes) -> Notice | None:
    """Return what the listener is sent of an event, None when it does not want it.

    `resource` is the resource as the listener's API shows it, as JSON. A listener wants what its
    query says, and of kinds that are not the standard's those that it names; the broker wants all.
    """
    name = event_type(_about(told.type), told.event)
    if told.event in BEYOND and not _is_asked_for(name, subscription):
        return None
    envelope = _cloud_event if subscription.id == BROKER else _envelope
    body = encode(envelope(subscription, told, name, msgspec.Raw(resource)))
    if subscription.conditions and not matches(parse(body), told.type, subscription.conditions):
        return None
    return Notice(told.event_id, name, told.type, told.id, told.revision, body)


def _envelope(
    subscription: Subscription, told: Told, name: str, resource: msgspec.Raw
) -> dict[str, Any]:
    at = _instant(told)
    noun, happened = _about(told.type).entity, _kind(told.event)[1]
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
    return {**envelope, "event": _content(told, resource)}


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
        "data": _content(told, resource),
    }


def _content(told: Told, resource: msgspec.Raw) -> dict[str, Any]:
    """Return what an event is about: the resource and, where it tells of others, who they are."""
    if told.event not in BEYOND:
        return {told.type: resource}
    if told.event == CONFIRMATION:
        return {told.type: resource, CONFIRMATION: {"id": told.others}}
    entity = TYPES[told.type].entity
    survivor, *others = (
        {"id": identifier, "@referredType": entity}
        for identifier in (told.id, *(told.others or "").split())
    )
    return {told.type: resource, "survivor": survivor, _NAMED[told.event]: others}


def _about(name: str) -> RecordType | Bulletin:
    return BULLETINS[name] if name in BULLETINS else TYPES[name]


def _kind(event: str) -> tuple[str, str]:
    return KINDS.get(event) or BEYOND[event]


def _is_asked_for(name: str, subscription: Subscription) -> bool:
    return subscription.id == BROKER or any(
        (term.path, term.operator) == ("eventType", "eq") and name in term.values
        for term in subscription.conditions
    )


def _instant(told: Told) -> str:
    return told.recorded_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
