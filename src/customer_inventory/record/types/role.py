"""Roles that parties play towards the enterprise, other than customer's (TMF669)."""

from customer_inventory.record.declare import Column, Exclusive, RecordType, Reference, Searched
from customer_inventory.record.schema import (
    LONGEST_NAME,
    Schema,
    many,
    moment,
    reference,
    text,
    thing,
    whole,
)
from customer_inventory.record.types.common import (
    ACCOUNTS,
    CHARACTERISTIC,
    CONTACT_MEDIUM,
    FOUND_BY_CONTACT,
    ONE_RELATION_AT_A_TIME,
    PAYMENT_METHOD,
    PERIOD,
    RELATED_PARTY,
    ROLE_TARGETS,
)
from customer_inventory.record.types.specification import SPECIFICATION, SPECIFIED

ROLE: dict[str, Schema] = {
    "name": text("The name the party goes by in this role", most=LONGEST_NAME),
    "description": text(),
    "role": text(),
    "status": text("Life cycle", most=100),
    "statusReason": text("Why the status is what it is"),
    "validFor": PERIOD,
    "engagedParty": reference("The person or organisation that plays the role"),
    "partyRoleSpecification": reference("What the role is"),
    "characteristic": many(CHARACTERISTIC, description="Segment, market, brand and the like"),
    "account": many(reference("An account of the party in this role")),
    "agreement": many(reference("An agreement with the party in this role")),
    "contactMedium": many(CONTACT_MEDIUM, description="Ways to reach the party in this role"),
    "paymentMethod": many(PAYMENT_METHOD),
    "creditProfile": many(
        thing(
            creditProfileDate=moment(),
            creditRiskRating=whole(),
            creditScore=whole(),
            validFor=PERIOD,
        ),
        description="How the enterprise rates the party's credit",
    ),
    "relatedParty": many(RELATED_PARTY, description="Parties that matter to it in this role"),
}
"""Attributes of a party role, the customer's too."""

ROLE_REFERENCES = (
    Reference("engagedParty", ("individual", "organization")),
    Reference("account", ACCOUNTS),
    Reference("agreement", ("agreement",)),
    Reference("partyRoleSpecification", ("partyRoleSpecification",), is_catalogue=True),
    Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
)

ROLE_SEARCHED = (
    Searched("name", ("name",)),
    Searched(
        "identifier",
        ("value",),
        "characteristic",
        named=frozenset({"customernumber", "customerid", "accountnumber"}),
    ),
    *FOUND_BY_CONTACT,
)

PARTY_ROLE = RecordType(
    name="partyRole",
    entity="PartyRole",
    description="A party in a role towards the enterprise: contact, partner, supplier, user",
    mandatory=("name", "engagedParty"),
    mandatory_in_v4=("name",),
    attributes=ROLE,
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("role", ("role",)),
        Column("status", ("status",), is_indexed=True),
    ),
    searched=ROLE_SEARCHED,
    references=ROLE_REFERENCES,
    subject=("engagedParty",),
    exclusives=(
        Exclusive("partyRole", ("engagedParty.id", "partyRoleSpecification.id"), ("name",)),
        ONE_RELATION_AT_A_TIME,
    ),
)

PARTY_ROLE_SPECIFICATION = RecordType(
    name="partyRoleSpecification",
    entity="PartyRoleSpecification",
    description="What a role is: who may play it, and what is known of those who do",
    mandatory=("name",),
    mandatory_in_v4=(),
    attributes={
        **SPECIFICATION,
        "isBundle": SPECIFIED["isBundle"],
        "status": text(most=100),
        "attachment": SPECIFIED["attachment"],
        "targetEntitySchema": SPECIFIED["targetEntitySchema"],
        "specCharacteristic": SPECIFIED["characteristic"],
        "constraint": many(reference("A rule that holds for the role", version=text())),
        "entitySpecRelationship": many(
            thing(
                name=text(),
                role=text(),
                relationshipType=text(),
                validFor=PERIOD,
                associationSpec=reference(),
            ),
            description="Other specifications and what they are to it",
        ),
        "agreementSpecification": many(reference("A template of agreements", description=text())),
        "permissionSpecificationSet": many(reference("What those in the role may do")),
    },
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("lifecycle_status", ("lifecycleStatus",)),
    ),
    references=(
        Reference("agreementSpecification", ("agreementSpecification",)),
        Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
    ),
    status="lifecycleStatus",
    is_catalogue=True,
)
