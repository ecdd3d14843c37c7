"""What the OpenAPI document says of time: the moment of a read, and the history of a record."""

from typing import Any

from customer_inventory.record.time.moment import AS_OF, KNOWN_AT
from customer_inventory.tmf.history import VIEWS
from customer_inventory.tmf.query import DEFAULT_LIMIT, LARGEST_OFFSET
from customer_inventory.web.openapi import answer, content, parameter

_INSTANT = {"type": "string", "description": "ISO 8601 date or date-time"}

MOMENT = (
    parameter(AS_OF, "query", _INSTANT, "Show what held in the business at this instant"),
    parameter(KNOWN_AT, "query", _INSTANT, "Show what the inventory held at this instant"),
)
"""Parameters of a read at a moment."""


def of_history(max_page: int) -> tuple[dict[str, Any], ...]:
    """Return the parameters of a history."""
    page = {
        "type": "integer",
        "minimum": 1,
        "maximum": max_page,
        "default": min(DEFAULT_LIMIT, max_page),
    }
    offset = {"type": "integer", "minimum": 0, "maximum": LARGEST_OFFSET, "default": 0}
    view = {"type": "string", "enum": list(VIEWS), "default": VIEWS[0]}
    return (
        parameter("limit", "query", page, "Most versions to answer with"),
        parameter("offset", "query", offset, "Versions to pass over first, the newest"),
        parameter("view", "query", view, "What to tell of each: the document, what it changed"),
    )


def answers() -> dict[str, Any]:
    """Return the answers of a history: all of it, or a part that a limit cut out."""
    text = {"type": "string"}
    when = {"type": "string", "format": "date-time"}
    value: dict[str, Any] = {}
    change = {"type": "object", "properties": {"path": text, "before": value, "after": value}}
    version = {
        "type": "object",
        "required": ["revision", "operation", "recordedFrom", "process", "purpose"],
        "properties": {
            "@type": text,
            "revision": {"type": "integer"},
            "operation": text,
            "recordedFrom": when,
            "recordedTo": {**when, "description": "Missing while it is the present version"},
            "process": text,
            "purpose": text,
            "person": text,
            "document": {"type": "object", "description": "Missing where the record was removed"},
            "change": {"type": "array", "items": change},
        },
    }
    shown = content({"type": "array", "items": version})
    headers = ("X-Total-Count", "X-Result-Count", "Link")
    page = answer("Versions, newest first", shown, *headers)
    return {"200": page, "206": page}
