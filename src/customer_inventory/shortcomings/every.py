"""Every check there is, whoever is asked."""

from customer_inventory.kit.errors import NotFound
from customer_inventory.shortcomings import backups, disk, functional, house
from customer_inventory.shortcomings.advising import advice
from customer_inventory.shortcomings.assessing import CHECKS
from customer_inventory.shortcomings.check import Check
from customer_inventory.shortcomings.forecasting import forecast

EVERY: tuple[Check, ...] = tuple(
    sorted(
        (
            *CHECKS,
            *backups.CHECKS,
            *advice.CHECKS,
            *disk.CHECKS,
            *house.CHECKS,
            *functional.CHECKS,
            *forecast.CHECKS,
        ),
        key=lambda each: each.id,
    )
)
"""By id."""


def check_of(identifier: str) -> Check:
    """Return the check of an id; raise NotFound."""
    for check in EVERY:
        if check.id == identifier:
            return check
    raise NotFound(
        f"There is no check {identifier}.",
        hint="cinv shortcomings checks lists them.",
        path="check",
    )
