"""Agreements: the contracts established with parties (TMF651)."""

from customer_inventory.record.declare import Column, Exclusive, RecordType, Reference, Searched
from customer_inventory.record.schema import (
    LONGEST_NAME,
    LONGEST_ROLE,
    Schema,
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
    FOUND_BY_EXTERNAL,
    PARTY_OR_ROLE,
    PERIOD,
    RELATED_PARTY,
    ROLE_TARGETS,
)
from customer_inventory.record.types.specification import SPECIFICATION, SPECIFIED

AGREEMENT_ATTRIBUTES: dict[str, Schema] = {
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
            productOffering=many(reference(version=text())),
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
    "agreementSpecification": reference(
        "The template it follows", description=text(), version=text()
    ),
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
        reference("Another agreement", relationshipType=text(most=LONGEST_ROLE), validFor=PERIOD)
    ),
}
"""Attributes of an agreement, whatever it is about."""

AGREEMENT_REFERENCES = (
    Reference("engagedParty", ROLE_TARGETS),
    Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
    Reference("agreementRelationship", ("agreement",), role="relationshipType"),
    Reference("agreementSpecification", ("agreementSpecification",), is_catalogue=True),
    Reference("agreementItem.product", ("product",), is_catalogue=True),
)

AGREEMENT = RecordType(
    name="agreement",
    entity="Agreement",
    description="A contract or other arrangement between the enterprise and parties",
    mandatory=("name", "agreementType", "agreementItem", "engagedParty"),
    attributes=AGREEMENT_ATTRIBUTES,
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("agreement_type", ("agreementType",)),
        Column("status", ("status",), is_indexed=True),
    ),
    references=AGREEMENT_REFERENCES,
    searched=(
        Searched("name", ("name",)),
        Searched("identifier", ("name", "agreementNumber")),
        FOUND_BY_EXTERNAL,
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

AGREEMENT_SPECIFICATION = RecordType(
    name="agreementSpecification",
    entity="AgreementSpecification",
    description="A template that agreements follow",
    mandatory=("name", "lastUpdate", "lifecycleStatus"),
    mandatory_in_v4=("name", "attachment"),
    attributes={
        **SPECIFICATION,
        "isBundle": SPECIFIED["isBundle"],
        "externalIdentifier": many(EXTERNAL_IDENTIFIER),
        "category": SPECIFIED["category"],
        "specificationCharacteristic": SPECIFIED["characteristic"],
        "specificationRelationship": many(
            reference("Another template", relationshipType=text(most=LONGEST_ROLE), validFor=PERIOD)
        ),
        "attachment": SPECIFIED["attachment"],
    },
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("lifecycle_status", ("lifecycleStatus",)),
    ),
    references=(
        Reference(
            "specificationRelationship", ("agreementSpecification",), role="relationshipType"
        ),
        Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
    ),
    status="lifecycleStatus",
    is_catalogue=True,
)
