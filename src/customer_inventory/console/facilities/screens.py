"""The screens of the room, the first that a path fits first."""

from customer_inventory.console.facilities import (
    backups,
    coverage,
    forecast,
    health,
    repositories,
    scoreboard,
    shortcoming,
    shortcomings,
)
from customer_inventory.console.screen import Screen

FACILITIES: tuple[Screen, ...] = (
    *health.SCREENS,
    *forecast.SCREENS,
    *backups.SCREENS,
    *coverage.SCREENS,
    *repositories.SCREENS,
    *shortcomings.SCREENS,
    *shortcoming.SCREENS,
    *scoreboard.SCREENS,
)
