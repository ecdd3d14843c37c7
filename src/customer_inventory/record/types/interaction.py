"""Interactions: what passed between a party and the enterprise (TMF683)."""

from customer_inventory.record.declare import Column, RecordType, Reference
from customer_inventory.record.schema import (
    LONGEST_ROLE,
    many,
    moment,
    reference,
    reference_or_value,
    text,
    thing,
)
from customer_inventory.record.types.common import (
    ATTACHMENT,
    EXTERNAL_IDENTIFIER,
    NOTE,
    PERIOD,
    RELATED_CHANNEL,
    RELATED_PARTY,
    ROLE_TARGETS,
)

PARTY_INTERACTION = RecordType(
    name="partyInteraction",
    entity="PartyInteraction",
    description="A contact between a party and the enterprise, over any channel",
    mandatory=("relatedChannel", "direction", "reason"),
    attributes={
        "direction": text("Inbound or outbound", most=100),
        "reason": text("Why there was contact"),
        "description": text(),
        "status": text("Life cycle", most=100),
        "statusChangeDate": moment(),
        "creationDate": moment(),
        "lastUpdate": moment(),
        "interactionDate": PERIOD,
        "relatedChannel": many(RELATED_CHANNEL, at_least=1, description="Over which channel"),
        "relatedParty": many(RELATED_PARTY, description="Who took part"),
        "attachment": many(ATTACHMENT),
        "note": many(NOTE),
        "externalIdentifier": many(EXTERNAL_IDENTIFIER),
        "interactionItem": many(
            thing(
                itemDate=PERIOD,
                reason=text(),
                resolution=text(),
                creationDate=moment(),
                lastUpdate=moment(),
                interactionItemType=text(),
                item=thing(role=text(), entity=reference_or_value()),
                relatedChannel=many(RELATED_CHANNEL),
                relatedParty=many(RELATED_PARTY),
                attachment=many(ATTACHMENT),
                note=many(NOTE),
                interactionItemRelationship=many(thing(relationshipType=text())),
            ),
            description="What was dealt with, one by one",
        ),
        "interactionRelationship": many(
            reference("Another interaction", relationshipType=text(most=LONGEST_ROLE))
        ),
    },
    columns=(
        Column("direction", ("direction",)),
        Column("reason", ("reason",)),
        Column("status", ("status",)),
    ),
    references=(
        Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
        Reference("interactionRelationship", ("partyInteraction",), role="relationshipType"),
    ),
    subject=("relatedParty.partyOrPartyRole",),
    validity="interactionDate",
    is_occurrence=True,
)
