"""Shortcomings of the repository over HTTP: found, proved, handed over, decided, measured again.

They tell of tables, statements and settings, of no record. They are permitted under the name
`shortcoming`: to read them, and with `modify` to decide of them.
"""

import asyncio
from datetime import date
from typing import Any, get_args

from customer_inventory.access.operation import SHORTCOMING, Operation
from customer_inventory.api.given import given, shown, text, text_or_none
from customer_inventory.api.route import Call, Route, told
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.report.form import FORMS
from customer_inventory.record.document import parse_object
from customer_inventory.shortcomings import deciding, held
from customer_inventory.shortcomings.check import Check, Severity
from customer_inventory.shortcomings.every import EVERY, check_of
from customer_inventory.shortcomings.handover import raising
from customer_inventory.shortcomings.handover.register import register
from customer_inventory.store.database import Row
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_SEVERITIES = get_args(Severity)
_DECIDED = {"snoozed": "snoozed", "rejected": "rejected"}
_DEFAULT = 100
_MARKDOWN = "text/markdown; charset=utf-8"


async def find(call: Call) -> Answer:
    """GET shortcomings, the worst first, those that are not over unless told."""
    asked, most = (
        known(call.request.query, "state", "severity", "check", "limit"),
        call.rooms.max_page,
    )
    limit = number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1)
    rows = await held.listed(call.rooms.database, _states(asked.get("state")))
    severity, check = asked.get("severity"), asked.get("check")
    if severity is not None and severity not in _SEVERITIES:
        raise Invalid(f"must be one of {', '.join(_SEVERITIES)}.", path="severity")
    chosen = [
        row
        for row in rows
        if severity in (None, row["severity"]) and check in (None, row["checked"])
    ]
    return told([_shown(row) for row in chosen[:limit]])


async def retrieve(call: Call) -> Answer:
    """GET a shortcoming: its figures, its check, what became of it."""
    row, steps = await held.one(call.rooms.database, call.path["id"])
    check = check_of(row["checked"])
    return told(
        {
            **_shown(row),
            "title": check.title,
            "risk": check.risk,
            "remedy": check.remedy,
            "step": [shown(step) for step in steps],
        }
    )


async def show_dossier(call: Call) -> Answer:
    """GET the dossier of a shortcoming, as JSON or as Markdown."""
    form = known(call.request.query, "form").get("form", "json")
    if form not in ("json", "md"):
        raise Invalid("must be one of json, md.", path="form")
    made = await raising.dossier_of(call.rooms.database, call.path["id"])
    if form == "json":
        return Answer(200, made.as_json())
    header = (b"content-type", _MARKDOWN.encode())
    return Answer(200, made.as_markdown().encode(), (header,))


async def hand_over(call: Call) -> Answer:
    """POST: hand a shortcoming over; 201 with its ticket, 200 with one that it has already."""
    given(call)
    done = await raising.raise_one(
        call.rooms.database, call.path["id"], place=call.rooms.measuring.place, actor=call.actor
    )
    content = {"fingerprint": done.fingerprint, "ticket": done.ticket, "place": done.place}
    return told(content, status=201 if done.is_new else 200)


async def change(call: Call) -> Answer:
    """PATCH: snooze a shortcoming until a day, or say that it is none."""
    asked = given(call, "state", "reason", "until")
    state = text(asked, "state")
    if state not in _DECIDED:
        raise Invalid(f"must be one of {', '.join(_DECIDED)}.", path="state")
    until = _day(text(asked, "until")) if state == "snoozed" else None
    if state == "rejected" and asked.get("until") is not None:
        raise Invalid("is for what is snoozed.", path="until")
    reason = text_or_none(asked, "reason") or ""
    await deciding.decide(
        call.rooms.database, call.path["id"], state, reason=reason, until=until, actor=call.actor
    )
    return await retrieve(call)


async def verify(call: Call) -> Answer:
    """POST: measure again what is said to be mended; closed with the gain, or reopened."""
    reason = text(given(call, "reason"), "reason")
    deciding.demand_reason(reason)
    found = await call.rooms.measuring.verify(call.path["id"], reason=reason, actor=call.actor)
    content = {
        "state": "closed" if found.is_gone else "reopened",
        "before": found.before,
        "now": found.now,
        "gain": found.gain if found.is_gone else None,
        "unit": found.unit,
        "said": found.said,
    }
    return told({name: value for name, value in content.items() if value is not None})


async def checks(call: Call) -> Answer:
    """GET every check: from which value on it speaks, and what came of it last."""
    rows = {row["checked"]: row for row in await held.last_outcomes(call.rooms.database)}
    return told([_check(each, rows.get(each.id)) for each in EVERY])


async def score(call: Call) -> Answer:
    """GET the scoreboard: counts, means of gain promised and achieved, and each side by side."""
    whole = shown(await held.scoreboard(call.rooms.database))
    each = [shown(row) for row in await held.scores(call.rooms.database)]
    return told({**whole, "each": [_renamed(row) for row in each]})


async def show_register(call: Call) -> Answer:
    """GET the register of shortcomings, in the form that is asked for."""
    form = known(call.request.query, "form").get("form", "html")
    if form not in FORMS:
        raise Invalid(f"must be one of {', '.join(FORMS)}.", path="form")
    # Laying out a page takes a moment in which other requests are served.
    body = await asyncio.to_thread(FORMS[form].made, await register(call.rooms.database))
    return Answer(200, body, ((b"content-type", FORMS[form].media.encode()),))


def _states(words: str | None) -> tuple[str, ...]:
    if words is None:
        return held.UNDECIDED
    every = (*held.UNDECIDED, "snoozed", "rejected", "closed")
    chosen = tuple(words.split(","))
    if not set(chosen) <= set(every):
        raise Invalid(f"must be of {', '.join(every)}, with commas between.", path="state")
    return chosen


def _shown(row: Row) -> dict[str, Any]:
    told_apart = {
        name: parse_object(row[name]) for name in ("figures", "impact") if row[name] is not None
    }
    return {**_renamed(shown(row)), **told_apart}


def _renamed(row: dict[str, Any]) -> dict[str, Any]:
    return {("check" if name == "checked" else name): value for name, value in row.items()}


def _check(check: Check, row: Row | None) -> dict[str, Any]:
    last = {} if row is None else {"state": row["state"], "reason": row["reason"],
                                   "found": row["found"]}  # fmt: skip
    content = {
        "id": check.id, "title": check.title, "unit": check.unit, "warn": check.warn,
        "critical": check.critical, "floor": check.floor, "floorUnit": check.floor_unit,
        "leastDays": check.least_days, "risk": check.risk, "remedy": check.remedy, **last,
    }  # fmt: skip
    return {name: value for name, value in content.items() if value is not None}


def _day(word: str) -> date:
    try:
        return date.fromisoformat(word)
    except ValueError:
        raise Invalid("is no day.", path="until", hint="Write 2026-01-31.") from None


_TEXT = {"type": "string"}
_WHOLE = {"type": "integer"}
_NUMBER = {"type": "number"}
_TIME = {"type": "string", "format": "date-time"}
_DAY = {"type": "string", "format": "date"}
_SEVERITY = {**_TEXT, "enum": list(_SEVERITIES)}
_SHORTCOMING: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("fingerprint", "check", "object", "state", "evidence", "unit"), _TEXT),
        **dict.fromkeys(("value", "firstValue", "lastValue", "threshold", "beforeValue",
                         "promisedValue"), _NUMBER),
        **dict.fromkeys(("firstSeen", "lastSeen", "verifiedAt"), _TIME),
        **dict.fromkeys(("timesReopened", "falseFixes"), _WHOLE),
        "severity": _SEVERITY,
        "snoozedUntil": _DAY,
        "figures": {"type": "object", "description": "Figures of the server, of no customer"},
        "impact": {
            "type": "object",
            "description": "Processes, customers at most, cost in a month, as far as known",
        },
    },
}  # fmt: skip
_ONE = {
    "type": "object",
    "properties": {
        **_SHORTCOMING["properties"],
        **dict.fromkeys(("title", "risk", "remedy"), _TEXT),
        "step": {"type": "array", "items": {"type": "object"}},
    },
}
_RAISED = {"type": "object", "properties": dict.fromkeys(("fingerprint", "ticket", "place"), _TEXT)}
_VERDICT = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("state", "unit", "said"), _TEXT),
        **dict.fromkeys(("before", "now", "gain"), _NUMBER),
    },
}
_CHECK = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("id", "title", "unit", "floorUnit", "risk", "remedy", "reason"), _TEXT),
        **dict.fromkeys(("warn", "critical", "floor", "leastDays"), _NUMBER),
        "state": {**_TEXT, "enum": ["ok", "finding", "skipped"]},
        "found": _WHOLE,
    },
}
_SCORE = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("found", "raised", "accepted", "verified", "closed", "rejected",
                         "reopened", "falseFixes"), _WHOLE),
        **dict.fromkeys(("promised", "achieved"), _NUMBER),
        "each": {"type": "array", "items": {"type": "object"}},
    },
}  # fmt: skip
_QUERY = (
    parameter("state", "query", _TEXT, "In these states, with commas between"),
    parameter("severity", "query", _SEVERITY, "So severe"),
    parameter("check", "query", _TEXT, "Found by this check"),
    parameter("limit", "query", {**_WHOLE, "minimum": 1}, "Most shown"),
)
_FORM = {**_TEXT, "enum": ["json", "md"]}

ROUTES = (
    Route("GET", "/shortcoming", Operation.READ, find, "What is wrong with the repository",
          "shortcoming", SHORTCOMING, parameters=_QUERY,
          answer={"type": "array", "items": _SHORTCOMING}),
    Route("GET", "/shortcoming/{id}", Operation.READ, retrieve,
          "A shortcoming, and what became of it", "shortcoming", SHORTCOMING, answer=_ONE),
    Route("PATCH", "/shortcoming/{id}", Operation.MODIFY, change,
          "Snooze a shortcoming, or say that it is none", "shortcoming", SHORTCOMING, answer=_ONE,
          body={"type": "object", "required": ["state", "reason"],
                "properties": {"state": {**_TEXT, "enum": list(_DECIDED)}, "reason": _TEXT,
                               "until": _DAY}},
          errors=("409",)),
    Route("GET", "/shortcoming/{id}/dossier", Operation.READ, show_dossier,
          "The dossier of a shortcoming", "shortcoming", SHORTCOMING, answer_media="*/*",
          parameters=(parameter("form", "query", _FORM, "json unless named"),)),
    Route("POST", "/shortcoming/{id}/raise", Operation.MODIFY, hand_over,
          "Hand a shortcoming over, as a ticket", "shortcoming", SHORTCOMING, answer=_RAISED,
          body={"type": "object", "properties": {}}, status=201, other_statuses=(200,),
          errors=("409",)),
    Route("POST", "/shortcoming/{id}/verify", Operation.MODIFY, verify,
          "Measure again what is said to be mended", "shortcoming", SHORTCOMING, answer=_VERDICT,
          body={"type": "object", "required": ["reason"], "properties": {"reason": _TEXT}},
          errors=("409",)),
    Route("GET", "/shortcomingCheck", Operation.READ, checks, "Checks, and what came of them last",
          "shortcomingCheck", SHORTCOMING, answer={"type": "array", "items": _CHECK}),
    Route("GET", "/shortcomingScore", Operation.READ, score, "Gain promised and achieved",
          "shortcomingScore", SHORTCOMING, answer=_SCORE),
    Route("GET", "/shortcomingRegister", Operation.READ, show_register,
          "The register of shortcomings", "shortcomingRegister", SHORTCOMING,
          parameters=(parameter("form", "query", {**_TEXT, "enum": list(FORMS)},
                                "html unless named"),),
          answer_media="*/*"),
)  # fmt: skip
