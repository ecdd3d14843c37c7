"""Parties: people and organisations (TMF632, SID Party)."""

from customer_inventory.record.declare import (
    Branch,
    Column,
    Exclusive,
    RecordType,
    Reference,
    Searched,
)
from customer_inventory.record.schema import (
    LONGEST_NAME,
    LONGEST_ROLE,
    choice,
    demanding,
    flag,
    many,
    moment,
    reference,
    text,
    thing,
)
from customer_inventory.record.types.common import (
    ATTACHMENT,
    FOUND_BY_CONTACT,
    FOUND_BY_REFERENCE,
    ONE_RELATION_AT_A_TIME,
    PARTY,
    PERIOD,
    ROLE_TARGETS,
)

_NAME_PARTS = {
    "title": text("Form of address"),
    "aristocraticTitle": text(),
    "generation": text("Junior, senior, III"),
    "givenName": text("First name", most=LONGEST_NAME),
    "preferredGivenName": text("First name as the person uses it"),
    "familyNamePrefix": text("van, de"),
    "familyName": text("Family name", most=LONGEST_NAME),
    "legalName": text("Name in the law's eyes"),
    "middleName": text(),
    "formattedName": text("The name in full, as it is written"),
}
_IDENTIFICATION = thing(
    identificationId=text(),
    identificationType=text(),
    issuingAuthority=text(),
    issuingDate=moment(),
    validFor=PERIOD,
    attachment=ATTACHMENT,
)
_NAMES = ("givenName", "middleName", "familyNamePrefix", "familyName", "preferredGivenName")
_RELATED = Reference("relatedParty.partyOrPartyRole", ("individual", *ROLE_TARGETS), role="role")

INDIVIDUAL = RecordType(
    name="individual",
    entity="Individual",
    description="A person, whether customer, contact or user",
    mandatory=("familyName", "givenName"),
    attributes={
        **_NAME_PARTS,
        **PARTY,
        "name": text("The name in one attribute, where the parts are not known"),
        "gender": text(),
        "birthDate": moment("Date of birth"),
        "deathDate": moment("Date of death"),
        "placeOfBirth": text(),
        "countryOfBirth": text(),
        "nationality": text(),
        "maritalStatus": text(),
        "location": text("Where the person is, when that is known"),
        "status": choice("initialized", "validated", "deceased", description="Life cycle"),
        "otherName": many(thing(**_NAME_PARTS, fullName=text(), validFor=PERIOD)),
        "individualIdentification": many(_IDENTIFICATION, description="Passports, licences"),
        "disability": many(thing(disabilityCode=text(), disabilityName=text(), validFor=PERIOD)),
        "languageAbility": many(
            thing(
                languageCode=text(),
                languageName=text(),
                isFavouriteLanguage=flag(),
                writingProficiency=text(),
                readingProficiency=text(),
                speakingProficiency=text(),
                listeningProficiency=text(),
                validFor=PERIOD,
            )
        ),
        "skill": many(
            thing(
                skillCode=text(),
                skillName=text(),
                evaluatedLevel=text(),
                comment=text(),
                validFor=PERIOD,
            )
        ),
    },
    columns=(
        Column("name", ("givenName", "familyName"), join=True),
        Column("family_name", ("familyName",), is_indexed=True),
        Column("given_name", ("givenName",)),
        Column("status", ("status",)),
    ),
    references=(_RELATED,),
    searched=(
        Searched("name", (*_NAMES, "name", "legalName")),
        Searched("name", (*_NAMES, "fullName", "legalName"), "otherName"),
        Searched("identifier", ("identificationId",), "individualIdentification"),
        FOUND_BY_REFERENCE,
        *FOUND_BY_CONTACT,
    ),
    exclusives=(ONE_RELATION_AT_A_TIME,),
    branches=(Branch("household", _RELATED.path, "parent", "organization", roles=("household",)),),
)

_ORGANIZATION = demanding(
    thing(
        relationshipType=text(most=LONGEST_ROLE),
        organization=reference("An organisation"),
        validFor=PERIOD,
    ),
    "organization",
)

ORGANIZATION = RecordType(
    name="organization",
    entity="Organization",
    description="A company, authority or other organisation, or a part of one",
    mandatory=("name",),
    attributes={
        **PARTY,
        "name": text("The name the organisation goes by", most=LONGEST_NAME),
        "nameType": text("Co, Inc, Ltd, GmbH"),
        "tradingName": text("The name it trades under"),
        "organizationType": text("Department, company, authority"),
        "isLegalEntity": flag(),
        "isHeadOffice": flag(),
        "existsDuring": PERIOD,
        "status": choice("initialized", "validated", "closed", description="Life cycle"),
        "otherName": many(thing(tradingName=text(), nameType=text(), name=text(), validFor=PERIOD)),
        "organizationIdentification": many(_IDENTIFICATION, description="Register entries"),
        "organizationChildRelationship": many(_ORGANIZATION),
        "organizationParentRelationship": _ORGANIZATION,
    },
    columns=(
        Column("name", ("name",), is_indexed=True),
        Column("trading_name", ("tradingName",)),
        Column("status", ("status",)),
    ),
    references=(
        _RELATED,
        Reference(
            "organizationParentRelationship.organization",
            ("organization",),
            role="relationshipType",
        ),
        Reference(
            "organizationChildRelationship.organization", ("organization",), role="relationshipType"
        ),
    ),
    searched=(
        Searched("name", ("name", "tradingName")),
        Searched("name", ("name", "tradingName"), "otherName"),
        Searched("identifier", ("identificationId",), "organizationIdentification"),
        FOUND_BY_REFERENCE,
        *FOUND_BY_CONTACT,
    ),
    validity="existsDuring",
    exclusives=(
        ONE_RELATION_AT_A_TIME,
        Exclusive(
            "organizationChildRelationship",
            ("organization.id",),
            ("relationshipType",),
            each="organizationChildRelationship",
        ),
    ),
    branches=(
        Branch(
            "corporate",
            "organizationParentRelationship.organization",
            "parent",
            "organization",
            role="relationshipType",
        ),
        Branch(
            "corporate",
            "organizationChildRelationship.organization",
            "child",
            "organization",
            role="relationshipType",
        ),
        Branch("household", _RELATED.path, "child", "individual", roles=("householdMember",)),
    ),
)
