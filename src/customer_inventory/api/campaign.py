"""Recertification over HTTP: campaigns opened, and grants confirmed by the owners of the data.

It is permitted under the name `recertification`, which `*` does not cover: who confirms grants need
not be able to ask for any.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from customer_inventory.access.grant import recertifying
from customer_inventory.access.operation import RECERTIFICATION, Operation
from customer_inventory.access.registration import Permission, permissions_of
from customer_inventory.api.given import decided, given, instant, shown, text, text_or_none
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.record.document import parse
from customer_inventory.store.database import Row
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_DEFAULT = 100
_LONGEST_DAYS = 3650
_DEEPEST = 1_000_000


class NothingToDecide(Conflict):
    """No active grant is such as the campaign asks for."""

    code = "nothingToDecide"

    def __init__(self) -> None:
        super().__init__(
            "There is nothing to decide: no active grant is such.",
            hint="Grants in an open campaign are left to it.",
        )


async def find(call: Call) -> Answer:
    """GET campaigns, latest first, from after one of them."""
    asked = known(call.request.query, "after", "limit")
    rows = await recertifying.campaigns(
        call.rooms.database, after=asked.get("after"), limit=_limit(call, asked)
    )
    return told([_shown(row) for row in rows], ids=tuple(row["id"] for row in rows))


async def retrieve(call: Call) -> Answer:
    """GET one campaign, and how far it is."""
    return await _told(call, call.path["id"])


async def items(call: Call) -> Answer:
    """GET what is to be decided in a campaign, and what was."""
    asked = known(call.request.query, "grant", "limit", "offset")
    rows = await recertifying.items(
        call.rooms.database,
        call.path["id"],
        grant=asked.get("grant"),
        limit=_limit(call, asked),
        offset=number(asked.get("offset", "0"), "offset", _DEEPEST),
    )
    return _told_items(rows)


async def open_campaign(call: Call) -> Answer:
    """POST a campaign over active grants: what is not decided until it is due lapses."""
    body = given(call, *_ASKED)
    opened = await recertifying.open_campaign(
        call.rooms.database,
        text(body, "title"),
        due_at=instant(body, "dueAt"),
        by=decided(call, text(body, "title")),
        owner=text_or_none(body, "owner"),
        process=text_or_none(body, "process"),
        record_type=text_or_none(body, "recordType"),
        older_than=_age(body),
    )
    if opened is None:
        raise NothingToDecide
    return await _told(call, opened[0], status=201)


async def decide(call: Call) -> Answer:
    """POST a decision on a grant, as the owner of data whom the token names."""
    body = given(call, *_DECISION)
    campaign, grant = call.path["id"], text(body, "grant")
    narrower = await recertifying.decide(
        call.rooms.database,
        campaign,
        grant,
        text(body, "decision"),
        by=decided(call, text_or_none(body, "reason") or ""),
        permissions=await _staying(call, body, grant),
    )
    rows = await recertifying.items(call.rooms.database, campaign, grant=grant)
    return _told_items(rows, also=(narrower,) if narrower else ())


async def _staying(call: Call, body: dict[str, Any], grant: str) -> Sequence[Permission]:
    """Return what is to stay of a grant; it is for the purpose that the grant is for."""
    if body.get("permissions") is None:
        return ()
    rows = await recertifying.items(call.rooms.database, call.path["id"], grant=grant, limit=1)
    return permissions_of(body["permissions"], None, rows[0]["purpose"]) if rows else ()


async def _told(call: Call, campaign: str, *, status: int = 200) -> Answer:
    (row,) = await recertifying.campaigns(call.rooms.database, campaign)
    return told(_shown(row), ids=(campaign,), status=status)


def _told_items(rows: Sequence[Row], *, also: tuple[str, ...] = ()) -> Answer:
    """Tell items; the ledger names the grants of which they tell."""
    content = [
        shown(
            {
                **dict(row),
                "permissions": parse(row["permissions"].encode()),
                "evidence": parse(row["evidence"]),
            }
        )
        for row in rows
    ]
    return told(content, ids=tuple(dict.fromkeys((*(row["grant_id"] for row in rows), *also))))


def _shown(row: Row) -> dict[str, Any]:
    return shown({**dict(row), "asked_for": parse(row["asked_for"].encode())})


def _limit(call: Call, asked: dict[str, str]) -> int:
    most = call.rooms.max_page
    return number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1)


def _age(body: dict[str, Any]) -> timedelta:
    days = body.get("olderThanDays", 0)
    if not isinstance(days, int) or isinstance(days, bool) or not 0 <= days <= _LONGEST_DAYS:
        raise Invalid(f"must be a whole number from 0 to {_LONGEST_DAYS}.", path="olderThanDays")
    return timedelta(days=days)


_TEXT = {"type": "string"}
_INSTANT = {**_TEXT, "format": "date-time"}
_COUNT = {"type": "integer"}
_PERMISSIONS = {
    "type": "object",
    "additionalProperties": {
        "type": "array",
        "items": {**_TEXT, "enum": list(Operation)},
    },
    "description": "Operations by record type",
}
_CHOICE = {
    "owner": {**_TEXT, "description": "Grants of processes of this organisation or person alone"},
    "process": {**_TEXT, "description": "Grants of this process alone"},
    "recordType": {**_TEXT, "description": "What grants permit on this type alone"},
    "olderThanDays": {
        "type": "integer",
        "minimum": 0,
        "maximum": _LONGEST_DAYS,
        "description": "Grants alone that were not confirmed for so many days",
    },
}
_ASKED = {"title": _TEXT, "dueAt": _INSTANT, **_CHOICE}
_CAMPAIGN = {
    "type": "object",
    "properties": {
        "id": _TEXT,
        "title": _TEXT,
        "askedFor": {"type": "object", "properties": _CHOICE},
        "openedAt": _INSTANT,
        "openedBy": _TEXT,
        "enteredBy": _TEXT,
        "dueAt": _INSTANT,
        "closedAt": _INSTANT,
        **dict.fromkeys(("items", "kept", "narrowed", "revoked", "lapsed", "undecided"), _COUNT),
    },
}
_ITEM = {
    "type": "object",
    "properties": {
        "grantId": _TEXT,
        "process": _TEXT,
        "purpose": _TEXT,
        "permissions": _PERMISSIONS,
        "state": {**_TEXT, "description": "That of the grant"},
        "capacity": {**_TEXT, "description": "Who decides: the owner of the data of a type"},
        "evidence": {"type": "object", "description": "What is known of its use"},
        "decision": {**_TEXT, "enum": [*recertifying.DECISIONS, "lapsed"]},
        "narrower": {**_TEXT, "description": "The grant of less that was asked for"},
        "decidedBy": _TEXT,
        "enteredBy": _TEXT,
        "reason": _TEXT,
        "decidedAt": _INSTANT,
    },
}
_DECISION = {
    "grant": _TEXT,
    "decision": {**_TEXT, "enum": list(recertifying.DECISIONS)},
    "reason": {**_TEXT, "description": "Needed to narrow or revoke"},
    "permissions": {**_PERMISSIONS, "description": "To narrow: what is to stay"},
}

ROUTES = (
    Route(
        "GET", "/campaign", Operation.READ, find, "Campaigns of recertification, latest first",
        "campaign", RECERTIFICATION,
        parameters=(
            parameter("after", "query", _TEXT, "Begin after the campaign of this id"),
            parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),
        ),
        answer={"type": "array", "items": _CAMPAIGN},
    ),
    Route("GET", "/campaign/{id}", Operation.READ, retrieve, "One campaign, and how far it is",
          "campaign", RECERTIFICATION, answer=_CAMPAIGN),
    Route(
        "GET", "/campaign/{id}/item", Operation.READ, items,
        "What is to be decided in a campaign, and what was", "campaign", RECERTIFICATION,
        parameters=(
            parameter("grant", "query", _TEXT, "Of this grant alone"),
            parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),
            parameter("offset", "query", {"type": "integer", "minimum": 0}, "So many left out"),
        ),
        answer={"type": "array", "items": _ITEM},
    ),
    Route("POST", "/campaign", Operation.CREATE, open_campaign,
          "Open a campaign over active grants", "campaign", RECERTIFICATION, status=201,
          answer=_CAMPAIGN,
          body={"type": "object", "required": ["title", "dueAt"], "properties": _ASKED}),
    Route("POST", "/campaign/{id}/decision", Operation.MODIFY, decide,
          "Keep, narrow or revoke a grant", "campaign", RECERTIFICATION,
          answer={"type": "array", "items": _ITEM},
          body={"type": "object", "required": ["grant", "decision"], "properties": _DECISION}),
)  # fmt: skip
