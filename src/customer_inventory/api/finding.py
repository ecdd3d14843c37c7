"""Findings of audits over HTTP: which records fail which rules, and what people decide of it.

Whoever may read records of a type reads the findings on them, whoever may modify them decides; of
what is not in sight there are none. Values are shown as the records are.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any, get_args

from customer_inventory.access.operation import Operation
from customer_inventory.api.given import given, shown, text, text_or_none
from customer_inventory.api.route import Call, Route, told
from customer_inventory.audit.finding import held
from customer_inventory.audit.finding.deciding import DECIDED, Step, decide_one
from customer_inventory.audit.finding.held import STATES, WAITING, Chosen, NoSuchFinding
from customer_inventory.audit.rule import Severity
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.types import TYPES, named
from customer_inventory.requirements.requirement import DIMENSIONS
from customer_inventory.store.database import Row
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_LARGEST = 2**63 - 1
_DEFAULT = 100
_SEVERITIES: tuple[str, ...] = get_args(Severity)
_FILTERS = {
    "rule": "rule", "requirement": "requirement", "source": "source", "process": "process",
    "captureProcess": "capture_process", "owner": "owner", "assignee": "assignee",
    "recordId": "record",
}  # fmt: skip


async def find(call: Call) -> Answer:
    """GET findings by number, those that wait for somebody unless told."""
    asked = known(
        call.request.query, "type", "state", "dimension", "severity", "overdue", "values", "after",
        "limit", *_FILTERS,
    )  # fmt: skip
    most = call.rooms.max_page
    by: dict[str, Any] = {column: asked.get(name) for name, column in _FILTERS.items()}
    chosen = Chosen(
        types=_types(call, Operation.READ, asked.get("type")),
        states=_states(asked.get("state")),
        dimension=_one_of(asked, "dimension", DIMENSIONS),
        severity=_one_of(asked, "severity", _SEVERITIES),
        is_overdue=_one_of(asked, "overdue", ("true", "false")) == "true",
        **by,
    )
    rows, after = await held.find(
        call.rooms.database,
        chosen,
        after=number(asked.get("after", "0"), "after", _LARGEST),
        limit=number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1),
        sight=call.sight,
    )
    with_values = _one_of(asked, "values", ("true", "false")) == "true"
    said = await _values(call, rows) if with_values else {}
    content: dict[str, Any] = {"finding": [_shown(row, said.get(row["id"])) for row in rows]}
    if after is not None:
        content["after"] = after
    return told(content, ids=_ids(rows), groups=_groups(call, rows) if with_values else ())


async def retrieve(call: Call) -> Answer:
    """GET a finding: what fails, what the record says there, and what became of it."""
    row = await _one(call, Operation.READ)
    said = await _values(call, [row])
    steps = await held.steps(call.rooms.database, row["id"])
    content = {**_shown(row, said[row["id"]]), "step": [shown(step) for step in steps]}
    return told(content, ids=_ids([row]), groups=_groups(call, [row]))


async def change(call: Call) -> Answer:
    """PATCH the state of a finding: who sees to it, that it is accepted, or none, or corrected."""
    asked = given(call, "state", "assignee", "dueOn", "reason", "acceptedUntil")
    row = await _one(call, Operation.MODIFY)
    state: Any = text(asked, "state")
    step = Step(
        state,
        assignee=text_or_none(asked, "assignee"),
        due_on=_day(asked, "dueOn"),
        reason=text_or_none(asked, "reason"),
        until=_day(asked, "acceptedUntil"),
    )
    await decide_one(call.rooms.database, row["id"], step, actor=call.actor)
    return await retrieve(call)


async def _one(call: Call, operation: Operation) -> Row:
    """Return the finding that the path names; raise NoSuchFinding for one that is not shown."""
    path = call.path["id"]
    is_number = path.isascii() and path.isdigit() and len(path) < len(str(_LARGEST))
    if not is_number:
        raise NoSuchFinding(0)
    types = _types(call, operation)
    return await held.one(call.rooms.database, int(path), types=types, sight=call.sight)


def _types(call: Call, operation: Operation, name: str | None = None) -> list[str]:
    """Return the types whose findings the caller may see, or decide on; or the one it names."""
    if name is not None:
        call.session.demand(operation, named(name).name)
        return [name]
    return [each for each in TYPES if call.session.may(operation, each)]


def _states(words: str | None) -> Sequence[held.State]:
    if words is None:
        return WAITING
    chosen = [state for state in STATES if state in words.split(",")]
    if len(chosen) != len(words.split(",")):
        raise Invalid(f"must be of {', '.join(STATES)}, with commas between.", path="state")
    return chosen


def _one_of(asked: Any, name: str, words: Sequence[str]) -> str | None:
    word: str | None = asked.get(name)
    if word is not None and word not in words:
        raise Invalid(f"must be one of {', '.join(words)}.", path=name)
    return word


def _day(asked: dict[str, Any], name: str) -> date | None:
    said = text_or_none(asked, name)
    try:
        return None if said is None else date.fromisoformat(said)
    except ValueError:
        raise Invalid("is no date.", path=name, hint="Write 2027-01-31.") from None


async def _values(call: Call, rows: Sequence[Row]) -> dict[int, Any]:
    return dict(await held.values(call.rooms.database, rows, sight=call.sight))


def _shown(row: Row, said: Any) -> dict[str, Any]:
    return shown(dict(row)) | ({} if said is None else {"value": list(said)})


def _ids(rows: Sequence[Row]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(row["record_id"] for row in rows))


def _groups(call: Call, rows: Sequence[Row]) -> tuple[str, ...]:
    kinds = sorted({row["record_type"] for row in rows})
    return call.sight.groups(*kinds) if kinds else ()


_TEXT = {"type": "string"}
_COUNT = {"type": "integer"}
_DAY = {"type": "string", "format": "date"}
_TIME = {"type": "string", "format": "date-time"}
_STATE = {**_TEXT, "enum": list(STATES)}
_WORDS = (
    "recordType", "recordId", "path", "rule", "what", "requirement", "dimension", "process",
    "source", "captureProcess", "owner", "assignee", "reason",
)  # fmt: skip
_FINDING: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(_WORDS, _TEXT),
        **dict.fromkeys(("id", "runId"), _COUNT),
        **dict.fromkeys(("since", "givenAt", "changedAt"), _TIME),
        **dict.fromkeys(("dueOn", "acceptedUntil"), _DAY),
        "state": _STATE,
        "severity": {**_TEXT, "enum": list(_SEVERITIES)},
        "value": {"type": "array", "items": {}, "description": "What the record says there"},
    },
}
_STEP = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("process", "person", "purpose", "reason"), _TEXT),
        **dict.fromkeys(("number", "runId"), _COUNT),
        "state": _STATE,
        "takenAt": _TIME,
    },
}
_WHOLE = {
    "type": "object",
    "properties": {**_FINDING["properties"], "step": {"type": "array", "items": _STEP}},
}
_YES_OR_NO = {"type": "boolean"}
_QUERY = (
    parameter("type", "query", _TEXT, "On records of this type"),
    parameter("state", "query", _TEXT, "In these states, with commas between"),
    parameter("dimension", "query", {**_TEXT, "enum": list(DIMENSIONS)}, "Of this dimension"),
    parameter("severity", "query", {**_TEXT, "enum": list(_SEVERITIES)}, "So severe"),
    parameter("overdue", "query", _YES_OR_NO, "Past their day alone"),
    parameter("values", "query", _YES_OR_NO, "With what the records say there"),
    parameter("after", "query", {"type": "integer", "minimum": 0}, "Behind this number"),
    parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),
    *(parameter(name, "query", _TEXT, f"Whose {name} is this") for name in _FILTERS),
)

ROUTES = (
    Route(
        "GET", "/finding", Operation.READ, find, "Records that fail rules of audits", "finding",
        parameters=_QUERY,
        answer={
            "type": "object",
            "properties": {
                "finding": {"type": "array", "items": _FINDING}, "after": {"type": "integer"},
            },
        },
        errors=("404",),
    ),
    Route(
        "GET", "/finding/{id}", Operation.READ, retrieve, "A finding, with what became of it",
        "finding", answer=_WHOLE,
    ),
    Route(
        "PATCH", "/finding/{id}", Operation.MODIFY, change, "Decide what becomes of a finding",
        "finding", answer=_WHOLE,
        body={
            "type": "object",
            "required": ["state"],
            "properties": {
                "state": {**_TEXT, "enum": list(DECIDED)},
                "assignee": _TEXT,
                "dueOn": _DAY,
                "reason": _TEXT,
                "acceptedUntil": _DAY,
            },
        },
        errors=("409",),
    ),
)  # fmt: skip
