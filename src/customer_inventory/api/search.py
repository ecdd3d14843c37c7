"""Search over the records that the caller may read."""

from functools import partial
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.search.candidate import SEARCHED
from customer_inventory.record.search.find import MOST_SHOWN, Hit, find
from customer_inventory.record.search.position import position_of, text_of
from customer_inventory.web import age, openapi, parameters
from customer_inventory.web.exchange import Answer

_USUAL = 20


async def search(call: Call) -> Answer:
    """GET the records that answer `q`, best first."""
    given = parameters.known(call.request.query, "q", "asOf", "limit", "after")
    as_of = parse_instant(given["asOf"]) if "asOf" in given else None
    if "asOf" in given and as_of is None:
        raise Invalid("is no date or date-time.", path="asOf", hint="Write it as ISO 8601 does.")
    limit = parameters.number(given.get("limit", str(_USUAL)), "limit", MOST_SHOWN, least=1)
    asked = partial(
        find,
        text=given.get("q", ""),
        types=[name for name in SEARCHED if call.session.may(Operation.READ, name)],
        sight=call.sight,
        as_of=as_of,
        limit=limit,
        after=position_of(given["after"]) if "after" in given else None,
    )
    inventory = call.rooms.inventory
    found, how = await inventory.lately(asked, age.lately(call.request, call.actor.process))
    content: dict[str, Any] = {
        "hit": [_shown(hit) for hit in found.hits],
        "isComplete": found.is_complete,
    }
    if found.after is not None:
        content["after"] = text_of(found.after)
    ids = {hit.id: None for hit in found.hits}
    ids |= {hit.customer_id: None for hit in found.hits if hit.customer_id}
    kinds = {hit.type for hit in found.hits}
    kinds |= {"customer" for hit in found.hits if hit.customer_id}
    groups = call.sight.groups(*sorted(kinds)) if kinds else ()
    return told(content, ids=tuple(ids), groups=groups).with_headers(age.told(how.age))


def _shown(hit: Hit) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "type": hit.type,
        "id": hit.id,
        "name": hit.name,
        "score": hit.score,
        "matched": [
            {"kind": match.kind, "path": match.path, "value": match.value} for match in hit.matched
        ],
    }
    if hit.customer_id is not None:
        shown["customer"] = {"id": hit.customer_id}
        if hit.customer_name is not None:
            shown["customer"]["name"] = hit.customer_name
    return shown


_TEXT = {"type": "string"}
_MATCH = {"type": "object", "properties": {"kind": _TEXT, "path": _TEXT, "value": _TEXT}}
_HIT = {
    "type": "object",
    "properties": {
        "type": _TEXT,
        "id": _TEXT,
        "name": _TEXT,
        "score": {"type": "number", "minimum": 0, "maximum": 1},
        "matched": {"type": "array", "items": _MATCH},
        "customer": {"type": "object", "properties": {"id": _TEXT, "name": _TEXT}},
    },
}
_HITS = {
    "type": "object",
    "properties": {
        "hit": {"type": "array", "items": _HIT},
        "after": {"type": "string", "description": "Where the next page begins; absent at the end"},
        "isComplete": {"type": "boolean", "description": "False: more answer than were ranked"},
    },
}

ROUTES = (
    Route(
        "GET",
        "/search",
        Operation.READ,
        search,
        "The records that answer, best first",
        "search",
        parameters=(
            openapi.parameter(
                "q",
                "query",
                _TEXT,
                "A name, telephone number, e-mail address, identifier, address or service number",
                required=True,
            ),
            openapi.parameter("asOf", "query", _TEXT, "Count what held then"),
            openapi.parameter(
                "limit",
                "query",
                {"type": "integer", "minimum": 1, "maximum": MOST_SHOWN, "default": _USUAL},
                "Most hits of a page",
            ),
            openapi.parameter("after", "query", _TEXT, "`after` of the page before"),
        ),
        answer=_HITS,
    ),
)
