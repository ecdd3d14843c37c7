"""What each kind of entry in the ledger asked a permission for, as the doors declare it."""

from customer_inventory.api.routes import ROUTES
from customer_inventory.console.screen import ANYTHING
from customer_inventory.console.screens import SCREENS
from customer_inventory.tmf.hub import RESOURCE as HUB


def asked_for() -> dict[str, str | None]:
    """Return the record type that each kind of entry asks a permission for, if another."""
    screens = {
        each.entry_type: each.record_type
        for each in SCREENS
        if each.record_type != ANYTHING and not (each.record_type or "").startswith("{")
    }
    routes = {route.entry_type: route.record_type for route in ROUTES}
    return {HUB: None, **screens, **routes}
