"""The screens of the room, the first that a path fits first."""

from customer_inventory.console.screen import Screen
from customer_inventory.console.usage import anomalies, budgets, cost, reports, use

USAGE: tuple[Screen, ...] = (
    *use.SCREENS,
    *anomalies.SCREENS,
    *cost.SCREENS,
    *budgets.SCREENS,
    *reports.SCREENS,
)
