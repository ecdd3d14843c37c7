"""The screens of the room, the first that a path fits first."""

from customer_inventory.console.capture import jobs, pair, pairs, processes, quarantine, row
from customer_inventory.console.screen import Screen

CAPTURE: tuple[Screen, ...] = (
    *pairs.SCREENS,
    *pair.SCREENS,
    *quarantine.SCREENS,
    *row.SCREENS,
    *processes.SCREENS,
    *jobs.SCREENS,
)
