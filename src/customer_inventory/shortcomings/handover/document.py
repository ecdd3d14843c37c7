"""Tickets in the form of TMF621 v5, problems of a service in that of TMF656 v5."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from customer_inventory.record.document import parse_object
from customer_inventory.shortcomings.handover import specification
from customer_inventory.shortcomings.handover.dossier import Dossier
from customer_inventory.store.database import Row

REPOSITORY = "customer-inventory"
"""What the repository is called where entities are referred to."""
FOLLOWS = "recurrenceOf"
"""The relationship of a ticket to the one that was over when its shortcoming came back."""

_SEVERITY = {"critical": "Critical", "warning": "Major"}
_PRIORITY = {"critical": "High", "warning": "Medium"}
_ENDED = ("resolved", "closed")


def said_once(of: Dossier) -> dict[str, Any]:
    """Return what a ticket says of a shortcoming from the beginning, without its attachments."""
    return {
        "@type": "TroubleTicket",
        "name": f"{of.title}: {of.object}",
        "description": f"{of.title}: {of.object} has {of.value:g} {of.unit}, a shortcoming from "
        f"{of.threshold:g} on. {of.risk} {of.best.said}",
        "severity": _SEVERITY[of.severity],
        "priority": _PRIORITY[of.severity],
        "ticketType": specification.ticket_type(of.check),
        "externalIdentifier": [external_identifier(of.fingerprint)],
        "relatedEntity": [
            _entity("repository", REPOSITORY, "Repository of customer facts"),
            _entity("object", of.object, of.object),
        ],
        "troubleTicketSpecification": {
            "@type": "TroubleTicketSpecificationRef",
            "@referredType": "TroubleTicketSpecification",
            "id": specification.ID,
            "name": specification.NAME,
            "version": specification.VERSION,
        },
        "troubleTicketCharacteristic": _characteristics(of),
    }


def external_identifier(fingerprint: str) -> dict[str, Any]:
    """Return what a ticket is found again by: the fingerprint of check and object."""
    return {
        "@type": "ExternalIdentifier",
        "id": fingerprint,
        "owner": REPOSITORY,
        "externalIdentifierType": "shortcoming",
    }


def is_about(document: Mapping[str, Any], fingerprint: str) -> bool:
    """Tell whether a document that somebody else keeps is about a shortcoming of ours."""
    return any(
        isinstance(each, dict) and each.get("id") == fingerprint and each.get("owner") == REPOSITORY
        for each in document.get("externalIdentifier") or ()
    )


def as_document(row: Row, steps: Sequence[Row]) -> dict[str, Any]:
    """Return a ticket or a problem as it is now: its row, and what became of it in order."""
    last = steps[-1] if steps else None
    told = {
        **parse_object(row["document"]),
        "id": row["id"],
        "status": row["status"],
        "creationDate": instant(row["raised_at"]),
        "lastUpdate": instant(row["changed_at"]),
        "statusChangeDate": instant(row["changed_at"]),
        "statusChangeReason": last["reason"] if last else None,
        "resolutionDate": instant(row["changed_at"]) if row["status"] in _ENDED else None,
        "note": [note(each) for each in steps if each["reason"]],
    }
    if row["kind"] == "ticket":
        told["statusChangeHistory"] = [_change(each) for each in steps]
        told["troubleTicketRelationship"] = _relationships(row)
    return {name: value for name, value in told.items() if value is not None}


def said_of_service(of: Dossier) -> dict[str, Any]:
    """Return what is said of a symptom as a problem of the service that the inventory is.

    Its originator is there as version 5 has it, and flat as version 4 does.
    """
    named = {"@referredType": "Organization", "id": REPOSITORY, "name": "Customer Inventory"}
    return {
        "@type": "ServiceProblem",
        "name": f"{of.title}: {of.object}",
        "category": "system.originated",
        "priority": 1,
        "description": f"{of.title}: {of.object} has {of.value:g} {of.unit}, critical from "
        f"{of.threshold:g} on. {of.risk} {of.best.said}",
        "reason": f"check {of.check}",
        "originatingSystem": REPOSITORY,
        "originatorParty": {
            "@type": "RelatedPartyRefOrPartyRoleRef",
            "role": "originator",
            **named,
            "partyOrPartyRole": {"@type": "PartyRef", **named},
        },
        "externalIdentifier": [external_identifier(of.fingerprint)],
        "affectedService": [
            {
                "@type": "ServiceRef",
                "@referredType": "Service",
                "id": REPOSITORY,
                "name": "Customer Inventory",
            }
        ],
        "relatedEntity": [_entity("object", of.object, of.object)],
    }


def note(step: Row) -> dict[str, Any]:
    """Return what was said at a step, as a note."""
    return {
        "@type": "Note",
        "id": str(step["number"]),
        "author": step["person"] or step["process"],
        "date": instant(step["at"]),
        "text": step["reason"],
    }


def with_gain(document: Mapping[str, Any], gain: float) -> dict[str, Any]:
    """Return a document that says what the fix gained, in the unit of the check."""
    name = "troubleTicketCharacteristic"
    others = [each for each in document[name] if each["name"] != "achievedGain"]
    return {**document, name: [*others, _characteristic("achievedGain", gain)]}


def instant(at: datetime) -> str:
    """Return an instant as documents have it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _characteristics(of: Dossier) -> list[dict[str, Any]]:
    values: dict[str, str | float | None] = {
        "checkId": of.check,
        "value": of.value,
        "threshold": of.threshold,
        "unit": of.unit,
        "window": of.window,
        "evidenceLevel": of.evidence,
        "expectedGain": of.gain,
        "forecastDate": of.forecast.at.isoformat() if of.forecast and of.forecast.at else None,
    }
    return [_characteristic(name, value) for name, value in values.items() if value is not None]


def _characteristic(name: str, value: str | float) -> dict[str, Any]:
    is_text = isinstance(value, str)
    return {
        "@type": "StringCharacteristic" if is_text else "NumberCharacteristic",
        "name": name,
        "valueType": "string" if is_text else "number",
        "value": value,
    }


def _entity(role: str, identifier: str, name: str) -> dict[str, Any]:
    entity = {
        "@type": "EntityRef",
        "@referredType": "LogicalResource",
        "id": identifier,
        "name": name,
    }
    return {"@type": "RelatedEntity", "role": role, "entity": entity}


def _change(step: Row) -> dict[str, Any]:
    told = {
        "@type": "StatusChange",
        "status": step["status"],
        "statusChangeDate": instant(step["at"]),
        "statusChangeReason": step["reason"],
    }
    return {name: value for name, value in told.items() if value is not None}


def _relationships(row: Row) -> list[dict[str, Any]] | None:
    if row["follows"] is None:
        return None
    return [
        {
            "@type": "TroubleTicketRelationship",
            "@referredType": "TroubleTicket",
            "id": row["follows"],
            "relationshipType": FOLLOWS,
        }
    ]
