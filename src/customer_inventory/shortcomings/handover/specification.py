"""The ticket specification: what a ticket about the repository says, name by name, with units.

A TroubleTicketSpecification of TMF621 v5; tickets refer to it and carry these characteristics.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from customer_inventory.kit.errors import NotFound
from customer_inventory.shortcomings.check import LEVELS, level

ValueType = Literal["string", "number", "date"]
TicketType = Literal[
    "repository.capacity", "repository.performance", "repository.integrity", "repository.security"
]

ID = "repository-shortcoming"
NAME = "Shortcoming of the customer inventory repository"
VERSION = "1"
_SINCE = "2026-01-01T00:00:00Z"


class NoSuchSpecification(NotFound):
    """There is no ticket specification of that id."""

    def __init__(self) -> None:
        super().__init__(
            "There is no such ticket specification.", hint=f"There is {ID}.", path="id"
        )


@dataclass(frozen=True, slots=True)
class Characteristic:
    """A characteristic of tickets: its meaning and its unit, whether each ticket has it."""

    name: str
    value_type: ValueType
    said: str
    unit: str = ""
    is_always: bool = True


CHARACTERISTICS = (
    Characteristic("checkId", "string", "The check that found it; `cinv shortcomings checks`"),
    Characteristic("value", "number", "What the check measured, worse the higher", "as unit says"),
    Characteristic("threshold", "number", "From here on it is a shortcoming", "as unit says"),
    Characteristic("unit", "string", "The unit of value, threshold, expectedGain, achievedGain"),
    Characteristic("window", "number", "How long the server's statistics are of", "days"),
    Characteristic(
        "evidenceLevel", "string",
        "; ".join(map(level, LEVELS)),
    ),
    Characteristic(
        "expectedGain", "number", "By how much the best option lowers the value", "as unit says"
    ),
    Characteristic(
        "achievedGain", "number", "By how much the value was lower after the fix", "as unit says",
        is_always=False,
    ),
    Characteristic(
        "forecastDate", "date", "When it is critical if it goes on like this", is_always=False
    ),
)  # fmt: skip

_TYPES: Mapping[str, TicketType] = {
    "CAP": "repository.capacity",
    "CON": "repository.performance",
    "STM": "repository.performance",
    "IDX": "repository.performance",
    "IDX05": "repository.integrity",
    "TBL": "repository.performance",
    "TBL07": "repository.integrity",
    "TBL08": "repository.integrity",
    "VAC": "repository.performance",
    "VAC01": "repository.integrity",
    "VAC02": "repository.integrity",
    "DUR": "repository.integrity",
    "CFG": "repository.performance",
    "CFG02": "repository.security",
    "SEC": "repository.security",
}


def ticket_type(check: str) -> TicketType:
    """Return the type of a ticket about what a check found; what is of no family is performance."""
    family = check.rstrip("0123456789")
    return _TYPES.get(check) or _TYPES.get(family) or "repository.performance"


def specification(identifier: str = ID) -> dict[str, Any]:
    """Return the specification as TMF621 v5 has it; raise NoSuchSpecification."""
    if identifier != ID:
        raise NoSuchSpecification
    return {
        "id": ID,
        "@type": "TroubleTicketSpecification",
        "name": NAME,
        "description": "An object of the repository that a check found wanting, with its proof; "
        f"ticketType is one of {', '.join(sorted(set(_TYPES.values())))}.",
        "version": VERSION,
        "lifecycleStatus": "active",
        "creationDate": _SINCE,
        "lastUpdate": _SINCE,
        "specCharacteristic": [_told(each) for each in CHARACTERISTICS],
    }


def _told(each: Characteristic) -> dict[str, Any]:
    value: dict[str, Any] = {
        "@type": "CharacteristicValueSpecification",
        "valueType": each.value_type,
    }
    if each.unit:
        value["unitOfMeasure"] = each.unit
    return {
        "@type": "CharacteristicSpecification",
        "id": each.name,
        "name": each.name,
        "description": each.said,
        "valueType": each.value_type,
        "minCardinality": int(each.is_always),
        "maxCardinality": 1,
        "characteristicValueSpecification": [value],
    }
