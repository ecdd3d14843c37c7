"""Requirements compiled into the edition that records are held to."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from msgspec import to_builtins

from customer_inventory.record.register.edition import Edition, Element, Enforced
from customer_inventory.record.types import TYPES
from customer_inventory.requirements.requirement import Requirement


def compiled(requirements: Iterable[Requirement], number: int = 0) -> Edition:
    """Return the edition that demands what `requirements` say, in the order of their ids."""
    by_type: dict[str, list[Element]] = defaultdict(list)
    for requirement in sorted(requirements, key=lambda each: each.id):
        by_type[requirement.type].append(element(requirement))
    return Edition(number, {name: Enforced(tuple(found)) for name, found in by_type.items()})


def element(requirement: Requirement) -> Element:
    """Return what a requirement demands of its attribute.

    What a record type declares to be mandatory is demanded by it, in each version of the APIs as
    the standard has it; a requirement on it does not demand it of the other version.
    """
    declared = TYPES.get(requirement.type)
    is_declared = declared is not None and requirement.path in declared.mandatory
    return Element(
        requirement.id,
        requirement.path,
        requirement.facet,
        requirement.data.schema,
        demanded=requirement.obligation != "optional" and not is_declared,
        condition=requirement.condition,
        searchable=requirement.searchable and not is_searched(requirement),
        declares=_declares(requirement),
    )


def _declares(requirement: Requirement) -> dict[str, Any] | None:
    if requirement.declares is None:
        return None
    return {**to_builtins(requirement.declares), "description": requirement.name}


def is_searched(requirement: Requirement) -> bool:
    """Tell whether the record type has its attribute searched already, by a column or as a key."""
    declared = TYPES.get(requirement.type)
    if declared is None:
        return False
    columns = {path for column in declared.columns for path in column.paths}
    keys = {
        f"{searched.path}.{attribute}" if searched.path else attribute
        for searched in declared.searched
        for attribute in searched.attributes
    }
    return requirement.path in columns | keys
