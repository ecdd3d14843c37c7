"""Building blocks that several record types share (SID business entities)."""

from customer_inventory.record.declare import Exclusive, Searched
from customer_inventory.record.schema import (
    LONGEST_ROLE,
    Schema,
    anything,
    demanding,
    flag,
    many,
    moment,
    number,
    reference,
    reference_or_value,
    text,
    thing,
    whole,
)

PERIOD = thing(startDateTime=moment(), endDateTime=moment())
MONEY = thing(unit=text(most=3), value=number())
QUANTITY = thing(amount=number(), units=text())
EXTERNAL_IDENTIFIER = thing(owner=text(), externalIdentifierType=text(), id=text())
CHARACTERISTIC = demanding(
    thing(
        name=text(),
        value=anything(),
        valueType=text(),
        characteristicRelationship=many(thing(relationshipType=text())),
    ),
    "name",
)
ATTACHMENT = reference_or_value(
    description=text(),
    url=text(),
    content=text(most=1_000_000),
    size=QUANTITY,
    validFor=PERIOD,
    attachmentType=text(),
    mimeType=text(),
)
NOTE = thing(author=text(), date=moment(), text=text(most=20_000))
CONTACT_MEDIUM = thing(
    contactType=text(),
    preferred=flag(),
    validFor=PERIOD,
    emailAddress=text(most=320),
    phoneNumber=text(most=40),
    faxNumber=text(most=40),
    socialNetworkId=text(),
    street1=text(),
    street2=text(),
    city=text(),
    postCode=text(most=20),
    stateOrProvince=text(),
    country=text(),
    geographicAddress=reference(),
)
TAX_EXEMPTION = thing(
    certificateNumber=text(),
    issuingJurisdiction=text(),
    reason=text(),
    validFor=PERIOD,
    attachment=ATTACHMENT,
    taxDefinition=many(
        thing(
            name=text(),
            jurisdictionName=text(),
            jurisdictionLevel=text(),
            taxType=text(),
            validFor=PERIOD,
        )
    ),
)
PAYMENT_METHOD = reference("A means of payment, kept elsewhere")
PARTY_OR_ROLE = reference_or_value("A party or a party role", partyId=text(), partyName=text())
RELATED_PARTY = demanding(
    thing(role=text(most=LONGEST_ROLE), partyOrPartyRole=PARTY_OR_ROLE, validFor=PERIOD),
    "partyOrPartyRole",
)
RELATED_ENTITY = demanding(
    thing(role=text(most=LONGEST_ROLE), entity=reference_or_value("Any record")), "entity"
)
RELATED_CHANNEL = demanding(thing(role=text(), channel=reference("A channel")), "channel")

PARTY: dict[str, Schema] = {
    "externalReference": many(
        EXTERNAL_IDENTIFIER, description="Identifiers of the party in other systems"
    ),
    "partyCharacteristic": many(CHARACTERISTIC, description="Declared extra facts"),
    "taxExemptionCertificate": many(TAX_EXEMPTION),
    "creditRating": many(
        thing(
            creditAgencyName=text(),
            creditAgencyType=text(),
            ratingReference=text(),
            ratingScore=whole(),
            validFor=PERIOD,
        ),
        description="What credit agencies say of the party",
    ),
    "relatedParty": many(RELATED_PARTY, description="Other parties and what they are to it"),
    "contactMedium": many(CONTACT_MEDIUM, description="Ways to reach the party"),
}
"""Attributes of a party, whether person or organisation."""

ONE_RELATION_AT_A_TIME = Exclusive(
    "relatedParty", ("partyOrPartyRole.id",), ("role",), each="relatedParty"
)
"""A party is related to a record in one role once at a time."""

ROLE_TARGETS = ("customer", "individual", "organization", "partyRole")
"""Record types that a reference to a party or party role may name."""

ACCOUNTS = ("billingAccount", "partyAccount", "settlementAccount", "financialAccount")
"""Record types that a reference to an account may name."""

FOUND_BY_CONTACT = (
    Searched("phone", ("phoneNumber", "faxNumber"), "contactMedium"),
    Searched("email", ("emailAddress",), "contactMedium"),
    Searched("address", ("street1", "street2", "city", "postCode"), "contactMedium"),
)
"""What a party or party role is found by wherever it can be reached."""

FOUND_BY_REFERENCE = Searched("identifier", ("id",), "externalReference")
FOUND_BY_EXTERNAL = Searched("identifier", ("id",), "externalIdentifier")
