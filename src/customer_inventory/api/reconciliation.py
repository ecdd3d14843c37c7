"""Reconciliations over the wire: what the caller's own ones found, and what it decides of that.

That is no operation on a record type: it is permitted under the name `reconciliation`, which `*`
does not cover. A process sees what was found for it and its purpose, as it is shown the records; a
repair is decided on row by row, as its imports are.
"""

from datetime import date
from typing import Any, get_args

from customer_inventory.access.operation import RECONCILIATION, Operation
from customer_inventory.api.given import given, shown, text
from customer_inventory.api.route import Call, Route, told
from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile import running, worklist
from customer_inventory.capture.reconcile.finding import KINDS, Kind
from customer_inventory.capture.reconcile.job import REPAIR
from customer_inventory.capture.reconcile.rows import Extract
from customer_inventory.capture.reconcile.showing import seen
from customer_inventory.capture.reconcile.worklist import STATES, Chosen, NoSuchItem, State
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.record.document import parse
from customer_inventory.record.job import enqueue
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_LARGEST = 2**63 - 1
_DEFAULT = 100
_MOST_IDS = 1000
_WORD = "reconciliation"


async def find_runs(call: Call) -> Answer:
    """GET the caller's reconciliations, newest first."""
    asked = known(call.request.query, "limit")
    rows = await running.runs(
        call.rooms.database,
        process=call.actor.process,
        purpose=call.actor.purpose,
        limit=_limit(call, asked.get("limit")),
    )
    return told([shown(dict(row)) for row in rows])


async def retrieve_run(call: Call) -> Answer:
    """GET one reconciliation with what it found, added up."""
    row = await running.one_run(
        call.rooms.database, _number(call), process=call.actor.process, purpose=call.actor.purpose
    )
    if row is None:
        raise NotFound("There is no such reconciliation.")
    totals = [shown(each) for each in parse(row["totals"])] if row["totals"] else []
    return told({**shown({**dict(row), "totals": None}), "total": totals})


async def find(call: Call) -> Answer:
    """GET items of the worklist by id; `after` goes on behind one."""
    asked = known(
        call.request.query, "state", "kind", "source", "type", "path", "rule", "run", "after",
        "limit",
    )  # fmt: skip
    run = asked.get("run")
    chosen = Chosen(
        _state(asked.get("state", "open")), _kind(asked.get("kind")), asked.get("source"),
        asked.get("type"), asked.get("path"),
        None if run is None else number(run, "run", _LARGEST), asked.get("rule"),
    )  # fmt: skip
    rows = await worklist.find(
        call.rooms.database,
        chosen,
        _whose(call),
        after=number(asked.get("after", "0"), "after", _LARGEST),
        limit=_limit(call, asked.get("limit")),
    )
    return _told(call, await seen(call.rooms.database, rows, call.sight))


async def retrieve(call: Call) -> Answer:
    """GET an item: both sides of its record by element, and what was decided of it."""
    database, item = call.rooms.database, await _item(call)
    steps = await worklist.steps(database, item["id"])
    sides: list[dict[str, Any]] = []
    if item["kind"] != "inconsistent":
        extract = await Extract.of(database, item["run"], person=None)
        sides = await extract.side_by_side(database, item, call.sight)
    content = {
        **shown(item),
        "element": [
            {"path": each["path"], "here": each["here"], "there": each["there"],
             "differs": each["differs"]}
            for each in sides
        ],
        "step": [shown(dict(each)) for each in steps],
    }  # fmt: skip
    return _answer(call, content, [item])


async def accept(call: Call) -> Answer:
    """POST that an item may be as it is, until a day or for good."""
    asked = given(call, "until", "reason")
    item = await _item(call)
    await worklist.accept(
        call.rooms.database,
        [item["id"]],
        _whose(call),
        until=_day(text(asked, "until")) if "until" in asked else None,
        reason=text(asked, "reason"),
        actor=call.actor,
    )
    return await retrieve(call)


async def reopen(call: Call) -> Answer:
    """POST that an item was accepted no more."""
    asked = given(call, "reason")
    item = await _item(call)
    await worklist.reopen(
        call.rooms.database,
        [item["id"]],
        _whose(call),
        reason=text(asked, "reason"),
        actor=call.actor,
    )
    return await retrieve(call)


async def repair(call: Call) -> Answer:
    """POST: repair items in the background, by their rows, or as `missingThere` says."""
    asked = given(call, "id", "whole", "missingThere")
    ids = asked.get("id")
    if not isinstance(ids, list) or not 0 < len(ids) <= _MOST_IDS or not all(map(_is_id, ids)):
        raise Invalid(f"must be 1 to {_MOST_IDS} ids of items.", path="id")
    whole = asked.get("whole", False)
    if not isinstance(whole, bool):
        raise Invalid("must be true or false.", path="whole")
    fate = asked.get("missingThere")
    is_fate = fate == {"delete": True} or (
        isinstance(fate, dict) and fate.keys() == {"status"} and isinstance(fate["status"], str)
    )
    if fate is not None and not is_fate:
        raise Invalid('must be {"delete": true} or {"status": "…"}.', path="missingThere")
    payload = {"id": ids, "whole": whole, "missingThere": fate}
    await enqueue(call.rooms.database, REPAIR, payload, actor=call.actor)
    return told({"id": ids}, status=202)


async def _item(call: Call) -> dict[str, Any]:
    """Return the item that the path names, as the caller sees it; raise NoSuchItem."""
    row = await worklist.one(call.rooms.database, _number(call), _whose(call))
    items = await seen(call.rooms.database, [row], call.sight)
    if not items:
        raise NoSuchItem(row["id"])
    return items[0]


def _told(call: Call, items: list[dict[str, Any]]) -> Answer:
    return _answer(call, [shown(item) for item in items], items)


def _answer(call: Call, content: Any, items: list[dict[str, Any]]) -> Answer:
    ids = tuple(dict.fromkeys(item["record_id"] for item in items if item["record_id"]))
    types = sorted({item["record_type"] for item in items if item["record_type"]})
    return told(content, ids=ids, groups=call.sight.groups(*types) if ids else ())


def _whose(call: Call) -> Whose:
    return Whose(call.actor.process, call.actor.purpose)


def _number(call: Call) -> int:
    text = call.path["id"]
    is_id = text.isascii() and text.isdigit() and len(text) < len(str(_LARGEST))
    return int(text) if is_id else 0  # no item has it


def _limit(call: Call, asked: str | None) -> int:
    most = call.rooms.max_page
    return number(asked or str(min(_DEFAULT, most)), "limit", most, least=1)


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said)
    except ValueError:
        raise Invalid("must be a day, such as 2027-03-31.", path="until") from None


def _state(word: str) -> State:
    for state in get_args(State):
        if state == word:
            return state  # type: ignore[no-any-return]
    raise Invalid(f"must be one of {', '.join(STATES)}.", path="state")


def _kind(word: str | None) -> Kind | None:
    for kind in KINDS:
        if kind == word:
            return kind
    if word is None:
        return None
    raise Invalid(f"must be one of {', '.join(KINDS)}.", path="kind")


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST


_TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_ID = {"type": "integer", "minimum": 1}
_OBJECTS = {"type": "array", "items": {"type": "object"}}
_RUN: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(
            ("source", "file", "mapping", "phase", "process", "purpose", "person", "startedAt",
             "advancedAt", "endedAt"),
            _TEXT,
        ),
        **dict.fromkeys(
            ("id", "rowsRead", "rowsRefused", "rowsUnknown", "records", "agreeing", "open"), _COUNT
        ),
        "total": _OBJECTS,
    },
}  # fmt: skip
_ITEM: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(
            ("state", "kind", "source", "recordType", "recordId", "path", "rule", "requirement",
             "reason", "file", "acceptedUntil", "process", "purpose", "foundAt", "lastFoundAt",
             "settledAt"),
            _TEXT,
        ),
        **dict.fromkeys(("id", "run", "line", "namespace"), _COUNT),
        "here": {},
        "there": {},
        "element": _OBJECTS,
        "step": _OBJECTS,
    },
}  # fmt: skip
_QUERY = (
    parameter("state", "query", {**_TEXT, "enum": list(STATES)}, "In this state; open unless told"),
    parameter("kind", "query", {**_TEXT, "enum": list(KINDS)}, "Of this kind"),
    parameter("source", "query", _TEXT, "Of this source"),
    parameter("type", "query", _TEXT, "Of records of this type"),
    parameter("path", "query", _TEXT, "That differ in this element"),
    parameter("rule", "query", _TEXT, "That fail this rule of a pack"),
    parameter("run", "query", _COUNT, "That this reconciliation found"),
    parameter("after", "query", _COUNT, "Behind this item"),
    parameter("limit", "query", _ID, "Most shown"),
)
_ONE = "/reconciliationItem/{id}"


def _body(*needed: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(needed), "properties": properties}


ROUTES = (
    Route(
        "GET", "/reconciliation", Operation.READ, find_runs, "Your reconciliations", _WORD,
        RECONCILIATION, parameters=(parameter("limit", "query", _ID, "Most shown"),),
        answer={"type": "array", "items": _RUN},
    ),
    Route(
        "GET", "/reconciliation/{id}", Operation.READ, retrieve_run, "A reconciliation", _WORD,
        RECONCILIATION, answer=_RUN,
    ),
    Route(
        "GET", "/reconciliationItem", Operation.READ, find, "What does not agree", _WORD,
        RECONCILIATION, parameters=_QUERY, answer={"type": "array", "items": _ITEM},
    ),
    Route(
        "POST", "/reconciliationItem/repair", Operation.UPDATE, repair, "Repair items", _WORD,
        RECONCILIATION, status=202, answer={"type": "object"},
        body=_body("id", id={"type": "array", "items": _ID, "minItems": 1},
                   whole={"type": "boolean"}, missingThere={"type": "object"}),
    ),
    Route(
        "GET", _ONE, Operation.READ, retrieve, "An item, with both sides", _WORD, RECONCILIATION,
        answer=_ITEM,
    ),
    Route(
        "POST", f"{_ONE}/accept", Operation.MODIFY, accept, "Let an item be as it is", _WORD,
        RECONCILIATION, answer=_ITEM, body=_body("reason", reason=_TEXT, until=_TEXT),
        errors=("409",),
    ),
    Route(
        "POST", f"{_ONE}/reopen", Operation.MODIFY, reopen, "Take back that it was accepted", _WORD,
        RECONCILIATION, answer=_ITEM, body=_body("reason", reason=_TEXT), errors=("409",),
    ),
)  # fmt: skip
