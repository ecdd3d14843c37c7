"""Who saw a customer and why, for the customer's own eyes."""

from dataclasses import asdict
from datetime import datetime

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.usage.seen_by import check_reason, seen_by
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_MOST = 10_000
_AROUND = 10_000


async def find(call: Call) -> Answer:
    """GET the accesses to a customer's records, latest first."""
    asked = known(call.request.query, "since", "until", "limit", "staffBecause")
    reason = check_reason(asked["staffBecause"]) if "staffBecause" in asked else None
    whole = await call.rooms.inventory.around(call.path["id"], most=_AROUND, sight=call.sight)
    sightings = await seen_by(
        call.rooms.database,
        whole.record_ids,
        since=_instant(asked, "since"),
        until=_instant(asked, "until"),
        limit=number(asked.get("limit", "1000"), "limit", _MOST, least=1),
        with_staff=reason is not None,
    )
    shown = [
        {name: value for name, value in asdict(each).items() if value is not None}
        for each in sightings
    ]
    return told(shown, ids=(whole.id,))._replace(reason=reason)


def _instant(asked: dict[str, str], name: str) -> datetime | None:
    if name not in asked:
        return None
    instant = parse_instant(asked[name])
    if instant is None:
        raise Invalid("is no date or date-time.", path=name, hint="Write 2026-01-31T12:00:00Z.")
    return instant


_TEXT = {"type": "string"}
_LIST = {"type": "array", "items": _TEXT}
_SIGHTING = {
    "type": "object",
    "properties": {
        "at": {"type": "string", "format": "date-time"},
        "process": _TEXT,
        "purpose": _TEXT,
        "operation": _TEXT,
        "record_type": _TEXT,
        "decision": _TEXT,
        "status": {"type": "integer"},
        "ids": _LIST,
        "groups": _LIST,
        "person": _TEXT,
    },
}

ROUTES = (
    Route(
        "GET",
        "/seenBy/{id}",
        Operation.READ,
        find,
        "Who saw a customer, when and for what",
        "seenBy",
        record_type="customer",
        parameters=(
            parameter("since", "query", _TEXT, "From this date or date-time on"),
            parameter("until", "query", _TEXT, "Before this date or date-time"),
            parameter(
                "limit", "query", {"type": "integer", "minimum": 1, "maximum": _MOST}, "Most shown"
            ),
            parameter("staffBecause", "query", _TEXT, "Name people too: the case you do it for"),
        ),
        answer={"type": "array", "items": _SIGHTING},
    ),
)
