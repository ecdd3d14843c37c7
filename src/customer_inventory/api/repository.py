"""The catalogue of repositories over HTTP: read here, declared by files (`cinv db repository`).

It tells of systems and of who answers for them, of no record. It is permitted under the name
`facility`.
"""

from typing import Any

from customer_inventory.access.operation import FACILITY, Operation
from customer_inventory.api.given import shown
from customer_inventory.api.route import Call, Route, told
from customer_inventory.capture.process.running import sources
from customer_inventory.facilities.repository import catalogue, file
from customer_inventory.facilities.repository.coverage import (
    FAULTS,
    Covered,
    Unknown,
    coverage,
    dependants,
)
from customer_inventory.facilities.repository.declared import ROLES
from customer_inventory.kit.errors import Invalid
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known

_ENTRY = "repository"
_VERDICTS = ("one", *FAULTS)


async def find(call: Call) -> Answer:
    """GET the repositories, by name."""
    known(call.request.query)
    there = await catalogue.repositories(call.rooms.database)
    return told([_repository(each) for each in there])


async def retrieve(call: Call) -> Answer:
    """GET a repository, with the registered processes that depend on it, and its versions."""
    database, name = call.rooms.database, call.path["name"]
    there = await catalogue.repository(database, name)
    content = {
        **_repository(there),
        "process": await dependants(database, name),
        "version": [
            {key: value for key, value in shown(row).items() if key != "content"}
            for row in await catalogue.versions(database, name)
        ],
    }
    return told(content)


async def covering(call: Call) -> Answer:
    """GET which repositories hold what is required, and what the catalogue leaves open."""
    verdict = known(call.request.query, "verdict").get("verdict")
    if verdict is not None and verdict not in _VERDICTS:
        raise Invalid(f"must be one of {', '.join(_VERDICTS)}.", path="verdict")
    database = call.rooms.database
    found = await coverage(database, [row["source"] for row in await sources(database)])
    rows = [each for each in found.covered if verdict in (None, each.verdict)]
    content = {
        "count": dict(found.counted()),
        "requirement": [_covered(each) for each in rows],
        "unknownSource": [_unknown(each) for each in found.sources],
        "unknownDependant": [_unknown(each) for each in found.dependants],
    }
    return told(content)


def _repository(there: catalogue.Catalogued) -> dict[str, Any]:
    facts = {"is_withdrawn": there.is_withdrawn, "declared_at": there.declared_at}
    return {"@type": "Repository", **file.plain(there.repository), **shown(facts)}


def _covered(each: Covered) -> dict[str, Any]:
    facts = {
        "requirement": each.requirement.id,
        "record_type": each.requirement.type,
        "path": each.requirement.path,
        "state": each.state,
        "verdict": each.verdict,
        "system_of_record": each.records,
        "system_of_reference": each.references,
        "copy": each.copies,
        "trusted": each.trusted,
    }
    return shown(facts)


def _unknown(each: Unknown) -> dict[str, Any]:
    facts = {
        "name": each.name,
        "repository": each.repository,
        "requirements": each.requirements,
        "example": each.examples,
        "is_loaded": each.is_loaded,
    }
    return shown(facts)


_WORD = {"type": "string"}
_WORDS = {"type": "array", "items": _WORD}
_INSTANT = {**_WORD, "format": "date-time"}
_OBJECT = {"type": "object"}
_OBJECTS = {"type": "array", "items": _OBJECT}
_HOLDING = {
    "type": "object",
    "properties": {
        "role": {**_WORD, "enum": list(ROLES)},
        **dict.fromkeys(("type", "note"), _WORD),
        **dict.fromkeys(("paths", "requirements"), _WORDS),
    },
}
_REPOSITORY: dict[str, Any] = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("@type", "name", "title", "description", "kind", "status"), _WORD),
        **dict.fromkeys(("owner", "location", "objectives"), _OBJECT),
        **dict.fromkeys(("interfaces", "dependants"), _OBJECTS),
        "holds": {"type": "array", "items": _HOLDING},
        "sources": _WORDS,
        "isWithdrawn": {"type": "boolean"},
        "declaredAt": _INSTANT,
    },
}
_VERSION = {
    "type": "object",
    "properties": {
        "version": {"type": "integer"},
        **dict.fromkeys(("action", "process", "person", "reason"), _WORD),
        "at": _INSTANT,
    },
}
_ONE = {
    "type": "object",
    "properties": {
        **_REPOSITORY["properties"],
        "process": {**_WORDS, "description": "Registered processes that are shown some of it"},
        "version": {"type": "array", "items": _VERSION},
    },
}
_COVERED = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("requirement", "recordType", "path", "state", "trusted"), _WORD),
        "verdict": {**_WORD, "enum": list(_VERDICTS)},
        **dict.fromkeys(("systemOfRecord", "systemOfReference", "copy"), _WORDS),
    },
}
_UNKNOWN = {
    "type": "object",
    "properties": {
        **dict.fromkeys(("name", "repository"), _WORD),
        "requirements": {"type": "integer"},
        "example": _WORDS,
        "isLoaded": {"type": "boolean"},
    },
}
_UNKNOWNS = {"type": "array", "items": _UNKNOWN}
_COVERAGE = {
    "type": "object",
    "properties": {
        "count": {"type": "object", "additionalProperties": {"type": "integer"}},
        "requirement": {"type": "array", "items": _COVERED},
        **dict.fromkeys(("unknownSource", "unknownDependant"), _UNKNOWNS),
    },
}
_VERDICT = parameter("verdict", "query", {**_WORD, "enum": list(_VERDICTS)}, "Of this verdict")

ROUTES = (
    Route("GET", "/repository", Operation.READ, find,
          "The repositories that hold facts about customers", _ENTRY, FACILITY,
          answer={"type": "array", "items": _REPOSITORY}),
    Route("GET", "/repository/{name}", Operation.READ, retrieve,
          "A repository, who depends on it, what was declared of it before", _ENTRY, FACILITY,
          answer=_ONE),
    Route("GET", "/repositoryCoverage", Operation.READ, covering,
          "Which repository is the system of record of what is required", _ENTRY, FACILITY,
          parameters=(_VERDICT,), answer=_COVERAGE),
)  # fmt: skip
