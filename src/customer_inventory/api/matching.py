"""Likely duplicates: a document checked against what is there, and pairs for stewards to decide."""

from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.api.given import given, text, text_or_none
from customer_inventory.api.route import Call, Route, Schema, told
from customer_inventory.capture.matching import checking, deciding, pair
from customer_inventory.capture.matching.normal import MATCHED
from customer_inventory.kit.errors import Invalid, Refused
from customer_inventory.record.scoping.landing import demand_in_scope
from customer_inventory.record.subject.restriction import refuse_if_restricted
from customer_inventory.record.types import named
from customer_inventory.web import openapi, parameters
from customer_inventory.web.exchange import Answer

_USUAL, _MOST = 20, 100


async def check(call: Call) -> Answer:
    """POST: which records are likely of the subject of a document, which is not captured."""
    asked = given(call, "type", "document")
    declared = named(text(asked, "type"))
    call.session.demand(Operation.READ, declared.name)
    document = asked.get("document")
    if not isinstance(document, dict):
        raise Invalid("is mandatory, and an object.", path="document")
    found = await checking.find(
        call.rooms.database,
        declared,
        document,
        thresholds=call.rooms.thresholds,
        sight=call.sight,
        is_reader=True,
    )
    await checking.queue_checked(call.rooms.database, declared, document, found)
    likely = found.likely
    content = {
        "candidate": [
            {
                "id": each.id,
                "probability": round(each.score.probability, 4),
                "weight": each.score.weight,
                "isLikely": each in likely,
                "reason": [
                    {"comparison": one.name, "level": one.level, "weight": one.weight}
                    for one in each.score.reasons
                ],
            }
            for each in found.told
        ],
        "model": found.model.sha256,
    }
    ids = tuple(each.id for each in found.told)
    return told(content, ids=ids, groups=call.sight.groups(declared.name) if ids else ())


async def find_pairs(call: Call) -> Answer:
    """GET the pairs that wait for a steward, the likest first."""
    asked = parameters.known(call.request.query, "type", "state", "limit", "after")
    kinds = (asked["type"],) if "type" in asked else MATCHED
    checking.demand_matched(named(kinds[0]))
    types = [name for name in kinds if call.session.may(Operation.READ, name)]
    state = asked.get("state", pair.OPEN)
    if state not in pair.STATES:
        raise Invalid(f"must be one of {', '.join(pair.STATES)}.", path="state")
    limit = parameters.number(asked.get("limit", str(_USUAL)), "limit", _MOST, least=1)
    found, after = await deciding.shown_pairs(
        call.rooms.database,
        types,
        sight=call.sight,
        state=state,
        after=deciding.position_of(asked["after"]) if "after" in asked else None,
        limit=limit,
    )
    content: dict[str, Any] = {"pair": [_shown(call, each) for each in found]}
    if after is not None:
        content["after"] = deciding.text_of(after)
    ids = dict.fromkeys(side for each in found for side in (each.one, each.other))
    groups = call.sight.groups(*sorted({each.row["record_type"] for each in found}))
    return told(content, ids=tuple(ids), groups=groups if found else ())


async def find_pair(call: Call) -> Answer:
    """GET one pair with its reasons."""
    each = await _met(call, Operation.READ)
    groups = call.sight.groups(each.row["record_type"])
    return told(_shown(call, each), ids=(each.one, each.other), groups=groups)


async def decide(call: Call) -> Answer:
    """POST: what a steward decides of a pair."""
    asked = given(call, "decision", "survivor", "reason")
    each = await _met(call, Operation.MODIFY)
    declared = named(each.row["record_type"])
    sides = [side for side in (each.one, each.other) if side != each.row["checked_id"]]
    await demand_in_scope(call.rooms.database, declared, sides, call.sight)
    for side in sides:
        await refuse_if_restricted(call.rooms.database, (declared.name,), side, call.sight)
    state = await deciding.decide(
        call.rooms.database,
        each,
        text(asked, "decision"),
        survivor=text_or_none(asked, "survivor"),
        reason=text_or_none(asked, "reason") or "",
        actor=call.actor,
        sight=call.sight,
    )
    content = {"one": each.one, "other": each.other, "state": state}
    return told(content, ids=(each.one, each.other))


async def _met(call: Call, operation: Operation) -> deciding.Met:
    """Return the pair that the path names. Raises NoSuchPair for one that is not shown."""
    if not any(call.session.may(operation, name) for name in MATCHED):
        raise Refused("You may not do this to records of any type that is matched.")
    row = await pair.pair_of(call.rooms.database, call.path["one"], call.path["other"])
    if not call.session.may(operation, row["record_type"]):
        raise pair.NoSuchPair
    found = await deciding.met(call.rooms.database, [row], call.sight)
    if not found:
        raise pair.NoSuchPair
    return found[0]


def _shown(call: Call, each: deciding.Met) -> dict[str, Any]:
    return deciding.told(each, call.sight.masks.get(each.row["record_type"]))


_TEXT: Schema = {"type": "string"}
_NUMBER: Schema = {"type": "number"}
_REASON: Schema = {
    "type": "object",
    "properties": {"comparison": _TEXT, "level": _TEXT, "weight": _NUMBER},
}
_REASONS: Schema = {"type": "array", "items": _REASON}
_TYPE: Schema = {"type": "string", "enum": list(MATCHED)}
_CANDIDATE: Schema = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "probability": _NUMBER,
        "weight": _NUMBER,
        "isLikely": {"type": "boolean"},
        "reason": _REASONS,
    },
}
_PAIR: Schema = {
    "type": "object",
    "properties": {
        "one": _TEXT,
        "other": _TEXT,
        "type": _TYPE,
        "probability": _NUMBER,
        "weight": _NUMBER,
        "reason": _REASONS,
        "conflict": {"type": "array", "items": _TEXT},
        "cluster": _TEXT,
        "model": _TEXT,
        "state": {"type": "string", "enum": list(pair.STATES)},
        "foundAt": {"type": "string", "format": "date-time"},
        "foundAtEntry": {"type": "boolean"},
        "document": {"type": "object", "description": "What was checked and never captured"},
    },
}

ROUTES = (
    Route(
        "POST",
        "/check",
        Operation.READ,
        check,
        "Which records are likely of the subject of a document",
        "check",
        body={
            "type": "object",
            "required": ["type", "document"],
            "properties": {"type": _TYPE, "document": {"type": "object"}},
        },
        answer={
            "type": "object",
            "properties": {"candidate": {"type": "array", "items": _CANDIDATE}, "model": _TEXT},
        },
    ),
    Route(
        "GET",
        "/pair",
        Operation.READ,
        find_pairs,
        "Pairs of records that may be of one subject, the likest first",
        "pair",
        parameters=(
            openapi.parameter("type", "query", _TYPE, "Pairs of records of this type alone"),
            openapi.parameter("state", "query", _PAIR["properties"]["state"], "In this state"),
            openapi.parameter(
                "limit",
                "query",
                {"type": "integer", "minimum": 1, "maximum": _MOST, "default": _USUAL},
                "Most pairs of a page",
            ),
            openapi.parameter("after", "query", _TEXT, "`after` of the page before"),
        ),
        answer={
            "type": "object",
            "properties": {"pair": {"type": "array", "items": _PAIR}, "after": _TEXT},
        },
    ),
    Route(
        "GET",
        "/pair/{one}/{other}",
        Operation.READ,
        find_pair,
        "A pair, with what speaks for and against it",
        "pair",
        answer=_PAIR,
    ),
    Route(
        "POST",
        "/pair/{one}/{other}",
        Operation.MODIFY,
        decide,
        "Merge the records of a pair, tell them apart for ever, put it off, or take that back",
        "pair",
        body={
            "type": "object",
            "required": ["decision"],
            "properties": {
                "decision": {"type": "string", "enum": list(deciding.DECISIONS)},
                "survivor": _TEXT,
                "reason": _TEXT,
            },
        },
        answer={
            "type": "object",
            "properties": {"one": _TEXT, "other": _TEXT, "state": _TEXT},
        },
    ),
)
