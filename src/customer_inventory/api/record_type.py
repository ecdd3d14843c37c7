"""The record types that the inventory holds, as far as the caller may read them."""

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import Call, Route, told
from customer_inventory.record.types import TYPES
from customer_inventory.web.exchange import Answer


async def find(call: Call) -> Answer:
    """GET the record types that the caller may read records of."""
    return told(
        [
            {
                "name": declared.name,
                "entity": declared.entity,
                "description": declared.description,
                "mandatory": list(declared.mandatory),
                "mandatoryInV4": list(declared.obligation("v4")),
                "isCatalogue": declared.is_catalogue,
                "retention": declared.retention,
            }
            for declared in TYPES.values()
            if call.session.may(Operation.READ, declared.name)
        ]
    )


_TEXT = {"type": "string"}
_TYPE = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "entity": _TEXT,
        "description": _TEXT,
        "mandatory": {"type": "array", "items": _TEXT},
        "mandatoryInV4": {"type": "array", "items": _TEXT},
        "isCatalogue": {"type": "boolean"},
        "retention": {"type": "string", "nullable": True},
    },
}

ROUTES = (
    Route(
        "GET",
        "/recordType",
        Operation.READ,
        find,
        "The record types you may read",
        "recordType",
        answer={"type": "array", "items": _TYPE},
    ),
)
