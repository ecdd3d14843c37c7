"""Campaigns, items and tasks as every door tells them; what is told of a new one, taken apart."""

import re
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any

from customer_inventory.audit.campaign.campaign import Campaign, Declared
from customer_inventory.audit.campaign.confirming import Confirmation
from customer_inventory.audit.campaign.item import Item, Reading
from customer_inventory.audit.campaign.plan import MISS, RATIO, RISK, Demand, Plan
from customer_inventory.audit.campaign.reading import Task
from customer_inventory.audit.campaign.verdict import Evidence, Verdicts
from customer_inventory.kit.clock import parse_instant
from customer_inventory.kit.errors import Invalid

_NUMBER = re.compile(r"(?P<number>-?[0-9]{1,9}(\.[0-9]{1,12})?)\s*(?P<percent>%?)")
_HUNDRED = 100

MEMBERS = (
    "name", "owner", "type", "filter", "element", "comparedWith", "level", "risk", "ratio", "miss",
    "dueAt", "auditor", "stratum", "seed", "secondShare",
)  # fmt: skip
"""What a new campaign is told by."""


def declared(said: Mapping[str, Any]) -> Declared:
    """Return what is declared of a new campaign; raise Invalid, naming the member."""
    demand = Demand(
        number(said, "level"),
        number(said, "risk", RISK),
        number(said, "ratio", RATIO),
        number(said, "miss", MISS),
    )
    return Declared(
        name=_text(said, "name"),
        owner=_text(said, "owner"),
        record_type=_text(said, "type"),
        filter=_text(said, "filter", ""),
        elements=_texts(said, "element"),
        compared_with=_text(said, "comparedWith"),  # type: ignore[arg-type]  # checked by Declared
        demand=demand,
        due_at=_instant(said, "dueAt"),
        auditors=_texts(said, "auditor"),
        stratum=_text(said, "stratum", "") or None,
        seed=_text(said, "seed", ""),
        second_share=number(said, "secondShare", Fraction(0)),
    )


def verdicts(said: Mapping[str, Any]) -> Verdicts:
    """Return verdicts by element: `{"verdict": "differs", "value": …}`; raise Invalid."""
    given = said.get("verdict")
    if not isinstance(given, dict):
        raise Invalid("must be verdicts by element.", path="verdict")
    words, right = {}, {}
    for path, each in given.items():
        if not isinstance(each, dict) or not isinstance(each.get("verdict"), str):
            raise Invalid("must be an object with a verdict.", path=f"verdict.{path[:100]}")
        unknown = sorted(each.keys() - {"verdict", "value"})
        if unknown:
            raise Invalid("is not known here.", path=f"verdict.{path[:100]}.{unknown[0][:100]}")
        words[path] = each["verdict"]
        if "value" in each:
            right[path] = each["value"]
    return Verdicts(words, right)


def evidence(said: Mapping[str, Any]) -> Evidence:
    """Return what verdicts are based on: `kind`, `reference`, `attachment`; raise Invalid."""
    given = said.get("evidence")
    if not isinstance(given, dict) or given.keys() - {"kind", "reference", "attachment"}:
        raise Invalid("must be an object of kind, reference and attachment.", path="evidence")
    return Evidence(
        _text(given, "kind"),  # type: ignore[arg-type]  # checked by Evidence
        _text(given, "reference", ""),
        _texts(given, "attachment"),
    )


def number(said: Mapping[str, Any], name: str, otherwise: Fraction | None = None) -> Fraction:
    """Return the number under `name`, exactly as it is written, `0.65%` too; raise Invalid."""
    value = said.get(name)
    if value is None and otherwise is not None:
        return otherwise
    text = "" if isinstance(value, bool) else str(value).strip()
    matched = _NUMBER.fullmatch(text)
    if matched is None:
        raise Invalid("must be a number, such as 0.0065 or 0.65%.", path=name)
    return Fraction(matched["number"]) / (_HUNDRED if matched["percent"] else 1)


def campaign(found: Campaign) -> dict[str, Any]:
    """Return a campaign as JSON has it."""
    said, demand = found.declared, found.declared.demand
    told = {
        "id": found.id,
        "state": found.state,
        "name": said.name,
        "owner": said.owner,
        "type": said.record_type,
        "filter": said.filter,
        "element": list(said.elements),
        "comparedWith": said.compared_with,
        "level": float(demand.level),
        "risk": float(demand.risk),
        "ratio": float(demand.ratio),
        "miss": float(demand.miss),
        "stratum": said.stratum,
        "seed": said.seed,
        "secondShare": float(said.second_share),
        "auditor": list(said.auditors),
        "dueAt": _told(said.due_at),
        "openedAt": _told(found.opened_at),
        "sampledAt": _told(found.sampled_at),
        "closedAt": _told(found.closed_at),
        "population": found.population,
        "size": found.size,
        "limit": found.limit,
        "words": (found.statement or {}).get("words"),
    }
    return {name: value for name, value in told.items() if value is not None}


def plan(found: Plan, strata: Mapping[str, int]) -> dict[str, Any]:
    """Return a plan as JSON has it."""
    return {
        "population": found.population,
        "size": found.size,
        "limit": found.limit,
        "contradictedAt": found.limit + 1,
        "risk": float(found.risk),
        "miss": float(found.miss),
        "stratum": dict(strata),
    }


def item(found: Item) -> dict[str, Any]:
    """Return an item as JSON has it; while it is open nothing tells of who reads it."""
    told = {
        "item": found.number,
        "recordId": found.record_id,
        "revision": found.revision,
        "stratum": found.stratum,
        "state": found.state,
        "outcome": found.outcome,
        "replaces": found.replaces,
        "reason": found.reason,
        "correctedBy": found.corrected_by,
        "correctedRevision": found.corrected_revision,
    }
    return {name: value for name, value in told.items() if value is not None}


def task(found: Task, compared_with: str) -> dict[str, Any]:
    """Return what an auditor is to compare as JSON has it, with what was read of it if it is."""
    told = {
        **item(found.item),
        "comparedWith": compared_with,
        "element": found.elements,
        "record": found.record,
        "isChanged": found.is_changed,
        "confirmation": [confirmation(each) for each in found.confirmations],
    }
    if found.readings:
        return {**told, "reading": [_reading(each) for each in found.readings if each.verdicts]}
    return {**told, "left": found.left, "hidden": found.hidden}


def _reading(found: Reading) -> dict[str, Any]:
    return {
        "reader": found.reader,
        "auditor": found.auditor,
        "verdict": _verdict(found.verdicts),
        "evidence": found.evidence,
    }


def confirmation(found: Confirmation) -> dict[str, Any]:
    """Return what was asked outside, and answered, as JSON has it."""
    told = {
        "id": found.id,
        "campaign": found.campaign,
        "item": found.item,
        "type": found.record_type,
        "recordId": found.record_id,
        "element": list(found.elements),
        "askedAt": _told(found.asked_at),
        "verdict": _verdict(found.verdicts) if found.verdicts else None,
        "reference": found.reference,
        "answeredBy": found.answered_by,
        "answeredAt": _told(found.answered_at),
    }
    return {name: value for name, value in told.items() if value is not None}


def _verdict(found: Verdicts | None) -> dict[str, Any]:
    said = found or Verdicts({})
    return {
        path: {"verdict": word, **({"value": said.right[path]} if path in said.right else {})}
        for path, word in said.words.items()
    }


def steps(rows: Any) -> list[dict[str, Any]]:
    """Return steps as JSON has them."""
    return [
        {
            "number": row["number"],
            "step": row["step"],
            **({"item": row["item"]} if row["item"] is not None else {}),
            "reason": row["reason"],
            "person": row["person"],
            "enteredBy": row["entered_by"],
            "process": row["process"],
            "purpose": row["purpose"],
            "takenAt": _told(row["taken_at"]),
        }
        for row in rows
    ]


def _told(instant: datetime | None) -> str | None:
    return instant.isoformat() if instant else None


def _text(said: Mapping[str, Any], name: str, otherwise: str | None = None) -> str:
    value = said.get(name, otherwise)
    if value is None and otherwise is None:
        raise Invalid("is mandatory and missing.", path=name, code="missingAttribute")
    if value is None:
        return otherwise or ""
    if not isinstance(value, str):
        raise Invalid("must be of type string.", path=name)
    return value


def _texts(said: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = said.get(name) or []
    if not isinstance(value, list | tuple) or not all(isinstance(each, str) for each in value):
        raise Invalid("must be a list of strings.", path=name)
    return tuple(value)


def _instant(said: Mapping[str, Any], name: str) -> datetime:
    found = parse_instant(_text(said, name))
    if found is None:
        raise Invalid("is no date or date-time.", path=name, hint="Write 2026-01-31T12:00:00Z.")
    return found
