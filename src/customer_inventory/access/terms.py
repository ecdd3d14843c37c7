"""The terms of a permission: what is agreed beside its operations.

Each term has a name and a check of what is said under it, in `TERMS`. A name that is not there is
refused: nothing is ever agreed that nobody enforces.
"""

from collections.abc import Callable, Mapping
from typing import Any

from customer_inventory.access.masking import checked_groups, checked_masks
from customer_inventory.access.quota import budget
from customer_inventory.access.scope import SCOPE, checked_scope
from customer_inventory.kit.errors import Invalid

Terms = Mapping[str, Any]
"""By name of the term, what was said: JSON values."""

TERMS: dict[str, Callable[[str, Any], Any]] = {
    "groups": checked_groups,
    "masks": checked_masks,
    "writes": checked_groups,
    "quota": budget.checked,
    SCOPE: checked_scope,
}
"""By name: takes the record type and what was said; returns it as it is kept, or raises Invalid."""


def checked(record_type: str, said: object) -> Terms:
    """Return the terms for records of a type, as they are kept; raise Invalid for what is none."""
    if not isinstance(said, Mapping):
        raise Invalid("Terms are an object: a name and what is agreed.", path=record_type)
    for name in said:
        if name not in TERMS:
            known = ", ".join(sorted(TERMS)) or "none"
            raise Invalid(
                f"There is no term {name!r}.", path=record_type, hint=f"Known terms: {known}."
            )
    return {name: TERMS[name](record_type, said[name]) for name in sorted(said)}
