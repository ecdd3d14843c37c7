"""Privacy: what parties allow to be done with their data, and by which agreement (TMF644)."""

from customer_inventory.record.declare import Column, RecordType, Reference
from customer_inventory.record.schema import LONGEST_NAME, many, moment, reference, text, thing
from customer_inventory.record.types.agreement import AGREEMENT_ATTRIBUTES, AGREEMENT_REFERENCES
from customer_inventory.record.types.common import (
    CHARACTERISTIC,
    PERIOD,
    RELATED_PARTY,
    ROLE_TARGETS,
)
from customer_inventory.record.types.specification import (
    SPECIFICATION,
    characteristic_specification,
)

_CHARACTERISTICS = many(
    thing(
        characterisitc=CHARACTERISTIC,  # so spelled in the standard
        privacyUsagePurpose=text("What it may be used for"),
        relatedParty=many(RELATED_PARTY),
    ),
    at_least=1,
    description="What the party allows, one by one",
)

_ROLE_SPECIFICATION = reference(
    "A role that it is for", agreementSpecification=many(reference(description=text()))
)

PARTY_PRIVACY_PROFILE = RecordType(
    name="partyPrivacyProfile",
    entity="PartyPrivacyProfile",
    description="What a party allows to be done with what is known of it",
    mandatory=(
        "agreedByParty",
        "partyPrivacyProfileCharacteristic",
        "partyPrivacyProfileSpecification",
    ),
    attributes={
        "name": text(most=LONGEST_NAME),
        "description": text(),
        "status": text("Life cycle", most=100),
        "validFor": PERIOD,
        "creationDate": moment(),
        "lastUpdate": moment(),
        "agreedByParty": RELATED_PARTY,
        "applicableForParty": RELATED_PARTY,
        "agreement": reference("The agreement that holds the party's word"),
        "partyPrivacyProfileSpecification": reference("The profile it is made after"),
        "partyPrivacyProfileCharacteristic": _CHARACTERISTICS,
    },
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("status", ("status",)),
    ),
    references=(
        Reference("agreedByParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
        Reference("applicableForParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
        # What a party allowed is no proof without the agreement.
        Reference("agreement", ("partyPrivacyAgreement",), dangling="refuse"),
        Reference(
            "partyPrivacyProfileSpecification",
            ("partyPrivacyProfileSpecification",),
            is_catalogue=True,
        ),
    ),
    subject=("applicableForParty.partyOrPartyRole", "agreedByParty.partyOrPartyRole"),
)

PARTY_PRIVACY_PROFILE_SPECIFICATION = RecordType(
    name="partyPrivacyProfileSpecification",
    entity="PartyPrivacyProfileSpecification",
    description="What parties are asked to allow: a profile before anybody has chosen",
    mandatory=("name",),
    mandatory_in_v4=("specCharacteristic",),
    attributes={
        **SPECIFICATION,
        "applicableRole": many(_ROLE_SPECIFICATION),
        "productOffering": many(reference(version=text())),
        "specCharacteristic": many(
            characteristic_specification(
                criticalityLevel=text(),
                privacyUsagePurpose=text(),
                privacyType=text(),
                allowedRole=many(_ROLE_SPECIFICATION),
            )
        ),
    },
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("lifecycle_status", ("lifecycleStatus",)),
    ),
    references=(
        Reference("applicableRole", ("partyRoleSpecification",), is_catalogue=True),
        Reference("relatedParty.partyOrPartyRole", ROLE_TARGETS, role="role"),
    ),
    status="lifecycleStatus",
    is_catalogue=True,
)

PARTY_PRIVACY_AGREEMENT = RecordType(
    name="partyPrivacyAgreement",
    entity="PartyPrivacyAgreement",
    description="An agreement in which a party allows something to be done with its data",
    mandatory=("name", "agreementType", "engagedParty"),
    mandatory_in_v4=("name", "agreementType", "agreementItem", "engagedParty"),
    attributes={
        **AGREEMENT_ATTRIBUTES,
        "partyPrivacyProfile": many(reference("A profile that it brings about")),
        "partyPrivacyProfileCharacteristic": _CHARACTERISTICS,
    },
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("agreement_type", ("agreementType",)),
        Column("status", ("status",), is_indexed=True),
    ),
    references=(*AGREEMENT_REFERENCES, Reference("partyPrivacyProfile", ("partyPrivacyProfile",))),
    subject=("engagedParty", "relatedParty.partyOrPartyRole"),
    validity="agreementPeriod",
)
