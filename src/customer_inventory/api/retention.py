"""Retention as it is: the policy, and what its runs removed. Nothing is changed by route.

Whoever answers for the data puts a policy in force by a file (`CINV_RETENTION`).
"""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.api.given import shown
from customer_inventory.api.route import Call, Route, told
from customer_inventory.record.retention.policy import Policy, Rule, example
from customer_inventory.record.retention.run import Run, runs
from customer_inventory.web.exchange import Answer
from customer_inventory.web.openapi import parameter
from customer_inventory.web.parameters import known, number

_EVERY = "*"
"""A policy reaches records of every type, and so must the permission."""
_ENTRY = "retention"
_MOST, _USUAL = 1000, 20


async def policy(call: Call) -> Answer:
    """GET the policy: that in force, else the example that comes with the product."""
    known(call.request.query)
    in_force = call.rooms.inventory.policy
    there = in_force or example()
    content = {
        "@type": "RetentionPolicy",
        "isInForce": in_force is not None,
        "origin": Path(there.origin).name,
        "rule": [_rule(there, rule) for rule in there.rules.values()],
    }
    return told(content)


async def find_runs(call: Call) -> Answer:
    """GET the runs of retention, newest first; one without an end was broken off, or goes on."""
    asked = known(call.request.query, "limit")
    limit = number(asked.get("limit", str(_USUAL)), "limit", _MOST, least=1)
    return told([_run(each) for each in await runs(call.rooms.database, limit=limit)])


def _rule(there: Policy, rule: Rule) -> dict[str, Any]:
    """Return a rule with what it is for: record types, groups of attributes, the ledger."""
    return {
        **shown(asdict(rule)),
        "recordType": sorted(name for name, each in there.types.items() if each == rule.name),
        "attributeGroup": sorted(name for name, each in there.groups.items() if each == rule.name),
        "isOfLedger": there.ledger == rule,
    }


def _run(run: Run) -> dict[str, Any]:
    facts = {
        "id": run.id,
        "judged_at": run.judged_at,
        "begun_at": run.begun_at,
        "ended_at": run.ended_at,
    }
    return {"@type": "RetentionRun", **shown(facts), "count": run.lines()}


_WORD = {"type": "string"}
_WORDS = {"type": "array", "items": _WORD}
_INSTANT = {**_WORD, "format": "date-time"}
_RULE = {
    "type": "object",
    "properties": {
        "name": _WORD,
        "minimum": {**_WORD, "description": "How long it must be kept (ISO 8601 duration)"},
        "maximum": {**_WORD, "description": "When it must be gone (ISO 8601 duration)"},
        "countsFrom": {**_WORD, "enum": ["end", "endOfYear"]},
        "source": {**_WORD, "description": "What demands it"},
        "recordType": _WORDS,
        "attributeGroup": _WORDS,
        "isOfLedger": {"type": "boolean"},
    },
}
_COUNT = {
    "type": "object",
    "properties": {
        "rule": _WORD,
        "type": _WORD,
        "part": _WORD,
        "state": {**_WORD, "enum": ["removed", "held", "waiting"]},
        "count": {"type": "integer"},
    },
}
_RUN = {
    "type": "object",
    "properties": {
        "@type": _WORD,
        "id": _WORD,
        "judgedAt": _INSTANT,
        "begunAt": _INSTANT,
        "endedAt": _INSTANT,
        "count": {"type": "array", "items": _COUNT},
    },
}

ROUTES = (
    Route(
        "GET",
        "/retention",
        Operation.READ,
        policy,
        "The policy of retention",
        _ENTRY,
        _EVERY,
        answer={
            "type": "object",
            "properties": {
                "@type": _WORD,
                "isInForce": {"type": "boolean"},
                "origin": _WORD,
                "rule": {"type": "array", "items": _RULE},
            },
        },
    ),
    Route(
        "GET",
        "/retention/run",
        Operation.READ,
        find_runs,
        "The runs of retention, newest first",
        _ENTRY,
        _EVERY,
        parameters=(
            parameter(
                "limit",
                "query",
                {"type": "integer", "minimum": 1, "maximum": _MOST, "default": _USUAL},
                "Most runs shown",
            ),
        ),
        answer={"type": "array", "items": _RUN},
    ),
)
