"""What is different in version 4, record type by record type. This is the whole of it.

Read `Attribute("relatedChannel", CHANNEL, v4="channel")` as: what version 5 calls relatedChannel,
version 4 calls channel, and its objects differ by CHANNEL. Attributes that only one version has
need no line here: they are kept and shown in both.
"""

from collections.abc import Mapping, Sequence

from customer_inventory.tmf.v4.mapping import Differences, begins_now
from customer_inventory.tmf.v4.medium import Medium
from customer_inventory.tmf.v4.rule import (
    Attribute,
    Either,
    Nested,
    Rule,
    Spelled,
    Turned,
    Written,
)

_ROLES = ("Customer", "PartyRole", "Supplier", "BusinessPartner", "Consumer", "Producer")

PARTY = (
    Nested(
        "partyOrPartyRole",
        outside=("role",),
        types={"": "PartyRef", **dict.fromkeys(_ROLES, "PartyRoleRef")},
        hidden=frozenset(("RelatedPartyOrPartyRole", "RelatedPartyRefOrPartyRoleRef")),
    ),
)
"""A party and its role: flat in version 4, role and reference in version 5."""

CHANNEL = (
    Nested(
        "channel",
        outside=("role",),
        types={"": "ChannelRef"},
        hidden=frozenset(("RelatedChannel",)),
    ),
)
ENTITY = (
    Nested(
        "entity",
        outside=("role",),
        types={"": "EntityRef"},
        hidden=frozenset(("RelatedEntity", "RelatedEntityRefOrValue")),
    ),
)
PLACE = (
    Nested(
        "place",
        outside=("role",),
        types={"": "PlaceRef"},
        hidden=frozenset(("RelatedPlaceRefOrValue",)),
    ),
)
RELATED_PARTY = Attribute("relatedParty", PARTY)
CONTACT_MEDIUM = Attribute("contactMedium", (Medium(),))

_EXTERNAL_IDENTIFIER = (
    # What the other system calls the thing: its name in version 4, an id in version 5.
    Attribute("id", v4="name"),
    Attribute("externalIdentifierType", v4="externalReferenceType"),
)
_PARTY = (
    RELATED_PARTY,
    CONTACT_MEDIUM,
    Attribute("externalReference", _EXTERNAL_IDENTIFIER),
)
_ROLE = (RELATED_PARTY, CONTACT_MEDIUM)
_ACCOUNT = (
    RELATED_PARTY,
    Attribute("lastUpdate", v4="lastModified"),
    Attribute("contact", (RELATED_PARTY, CONTACT_MEDIUM)),
)
_INTERACTION = (
    RELATED_PARTY,
    Attribute("relatedChannel", CHANNEL, v4="channel"),
)
_AGREEMENT = (
    Attribute("agreementRelationship", v4="associatedAgreement"),
    RELATED_PARTY,
)
_VALUE_SPECIFICATION = (
    Written("valueFrom"),
    Written("valueTo"),
)
_PRIVACY_CHARACTERISTIC = (
    Nested(
        "characterisitc",  # so spelled in version 5
        outside=("privacyUsagePurpose", "relatedParty"),
        types={"": "Characteristic"},
        hidden=frozenset(("PartyPrivacyProfileCharacteristic",)),
    ),
    RELATED_PARTY,
)
_PRIVACY_CHARACTERISTICS = Attribute("partyPrivacyProfileCharacteristic", _PRIVACY_CHARACTERISTIC)
_AGREEMENT_ITEM_REF = (
    Attribute("agreementId", v4="id"),
    Attribute("agreementHref", v4="href"),
    Attribute("agreementName", v4="name"),
)


def _product() -> Sequence[Rule]:
    return _PRODUCT


_PRODUCT: Sequence[Rule] = (
    RELATED_PARTY,
    Attribute("agreementItem", _AGREEMENT_ITEM_REF, v4="agreement"),
    Attribute("place", PLACE),
    Attribute("product", _product),
    Attribute(
        "productOrderItem",
        (
            Attribute("orderId", v4="productOrderId"),
            Attribute("orderHref", v4="productOrderHref"),
        ),
    ),
    Attribute("productPrice", (Attribute("priceAlteration", v4="productPriceAlteration"),)),
    Attribute("productRelationship", (Turned(Nested("product", outside=("relationshipType",))),)),
)
_STATUS_CHANGE = (
    Attribute("statusChangeDate", v4="changeDate"),
    Attribute("statusChangeReason", v4="changeReason"),
)

_OF_PARTIES = {"relatedParty": ("id", "@referredType")}
_OF_ROLES = {
    **_OF_PARTIES,
    "contactMedium": ("mediumType", "characteristic"),
    "creditProfile": ("creditProfileDate", "validFor"),
    "account": ("name",),
}

DIFFERENCES: Mapping[str, Differences] = {
    "individual": Differences(
        (
            *_PARTY,
            Attribute("name", v4="fullName"),
            Spelled("status", {"deceaded": "deceased"}),
        ),
        demanded=_OF_PARTIES,
    ),
    "organization": Differences(
        (*_PARTY, Either(v4="tradingName", v5="name")), demanded=_OF_PARTIES
    ),
    "customer": Differences(_ROLE, demanded=_OF_ROLES),
    "partyRole": Differences(_ROLE, demanded=_OF_ROLES),
    "partyRoleSpecification": Differences((RELATED_PARTY,)),
    "partyAccount": Differences(_ACCOUNT, demanded=_OF_PARTIES),
    "billingAccount": Differences(_ACCOUNT, demanded=_OF_PARTIES),
    "settlementAccount": Differences(_ACCOUNT, demanded=_OF_PARTIES),
    "financialAccount": Differences(_ACCOUNT, demanded=_OF_PARTIES),
    "agreement": Differences(_AGREEMENT),
    "agreementSpecification": Differences(
        (
            RELATED_PARTY,
            Attribute("category", v4="serviceCategory"),
            Attribute(
                "specificationCharacteristic",
                (
                    Attribute(
                        "characteristicValueSpecification",
                        (*_VALUE_SPECIFICATION, Attribute("isDefault", v4="default")),
                        v4="specCharacteristicValue",
                    ),
                ),
            ),
        )
    ),
    "partyInteraction": Differences(
        (
            *_INTERACTION,
            Attribute("interactionItem", (*_INTERACTION, Attribute("item", ENTITY))),
        ),
        # Version 4 demands both, its conformance kit does not send them.
        defaults={"status": "opened", "interactionDate": begins_now},
        demanded=_OF_PARTIES,
    ),
    "partyPrivacyProfile": Differences(
        (
            Attribute("agreedByParty", PARTY),
            Attribute("applicableForParty", PARTY),
            _PRIVACY_CHARACTERISTICS,
        )
    ),
    "partyPrivacyProfileSpecification": Differences(
        (
            RELATED_PARTY,
            Attribute(
                "specCharacteristic",
                (
                    Attribute(
                        "characteristicValueSpecification",
                        v4="partyPrivacyProfileSpecCharacteristicValue",
                    ),
                ),
                v4="partyPrivacyProfileSpecCharacteristic",
            ),
            Attribute("lifecycleStatus", v4="status"),
        )
    ),
    "partyPrivacyAgreement": Differences((*_AGREEMENT, _PRIVACY_CHARACTERISTICS)),
    "product": Differences(_PRODUCT, demanded=_OF_PARTIES),
    "troubleTicket": Differences(
        (
            RELATED_PARTY,
            Attribute("relatedEntity", ENTITY),
            Attribute("statusChangeHistory", _STATUS_CHANGE, v4="statusChange"),
        ),
        demanded=_OF_PARTIES,
    ),
    "troubleTicketSpecification": Differences((RELATED_PARTY,)),
}
"""The differences of every type that has some."""
