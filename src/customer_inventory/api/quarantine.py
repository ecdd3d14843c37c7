"""Quarantine over the wire: refused rows of the caller's own imports.

A process sees, corrects, replays and drops what it brought itself, for the purpose it brought it
for: nobody loads in the name of another.
"""

from typing import Any, get_args

from customer_inventory.access.operation import Operation
from customer_inventory.api.given import given, shown, text
from customer_inventory.api.route import Call, Route, told
from customer_inventory.capture.quarantine import held
from customer_inventory.capture.quarantine.held import Chosen, State, Whose
from customer_inventory.capture.quarantine.job import REPLAY
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.job import enqueue
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_LARGEST = 2**63 - 1
_DEFAULT = 100
_MOST_IDS = 1000


async def find(call: Call) -> Answer:
    """GET rows by id, each with the first of its problems; `after` goes on behind one."""
    asked = known(
        call.request.query, "state", "source", "code", "requirement", "path", "after", "limit"
    )
    most = call.rooms.max_page
    chosen = Chosen(
        _state(asked.get("state", "waiting")), asked.get("source"), None, asked.get("code"),
        asked.get("requirement"), asked.get("path"),
    )  # fmt: skip
    rows = await held.find(
        call.rooms.database,
        chosen,
        _whose(call),
        after=number(asked.get("after", "0"), "after", _LARGEST),
        limit=number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1),
    )
    return told([shown(dict(row)) for row in rows])


async def retrieve(call: Call) -> Answer:
    """GET a row: what it says, what is wrong with it, and what was done to it."""
    database, row = call.rooms.database, _row(call)
    whole = shown(dict(await held.one(database, row, _whose(call))))
    del whole["yaml"]
    problems = await held.problems(database, row)
    steps = await held.steps(database, row)
    more = {
        "problem": [shown(dict(each)) for each in problems],
        "step": [shown(dict(each)) for each in steps],
    }
    return told({**whole, **more})


async def fix(call: Call) -> Answer:
    """POST what a row should say: its whole text, or values by column."""
    asked = given(call, "text", "set", "reason")
    values = asked.get("set", {})
    if not isinstance(values, dict) or not all(isinstance(each, str) for each in values.values()):
        raise Invalid("must be texts by column.", path="set")
    await held.fix(
        call.rooms.database,
        _row(call),
        _whose(call),
        text=text(asked, "text") if "text" in asked else None,
        values=values,
        actor=call.actor,
        reason=text(asked, "reason"),
    )
    return await retrieve(call)


async def drop(call: Call) -> Answer:
    """POST the end of a row: what it says is gone for good."""
    asked = given(call, "reason")
    reason = text(asked, "reason")
    await held.drop(call.rooms.database, _row(call), _whose(call), actor=call.actor, reason=reason)
    return Answer(204)


async def replay(call: Call) -> Answer:
    """POST: load rows that wait again, in the background; what loads leaves quarantine."""
    asked = given(call, "id")
    ids = asked.get("id")
    if not isinstance(ids, list) or not ids or len(ids) > _MOST_IDS or not all(map(_is_id, ids)):
        raise Invalid(f"must be 1 to {_MOST_IDS} ids of rows.", path="id")
    await enqueue(call.rooms.database, REPLAY, {"id": ids}, actor=call.actor)
    return told({"id": ids}, status=202)


def _whose(call: Call) -> Whose:
    return Whose(call.actor.process, call.actor.purpose)


def _row(call: Call) -> int:
    text = call.path["id"]
    is_id = text.isascii() and text.isdigit() and len(text) < len(str(_LARGEST))
    return int(text) if is_id else 0  # no row has it


def _state(word: str) -> State:
    for state in get_args(State):
        if state == word:
            return state  # type: ignore[no-any-return]
    raise Invalid(f"must be one of {', '.join(get_args(State))}.", path="state")


def _is_id(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST


_WORD = {"type": "string"}
_NUMBER = {"type": "integer", "minimum": 1}
_PROBLEM = {
    "type": "object",
    "properties": dict.fromkeys(("code", "requirement", "path", "reason"), _WORD),
}
_WORDS = (
    "state", "source", "file", "code", "requirement", "path", "reason", "process", "purpose",
    "refusedAt", "settledAt",
)  # fmt: skip
_ROW: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(_WORDS, _WORD),
        "id": {"type": "integer"},
        "line": {"type": "integer"},
        "isExact": {"type": "boolean"},
        "isFixed": {"type": "boolean"},
        "isGone": {"type": "boolean", "description": "Its source does not have it any more"},
    },
}
_WHOLE: dict[str, Any] = {
    "type": "object",
    "properties": {
        **_ROW["properties"],
        **dict.fromkeys(("import", "header", "rowText", "mapping"), _WORD),
        "problem": {"type": "array", "items": _PROBLEM},
        "step": {"type": "array", "items": {"type": "object"}},
    },
}
_ONE = "/quarantine/{id}"
_STATES = {**_WORD, "enum": list(get_args(State))}
_QUERY = (
    parameter("state", "query", _STATES, "In this state; waiting unless told"),
    parameter("source", "query", _WORD, "Of this source"),
    parameter("code", "query", _WORD, "Refused for a reason of this code"),
    parameter("requirement", "query", _WORD, "That do not fulfil this requirement"),
    parameter("path", "query", _WORD, "With a problem at this path"),
    parameter("after", "query", {"type": "integer", "minimum": 0}, "Behind this row"),
    parameter("limit", "query", _NUMBER, "Most shown"),
)


def _body(*needed: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(needed), "properties": properties}


ROUTES = (
    Route(
        "GET", "/quarantine", Operation.READ, find, "Refused rows of your imports", "quarantine",
        parameters=_QUERY, answer={"type": "array", "items": _ROW},
    ),
    Route(
        "POST", "/quarantine/replay", Operation.CREATE, replay, "Load refused rows again",
        "quarantine", status=202, answer={"type": "object"},
        body=_body("id", id={"type": "array", "items": _NUMBER, "minItems": 1}),
    ),
    Route(
        "GET", _ONE, Operation.READ, retrieve, "A refused row", "quarantine", answer=_WHOLE,
    ),
    Route(
        "POST", f"{_ONE}/fix", Operation.MODIFY, fix, "Correct a refused row", "quarantine",
        answer=_WHOLE, body=_body("reason", reason=_WORD, text=_WORD,
                   set={"type": "object", "additionalProperties": _WORD}),
        errors=("409",),
    ),
    Route(
        "POST", f"{_ONE}/drop", Operation.MODIFY, drop, "Drop a refused row for good", "quarantine",
        status=204, body=_body("reason", reason=_WORD), errors=("409",),
    ),
)  # fmt: skip
