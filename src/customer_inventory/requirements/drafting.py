"""A requirement drafted: begun for an element, or made of what somebody filled in."""

from collections.abc import Mapping
from typing import Any

import msgspec

from customer_inventory.kit.errors import Invalid
from customer_inventory.record.facet import facet_of
from customer_inventory.requirements.checking import check
from customer_inventory.requirements.requirement import Requirement, of


def begun(record_type: str, path: str, identifier: str) -> Requirement:
    """Return the beginning of a requirement on an element: what is declared of it already."""
    facet = facet_of(record_type, path)
    return Requirement(
        id=identifier,
        type=record_type,
        path=path,
        name=f"The name of {path}, as people say it",
        definition="What exactly it is, so that two people capture the same.",
        classification=facet.classification,
        group=facet.group,
        operation=facet.operation,
        survivorship=facet.survivorship,
    )


def drafted(content: Mapping[str, Any]) -> Requirement:
    """Return the requirement that content, keyed as files are, says.

    Raises Invalid with the key that is at fault, and what `check` raises.
    """
    try:
        made = of(content)
    except msgspec.ValidationError as error:
        message, _, where = str(error).partition(" - at `$.")
        raise Invalid(f"{message}.", path=where.rstrip("`") or None) from None
    check(made)
    return made
