"""Rules of audits: what is asked of records, from requirements and from packs."""

from customer_inventory.access.operation import AUDIT, Operation
from customer_inventory.audit import packs, running, scoring
from customer_inventory.console.listing import Column, Filter, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.record.types import TYPES

_ENTRY = "auditRule"
_COLUMNS = (
    Column("name", mark("Rule")),
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
    """Show the rules in force, of a type or of all, and the packs that operators declared."""
    database, kind = view.rooms.database, view.query.get("type", "")
    rules = await running.rules_in_force(database, [kind] if kind in TYPES else [])
    alarms = await scoring.false_alarms(database)
    declared = [
        {"id": row["id"], "version": row["version"], "state": row["state"]}
        for row in await packs.latest(database)
    ]
    listing = Listing(
        _COLUMNS,
        [
            {
                "name": each.name,
                "type": each.record_type,
                "path": each.path,
                "dimension": view.say(each.dimension),
                "severity": each.severity,
                "threshold": each.threshold,
                "from": each.requirement or each.pack,
                "falseAlarms": alarms.get(each.id, 0),
                "id": each.id,
                "_href": f"/audit/findings?rule={each.id}",
            }
            for each in rules
        ],
        view.say("Rules in force"),
        filters=(Filter("type", mark("Type"), tuple((each, each) for each in sorted(TYPES))),),
        empty=view.say("No rule is in force."),
        empty_hint=view.say("Rules follow from requirements in force, and from packs."),
    )
    return Shown(
        {"pack": declared},
        listing,
        {"packs": Listing(_PACKS, declared, view.say("Packs"))},
    )


SCREENS = (
    Screen(
        "/audit/rules", mark("Rules"), "audit", Operation.READ, AUDIT, show, "audit/rules",
        _ENTRY, is_list=True, navigation=mark("Rules"),
    ),
)  # fmt: skip
