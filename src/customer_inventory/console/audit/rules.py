"""Rules of audits: what is asked of records, from requirements and from packs."""

from typing import Any

from customer_inventory.access.operation import AUDIT, Operation
from customer_inventory.audit import packs, running, scoring
from customer_inventory.audit.rule import Rule
from customer_inventory.console.listing import Column, Filter, Key, Listing, page_of
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.record.types import TYPES

PAGE = 50
_ENTRY = "auditRule"
_COLUMNS = (
    Column("name", mark("Rule"), "ours"),
    Column("type", mark("Type"), "code"),
    Column("path", mark("Attribute"), "code"),
    Column("dimension", mark("Dimension")),
    Column("severity", mark("Severity"), "state"),
    Column("threshold", mark("Declared"), "share"),
    Column("from", mark("From")),
    Column("falseAlarms", mark("False alarms"), "number"),
    Column("id", mark("Id"), "code"),
)
_PACKS = (
    Column("id", mark("Pack"), "code"),
    Column("version", mark("Version"), "number"),
    Column("state", mark("State"), "state"),
)


async def show(view: View) -> Shown:
    """Show a page of the rules in force, of a type or of all, and the packs of operators."""
    database, kind = view.rooms.database, view.query.get("type", "")
    rules = await running.rules_in_force(database, [kind] if kind in TYPES else [])
    alarms = await scoring.false_alarms(database)
    declared = [
        {"id": row["id"], "version": row["version"], "state": row["state"]}
        for row in await packs.latest(database)
    ]
    page, after = page_of([(_place(each), each) for each in rules], view.query.get("after"), PAGE)
    listing = Listing(
        _COLUMNS,
        [_row(view, each, alarms.get(each.id, 0)) for each in page],
        view.say("Rules in force"),
        after,
        filters=(Filter("type", mark("Type"), tuple((each, each) for each in sorted(TYPES))),),
        empty=view.say("No rule is in force."),
        empty_hint=view.say("Rules follow from requirements in force, and from packs."),
    )
    return Shown(
        {"pack": declared},
        listing,
        {"packs": Listing(_PACKS, declared, view.say("Packs"))},
    )


def _place(rule: Rule) -> Key:
    """Return the place of a rule: those of requirements by their numbers, then those of packs."""
    said = rule.requirement or rule.pack or ""
    return int(rule.requirement is None), len(said), said, rule.id


def _row(view: View, rule: Rule, alarms: int) -> dict[str, Any]:
    return {
        "name": rule.name,
        "type": rule.record_type,
        "path": rule.path,
        "dimension": view.say(rule.dimension),
        "severity": rule.severity,
        "threshold": rule.threshold,
        "from": rule.requirement or rule.pack,
        "falseAlarms": alarms,
        "id": rule.id,
        "_href": f"/audit/findings?rule={rule.id}",
    }


SCREENS = (
    Screen(
        "/audit/rules", mark("Rules"), "audit", Operation.READ, AUDIT, show, "audit/rules",
        _ENTRY, is_list=True, navigation=mark("Rules"),
    ),
)  # fmt: skip
