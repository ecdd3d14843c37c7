"""Home: what waits for whoever works here, and the inventory at a glance."""

from dataclasses import asdict
from typing import Any

from customer_inventory.access.operation import Operation
from customer_inventory.console.queues import queues_of
from customer_inventory.console.screen import ANYTHING, Screen, Shown, View
from customer_inventory.console.words import mark
from customer_inventory.record.read import Query
from customer_inventory.record.types import TYPES

_COUNTED = {
    "customer": mark("Customers"),
    "individual": mark("Persons"),
    "organization": mark("Organisations"),
    "billingAccount": mark("Billing accounts"),
    "agreement": mark("Agreements"),
    "product": mark("Products"),
    "partyInteraction": mark("Interactions"),
}
"""What the strip counts, of what may be read."""


async def show(view: View) -> Shown:
    """Return the queues of whoever works here, and how much there is of each type."""
    queues = await queues_of(view)
    return Shown(
        {"queue": [asdict(queue) for queue in queues], "state": await _state(view)},
        aside={"queues": queues},
        title=view.say("Good to see you, %(name)s", name=view.who.name),
    )


async def _state(view: View) -> list[dict[str, Any]]:
    """Return how many records there are of each type that may be read; beyond 10,000 about."""
    found = []
    for name, label in _COUNTED.items():
        if name in TYPES and view.may(Operation.READ, name):
            page = await view.rooms.inventory.page(TYPES[name], Query(limit=0), sight=view.sight)
            found.append(
                {"type": name, "label": label, "count": page.total, "isEstimate": page.is_estimate}
            )
    return found


SCREENS = (
    Screen(
        "/home",
        mark("Home"),
        "home",
        Operation.READ,
        ANYTHING,
        show,
        "home",
        "home",
        navigation=mark("Home"),
    ),
)
