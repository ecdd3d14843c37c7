"""What audit campaigns look like over HTTP, for the OpenAPI document."""

from typing import Any, get_args

from customer_inventory.audit.campaign.campaign import Compared, State
from customer_inventory.audit.campaign.verdict import Outcome, Word

Schema = dict[str, Any]

_TEXT: Schema = {"type": "string"}
_WORDS: Schema = {"type": "array", "items": _TEXT}
_NUMBER: Schema = {"type": "number"}
_WHOLE: Schema = {"type": "integer"}
_INSTANT: Schema = {"type": "string", "format": "date-time"}
_SHARE: Schema = {
    "oneOf": [_NUMBER, _TEXT],
    "description": "A share from 0 to 1, or a text such as 0.65%",
}
_COMPARED: Schema = {"type": "string", "enum": list(get_args(Compared))}

BODY: Schema = {
    "type": "object",
    "required": ["name", "owner", "type", "element", "comparedWith", "level", "dueAt"],
    "properties": {
        "name": _TEXT,
        "owner": _TEXT,
        "type": {**_TEXT, "description": "The record type"},
        "filter": {**_TEXT, "description": "The query of its list: what of it is the population"},
        "element": {**_WORDS, "description": "Paths that are compared"},
        "comparedWith": _COMPARED,
        "level": {**_SHARE, "description": "At most so much is declared to be nonconforming"},
        "risk": {**_SHARE, "description": "To contradict it though it is right; 5% unless told"},
        "ratio": {**_SHARE, "description": "How many times worse is to be noticed; 6.5"},
        "miss": {**_SHARE, "description": "To miss what is so much worse; 10% unless told"},
        "dueAt": _INSTANT,
        "auditor": {**_WORDS, "description": "Who audits; others can be named when handing out"},
        "stratum": {**_TEXT, "description": "A path, or source: the sample is spread over them"},
        "seed": {**_TEXT, "description": "What the sample is drawn by; drawn unless told"},
        "secondShare": {**_SHARE, "description": "How much is read twice, blind"},
    },
}
CAMPAIGN: Schema = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("id", "name", "owner", "type", "filter", "stratum", "seed"), _TEXT),
        **dict.fromkeys(("level", "risk", "ratio", "miss", "secondShare"), _NUMBER),
        **dict.fromkeys(("dueAt", "openedAt", "sampledAt", "closedAt"), _INSTANT),
        **dict.fromkeys(("population", "size", "limit"), _WHOLE),
        "state": {**_TEXT, "enum": list(get_args(State))},
        "element": _WORDS,
        "auditor": _WORDS,
        "comparedWith": _COMPARED,
        "words": {**_TEXT, "description": "What it found, in a sentence"},
        "progress": {"type": "object", "additionalProperties": _WHOLE},
    },
}
PLAN: Schema = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("population", "size", "limit", "contradictedAt"), _WHOLE),
        **dict.fromkeys(("risk", "miss"), _NUMBER),
        "stratum": {"type": "object", "additionalProperties": _WHOLE},
    },
}
STEP: Schema = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("step", "reason", "person", "enteredBy", "process", "purpose"), _TEXT),
        **dict.fromkeys(("number", "item"), _WHOLE),
        "takenAt": _INSTANT,
    },
}
ITEM: Schema = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("item", "revision", "replaces", "correctedRevision"), _WHOLE),
        **dict.fromkeys(("recordId", "stratum", "state", "reason", "correctedBy"), _TEXT),
        "outcome": {**_TEXT, "enum": list(get_args(Outcome))},
    },
}
_VERDICT: Schema = {
    "type": "object",
    "required": ["verdict"],
    "properties": {
        "verdict": {**_TEXT, "enum": list(get_args(Word))},
        "value": {"description": "The right value, of what differs; null: there is none"},
    },
}
_EVIDENCE: Schema = {
    "type": "object",
    "required": ["kind"],
    "properties": {"kind": _COMPARED, "reference": _TEXT, "attachment": _WORDS},
}
READING: Schema = {
    "type": "object",
    "required": ["verdict", "evidence"],
    "properties": {
        "verdict": {"type": "object", "additionalProperties": _VERDICT},
        "evidence": _EVIDENCE,
    },
}
ANSWER: Schema = {
    "type": "object",
    "required": ["verdict", "reference"],
    "properties": {
        "verdict": {"type": "object", "additionalProperties": _VERDICT},
        "reference": {**_TEXT, "description": "Who said so, when and how"},
    },
}
CONFIRMATION: Schema = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("id", "campaign", "type", "recordId", "reference", "answeredBy"), _TEXT),
        **dict.fromkeys(("askedAt", "answeredAt"), _INSTANT),
        "item": _WHOLE,
        "element": _WORDS,
        "verdict": {"type": "object", "additionalProperties": _VERDICT},
    },
}
TASK: Schema = {
    "type": "object",
    "properties": {
        **ITEM["properties"],
        **dict.fromkeys(("left", "hidden"), _WHOLE),
        "comparedWith": _COMPARED,
        "element": {"type": "object", "description": "What the record says, by path"},
        "record": {"type": "object", "description": "The record as it was drawn"},
        "isChanged": {"type": "boolean", "description": "It says something else by now"},
        "confirmation": {"type": "array", "items": CONFIRMATION},
        "reading": {"type": "array", "items": {"type": "object"}},
    },
}
CERTIFICATE: Schema = {"type": "object", "description": "The statement, its digest and signature"}
