"""Where each value of a record comes from."""

from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.console.customers.document import LABELS, in_short, in_words
from customer_inventory.console.customers.record import PATH
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.record.identity.attributed import attributed
from customer_inventory.record.types import named


async def show(view: View) -> Shown:
    """Return who gave each attribute its value, when, and what it was before."""
    declared = named(view.path["type"])
    found = await attributed(
        view.rooms.database,
        view.rooms.inventory,
        declared,
        view.path["id"],
        sight=view.sight,
    )
    listing = Listing(COLUMNS, [_row(view, each) for each in found.attributes], view.say("Values"))
    return Shown(
        {"type": declared.name, "id": found.id, "origin": list(found.origins)},
        listing,
        ids=found.origins or (found.id,),
        groups=view.sight.groups(declared.name),
    )


COLUMNS = (
    Column("attribute", mark("Attribute")),
    Column("value", mark("Value"), "name"),
    Column("process", mark("Given by")),
    Column("recordedAt", mark("When"), "time"),
    Column("rule", mark("Why it survived")),
    Column("formerly", mark("Before"), "name"),
    Column("path", mark("Path"), "code"),
)


def _row(view: View, told: dict[str, Any]) -> dict[str, Any]:
    name = told["path"]
    others = told.get("candidate") or told.get("formerly") or ()
    before = "; ".join(filter(None, (in_short(each.get("value")) for each in others)))
    return {
        "attribute": view.say(LABELS.get(name, in_words(name))),
        "value": in_short(told.get("value")) or None,
        "process": told.get("process"),
        "recordedAt": told.get("recordedAt"),
        "rule": told.get("rule"),
        "formerly": before or None,
        "path": name,
    }


SCREENS = (
    Screen(
        f"{PATH}/provenance",
        mark("Where it comes from"),
        "customers",
        Operation.READ,
        "{type}",
        show,
        "customers/provenance",
        "provenance",
        is_list=True,
    ),
)
