"""Grants over HTTP: asked for, reviewed, decided and ended by the people whom tokens name."""

from collections.abc import Awaitable, Callable
from typing import Any

from customer_inventory.access.grant import granting
from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.access.registration import permissions_of
from customer_inventory.api.given import decided, given, instant, shown, text, text_or_none
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse
from customer_inventory.store.database import Row
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_DEFAULT = 100
_DOCUMENTS = ("permissions", "terms")
_STEPS: dict[str, Callable[..., Awaitable[None]]] = {
    "review": granting.review,
    "activate": granting.activate,
    "reject": granting.reject,
    "withdraw": granting.withdraw,
    "suspend": granting.suspend,
    "revoke": granting.revoke,
}
_APPROVE = "approve"


async def find(call: Call) -> Answer:
    """GET grants, latest first, from after one of them."""
    asked = known(call.request.query, "process", "after", "limit")
    most = call.rooms.max_page
    rows = await granting.grants(
        call.rooms.database,
        process=asked.get("process"),
        after=asked.get("after"),
        limit=number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1),
    )
    return told([_shown(row) for row in rows], ids=tuple(row["id"] for row in rows))


async def retrieve(call: Call) -> Answer:
    """GET one grant."""
    return await _told(call, call.path["id"])


async def history(call: Call) -> Answer:
    """GET every state that a grant was in."""
    rows = await granting.history(call.rooms.database, call.path["id"])
    return told([shown(row) for row in rows], ids=(call.path["id"],))


async def request(call: Call) -> Answer:
    """POST a request for a grant: nothing is permitted by that."""
    body = given(call, "process", "purpose", "part", "permissions", "terms", "reason", "validTo")
    by = decided(call, text(body, "reason"))
    permissions = permissions_of(body.get("permissions"), body.get("terms"), text(body, "purpose"))
    grant = await granting.request(
        call.rooms.database,
        text(body, "process"),
        permissions=permissions,
        valid_until=instant(body, "validTo"),
        by=by,
        part=text_or_none(body, "part") or "",
    )
    return await _told(call, grant, status=201)


async def take_step(call: Call) -> Answer:
    """POST a step of a grant's life, as the person whom the token names.

    To approve is to approve what was seen: `seen` is the `sha256` of the grant as it was read.
    """
    body = given(call, "step", "reason", "seen")
    step, grant = text(body, "step"), call.path["id"]
    by = decided(call, text_or_none(body, "reason") or "")
    if step == _APPROVE:
        await granting.approve(call.rooms.database, grant, by=by, seen=text(body, "seen"))
    elif step in _STEPS:
        await _STEPS[step](call.rooms.database, grant, by=by)
    else:
        raise Invalid(f"must be one of {', '.join((_APPROVE, *_STEPS))}.", path="step")
    return await _told(call, grant)


async def _told(call: Call, grant: str, *, status: int = 200) -> Answer:
    (row,) = await granting.grants(call.rooms.database, grant=grant)
    return told(_shown(row), ids=(grant,), status=status)


def _shown(row: Row) -> dict[str, Any]:
    missing = [each for each in row["approvals_missing"].split(", ") if each]
    documents = {name: parse(row[name].encode()) for name in _DOCUMENTS}
    return shown({**dict(row), **documents, "approvals_missing": missing})


_TEXT = {"type": "string"}
_INSTANT = {**_TEXT, "format": "date-time"}
_WORDS = {"type": "array", "items": {**_TEXT, "enum": list(Operation)}}
_ASKED = {
    "process": _TEXT,
    "purpose": _TEXT,
    "part": {**_TEXT, "description": "Its part of the purpose, beside which others are in force"},
    "permissions": {
        "type": "object",
        "additionalProperties": _WORDS,
        "description": "Operations by record type; * is every type, access is access itself",
    },
    "terms": {
        "type": "object",
        "additionalProperties": {"type": "object"},
        "description": "What else is agreed, by record type and name of the term",
    },
    "reason": _TEXT,
    "validTo": _INSTANT,
}
_GRANT = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        **_ASKED,
        "version": {"type": "integer"},
        "state": _TEXT,
        "validFrom": _INSTANT,
        "requestedBy": _TEXT,
        "requestedAt": _INSTANT,
        "changedBy": _TEXT,
        "changedAt": _INSTANT,
        "sha256": {**_TEXT, "description": "Hash of what was asked for: send it as `seen`"},
        "approvalsMissing": {"type": "array", "items": _TEXT},
    },
}
_PAST = {
    "type": "object",
    "properties": {
        "number": {"type": "integer"},
        "state": _TEXT,
        "changedAt": _INSTANT,
        "changedBy": _TEXT,
        "enteredBy": _TEXT,
        "reason": _TEXT,
    },
}
_STEP = {
    "type": "object",
    "required": ["step"],
    "properties": {
        "step": {**_TEXT, "enum": [_APPROVE, *_STEPS]},
        "reason": _TEXT,
        "seen": {**_TEXT, "description": "To approve: the sha256 of the grant as it was read"},
    },
}

ROUTES = (
    Route(
        "GET", "/grant", Operation.READ, find, "Grants, latest first", "grant", ACCESS,
        parameters=(
            parameter("process", "query", _TEXT, "Of this process alone"),
            parameter("after", "query", _TEXT, "Begin after the grant of this id"),
            parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),
        ),
        answer={"type": "array", "items": _GRANT},
    ),
    Route("GET", "/grant/{id}", Operation.READ, retrieve, "One grant", "grant", ACCESS,
          answer=_GRANT),
    Route("GET", "/grant/{id}/history", Operation.READ, history,
          "Every state that a grant was in", "grant", ACCESS,
          answer={"type": "array", "items": _PAST}),
    Route("POST", "/grant", Operation.CREATE, request, "Ask for a grant", "grant", ACCESS,
          status=201, answer=_GRANT,
          body={
              "type": "object",
              "required": ["process", "purpose", "permissions", "reason", "validTo"],
              "properties": _ASKED,
          }),
    Route("POST", "/grant/{id}/step", Operation.MODIFY, take_step,
          "Review, approve, activate, reject, withdraw, suspend or revoke a grant", "grant", ACCESS,
          body=_STEP, answer=_GRANT),
)  # fmt: skip
