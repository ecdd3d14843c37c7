"""What specifications have in common: they say what records of some kind are like (SID)."""

from customer_inventory.record.schema import (
    LONGEST_NAME,
    Schema,
    anything,
    flag,
    many,
    moment,
    reference,
    text,
    thing,
    whole,
)
from customer_inventory.record.types.common import ATTACHMENT, PERIOD, RELATED_PARTY

_VALUE = thing(
    valueType=text(),
    isDefault=flag(),
    value=anything(),
    unitOfMeasure=text(),
    validFor=PERIOD,
    valueFrom=whole(),
    valueTo=whole(),
    rangeInterval=text(),
    regex=text(),
)
_VALUES = many(_VALUE, description="Values it may have")


def characteristic_specification(**attributes: Schema) -> Schema:
    """Return the specification of one characteristic, with further `attributes`."""
    own: dict[str, Schema] = {
        "name": text(),
        "valueType": text(),
        "description": text(),
        "configurable": flag(),
        "validFor": PERIOD,
        "minCardinality": whole(),
        "maxCardinality": whole(),
        "isUnique": flag(),
        "regex": text(),
        "extensible": flag(),
        "@valueSchemaLocation": text(),
        "charSpecRelationship": many(
            thing(
                name=text(),
                relationshipType=text(),
                validFor=PERIOD,
                characteristicSpecificationId=text(),
                parentSpecificationId=text(),
                parentSpecificationHref=text(),
            )
        ),
        "characteristicValueSpecification": _VALUES,
        **attributes,
    }
    return thing("A characteristic that records may have", **own)


SPECIFICATION: dict[str, Schema] = {
    "name": text("The name of the specification", most=LONGEST_NAME),
    "description": text(),
    "version": text(),
    "lifecycleStatus": text("Life cycle", most=100),
    "lastUpdate": moment("When the source last changed it"),
    "validFor": PERIOD,
    "relatedParty": many(RELATED_PARTY),
}
"""Attributes of every specification."""

SPECIFIED: dict[str, Schema] = {
    "isBundle": flag("Whether it is made of others"),
    "characteristic": many(characteristic_specification()),
    "attachment": many(ATTACHMENT),
    "targetEntitySchema": thing("The JSON Schema that such records follow"),
    "category": reference("Where it stands in the catalogue", version=text()),
}
"""Attributes of some."""
