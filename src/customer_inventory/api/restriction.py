"""Restriction of processing: placed, listed and lifted (GDPR article 18)."""

from dataclasses import asdict
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.api.given import given, shown, text
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.subject import restriction
from customer_inventory.web.exchange import Answer
from customer_inventory.web.parameters import known

_EVERY = "*"
"""A right of a subject reaches records of every type, and so must the permission."""


async def place(call: Call) -> Answer:
    """POST a restriction."""
    asked = given(call, "subjectId", "reason", "purpose", "requestId")
    placed = await restriction.restrict(
        call.rooms.database,
        text(asked, "subjectId"),
        reason=text(asked, "reason"),
        purposes=_purposes(asked.get("purpose", [])),
        request=text(asked, "requestId") if "requestId" in asked else None,
        actor=call.actor,
    )
    return told(shown(asdict(placed)), ids=(placed.subject_id,), status=201)


async def find(call: Call) -> Answer:
    """GET the restrictions in force; with `all=true` those that were lifted too."""
    asked = known(call.request.query, "all")
    found = await restriction.restrictions(call.rooms.database, in_force=asked.get("all") != "true")
    return told(
        [shown(asdict(each)) for each in found], ids=tuple(each.subject_id for each in found)
    )


async def lift(call: Call) -> Answer:
    """POST the end of a restriction."""
    asked = given(call, "reason", "informed")
    lifted = await restriction.lift(
        call.rooms.database,
        call.path["id"],
        reason=text(asked, "reason"),
        informed=text(asked, "informed"),
        actor=call.actor,
    )
    return told(shown(asdict(lifted)), ids=(lifted.subject_id,))


def _purposes(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Invalid("must be a list of purposes.", path="purpose")
    return value


_WORD = {"type": "string"}
_CASE = {**_WORD, "description": "A reference to a case: 3 to 64 letters, digits and :./#_-"}
_OBJECT: dict[str, Any] = {"type": "object"}


def _body(*needed: str, **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": list(needed), "properties": properties}


ROUTES = (
    Route(
        "POST", "/restriction", Operation.MODIFY, place, "Restrict processing of a subject's data",
        "restriction", _EVERY, status=201, answer=_OBJECT,
        body=_body("subjectId", "reason", subjectId=_WORD, reason=_CASE, requestId=_WORD,
                   purpose={"type": "array", "items": _WORD}),
    ),
    Route(
        "GET", "/restriction", Operation.READ, find, "Restrictions in force", "restriction",
        _EVERY, answer={"type": "array", "items": _OBJECT},
    ),
    Route(
        "POST", "/restriction/{id}/lift", Operation.MODIFY, lift, "Lift a restriction",
        "restriction", _EVERY, answer=_OBJECT,
        body=_body("reason", "informed", reason=_CASE, informed=_CASE),
    ),
)  # fmt: skip
