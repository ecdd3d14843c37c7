"""Access in an emergency over HTTP: for whom the token names, for hours, reviewed by another.

It is permitted under the name `breakGlass`, which `*` does not cover; who may is a person with that
capacity, as at the terminal. The token for it is in one answer and kept nowhere.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from customer_inventory.access.decision import Decision
from customer_inventory.access.grant import breaking_glass, watching
from customer_inventory.access.operation import BREAK_GLASS, Operation
from customer_inventory.access.registration import permissions_of
from customer_inventory.api.given import decided, given, shown, text, text_or_none
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse
from customer_inventory.store.database import Row
from customer_inventory.store.together import together
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_DEFAULT = 100
_STEPS = ("end", "review")
_YES_OR_NO = {"true": True, "false": False}
_NOT_KEPT = ((b"cache-control", b"no-store"),)


async def find(call: Call) -> Answer:
    """GET every time the glass was broken, or those that wait for their review."""
    asked = known(call.request.query, "unreviewed", "after", "limit")
    unreviewed = _YES_OR_NO.get(asked.get("unreviewed", "false"))
    if unreviewed is None:
        raise Invalid("must be true or false.", path="unreviewed")
    most = call.rooms.max_page
    rows = await breaking_glass.openings(
        call.rooms.database,
        unreviewed=unreviewed,
        after=asked.get("after"),
        limit=number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1),
    )
    return told([_shown(row) for row in rows], ids=tuple(row["id"] for row in rows))


async def retrieve(call: Call) -> Answer:
    """GET one of them."""
    return told(await _one(call, call.path["id"]), ids=(call.path["id"],))


async def break_glass(call: Call) -> Answer:
    """POST an emergency: the person whom the token names may act at once, and is answered for."""
    body = given(call, *_ASKED)
    by = decided(call, text(body, "reason"))
    permissions = permissions_of(body.get("permissions"), None, text(body, "purpose"))
    async with together(call.rooms.database) as database:
        opening = await breaking_glass.break_glass(
            database,
            text(body, "process"),
            person=by.person,
            permissions=permissions,
            reason=by.reason,
            ticket=text(body, "ticket"),
            lifetime=_lifetime(body),
            entered_by=by.entered_by,
        )
        # The alarm is there as soon as the access is.
        await watching.look_for_unreviewed(database)
    content = {**await _one(call, opening.id), "token": opening.token.secret}
    return told(content, ids=(opening.id,), status=201).with_headers(_NOT_KEPT)


async def take_step(call: Call) -> Answer:
    """POST a step: end it before its time, or review what somebody else did."""
    body = given(call, "step", "verdict", "reason")
    step, opening = text(body, "step"), call.path["id"]
    by = decided(call, text_or_none(body, "reason") or "")
    if step == "end":
        await breaking_glass.end(call.rooms.database, opening, by=by.person)
    elif step == "review":
        await _review(call, opening, text(body, "verdict"), by)
    else:
        raise Invalid(f"must be one of {', '.join(_STEPS)}.", path="step")
    return told(await _one(call, opening), ids=(opening,))


async def _review(call: Call, opening: str, verdict: str, by: Decision) -> None:
    async with together(call.rooms.database) as database:
        await breaking_glass.review(database, opening, verdict, by=by)
        await watching.look_for_unreviewed(database)


async def _one(call: Call, opening: str) -> dict[str, Any]:
    return _shown(await breaking_glass.one_opening(call.rooms.database, opening))


def _shown(row: Row) -> dict[str, Any]:
    return shown({**dict(row), "permissions": parse(row["permissions"].encode())})


def _lifetime(body: dict[str, Any]) -> timedelta:
    hours = body.get("hours", 1)
    is_number = isinstance(hours, int | float | Decimal) and not isinstance(hours, bool)
    if not is_number or not 0 < hours <= _MOST:
        raise Invalid(f"must be a number over 0, {_MOST} at most.", path="hours")
    return timedelta(hours=float(hours))


_MOST = breaking_glass.LONGEST // timedelta(hours=1)
_TEXT = {"type": "string"}
_INSTANT = {**_TEXT, "format": "date-time"}
_PERMISSIONS = {
    "type": "object",
    "additionalProperties": {"type": "array", "items": {**_TEXT, "enum": list(Operation)}},
    "description": "Operations by record type",
}
_FACTS = {
    "process": {**_TEXT, "description": "The registered process through which the person acts"},
    "purpose": {**_TEXT, "description": "What for: a registered purpose"},
    "permissions": _PERMISSIONS,
    "reason": {**_TEXT, "description": "Why it cannot wait"},
    "ticket": {**_TEXT, "description": "The incident it belongs to"},
}
_ASKED = {
    **_FACTS,
    "hours": {
        "type": "number",
        "minimum": 0,
        "exclusiveMinimum": True,
        "maximum": _MOST,
        "default": 1,
        "description": "For how long",
    },
}
_OPENING = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        **_FACTS,
        "code": {**_TEXT, "description": "The purpose that marks its entries in the ledger"},
        "person": _TEXT,
        "enteredBy": _TEXT,
        "openedAt": _INSTANT,
        "validTo": _INSTANT,
        "endedAt": _INSTANT,
        "endedBy": _TEXT,
        "reviewDueAt": _INSTANT,
        "isOverdue": {"type": "boolean"},
        "reviewedAt": _INSTANT,
        "reviewedBy": _TEXT,
        "verdict": {**_TEXT, "enum": list(breaking_glass.VERDICTS)},
        "review": {**_TEXT, "description": "What was found"},
    },
}
_OPENED = {
    **_OPENING,
    "properties": {
        **_OPENING["properties"],  # type: ignore[dict-item]
        "token": {**_TEXT, "description": "The bearer token for it, shown this once"},
    },
}

ROUTES = (
    Route(
        "GET", "/breakGlass", Operation.READ, find, "Every time the glass was broken", "breakGlass",
        BREAK_GLASS,
        parameters=(
            parameter("unreviewed", "query", {"type": "boolean"},
                      "Those alone that wait for their review, the due first"),
            parameter("after", "query", _TEXT, "Those opened before the one of this id"),
            parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),
        ),
        answer={"type": "array", "items": _OPENING},
    ),
    Route("GET", "/breakGlass/{id}", Operation.READ, retrieve, "One time the glass was broken",
          "breakGlass", BREAK_GLASS, answer=_OPENING),
    Route("POST", "/breakGlass", Operation.CREATE, break_glass,
          "Act at once in an emergency; somebody else reviews it", "breakGlass", BREAK_GLASS,
          status=201, answer=_OPENED,
          body={
              "type": "object",
              "required": ["process", "purpose", "permissions", "reason", "ticket"],
              "properties": _ASKED,
          }),
    Route("POST", "/breakGlass/{id}/step", Operation.MODIFY, take_step,
          "End it before its time, or review it", "breakGlass", BREAK_GLASS, answer=_OPENING,
          body={
              "type": "object",
              "required": ["step"],
              "properties": {
                  "step": {**_TEXT, "enum": list(_STEPS)},
                  "verdict": {**_TEXT, "enum": list(breaking_glass.VERDICTS)},
                  "reason": {**_TEXT, "description": "To review: what was found"},
              },
          }),
)  # fmt: skip
