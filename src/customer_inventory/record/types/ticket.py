"""Trouble tickets: what a customer reported to be wrong, until it is resolved (TMF621)."""

from customer_inventory.record.declare import Column, RecordType, Reference
from customer_inventory.record.schema import (
    LONGEST_NAME,
    LONGEST_ROLE,
    choice,
    many,
    moment,
    reference,
    text,
    thing,
)
from customer_inventory.record.types.common import (
    ACCOUNTS,
    ATTACHMENT,
    CHARACTERISTIC,
    EXTERNAL_IDENTIFIER,
    FOUND_BY_EXTERNAL,
    NOTE,
    RELATED_ENTITY,
    RELATED_PARTY,
    ROLE_TARGETS,
)
from customer_inventory.record.types.specification import SPECIFICATION, SPECIFIED

_STATUS = choice(
    "acknowledged",
    "rejected",
    "pending",
    "held",
    "inProgress",
    "cancelled",
    "closed",
    "resolved",
    description="Life cycle",
)

TROUBLE_TICKET = RecordType(
    name="troubleTicket",
    entity="TroubleTicket",
    description="A problem that a customer reported, or that concerns it",
    mandatory=("description", "severity", "ticketType"),
    attributes={
        "name": text(most=LONGEST_NAME),
        "description": text("What is wrong", most=20_000),
        "severity": text("How bad it is", most=100),
        "ticketType": text("Fault, complaint, request", most=LONGEST_NAME),
        "priority": text("How soon it is dealt with", most=100),
        "status": _STATUS,
        "statusChangeDate": moment(),
        "statusChangeReason": text(),
        "statusChangeHistory": many(
            thing(status=text(), statusChangeDate=moment(), statusChangeReason=text()),
            description="The statuses it went through",
        ),
        "creationDate": moment(),
        "lastUpdate": moment(),
        "requestedResolutionDate": moment("By when the customer wants it resolved"),
        "expectedResolutionDate": moment("By when it should be"),
        "resolutionDate": moment("When it was"),
        "channel": reference("The channel it came over"),
        "note": many(NOTE),
        "attachment": many(ATTACHMENT),
        "externalIdentifier": many(EXTERNAL_IDENTIFIER),
        "relatedParty": many(RELATED_PARTY, description="Who reported it, who deals with it"),
        "relatedEntity": many(RELATED_ENTITY, description="What it is about"),
        "troubleTicketRelationship": many(
            reference("Another ticket", relationshipType=text(most=LONGEST_ROLE))
        ),
        "troubleTicketSpecification": reference("What kind of ticket it is", version=text()),
        "troubleTicketCharacteristic": many(CHARACTERISTIC),
    },
    columns=(
        Column("name", ("name",)),
        Column("status", ("status",), is_indexed=True),
        Column("severity", ("severity",)),
        Column("priority", ("priority",)),
        Column("ticket_type", ("ticketType",)),
    ),
    searched=(FOUND_BY_EXTERNAL,),
    references=(
        Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
        Reference("relatedEntity.entity", ("product", "agreement", *ACCOUNTS), role="role"),
        Reference("troubleTicketRelationship", ("troubleTicket",), role="relationshipType"),
        Reference("troubleTicketSpecification", ("troubleTicketSpecification",), is_catalogue=True),
    ),
    subject=("relatedParty.partyOrPartyRole",),
    dates=("creationDate", "resolutionDate"),
    is_occurrence=True,
)

TROUBLE_TICKET_SPECIFICATION = RecordType(
    name="troubleTicketSpecification",
    entity="TroubleTicketSpecification",
    description="What tickets of a kind are like",
    mandatory=("name",),
    attributes={
        **SPECIFICATION,
        "creationDate": moment(),
        "specCharacteristic": SPECIFIED["characteristic"],
    },
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("lifecycle_status", ("lifecycleStatus",)),
    ),
    references=(Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),),
    status="lifecycleStatus",
    is_catalogue=True,
)
