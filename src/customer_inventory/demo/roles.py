"""Who else plays a role for a customer (TMF669), and what the customer allows (TMF644)."""

from customer_inventory.demo.customers import Customer
from customer_inventory.demo.dates import period
from customer_inventory.demo.draw import Draw
from customer_inventory.demo.parts import Document, characteristic, related_party_or_role

_ASKED = "Communication and analysis"
_PURPOSES = (("marketing", "byEmail", 46), ("marketing", "byPhone", 18), ("analysis", "ofUse", 60))


def roles(draw: Draw, customer: Customer) -> list[Document]:
    """Return a party role a person of the customer: contact, owner, user."""
    related = [related_party_or_role("customer", customer.role)]
    return [
        {
            "id": draw.new_id(),
            "@type": "PartyRole",
            "name": person["name"],
            "role": role,
            "status": "active" if customer.standing.until is None else "ended",
            "engagedParty": person,
            "relatedParty": related,
            "validFor": period(customer.standing.since, customer.standing.until),
        }
        for role, person in customer.subject.people
    ]


def privacy_specification(draw: Draw) -> Document:
    """Return what every customer is asked to allow, before anybody has chosen."""
    return {
        "id": draw.new_id(),
        "@type": "PartyPrivacyProfileSpecification",
        "name": _ASKED,
        "description": "What customers are asked to allow when they sign",
        "lifecycleStatus": "active",
        "version": "2",
        "specCharacteristic": [
            {
                "@type": "PartyPrivacyProfileSpecificationCharacteristic",
                "name": name,
                "valueType": "boolean",
                "configurable": True,
                "privacyUsagePurpose": purpose,
            }
            for purpose, name, _ in _PURPOSES
        ],
    }


def privacy(draw: Draw, customer: Customer) -> Document:
    """Return what the customer allows to be done with its data."""
    agreed = related_party_or_role("customer", customer.role)
    return {
        "id": draw.new_id(),
        "@type": "PartyPrivacyProfile",
        "name": _ASKED,
        "status": "active",
        "agreedByParty": agreed,
        "partyPrivacyProfileSpecification": {
            "@type": "PartyPrivacyProfileSpecificationRef",
            "id": "privacy-2",
            "name": _ASKED,
        },
        "partyPrivacyProfileCharacteristic": [
            {
                "@type": "PartyPrivacyProfileCharacteristic",
                "privacyUsagePurpose": purpose,
                "characterisitc": characteristic(name, draw.chance(percent)),
            }
            for purpose, name, percent in _PURPOSES
        ],
        "validFor": period(customer.standing.since, customer.standing.until),
    }
