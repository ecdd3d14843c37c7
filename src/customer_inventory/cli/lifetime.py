"""Lengths of time as people write them: 30m, 12h, 90d."""

import re
from datetime import timedelta

from customer_inventory.kit.errors import Invalid

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def lifetime(text: str) -> timedelta:
    """Return the length of time that `text` writes; raise Invalid for anything else."""
    match = re.fullmatch(r"(\d{1,6})([smhd])", text)
    if match is None:
        raise Invalid(f"{text!r} is no length of time.", hint="Write 30m, 12h or 90d.")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})
