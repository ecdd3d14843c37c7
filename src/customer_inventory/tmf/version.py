"""The API versions: which shape each gives to the records of a type."""

from functools import cache

from customer_inventory.record.types import TYPES
from customer_inventory.tmf.shape import AS_KEPT, Shape
from customer_inventory.tmf.v4.declared import DIFFERENCES
from customer_inventory.tmf.v4.mapping import NONE
from customer_inventory.tmf.v4.shape import ShapeOf4


@cache
def shape_of(version: str, record_type: str) -> Shape:
    """Return the shape that `version` (v4 or v5) gives to the records of a type."""
    if version == AS_KEPT.version:
        return AS_KEPT
    # What is served under a name of its own (the whole customer) is of no type.
    entity = TYPES[record_type].entity if record_type in TYPES else record_type
    return ShapeOf4(entity, DIFFERENCES.get(record_type, NONE))
