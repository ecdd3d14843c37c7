"""Anomalies over HTTP: what was found out of habit, on which evidence, and what is decided of it.

It tells of processes and places in the ledger, of no record. It is permitted under the name
`usage`: to read it, and with `modify` to decide.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from customer_inventory.access.operation import USAGE, Operation
from customer_inventory.api.given import given, shown, text, text_or_none
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.usage.anomaly import held
from customer_inventory.usage.anomaly.deciding import Verdict, decide
from customer_inventory.usage.anomaly.declared import SEVERITIES
from customer_inventory.usage.anomaly.declaring import in_force
from customer_inventory.usage.anomaly.held import STATES, UNDECIDED, Chosen, NoSuchAnomaly
from customer_inventory.usage.anomaly.judging import KINDS
from customer_inventory.usage.anomaly.threshold import told as thresholds_told
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_LARGEST = 2**63 - 1
_DEFAULT = 100


async def find(call: Call) -> Answer:
    """GET anomalies, the latest first, those that wait for a decision unless told."""
    asked = known(
        call.request.query, "state", "kind", "process", "severity", "since", "until", "before",
        "limit",
    )  # fmt: skip
    most = call.rooms.max_page
    chosen = Chosen(
        states=_states(asked.get("state")),
        kind=_one_of(asked, "kind", KINDS),
        process=asked.get("process"),
        severity=_one_of(asked, "severity", SEVERITIES),
        since=_instant(asked, "since"),
        until=_instant(asked, "until"),
    )
    before = asked.get("before")
    rows = await held.anomalies(
        call.rooms.database,
        chosen,
        before=None if before is None else number(before, "before", _LARGEST),
        limit=number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1),
    )
    return told([shown(row) for row in rows])


async def retrieve(call: Call) -> Answer:
    """GET an anomaly: what was usual, what was seen, its entries, what became of it."""
    row = await held.anomaly(call.rooms.database, _number(call))
    lists = {name: [shown(each) for each in row[name]] for name in ("entries", "step")}
    return told({**shown(row), **lists})


async def change(call: Call) -> Answer:
    """PATCH the state of an anomaly: looked into, confirmed, explained, a false alarm."""
    asked = given(call, "state", "reason")
    state: Any = text(asked, "state")
    verdict = Verdict(state, text_or_none(asked, "reason"))
    await decide(call.rooms.database, _number(call), verdict, actor=call.actor)
    return await retrieve(call)


async def thresholds(call: Call) -> Answer:
    """GET the thresholds in force: by kind, and those that processes have of their own."""
    there = await in_force(call.rooms.database)
    return told([shown(row) for row in thresholds_told(there.declared)])


def _number(call: Call) -> int:
    path = call.path["id"]
    is_number = path.isascii() and path.isdigit() and len(path) < len(str(_LARGEST))
    if not is_number:
        raise NoSuchAnomaly(path[:100])
    return int(path)


def _states(words: str | None) -> Sequence[held.State]:
    if words is None:
        return UNDECIDED
    chosen = [state for state in STATES if state in words.split(",")]
    if len(chosen) != len(words.split(",")):
        raise Invalid(f"must be of {', '.join(STATES)}, with commas between.", path="state")
    return chosen


def _one_of(asked: Mapping[str, str], name: str, words: Sequence[str]) -> str | None:
    word = asked.get(name)
    if word is not None and word not in words:
        raise Invalid(f"must be one of {', '.join(words)}.", path=name)
    return word


def _instant(asked: Mapping[str, str], name: str) -> Any:
    word = asked.get(name)
    found = parse_instant(word)
    if word is not None and found is None:
        raise Invalid("is no date or date-time.", path=name, hint="Write 2026-01-31T12:00:00Z.")
    return found


_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_NUMBER = {"type": "number"}
_TIME = {"type": "string", "format": "date-time"}
_STATE = {**_TEXT, "enum": list(STATES)}
_SEVERITY = {**_TEXT, "enum": list(SEVERITIES)}
_ANOMALY: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("process", "about", "reason", "what"), _TEXT),
        **dict.fromkeys(("id", "observed"), _WHOLE),
        **dict.fromkeys(("beganAt", "endedAt", "foundAt", "changedAt"), _TIME),
        "kind": {**_TEXT, "enum": list(KINDS)},
        "state": _STATE,
        "severity": _SEVERITY,
        "evidence": {
            "type": "object",
            "description": "What was usual, what was seen, and places in the ledger",
        },
    },
}
_LIST = {"type": "array", "items": {"type": "object"}}
_ONE = {
    "type": "object",
    "properties": {**_ANOMALY["properties"], "entries": _LIST, "step": _LIST},
}
_THRESHOLD = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("kind", "process", "reason"), _TEXT),
        **dict.fromkeys(("least", "most", "days"), _WHOLE),
        **dict.fromkeys(("times", "chance"), _NUMBER),
        "severity": _SEVERITY,
        "isOff": {"type": "boolean"},
    },
}
_QUERY = (
    parameter("state", "query", _TEXT, "In these states, with commas between"),
    parameter("kind", "query", {**_TEXT, "enum": list(KINDS)}, "Of this kind"),
    parameter("process", "query", _TEXT, "At this process"),
    parameter("severity", "query", _SEVERITY, "So severe"),
    parameter("since", "query", _TEXT, "Not over before"),
    parameter("until", "query", _TEXT, "Begun before"),
    parameter("before", "query", {**_WHOLE, "minimum": 0}, "With numbers below this"),
    parameter("limit", "query", {**_WHOLE, "minimum": 1}, "Most shown"),
)

ROUTES = (
    Route("GET", "/usageAnomaly", Operation.READ, find, "Use out of the habit of a process",
          "usageAnomaly", USAGE, parameters=_QUERY, answer={"type": "array", "items": _ANOMALY}),
    Route("GET", "/usageAnomaly/{id}", Operation.READ, retrieve, "An anomaly, with its evidence",
          "usageAnomaly", USAGE, answer=_ONE),
    Route("PATCH", "/usageAnomaly/{id}", Operation.MODIFY, change, "Decide what an anomaly is",
          "usageAnomaly", USAGE, answer=_ONE,
          body={"type": "object", "required": ["state"],
                "properties": {"state": _STATE, "reason": _TEXT}},
          errors=("409",)),
    Route("GET", "/usageThreshold", Operation.READ, thresholds, "From when on use is an anomaly",
          "usageThreshold", USAGE, answer={"type": "array", "items": _THRESHOLD}),
)  # fmt: skip
