"""The rights of subjects: erasure with its certificate, legal holds, requests as cases."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.api.given import given as _given
from customer_inventory.api.given import shown as _shown
from customer_inventory.api.given import text as _text
from customer_inventory.api.route import ROOT, Call, Route, told
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.job import enqueue
from customer_inventory.record.subject import hold, request
from customer_inventory.record.subject.erasing import AT_ONCE, erasures
from customer_inventory.record.subject.job import ERASE_ONE
from customer_inventory.web.exchange import Answer
from customer_inventory.web.parameters import known

_EVERY = "*"
"""A right of a subject reaches records of every type, and so must the permission."""


async def erase(call: Call) -> Answer:
    """POST an erasure, or with `dryRun` the question what it would do.

    A large one, or one that is asked for `asJob`, is answered with how far it is.
    """
    given = _given(call, "subjectId", "reason", "dryRun", "asJob")
    subject_id = _text(given, "subjectId")
    if given.get("dryRun") is True:
        return told(await call.rooms.eraser.plan(subject_id))
    at_once = 0 if given.get("asJob") is True else AT_ONCE
    done = await call.rooms.eraser.begin(
        subject_id, reason=_text(given, "reason"), actor=call.actor, at_once=at_once
    )
    if "sha256" in done:
        return told(done, status=201)
    await enqueue(call.rooms.database, ERASE_ONE, {"id": done["id"]}, actor=call.actor)
    place = f"{call.rooms.public_url}{ROOT}/erasure/{done['id']}"
    return told(done, status=202)._replace(headers=((b"location", place.encode()),))


async def find_erasures(call: Call) -> Answer:
    """GET the erasures, newest first."""
    return told([_shown(row) for row in await erasures(call.rooms.database)])


async def certificate(call: Call) -> Answer:
    """GET the certificate of an erasure, or how far it is."""
    return told(await call.rooms.eraser.status(call.path["id"]))


async def place(call: Call) -> Answer:
    """POST a legal hold."""
    given = _given(call, "subjectId", "reason", "until")
    placed = await hold.place(
        call.rooms.database,
        _text(given, "subjectId"),
        reason=_text(given, "reason"),
        until=_instant(given, "until"),
        actor=call.actor,
    )
    return told(_shown(asdict(placed)), ids=(placed.subject_id,), status=201)


async def find_holds(call: Call) -> Answer:
    """GET the legal holds in force."""
    found = await hold.holds(call.rooms.database)
    return told([_shown(asdict(each)) for each in found])


async def lift(call: Call) -> Answer:
    """POST the end of a legal hold."""
    given = _given(call, "reason")
    lifted = await hold.lift(
        call.rooms.database, call.path["id"], reason=_text(given, "reason"), actor=call.actor
    )
    return told(_shown(asdict(lifted)), ids=(lifted.subject_id,))


async def open_request(call: Call) -> Answer:
    """POST a request of a data subject."""
    given = _given(call, "kind", "subjectId", "receivedAt")
    opened = await request.open_request(
        call.rooms.database,
        _text(given, "kind"),
        _text(given, "subjectId"),
        received_at=_instant(given, "receivedAt"),
        actor=call.actor,
    )
    return told(_shown(asdict(opened)), ids=(opened.subject_id,), status=201)


async def find_requests(call: Call) -> Answer:
    """GET the requests by deadline; with `open=true` those that wait for an answer."""
    asked = known(call.request.query, "open")
    found = await request.requests(call.rooms.database, is_open=asked.get("open") == "true")
    return told([_shown(asdict(each)) for each in found])


async def retrieve_request(call: Call) -> Answer:
    """GET one request."""
    return told(_shown(asdict(await request.one(call.rooms.database, call.path["id"]))))


async def take_request(call: Call) -> Answer:
    """POST a step: verify, extend, refuse or complete."""
    given = _given(call, "step", "reference")
    step = _text(given, "step")
    if step not in _STEPS:
        raise Invalid(f"must be one of {', '.join(_STEPS)}.", path="step")
    taken = await request.take(
        call.rooms.database,
        call.path["id"],
        step,
        reference=_text(given, "reference"),
        actor=call.actor,
    )
    return told(_shown(asdict(taken)))


_STEPS = ("verify", "extend", "refuse", "complete")


def _instant(given: Mapping[str, Any], name: str) -> datetime | None:
    if given.get(name) is None:
        return None
    instant = parse_instant(given[name])
    if instant is None:
        raise Invalid("is no date or date-time.", path=name, hint="Write 2026-01-31T12:00:00Z.")
    return instant


_WORD = {"type": "string"}
_CASE = {**_WORD, "description": "A reference to a case: 3 to 64 letters, digits and :./#_-"}
_INSTANT = {**_WORD, "format": "date-time"}
_OBJECT: dict[str, Any] = {"type": "object"}
_LIST = {"type": "array", "items": _OBJECT}


def _body(*needed: str, **properties: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(needed), "properties": dict(properties)}


def _route(
    method: str,
    path: str,
    operation: Operation,
    handler: Any,
    summary: str,
    *,
    body: dict[str, Any] | None = None,
    answer: dict[str, Any] = _OBJECT,
    status: int = 200,
    other_statuses: tuple[int, ...] = (),
) -> Route:
    entry = path.split("/")[1]
    return Route(
        method, path, operation, handler, summary, entry, _EVERY,
        body=body, answer=answer, status=status, other_statuses=other_statuses,
    )  # fmt: skip


ROUTES = (
    _route(
        "POST", "/erasure", Operation.DELETE, erase, "Erase a subject, or ask what would go",
        body=_body("subjectId", subjectId=_WORD, reason=_CASE, dryRun={"type": "boolean"},
                   asJob={"type": "boolean"}),
        status=201, other_statuses=(200, 202),
    ),
    _route("GET", "/erasure", Operation.DELETE, find_erasures, "The erasures", answer=_LIST),
    _route("GET", "/erasure/{id}", Operation.DELETE, certificate, "A certificate of erasure"),
    _route(
        "POST", "/legalHold", Operation.DELETE, place, "Place a legal hold",
        body=_body("subjectId", "reason", subjectId=_WORD, reason=_CASE, until=_INSTANT),
        status=201,
    ),
    _route("GET", "/legalHold", Operation.DELETE, find_holds, "Legal holds in force", answer=_LIST),
    _route(
        "POST", "/legalHold/{id}/lift", Operation.DELETE, lift, "Lift a legal hold",
        body=_body("reason", reason=_CASE),
    ),
    _route(
        "POST", "/subjectRequest", Operation.MODIFY, open_request, "Open a subject's request",
        body=_body("kind", "subjectId", subjectId=_WORD, receivedAt=_INSTANT,
                   kind={**_WORD, "enum": list(request.KINDS)}),
        status=201,
    ),
    _route("GET", "/subjectRequest", Operation.READ, find_requests, "Requests", answer=_LIST),
    _route("GET", "/subjectRequest/{id}", Operation.READ, retrieve_request, "One request"),
    _route(
        "POST", "/subjectRequest/{id}/step", Operation.MODIFY, take_request, "Take a request on",
        body=_body("step", "reference", step={**_WORD, "enum": list(_STEPS)}, reference=_CASE),
    ),
)  # fmt: skip
