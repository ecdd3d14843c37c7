"""The budgets that a quota can set, and the check of a quota as it is said in terms."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from customer_inventory.kit.errors import Invalid

_MOST = 10**12


class Unit(StrEnum):
    """What a budget counts."""

    REQUEST = "request"
    """Requests, whatever comes of them."""
    ROW = "row"
    """Records told of: one by one, by page or by download."""
    DOWNLOAD = "download"
    """Downloads begun."""
    MISS = "miss"
    """Requests for a record by an id that is not there, or not for the caller."""


@dataclass(frozen=True, slots=True)
class Budget:
    """So many of a unit in each window of `seconds`, aligned to the clock (UTC)."""

    unit: Unit
    seconds: int


MISSES = "missesPerHour"
"""Who asks for more unknown ids than that is guessing; the one budget that everybody has."""

BUDGETS: Mapping[str, Budget] = {
    "requestsPerMinute": Budget(Unit.REQUEST, 60),
    "requestsPerHour": Budget(Unit.REQUEST, 3600),
    "requestsPerDay": Budget(Unit.REQUEST, 86_400),
    "rowsPerDay": Budget(Unit.ROW, 86_400),
    "downloadsPerDay": Budget(Unit.DOWNLOAD, 86_400),
    MISSES: Budget(Unit.MISS, 3600),
}
"""By name, as a quota says it."""


def checked(record_type: str, said: Any) -> dict[str, int]:
    """Return a quota as it is kept: a whole number for each budget; raise Invalid for none such."""
    path = f"{record_type}.quota"
    if not isinstance(said, Mapping) or not said:
        raise Invalid("A quota names its budgets.", path=path, hint='Say {"rowsPerDay": 1000}.')
    for name, most in said.items():
        if name not in BUDGETS:
            known = ", ".join(BUDGETS)
            raise Invalid(f"There is no budget {name!r}.", path=path, hint=f"Known: {known}.")
        if isinstance(most, bool) or not isinstance(most, int) or not 0 <= most <= _MOST:
            raise Invalid("is no whole number from 0.", path=f"{path}.{name}")
    return {name: said[name] for name in BUDGETS if name in said}
