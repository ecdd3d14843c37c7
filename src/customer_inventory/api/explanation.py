"""Why the caller may do something, or may not."""

from dataclasses import asdict

from customer_inventory.access.explain.explaining import explain_to
from customer_inventory.access.operation import Operation
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.errors import Invalid
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known


async def find(call: Call) -> Answer:
    """GET whether the caller may do something, by which rule, and what each rule says."""
    asked = known(call.request.query, "operation", "type", "id")
    identifier = asked.get("id")
    explanation = await explain_to(
        call.session,
        call.rooms.inventory,
        call.rooms.database,
        operation=_operation(asked.get("operation", "")),
        record_type=asked.get("type", ""),
        identifier=identifier,
    )
    shown = any(step.rule == "record" for step in explanation.steps)
    return told(asdict(explanation), ids=(identifier,) if identifier and shown else ())


def _operation(text: str) -> Operation:
    try:
        return Operation(text)
    except ValueError:
        raise Invalid(
            "is no operation.", path="operation", hint=f"Known: {', '.join(Operation)}."
        ) from None


_TEXT = {"type": "string"}
_STEP = {
    "type": "object",
    "properties": {"rule": _TEXT, "permits": {"type": "boolean"}, "says": _TEXT},
}

ROUTES = (
    Route(
        "GET",
        "/explanation",
        Operation.READ,
        find,
        "Why the caller may do something, or may not",
        "explanation",
        parameters=(
            parameter(
                "operation",
                "query",
                {"type": "string", "enum": [str(each) for each in Operation]},
                "What it would do",
                required=True,
            ),
            parameter("type", "query", _TEXT, "On records of this type", required=True),
            parameter("id", "query", _TEXT, "On this record"),
        ),
        answer={
            "type": "object",
            "properties": {
                "permitted": {"type": "boolean"},
                "rule": {**_TEXT, "description": "The deciding one: the first that refuses"},
                "steps": {"type": "array", "items": _STEP},
            },
        },
    ),
)
