"""Automated audits over HTTP: what is asked, runs and what came of them, scores.

None of it tells of any record. It is permitted under the name `audit`, which `*` does not cover.
"""

from typing import Any

from customer_inventory.access.operation import AUDIT, Operation
from customer_inventory.api.given import flag, given, shown, texts
from customer_inventory.api.route import Call, Route, told
from customer_inventory.audit import job, running, scoring
from customer_inventory.audit.accuracy import measured
from customer_inventory.audit.running import NoSuchRun, Outcome
from customer_inventory.audit.scoring import BY, By, Score
from customer_inventory.kit.errors import Invalid
from customer_inventory.record.job import enqueue
from customer_inventory.record.types import TYPES, named
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_DEFAULT = 20
_RUNS, _MOST_RUNS = 12, 100
_LARGEST = 2**63 - 1


async def rules(call: Call) -> Answer:
    """GET what is asked: the rules of requirements in force, and those between records."""
    asked = known(call.request.query, "type")
    types = [named(asked["type"]).name] if "type" in asked else []
    alarms = await scoring.false_alarms(call.rooms.database)
    content = [
        {
            "id": each.id,
            "name": each.name,
            "type": each.record_type,
            "path": each.path,
            "dimension": each.dimension,
            "aspect": each.aspect,
            "severity": each.severity,
            "sha256": each.sha256.hex(),
            "falseAlarms": alarms.get(each.id, 0),
            **({"requirement": each.requirement} if each.requirement else {}),
            **({"threshold": each.threshold} if each.threshold is not None else {}),
            **({"pack": each.pack, "means": each.means, "do": each.do} if each.pack else {}),
        }
        for each in await running.rules_in_force(call.rooms.database, types)
    ]
    return told(content)


async def runs(call: Call) -> Answer:
    """GET runs, newest first, and how far they are."""
    asked = known(call.request.query, "limit")
    most = call.rooms.max_page
    limit = number(asked.get("limit", str(min(_DEFAULT, most))), "limit", most, least=1)
    return told([shown(row) for row in await running.runs(call.rooms.database, limit=limit)])


async def run(call: Call) -> Answer:
    """GET one run, and what came of each rule in it."""
    identifier = run_number(call.path["id"])
    row = await running.one_run(call.rooms.database, identifier)
    outcomes = await running.outcomes(call.rooms.database, identifier)
    return told({**shown(row), "result": [_outcome(each) for each in outcomes]})


async def begin(call: Call) -> Answer:
    """POST: audit in the background what changed of some types, or of all; or everything."""
    asked = given(call, "type", "full")
    types = sorted(set(texts(asked, "type")))
    for name in types:
        if name not in TYPES:
            raise Invalid(f"There is no record type {name[:100]!r}.", path="type")
    payload = {"types": types, "full": flag(asked, "full")}
    await enqueue(call.rooms.database, job.AUDIT, payload, actor=call.actor)
    return told({"type": types, "full": payload["full"]}, status=202)


async def score(call: Call) -> Answer:
    """GET how much of what is asked holds, by dimension or something else, as last asked."""
    asked, database = known(call.request.query, "by"), call.rooms.database
    by = _by(asked.get("by", "dimension"))
    in_force = await running.asked_in_force(database)
    return told([_score(each) for each in await scoring.scores(database, by, rules=in_force)])


async def history(call: Call) -> Answer:
    """GET how much of what was asked held after each of the last audits, oldest first."""
    asked = known(call.request.query, "by", "limit")
    limit = number(asked.get("limit", str(_RUNS)), "limit", _MOST_RUNS, least=1)
    by = _by(asked.get("by", "dimension"))
    found = await scoring.over_time(call.rooms.database, by, last=limit)
    content = [
        {"auditRun": run, "endedAt": at, "score": [_score(each) for each in scores]}
        for (run, at), scores in found.items()
    ]
    return told(content)


async def accuracy(call: Call) -> Answer:
    """GET what is known of accuracy: by comparison with sources, and by campaigns."""
    known(call.request.query)
    rules = await running.asked_in_force(call.rooms.database)
    content = [
        {
            "how": each.how,
            "of": each.of,
            "type": each.record_type,
            "element": list(each.elements),
            "at": each.at,
            "lookedAt": each.looked_at,
            "differ": each.differ,
            **({} if each.score is None else {"score": round(each.score, 6)}),
            **({} if each.low is None else {"low": each.low, "high": each.high}),
        }
        for each in await measured(call.rooms.database, rules)
    ]
    return told(content)


def run_number(text: str) -> int:
    """Return the number of a run that a path names; raise NoSuchRun for what is none."""
    if text.isascii() and text.isdigit() and len(text) < len(str(_LARGEST)):
        return int(text)
    raise NoSuchRun(0)


def _by(word: str) -> By:
    for by in BY:
        if by == word:
            return by
    raise Invalid(f"must be one of {', '.join(BY)}.", path="by")


def _score(each: Score) -> dict[str, Any]:
    return {
        "name": each.name,
        "failed": each.failed,
        "isBreached": each.is_breached,
        "isMeasured": each.is_measured,
        **({} if each.population is None else {"population": each.population}),
        **({} if each.score is None else {"score": round(each.score, 6)}),
        **({} if each.threshold is None else {"threshold": each.threshold}),
    }


def _outcome(each: Outcome) -> dict[str, Any]:
    told = {
        "rule": each.rule,
        "type": each.record_type,
        "requirement": each.requirement,
        "dimension": each.dimension,
        "aspect": each.aspect,
        "threshold": each.threshold,
        "lookedAt": each.looked_at,
        "population": each.population,
        "failed": each.failed,
        "accepted": each.accepted,
        "score": None if each.score is None else round(each.score, 6),
        "isBreached": each.is_breached,
        "error": each.error,
    }
    return {name: value for name, value in told.items() if value is not None}


_TEXT = {"type": "string"}
_COUNT = {"type": "integer"}
_SHARE = {"type": "number"}
_FLAG = {"type": "boolean"}
_TIME = {"type": "string", "format": "date-time"}
_TYPES = {"type": "array", "items": _TEXT}


def _list(of: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": of}


_RULE = {
    "type": "object",
    "properties": {
        **dict.fromkeys(
            ("id", "name", "type", "path", "dimension", "aspect", "severity", "sha256",
             "requirement", "pack", "means", "do"), _TEXT,
        ),
        "falseAlarms": _COUNT,
        "threshold": _SHARE,
    },
}  # fmt: skip
_RESULT = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("rule", "type", "requirement", "dimension", "aspect", "error"), _TEXT),
        **dict.fromkeys(("lookedAt", "population", "failed", "accepted"), _COUNT),
        **dict.fromkeys(("threshold", "score"), _SHARE),
        "isBreached": _FLAG,
    },
}
_RUN: dict[str, Any] = {
    "type": "object",
    "properties": {
        "id": _COUNT,
        "state": {**_TEXT, "enum": ["running", "done", "brokenOff"]},
        "isFull": _FLAG,
        "recordTypes": _TYPES,
        **dict.fromkeys(("process", "person", "purpose"), _TEXT),
        **dict.fromkeys(("beganAt", "endedAt"), _TIME),
        **dict.fromkeys(("scans", "ended", "lookedAt", "opened", "reopened", "passed"), _COUNT),
    },
}
_ONE_RUN = {
    "type": "object",
    "properties": {**_RUN["properties"], "result": _list(_RESULT)},
}
_SCORE = {
    "type": "object",
    "properties": {
        "name": _TEXT,
        **dict.fromkeys(("failed", "population"), _COUNT),
        **dict.fromkeys(("score", "threshold"), _SHARE),
        **dict.fromkeys(("isBreached", "isMeasured"), _FLAG),
    },
}
_ACCURACY = {
    "type": "object",
    "properties": {
        "how": {**_TEXT, "enum": ["reconciliation", "campaign"]},
        **dict.fromkeys(("of", "type"), _TEXT),
        "element": _TYPES,
        "at": _TIME,
        **dict.fromkeys(("lookedAt", "differ"), _COUNT),
        **dict.fromkeys(("score", "low", "high"), _SHARE),
    },
}

ROUTES = (
    Route(
        "GET", "/auditRule", Operation.READ, rules, "What audits ask of records", "auditRule",
        AUDIT, parameters=(parameter("type", "query", _TEXT, "Of this record type"),),
        answer=_list(_RULE), errors=("404",),
    ),
    Route(
        "GET", "/auditRun", Operation.READ, runs, "Audits, newest first, and how far they are",
        "auditRun", AUDIT,
        parameters=(parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown"),),
        answer=_list(_RUN),
    ),
    Route(
        "POST", "/auditRun", Operation.CREATE, begin, "Audit what changed, or everything",
        "auditRun", AUDIT, status=202,
        body={"type": "object", "properties": {"type": _TYPES, "full": _FLAG}},
        answer={"type": "object", "properties": {"type": _TYPES, "full": _FLAG}},
    ),
    Route(
        "GET", "/auditRun/{id}", Operation.READ, run, "An audit, and what came of each rule",
        "auditRun", AUDIT, answer=_ONE_RUN,
    ),
    Route(
        "GET", "/qualityScore", Operation.READ, score, "How much of what is asked holds",
        "qualityScore", AUDIT,
        parameters=(
            parameter("by", "query", {**_TEXT, "enum": list(BY)}, "By dimension unless told"),
        ),
        answer=_list(_SCORE),
    ),
    Route(
        "GET", "/qualityScore/accuracy", Operation.READ, accuracy,
        "What is known of accuracy, by comparison with sources and with the world", "qualityScore",
        AUDIT, answer=_list(_ACCURACY),
    ),
    Route(
        "GET", "/qualityScore/history", Operation.READ, history,
        "How much of what was asked held after each of the last audits", "qualityScore", AUDIT,
        parameters=(
            parameter("by", "query", {**_TEXT, "enum": list(BY)}, "By dimension unless told"),
            parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most audits shown"),
        ),
        answer=_list(
            {
                "type": "object",
                "properties": {"auditRun": _COUNT, "endedAt": _TIME, "score": _list(_SCORE)},
            }
        ),
    ),
)  # fmt: skip
