"""Agreements: the contracts established with parties (TMF651)."""

from customer_inventory.record.declare import Column, Exclusive, RecordType, Reference
from customer_inventory.record.schema import (
    LONGEST_NAME,
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
    CHARACTERISTIC,
    EXTERNAL_IDENTIFIER,
    PARTY_OR_ROLE,
    PERIOD,
    RELATED_PARTY,
    ROLE_TARGETS,
)

AGREEMENT = RecordType(
    name="agreement",
    entity="Agreement",
    description="A contract or other arrangement between the enterprise and parties",
    mandatory=("name", "agreementType", "agreementItem", "engagedParty"),
    attributes={
        "name": text("The name of the agreement", most=LONGEST_NAME),
        "agreementType": text("Commercial, service level, regulatory"),
        "description": text(),
        "status": text("Life cycle", most=100),
        "version": text(),
        "statementOfIntent": text("What the parties mean to achieve"),
        "initialDate": moment("When it was first drawn up"),
        "agreementPeriod": PERIOD,
        "completionDate": PERIOD,
        "agreementItem": many(
            thing(
                agreementOffering=many(reference()),
                product=many(reference_or_value()),
                termOrCondition=many(thing(description=text(), validFor=PERIOD)),
            ),
            at_least=1,
            description="What is agreed",
        ),
        "engagedParty": many(PARTY_OR_ROLE, at_least=1, description="Who has agreed"),
        "relatedParty": many(RELATED_PARTY),
        "externalIdentifier": many(EXTERNAL_IDENTIFIER),
        "relatedDocument": many(
            thing(role=text(), document=reference_or_value()),
            description="Papers that belong to it",
        ),
        "agreementSpecification": reference("The template it follows"),
        "agreementAuthorization": many(
            thing(
                date=moment(),
                signatureRepresentation=text(),
                signature=ATTACHMENT,
                party=PARTY_OR_ROLE,
                state=text(),
            ),
            description="Who signed, when and how",
        ),
        "characteristic": many(CHARACTERISTIC),
        "agreementRelationship": many(
            reference(
                "Another agreement", relationshipType=text(most=LONGEST_ROLE), validFor=PERIOD
            )
        ),
    },
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("agreement_type", ("agreementType",)),
        Column("status", ("status",), is_indexed=True),
    ),
    references=(
        Reference("engagedParty", ROLE_TARGETS),
        Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
        Reference("agreementRelationship", ("agreement",), role="relationshipType"),
    ),
    subject=("engagedParty", "relatedParty.partyOrPartyRole"),
    validity="agreementPeriod",
    exclusives=(
        # Of two contracts of one kind with one customer, the numbers differ: they may overlap.
        Exclusive(
            "agreement",
            ("engagedParty.id", "agreementSpecification.id"),
            ("name", "externalIdentifier.id"),
        ),
        Exclusive(
            "agreementRelationship", ("id",), ("relationshipType",), each="agreementRelationship"
        ),
    ),
)
