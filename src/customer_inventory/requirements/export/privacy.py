"""What parties can be asked about their data: a TMF644 specification made of requirements.

Each personal attribute is a characteristic, the purposes it is needed for are its values. Those
that rest on consent are for the party to choose; the others are told, and hold anyway.
"""

from collections.abc import Sequence
from typing import Any

from customer_inventory.record.declare import RecordType
from customer_inventory.record.facet import Classification
from customer_inventory.requirements.requirement import RECORD, Requirement

_PERSONAL = (Classification.PERSONAL, Classification.SENSITIVE, Classification.SECRET)
_CONSENT = "consent"
_PREFIX = "Data of "


def specification(
    declared: RecordType, requirements: Sequence[Requirement]
) -> dict[str, Any] | None:
    """Return the body of a PartyPrivacyProfileSpecification, as TMF644 takes it.

    None for a record type of which no requirement is about a personal attribute with a purpose.
    """
    asked = [
        _characteristic(each)
        for each in requirements
        if each.path != RECORD and each.facet.classification in _PERSONAL and each.purposes
    ]
    if not asked:
        return None
    return {
        "@type": "PartyPrivacyProfileSpecification",
        "name": f"{_PREFIX}{declared.entity}",
        "description": f"What is known of this, and what for: {declared.description}.",
        "version": "1",
        "lifecycleStatus": "inDesign",
        "specCharacteristic": asked,
    }


def _characteristic(requirement: Requirement) -> dict[str, Any]:
    bases = requirement.purposes
    return {
        "@type": "PartyPrivacyProfileSpecificationCharacteristic",
        "id": requirement.id,
        "name": f"{requirement.type}.{requirement.path}",
        "description": f"{requirement.name}: {requirement.definition}",
        "valueType": "string",
        "configurable": _CONSENT in bases.values(),
        "minCardinality": 0,
        "maxCardinality": len(bases),
        "extensible": False,
        "privacyUsagePurpose": ", ".join(bases),
        "privacyType": requirement.facet.group,
        "criticalityLevel": requirement.facet.classification.value,
        "characteristicValueSpecification": [
            {
                "@type": "CharacteristicValueSpecification",
                "valueType": "string",
                "value": purpose,
                "isDefault": basis != _CONSENT,
            }
            for purpose, basis in bases.items()
        ],
    }
