"""What capture processes look like over HTTP: schemas for the OpenAPI document."""

from typing import Any, get_args

from customer_inventory.access.lifecycle import STATES
from customer_inventory.capture.process.declared import Kind
from customer_inventory.capture.process.task import TASKS
from customer_inventory.web.openapi import parameter

STEPS = ("review", "approve", "reject", "enforce", "suspend", "resume", "retire")
"""The steps that a process takes over HTTP."""

TEXT = {"type": "string"}
_COUNT = {"type": "integer", "minimum": 0}
_INSTANT = {**TEXT, "format": "date-time"}
STATE = {**TEXT, "enum": list(STATES)}
FIGURES = {"type": "object", "additionalProperties": {"type": "number"}}
KIND = {**TEXT, "enum": list(get_args(Kind))}
_OBJECTIVE = {
    "description": "In words, or as a bound of a figure that runs have",
    "oneOf": [
        TEXT,
        {
            "type": "object",
            "required": ["figure", "unit"],
            "properties": {
                "figure": TEXT, "unit": TEXT, "said": TEXT,
                "atLeast": {"type": "number"}, "atMost": {"type": "number"},
            },
        },
    ],
}  # fmt: skip
_LOAD = {
    "type": "object",
    "description": "What a process of kind capture loads",
    "required": ["mapping", "process", "purpose"],
    "properties": {
        "mapping": {**TEXT, "description": "The text of the mapping"},
        "mappingName": TEXT,
        "process": {**TEXT, "description": "The registered process it acts as"},
        "purpose": TEXT,
        "place": {**TEXT, "description": "s3://BUCKET/KEY"},
        "member": TEXT,
        "sheet": TEXT,
        "trust": {"type": "integer", "description": "Rank of the source"},
        "trustBy": {
            "type": "object",
            "additionalProperties": {"type": "integer"},
            "description": "Rank of the source by element, such as individual.birthDate",
        },
        "freshHours": _COUNT,
        "controls": {
            "type": "object",
            "properties": {
                "leastRows": _COUNT,
                "mostRefused": {"type": "number", "minimum": 0, "maximum": 1},
            },
        },
    },
}
DECLARED: dict[str, Any] = {
    "id": {**TEXT, "pattern": "^[a-z][a-z0-9-]{1,62}$"},
    "kind": KIND,
    "name": TEXT,
    "owner": TEXT,
    "description": TEXT,
    "schedule": {**TEXT, "description": "A cron expression (UTC)"},
    "load": _LOAD,
    "task": {**TEXT, "enum": list(TASKS), "description": "What one of kind management is for"},
    "steps": {"type": "array", "items": TEXT},
    "objective": _OBJECTIVE,
}
_MEASURED = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("runs", "outOfControl", "failed", "met", "missed"), _COUNT),
        "lastIsMet": {"type": "boolean"},
        "meanSeconds": {"type": "number"},
        "lastEndedAt": _INSTANT,
        "isFresh": {"type": "boolean"},
    },
}
_VERSION = {
    "type": "object",
    "properties": {
        "id": TEXT, "version": {"type": "integer"}, "state": STATE, "proposedBy": TEXT,
        "proposedAt": _INSTANT, "content": {"type": "object"},
    },
}  # fmt: skip
SHOWN: dict[str, Any] = {
    "type": "object",
    "properties": {
        **DECLARED,
        "currentVersion": {"type": "integer"},
        "state": STATE,
        "isOfHouse": {"type": "boolean", "description": "Whether a run is a job of the house"},
        "measured": _MEASURED,
    },
}
WHOLE = {
    "type": "object",
    "properties": {**SHOWN["properties"], "version": {"type": "array", "items": _VERSION}},
}
PAST = {
    "type": "object",
    "properties": {
        "id": TEXT, "version": {"type": "integer"}, "state": STATE, "person": TEXT,
        "enteredBy": TEXT, "decidedAt": _INSTANT, "reason": TEXT,
    },
}  # fmt: skip
RUN = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("process", "outcome", "problem", "person", "import"), TEXT),
        **dict.fromkeys(("id", "version", "rowsRead", "rowsRefused", "corrected"), _COUNT),
        **dict.fromkeys(("beganAt", "endedAt"), _INSTANT),
        "seconds": {"type": "number"},
        "figures": FIGURES,
        "isMet": {"type": "boolean", "description": "Whether the objective was met"},
    },
}
STEP = {
    "type": "object",
    "required": ["step"],
    "properties": {"step": {**TEXT, "enum": list(STEPS)}, "reason": TEXT},
}
LIMIT = parameter("limit", "query", {"type": "integer", "minimum": 1}, "Most shown")
