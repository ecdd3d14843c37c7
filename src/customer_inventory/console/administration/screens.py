"""The screens of the room, the first that a path fits first."""

from customer_inventory.console.administration import people, settings, subscribers
from customer_inventory.console.screen import Screen

ADMINISTRATION: tuple[Screen, ...] = (
    *people.SCREENS,
    *settings.SCREENS,
    *subscribers.SCREENS,
)
