"""Named lists of subjects over HTTP, for those who administer access."""

from collections.abc import AsyncIterator

from customer_inventory.access import subject_list as kept
from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.api.given import decided, given, shown, text
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.scoping import subject_list as lists
from customer_inventory.record.scoping.subject_list import Way
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_ENTRY = "subjectList"
_DEFAULT = 1000
_WAYS: dict[str, Way] = {"add": "add", "remove": "remove", "replace": "replace"}


async def find(call: Call) -> Answer:
    """GET the lists, with how many are on each."""
    known(call.request.query)
    return told([shown(row) for row in await lists.lists(call.rooms.database)])


async def retrieve(call: Call) -> Answer:
    """GET one list, with what became of it."""
    known(call.request.query)
    name = call.path["name"]
    (row,) = await lists.lists(call.rooms.database, name)
    changes = await lists.changes(call.rooms.database, name)
    return told({**shown(row), "change": [shown(each) for each in changes]})


async def members(call: Call) -> Answer:
    """GET who is on a list, by id, from after an id."""
    asked = known(call.request.query, "after", "limit")
    most = call.rooms.max_page
    limit = number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1)
    found = await lists.members(
        call.rooms.database, call.path["name"], after=asked.get("after", ""), limit=limit
    )
    return told(found, ids=tuple(found))


async def make(call: Call) -> Answer:
    """POST a list: nobody is on it yet."""
    body = given(call, "name", "title", "reason")
    name = text(body, "name")
    by = decided(call, text(body, "reason"))
    await kept.make(call.rooms.database, name, title=text(body, "title"), by=by)
    (row,) = await lists.lists(call.rooms.database, name)
    return told(shown(row), status=201)


async def change(call: Call) -> Answer:
    """POST ids, one a line: put on the list, taken off, or put in the place of all on it."""
    asked = known(call.request.query, "way", "reason")
    way = _WAYS.get(asked.get("way", ""))
    if way is None:
        raise Invalid(f"must be one of {', '.join(_WAYS)}.", path="way")
    by = decided(call, asked.get("reason", ""))
    changed = await kept.change(
        call.rooms.database, call.path["name"], way, _lines(call.request.body), by=by
    )
    return told({"added": changed.added, "removed": changed.removed})


async def drop(call: Call) -> Answer:
    """DELETE a list that no grant is bound to."""
    asked = known(call.request.query, "reason")
    by = decided(call, asked.get("reason", ""))
    await kept.drop(call.rooms.database, call.path["name"], by=by)
    return Answer(204)


async def _lines(body: bytes) -> AsyncIterator[str]:
    for line in body.splitlines():
        yield line.decode("utf-8", "replace")


_TEXT = {"type": "string"}
_NUMBER = {"type": "integer"}
_INSTANT = {**_TEXT, "format": "date-time"}
_LIST = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        "title": _TEXT,
        "members": _NUMBER,
        "madeAt": _INSTANT,
        "changedAt": _INSTANT,
        "changedBy": _TEXT,
        "reason": _TEXT,
    },
}
_CHANGED = {"type": "object", "properties": {"added": _NUMBER, "removed": _NUMBER}}
_REASON = parameter("reason", "query", _TEXT, "Why", required=True)

ROUTES = (
    Route("GET", "/subjectList", Operation.READ, find, "Named lists of subjects", _ENTRY, ACCESS,
          answer={"type": "array", "items": _LIST}),
    Route("GET", "/subjectList/{name}", Operation.READ, retrieve,
          "One list, and what became of it", _ENTRY, ACCESS, answer=_LIST),
    Route("GET", "/subjectList/{name}/member", Operation.READ, members, "Who is on a list", _ENTRY,
          ACCESS,
          parameters=(
              parameter("after", "query", _TEXT, "Begin after this id"),
              parameter("limit", "query", {**_NUMBER, "minimum": 1}, "Most shown"),
          ),
          answer={"type": "array", "items": _TEXT}),
    Route("POST", "/subjectList", Operation.CREATE, make, "Make a list", _ENTRY, ACCESS, status=201,
          body={"type": "object", "required": ["name", "title", "reason"],
                "properties": {"name": _TEXT, "title": _TEXT, "reason": _TEXT}},
          answer=_LIST),
    Route("POST", "/subjectList/{name}/change", Operation.MODIFY, change,
          "Put subjects on a list, take them off, or replace all", _ENTRY, ACCESS,
          parameters=(
              parameter("way", "query", {**_TEXT, "enum": list(_WAYS)}, "How", required=True),
              _REASON,
          ),
          body=_TEXT, body_media="text/plain", is_large=True, answer=_CHANGED),
    Route("DELETE", "/subjectList/{name}", Operation.DELETE, drop,
          "Remove a list that no grant is bound to", _ENTRY, ACCESS, status=204,
          parameters=(_REASON,)),
)  # fmt: skip
