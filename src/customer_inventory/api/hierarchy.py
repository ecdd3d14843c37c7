"""Trees of parties and customers as of a date, and what is rolled up over them."""

import re
from datetime import datetime
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import ROOT, Call, Route, told
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.hierarchy.cycle import MOST_LEVELS
from customer_inventory.record.hierarchy.tree import (
    IN_TREES,
    KINDS,
    ROLLED_UP,
    Node,
    Span,
    check_kinds,
    rolled_up,
    tree,
)
from customer_inventory.record.time.moment import AS_OF, moment_of
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_DEFAULT_DEPTH = 5
_DEFAULT_LIMIT = 100
_CURSOR = re.compile(r"(\d{1,3})\.([0-9a-z]{26})")


async def retrieve(call: Call) -> Answer:
    """GET the tree around a record: those above it, and a page of those below it, by level."""
    asked = known(call.request.query, AS_OF, "kind", "depth", "limit", "after")
    limit = number(asked.get("limit", str(_DEFAULT_LIMIT)), "limit", call.rooms.max_page, least=1)
    depth = number(asked.get("depth", str(_DEFAULT_DEPTH)), "depth", MOST_LEVELS)
    span = _span(call, asked)
    seen = await tree(
        call.rooms.database,
        call.path["id"],
        span,
        depth=depth,
        limit=limit,
        after=_after(asked.get("after")),
        sight=call.sight,
    )
    nodes = [seen.node, *seen.above, *seen.below]
    content = {
        **_shown(seen.node),
        "@type": "Hierarchy",
        "href": f"{call.rooms.public_url}{ROOT}/hierarchy/{seen.node.id}",
        "asOf": _instant(span.instant),
        "ancestor": [_shown(node, "childId") for node in seen.above],
        "descendant": [_shown(node, "parentId") for node in seen.below],
        "known": seen.known,
    }
    if len(seen.below) == limit:
        last = seen.below[-1]
        content["next"] = f"{last.level}.{last.id}"
    groups = call.sight.groups(*sorted({node.type for node in nodes}))
    return told(content, ids=tuple(node.id for node in nodes), groups=groups)


async def roll_up(call: Call) -> Answer:
    """GET how many records hang on a record and on whoever is below it, by type and status."""
    asked = known(call.request.query, AS_OF, "kind")
    span = _span(call, asked)
    types = [name for name in ROLLED_UP if call.session.may(Operation.READ, name)]
    seen = await rolled_up(call.rooms.database, call.path["id"], span, types, sight=call.sight)
    content = {
        **_shown(seen.node),
        "@type": "RollUp",
        "asOf": _instant(span.instant),
        "nodes": seen.nodes,
        "records": {
            kind: {"count": sum(by_status.values()), "status": by_status}
            for kind, by_status in seen.records.items()
        },
    }
    groups = call.sight.groups(*sorted({seen.node.type, *seen.records}))
    return told(content, ids=(seen.node.id,), groups=groups)


def _span(call: Call, asked: dict[str, str]) -> Span:
    """Return what the caller sees of trees: the types that it may read, the kinds it asked for."""
    moment = moment_of(asked.get(AS_OF), None)
    kinds = check_kinds(asked["kind"].split(",")) if "kind" in asked else KINDS
    types = [name for name in IN_TREES if call.session.may(Operation.READ, name)]
    return Span(moment.as_of or now(), types, kinds)


def _after(text: str | None) -> tuple[int, str]:
    if text is None:
        return 0, ""
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise Invalid("is no cursor of ours.", path="after", hint="Send `next` as it was answered.")
    return int(match[1]), match[2]


def _shown(node: Node, neighbour: str = "") -> dict[str, Any]:
    shown: dict[str, Any] = {
        "id": node.id,
        "@referredType": node.type,
        "name": node.name,
        "status": node.status,
    }
    if neighbour:
        shown |= {"level": node.level, neighbour: node.from_id, "kind": node.kind}
    return {name: value for name, value in shown.items() if value is not None}


def _instant(instant: datetime) -> str:
    return instant.isoformat().replace("+00:00", "Z")


_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_NODE = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "@referredType": _TEXT,
        "name": _TEXT,
        "status": _TEXT,
        "level": _WHOLE,
        "parentId": _TEXT,
        "childId": _TEXT,
        "kind": _TEXT,
    },
}
_TREE = {
    "type": "object",
    "properties": {
        **_NODE["properties"],  # type: ignore[dict-item]
        "@type": _TEXT,
        "href": _TEXT,
        "asOf": _TEXT,
        "ancestor": {"type": "array", "items": _NODE},
        "descendant": {"type": "array", "items": _NODE},
        "known": {**_WHOLE, "description": "How many are below, down to the depth asked for"},
        "next": {**_TEXT, "description": "The cursor of the next page, where there may be one"},
    },
}
_COUNTS = {
    "type": "object",
    "properties": {
        "count": _WHOLE,
        "status": {"type": "object", "additionalProperties": _WHOLE},
    },
}
_ROLL_UP = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "@type": _TEXT,
        "@referredType": _TEXT,
        "name": _TEXT,
        "status": _TEXT,
        "asOf": _TEXT,
        "nodes": {**_WHOLE, "description": "How many records the tree has"},
        "records": {"type": "object", "additionalProperties": _COUNTS},
    },
}
_SPAN = (
    parameter(AS_OF, "query", _TEXT, "The tree at this instant; now, unless given"),
    parameter("kind", "query", _TEXT, f"Kinds of trees, by comma: {', '.join(KINDS)}"),
)
_DEPTH = {"type": "integer", "minimum": 0, "maximum": MOST_LEVELS, "default": _DEFAULT_DEPTH}
_LIMIT = {"type": "integer", "minimum": 1, "default": _DEFAULT_LIMIT}

ROUTES = (
    Route(
        "GET",
        "/hierarchy/{id}",
        Operation.READ,
        retrieve,
        "The tree around a party or customer, as of a date",
        "hierarchy",
        parameters=(
            *_SPAN,
            parameter("depth", "query", _DEPTH, "Levels below"),
            parameter("limit", "query", _LIMIT, "Most records below to answer with"),
            parameter("after", "query", _TEXT, "The cursor that the page before ended with"),
        ),
        answer=_TREE,
    ),
    Route(
        "GET",
        "/hierarchy/{id}/rollup",
        Operation.READ,
        roll_up,
        "What hangs on a tree: records by type and status",
        "hierarchy",
        parameters=_SPAN,
        answer=_ROLL_UP,
    ),
)
