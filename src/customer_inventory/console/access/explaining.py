"""Decisions explained, and drafts of permissions tried on what a process did lately."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

import yaml

from customer_inventory.access.explain.explaining import explain
from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid, InventoryError
from customer_inventory.record.types import TYPES
from customer_inventory.usage.draft import draft_of
from customer_inventory.usage.simulating import SAME, simulate

_SPANS = {"1": 1, "7": 7, "30": 30}
_LARGEST = 20_000
_CHANGES = (
    mark("newly refused"), mark("newly allowed"), mark("as before"), mark("fewer records"),
)  # fmt: skip
_DRAFT = """process: marketing
purpose: marketing
permissions:
  customer: [read]
  individual:
    operations: [read, update]
    terms: {quota: {rowsPerDay: 1000}}
"""


async def show(view: View) -> Shown:
    """Show whether a process may do something, by which rule, and what each rule says."""
    asked = {
        name: view.query.get(name, "").strip()
        for name in ("process", "purpose", "operation", "type", "record")
    }
    aside = {"types": [(each, each) for each in sorted(TYPES)], "operations": list(Operation)}
    if not (asked["process"] and asked["purpose"] and asked["operation"] and asked["type"]):
        return Shown({"asked": asked}, aside=aside)
    try:
        told = await explain(
            view.rooms.inventory,
            view.rooms.database,
            process=asked["process"],
            purpose=asked["purpose"],
            operation=_operation(asked["operation"]),
            record_type=asked["type"],
            identifier=asked["record"] or None,
        )
    except InventoryError as error:
        return Shown({"asked": asked}, aside={**aside, "problem": error})
    ids = (asked["record"],) if asked["record"] else ()
    return Shown({"asked": asked, **asdict(told)}, aside=aside, ids=ids)


def _operation(text: str) -> Operation:
    try:
        return Operation(text)
    except ValueError:
        raise Invalid(f"{text!r} is no operation.", path="operation") from None


async def try_out(view: View) -> Shown:
    """Show what a draft of permissions would have changed of what a process did lately."""
    text, days = view.query.get("draft", ""), _SPANS.get(view.query.get("days", ""), 7)
    aside: dict[str, Any] = {"draft": text or _DRAFT, "spans": list(_SPANS), "days": str(days)}
    if not text.strip():
        return Shown({"outcome": []}, aside=aside)
    try:
        if len(text) > _LARGEST:
            raise Invalid(f"is longer than {_LARGEST} characters.", path="draft")
        found = await simulate(
            view.rooms.database,
            draft_of(_said(text)),
            since=now() - timedelta(days=days),
            asks_for=view.rooms.asks_for,
        )
    except InventoryError as error:
        return Shown({"outcome": []}, aside={**aside, "problem": error})
    changed = sum(each.requests for each in found.outcomes if each.change != SAME)
    outcomes = [asdict(each) for each in found.outcomes]
    content = {"requests": found.requests, "changed": changed, "outcome": outcomes}
    return Shown(content, aside=aside)


def _said(text: str) -> Any:
    try:
        return yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as error:
        raise Invalid(f"cannot be read: {error}.", path="draft") from None


SCREENS = (
    Screen(
        "/access/explain", mark("Explain a decision"), "access", Operation.READ, ACCESS, show,
        "access/explain", "explanation", navigation=mark("Explain a decision"),
    ),
    Screen(
        "/access/simulate", mark("Try a draft"), "access", Operation.READ, ACCESS, try_out,
        "access/simulate", "accessSimulation", navigation=mark("Try a draft"),
    ),
)  # fmt: skip
