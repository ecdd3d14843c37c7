"""Registered processes and purposes, for those who administer access.

That is no operation on a record type: it is permitted under the name `access`, which `*` does not
cover, by a grant that the `dataOwner:access` approves.
"""

from typing import Any

from customer_inventory.access import registration
from customer_inventory.access.grant import people
from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.api.given import decided, flag, given, shown, text, text_or_none, texts
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_DEFAULT = 100
_STEPS = {"suspend": "suspended", "resume": "active", "revoke": "revoked"}
_TOLD = ("name", "owner", "ownerPerson", "contact", "kind", "etomId", "reason")


async def find(call: Call) -> Answer:
    """GET registered processes by id, from after a place."""
    asked = known(call.request.query, "after", "limit")
    most = call.rooms.max_page
    limit = number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1)
    rows = await registration.processes(
        call.rooms.database, after=asked.get("after", ""), limit=limit
    )
    return told([shown(row) for row in rows])


async def retrieve(call: Call) -> Answer:
    """GET one process."""
    return told(shown(await registration.one(call.rooms.database, call.path["id"])))


async def history(call: Call) -> Answer:
    """GET everything that a process was."""
    rows = await registration.history(call.rooms.database, call.path["id"])
    return told([shown(row) for row in rows])


async def register(call: Call) -> Answer:
    """POST a process: register it, or tell anew what it is. Nothing is permitted by that."""
    body = given(call, "id", *_TOLD)
    by = decided(call, text_or_none(body, "reason") or "")
    process = text(body, "id")
    registration.demand_not_house(process)
    is_new = await registration.register(
        call.rooms.database,
        process,
        name=text(body, "name"),
        owner=text(body, "owner"),
        owner_person=text_or_none(body, "ownerPerson"),
        contact=text_or_none(body, "contact"),
        kind=text_or_none(body, "kind") or "process",
        etom_id=text_or_none(body, "etomId"),
        reason=by.reason,
        registered_by=by.person,
    )
    row = await registration.one(call.rooms.database, process)
    return told(shown(row), status=201 if is_new else 200)


async def take_step(call: Call) -> Answer:
    """POST a step: suspend, resume or revoke."""
    body = given(call, "step", "reason")
    step = text(body, "step")
    if step not in _STEPS:
        raise Invalid(f"must be one of {', '.join(_STEPS)}.", path="step")
    by = decided(call, text(body, "reason"))
    await registration.set_state(call.rooms.database, call.path["id"], _STEPS[step], by=by)
    return await retrieve(call)


async def find_purposes(call: Call) -> Answer:
    """GET the registered purposes."""
    known(call.request.query)
    return told([shown(row) for row in await people.purposes(call.rooms.database)])


async def retrieve_purpose(call: Call) -> Answer:
    """GET one purpose."""
    for row in await people.purposes(call.rooms.database):
        if row["code"] == call.path["code"]:
            return told(shown(row))
    raise NotFound("There is no such purpose.", hint="GET /purpose lists them.")


async def register_purpose(call: Call) -> Answer:
    """POST a purpose: register it, or change title, basis and state."""
    body = given(call, *_PURPOSE_FACTS, "isRetired")
    by = decided(call, "")
    await people.register_purpose(
        call.rooms.database,
        text(body, "code"),
        title=text(body, "title"),
        legal_basis=text(body, "legalBasis"),
        requires_consent=flag(body, "requiresConsent"),
        despite_restriction=flag(body, "despiteRestriction"),
        despite_objection=flag(body, "despiteObjection"),
        privacy_purposes=texts(body, "privacyPurposes"),
        is_retired=flag(body, "isRetired"),
        registered_by=by.person,
    )
    for row in await people.purposes(call.rooms.database):
        if row["code"] == body["code"]:
            return told(shown(row), status=201)
    raise NotFound("There is no such purpose.", hint="GET /purpose lists them.")


_TEXT = {"type": "string"}
_INSTANT = {**_TEXT, "format": "date-time"}
_KIND = {**_TEXT, "enum": list(registration.KINDS)}
_STATE = {**_TEXT, "enum": list(_STEPS.values())}
_FACTS = {
    "name": _TEXT,
    "owner": {**_TEXT, "description": "The organisation that answers for it"},
    "ownerPerson": {**_TEXT, "description": "The person in it who does"},
    "contact": _TEXT,
    "kind": _KIND,
    "etomId": {**_TEXT, "description": "Identifier in eTOM, such as 1.3.9"},
}
_PROCESS = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        **_FACTS,
        "state": _STATE,
        "registeredAt": _INSTANT,
        "registeredBy": _TEXT,
        "permissions": {**_TEXT, "description": "What it may do now, in words"},
        "liveTokens": {"type": "integer"},
    },
}
_PAST = {
    "type": "object",
    "properties": {
        "number": {"type": "integer"},
        "changedAt": _INSTANT,
        "changedBy": _TEXT,
        "enteredBy": _TEXT,
        "reason": _TEXT,
        "state": _STATE,
        **_FACTS,
    },
}
_PURPOSE_FACTS = {
    "code": _TEXT,
    "title": _TEXT,
    "legalBasis": {**_TEXT, "enum": list(people.LEGAL_BASES)},
    "requiresConsent": {"type": "boolean"},
    "despiteRestriction": {
        "type": "boolean",
        "description": "Restricted data may be processed for it (GDPR article 18(2))",
    },
    "despiteObjection": {
        "type": "boolean",
        "description": "Its grounds override the objection of a subject (GDPR article 21(1))",
    },
    "privacyPurposes": {
        "type": "array",
        "items": _TEXT,
        "description": "Words of privacy agreements (TMF644) that speak of it, WORD or WORD/NAME",
    },
}
_PURPOSE = {
    "type": "object",
    "properties": {**_PURPOSE_FACTS, "state": {**_TEXT, "enum": ["active", "retired"]}},
}


def _body(*needed: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(needed), "properties": properties}


def _list(schema: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": schema}


ROUTES = (
    Route(
        "GET", "/process", Operation.READ, find, "Registered processes, by id", "process", ACCESS,
        parameters=(
            parameter("after", "query", _TEXT, "Begin after the process of this id"),
            parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),
        ),
        answer=_list(_PROCESS),
    ),
    Route("GET", "/process/{id}", Operation.READ, retrieve, "One process", "process", ACCESS,
          answer=_PROCESS),
    Route("GET", "/process/{id}/history", Operation.READ, history, "Everything that a process was",
          "process", ACCESS, answer=_list(_PAST)),
    Route("POST", "/process", Operation.CREATE, register, "Register a process, or change it",
          "process", ACCESS, status=201, other_statuses=(200,), answer=_PROCESS,
          body=_body("id", "name", "owner", id=_TEXT, **_FACTS, reason=_TEXT)),
    Route("POST", "/process/{id}/step", Operation.MODIFY, take_step,
          "Suspend, resume or revoke a process", "process", ACCESS, answer=_PROCESS,
          body=_body("step", "reason", step={**_TEXT, "enum": list(_STEPS)}, reason=_TEXT)),
    Route("GET", "/purpose", Operation.READ, find_purposes, "Registered purposes", "purpose",
          ACCESS, answer=_list(_PURPOSE)),
    Route("GET", "/purpose/{code}", Operation.READ, retrieve_purpose, "One purpose", "purpose",
          ACCESS, answer=_PURPOSE),
    Route("POST", "/purpose", Operation.CREATE, register_purpose,
          "Register a purpose, or change it", "purpose", ACCESS, status=201, answer=_PURPOSE,
          body=_body("code", "title", "legalBasis", **_PURPOSE_FACTS,
                     isRetired={"type": "boolean"})),
)  # fmt: skip
