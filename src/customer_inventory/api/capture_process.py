"""Capture processes over HTTP: declared, decided on by the people whom tokens name, measured.

That is no operation on a record type: it is permitted under the name `captureProcess`, which `*`
does not cover.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from decimal import Decimal
from typing import Any, get_args

import msgspec

from customer_inventory.access.lifecycle import STATES
from customer_inventory.access.operation import CAPTURE_PROCESS, Operation
from customer_inventory.api.capture_process_schema import (
    DECLARED,
    FIGURES,
    KIND,
    LIMIT,
    PAST,
    RUN,
    SHOWN,
    STATE,
    STEP,
    STEPS,
    TEXT,
    WHOLE,
)
from customer_inventory.api.given import decided, given, shown, text, text_or_none
from customer_inventory.api.route import Call, Route, told
from customer_inventory.capture.process import register, running, scheduling
from customer_inventory.capture.process.declared import Declared, Kind, checked
from customer_inventory.capture.process.register import Standing
from customer_inventory.capture.process.task import Figures
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.document import parse, parse_object
from customer_inventory.store.database import Row
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_DEFAULT = 100
_LARGEST = 1e15
_OUTSIDE = "s3://"
_ALONE: dict[str, Callable[..., Awaitable[None]]] = {
    "review": register.review,
    "approve": register.approve,
    "reject": register.reject,
}
_FOLLOWED: dict[str, Callable[..., Awaitable[None]]] = {
    "enforce": register.enforce,
    "suspend": register.suspend,
    "resume": register.resume,
    "retire": register.retire,
}
"""Steps by which what is in force changes, and what is trusted with it."""


async def find(call: Call) -> Answer:
    """GET processes by id, each as it is in force or its latest version, and its record."""
    asked = known(call.request.query, "kind", "state", "after", "limit")
    most = call.rooms.max_page
    limit = number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1)
    kind, state = _one_of(asked, "kind", get_args(Kind)), _one_of(asked, "state", STATES)
    found = [
        each
        for each in await register.processes(call.rooms.database)
        if each.declared.id > asked.get("after", "")
        and kind in (None, each.declared.kind)
        and state in (None, each.state)
    ][:limit]
    return told([_standing(each) for each in found], ids=tuple(e.declared.id for e in found))


async def retrieve(call: Call) -> Answer:
    """GET one process: what it says, how it stands, and its versions."""
    return await _told(call, call.path["id"])


async def history(call: Call) -> Answer:
    """GET every step that a process took, latest first."""
    identifier = call.path["id"]
    await register.one(call.rooms.database, identifier)
    rows = await register.decisions(call.rooms.database, identifier)
    return told([shown(row) for row in rows], ids=(identifier,))


async def find_runs(call: Call) -> Answer:
    """GET the runs of a process, newest first: what became of each, and what it counted."""
    asked = known(call.request.query, "limit")
    most, identifier = call.rooms.max_page, call.path["id"]
    limit = number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1)
    await register.one(call.rooms.database, identifier)
    rows = await running.runs(call.rooms.database, identifier, limit=limit)
    return told([_run(row) for row in rows], ids=(identifier,))


async def propose(call: Call) -> Answer:
    """POST a declaration: it is proposed, as a new process or a new version of one."""
    body = parse_object(call.request.body)
    by = decided(call, str(body.pop("reason", "")))
    declared = checked(body)
    _demand_outside(declared)
    await register.propose(call.rooms.database, declared, by=by)
    return await _told(call, declared.id, status=201)


async def take_step(call: Call) -> Answer:
    """POST a step of a process's life, as the person whom the token names."""
    body = given(call, "step", "reason")
    step, identifier = text(body, "step"), call.path["id"]
    by = decided(call, text_or_none(body, "reason") or "")
    if step in _ALONE:
        await _ALONE[step](call.rooms.database, identifier, by=by)
    elif step in _FOLLOWED:
        await _FOLLOWED[step](call.rooms.database, identifier, by=by, actor=call.actor)
    else:
        raise Invalid(f"must be one of {', '.join(STEPS)}.", path="step")
    return await _told(call, identifier)


async def start(call: Call) -> Answer:
    """POST: run a process of the house now, in the background."""
    given(call)
    identifier = call.path["id"]
    (one,) = await register.active(call.rooms.database, identifier)
    if not one.declared.is_of_house:
        raise Invalid(f"{identifier} is done by people.", hint="They record that it was.")
    await scheduling.start(call.rooms.database, identifier, actor=call.actor)
    return told({"id": identifier}, ids=(identifier,), status=202)


async def record(call: Call) -> Answer:
    """POST a run of what people do: its figures, or what kept it from being done."""
    body, identifier = given(call, "figures", "problem"), call.path["id"]
    person = decided(call, "").person
    (one,) = await register.active(call.rooms.database, identifier)
    await running.note(
        call.rooms.database,
        one,
        person=person,
        figures=_figures(body.get("figures", {})),
        problem=text_or_none(body, "problem"),
    )
    (row,) = await running.runs(call.rooms.database, identifier, limit=1)
    return told(_run(row), ids=(identifier,), status=201)


def _demand_outside(declared: Declared) -> None:
    """Raise Invalid for a place on this machine: only who sits at it names those."""
    place = declared.load.place if declared.load else None
    if place is not None and not place.startswith(_OUTSIDE):
        raise Invalid(
            "must be in an object storage.",
            path="load.place",
            hint=f"Write {_OUTSIDE}BUCKET/KEY; files of this machine are named at its terminal.",
        )


async def _told(call: Call, identifier: str, *, status: int = 200) -> Answer:
    database = call.rooms.database
    standing = await register.one(database, identifier)
    versions = [
        {**shown(row), "content": parse(row["content"])}
        for row in await register.versions(database, identifier)
    ]
    return told({**_standing(standing), "version": versions}, ids=(identifier,), status=status)


def _standing(each: Standing) -> dict[str, Any]:
    measured = asdict(each)
    counted = {name: measured.pop(name) for name in ("declared", "version", "state")}
    return {
        **_said(each.declared),
        "currentVersion": counted["version"],
        "state": counted["state"],
        "isOfHouse": each.declared.is_of_house,
        "measured": shown(measured),
    }


def _said(declared: Declared) -> dict[str, Any]:
    """Return what a process says, without what it does not."""
    said: dict[str, Any] = msgspec.to_builtins(declared)
    if said["load"] is not None:
        said["load"] = {name: value for name, value in said["load"].items() if value is not None}
    return {name: value for name, value in said.items() if value is not None}


def _run(row: Row) -> dict[str, Any]:
    return shown({**dict(row), "figures": parse(row["figures"])})


def _one_of(asked: dict[str, str], name: str, words: tuple[str, ...]) -> str | None:
    word = asked.get(name)
    if word is not None and word not in words:
        raise Invalid(f"must be one of {', '.join(words)}.", path=name)
    return word


def _figures(sent: Any) -> Figures:
    """Return figures by name, as numbers of the machine; raise Invalid for anything else."""
    if not isinstance(sent, dict) or not all(map(_is_number, sent.values())):
        raise Invalid("must be numbers by name.", path="figures")
    return {name: float(value) for name, value in sent.items()}


def _is_number(value: Any) -> bool:
    is_number = isinstance(value, int | float | Decimal) and not isinstance(value, bool)
    return is_number and abs(value) <= _LARGEST


_WORD = "captureProcess"

ROUTES = (
    Route(
        "GET", "/captureProcess", Operation.READ, find,
        "Processes of capture and of management, with their measured record", _WORD,
        CAPTURE_PROCESS,
        parameters=(
            parameter("kind", "query", KIND, "Of this kind"),
            parameter("state", "query", STATE, "In this state"),
            parameter("after", "query", TEXT, "Begin after the process of this id"),
            LIMIT,
        ),
        answer={"type": "array", "items": SHOWN},
    ),
    Route("POST", "/captureProcess", Operation.CREATE, propose, "Propose a process", _WORD,
          CAPTURE_PROCESS, status=201, answer=WHOLE,
          body={"type": "object", "required": ["id", "kind", "name", "owner"],
                "properties": {**DECLARED, "reason": TEXT}}),
    Route("GET", "/captureProcess/{id}", Operation.READ, retrieve, "One process", _WORD,
          CAPTURE_PROCESS, answer=WHOLE),
    Route("GET", "/captureProcess/{id}/history", Operation.READ, history,
          "Every step that a process took", _WORD, CAPTURE_PROCESS,
          answer={"type": "array", "items": PAST}),
    Route("POST", "/captureProcess/{id}/step", Operation.MODIFY, take_step,
          "Review, approve, reject, enforce, suspend, resume or retire a process", _WORD,
          CAPTURE_PROCESS, body=STEP, answer=WHOLE),
    Route("GET", "/captureProcess/{id}/run", Operation.READ, find_runs, "The runs of a process",
          _WORD, CAPTURE_PROCESS, parameters=(LIMIT,), answer={"type": "array", "items": RUN}),
    Route("POST", "/captureProcess/{id}/run", Operation.UPDATE, start, "Run a process now", _WORD,
          CAPTURE_PROCESS, status=202, body={"type": "object"},
          answer={"type": "object", "properties": {"id": TEXT}}),
    Route("POST", "/captureProcess/{id}/record", Operation.UPDATE, record,
          "Record that what people do was done", _WORD, CAPTURE_PROCESS, status=201,
          body={"type": "object", "properties": {"figures": FIGURES, "problem": TEXT}},
          answer=RUN),
)  # fmt: skip
