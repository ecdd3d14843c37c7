"""The register of requirements over HTTP, to be read.

That is no operation on a record type: it is permitted under the name `requirement`, which `*` does
not cover. What the register says is changed in files, by `cinv req`.
"""

from typing import Any, get_args

from customer_inventory.access.operation import REQUIREMENT, Operation
from customer_inventory.api.given import shown
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.errors import Invalid
from customer_inventory.requirements import register
from customer_inventory.requirements.register import NoSuchRequirement, State, Versioned
from customer_inventory.requirements.requirement import plain
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_DEFAULT = 100
_STATES: tuple[State, ...] = get_args(State)


async def find(call: Call) -> Answer:
    """GET requirements in their latest versions, by id, from after one of them."""
    asked = known(call.request.query, "type", "state", "after", "limit")
    most = call.rooms.max_page
    limit = number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1)
    found = [
        each
        for each in await register.latest(call.rooms.database, _states(asked.get("state")))
        if asked.get("type") in (None, each.requirement.type)
        and _place(each.requirement.id) > _place(asked.get("after", ""))
    ]
    return told([_shown(each) for each in found[:limit]], ids=_ids(found[:limit]))


async def retrieve(call: Call) -> Answer:
    """GET one requirement: its latest version, and which one is in force."""
    versions = await register.versions(call.rooms.database, call.path["id"])
    in_force = next((each.version for each in versions if each.state == "enforced"), None)
    content = {**_shown(versions[0]), "enforcedVersion": in_force}
    return told(content, ids=_ids(versions[:1]))


async def history(call: Call) -> Answer:
    """GET every step that the versions of a requirement took, latest first."""
    identifier = call.path["id"]
    rows = await register.decisions(call.rooms.database, identifier)
    if not rows:
        raise NoSuchRequirement(identifier)
    return told([shown(row) for row in rows], ids=(identifier,))


def _shown(version: Versioned) -> dict[str, Any]:
    requirement = version.requirement
    return {
        **plain(requirement),
        # What the files leave out where it is as declared is told here.
        "obligation": requirement.obligation,
        "group": requirement.facet.group,
        "classification": requirement.facet.classification.value,
        "operation": requirement.facet.operation,
        "survivorship": requirement.facet.survivorship.value,
        "version": version.version,
        "state": version.state,
        "proposedBy": version.proposed_by,
    }


def _states(asked: str | None) -> tuple[State, ...]:
    if asked is None:
        return ()
    found = tuple(each for each in _STATES if each == asked)
    if not found:
        raise Invalid(f"must be one of {', '.join(_STATES)}.", path="state")
    return found


def _place(identifier: str) -> tuple[int, str]:
    """Return the place of an id in the order of numbers."""
    return len(identifier), identifier


def _ids(versions: list[Versioned]) -> tuple[str, ...]:
    return tuple(each.requirement.id for each in versions)


_TEXT = {"type": "string"}
_WORDS = {"type": "array", "items": _TEXT}
_OBJECT = {"type": "object"}
_REQUIREMENT = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "type": {**_TEXT, "description": "The record type"},
        "path": {**_TEXT, "description": "The attribute; $ is the record itself"},
        "name": _TEXT,
        "definition": _TEXT,
        "data": {**_OBJECT, "description": "What a value must be besides what is declared"},
        "obligation": {**_TEXT, "enum": ["mandatory", "conditional", "optional"]},
        "when": {**_OBJECT, "description": "The condition of its obligation"},
        "classification": _TEXT,
        "group": _TEXT,
        "operation": _TEXT,
        "purposes": {**_OBJECT, "description": "Legal bases by purpose"},
        "requestedBy": _WORDS,
        "usedBy": _WORDS,
        "owner": _TEXT,
        "steward": _TEXT,
        "sources": _WORDS,
        "survivorship": _TEXT,
        "retention": _TEXT,
        "freshness": _TEXT,
        "quality": {**_OBJECT, "description": "The share that must pass, by dimension"},
        "searchable": {"type": "boolean"},
        "declares": {**_OBJECT, "description": "The record type that it declares"},
        "version": {"type": "integer"},
        "state": {**_TEXT, "enum": list(_STATES)},
        "proposedBy": _TEXT,
        "enforcedVersion": {"type": "integer", "nullable": True},
    },
}
_PAST = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "version": {"type": "integer"},
        "state": {**_TEXT, "enum": list(_STATES)},
        "person": {**_TEXT, "description": "Who decided"},
        "enteredBy": _TEXT,
        "decidedAt": {**_TEXT, "format": "date-time"},
        "reason": _TEXT,
    },
}

ROUTES = (
    Route(
        "GET", "/requirement", Operation.READ, find,
        "Information requirements in their latest versions, by id", "requirement", REQUIREMENT,
        parameters=(
            parameter("type", "query", _TEXT, "On this record type"),
            parameter("state", "query", {**_TEXT, "enum": list(_STATES)}, "In this state"),
            parameter("after", "query", _TEXT, "Begin after the requirement of this id"),
            parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),
        ),
        answer={"type": "array", "items": _REQUIREMENT},
    ),
    Route("GET", "/requirement/{id}", Operation.READ, retrieve, "One requirement", "requirement",
          REQUIREMENT, answer=_REQUIREMENT),
    Route("GET", "/requirement/{id}/history", Operation.READ, history,
          "Every step that a requirement took", "requirement", REQUIREMENT,
          answer={"type": "array", "items": _PAST}),
)  # fmt: skip
