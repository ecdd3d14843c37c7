"""The screens of the room, the first that a path fits first."""

from customer_inventory.console.requirements import change, gaps, one, register
from customer_inventory.console.screen import Screen

REQUIREMENTS: tuple[Screen, ...] = (
    *register.SCREENS,
    *gaps.SCREENS,
    *change.SCREENS,
    *one.SCREENS,
)
