"""The settings in force, without secrets."""

from customer_inventory.access.operation import ACCESS, Operation
from customer_inventory.console.listing import Column, Listing
from customer_inventory.console.screen import Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.kit.settings import told

COLUMNS = (
    Column("variable", mark("Setting"), "code"),
    Column("value", mark("In force"), "name"),
    Column("from", mark("From")),
)


async def show(view: View) -> Shown:
    """Return every setting as this service runs with it."""
    rows = [
        {
            "variable": each.variable,
            "value": each.value,
            "from": view.say("set") if each.is_set else view.say("as it comes"),
        }
        for each in told(view.rooms.settings)
    ]
    return Shown(listing=Listing(COLUMNS, rows, view.say("Settings in force")))


SCREENS = (
    Screen(
        "/administration/settings", mark("Settings in force"), "administration", Operation.READ,
        ACCESS, show, "administration/settings", "setting", is_list=True,
        navigation=mark("Settings"),
    ),
)  # fmt: skip
