"""What of the nodes of a tree is shown under a mask."""

from customer_inventory.record.mask.node import HIDDEN
from customer_inventory.record.sight import Sight
from customer_inventory.record.types import TYPES


def hides_relations(record_type: str, sight: Sight) -> bool:
    """Tell whether the references that make trees are hidden in records of a type."""
    mask = sight.masks.get(record_type)
    branches = TYPES[record_type].branches
    return mask is not None and any(mask.node(each.path) is HIDDEN for each in branches)


def name(record_type: str, known: str | None, sight: Sight) -> str | None:
    """Return what is shown of the name of a record."""
    mask = sight.masks.get(record_type)
    if mask is None:
        return known
    columns = TYPES[record_type].columns
    paths = next((column.paths for column in columns if column.name == "name"), ("name",))
    return mask.text(paths, known)


def status(record_type: str, known: str | None, sight: Sight) -> str | None:
    """Return what is shown of the status of a record."""
    mask = sight.masks.get(record_type)
    return mask.text((TYPES[record_type].status,), known) if mask else known
