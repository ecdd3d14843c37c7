"""Spans of time as options of `cinv usage` and `cinv cost` name them: instants and months."""

from datetime import datetime

from customer_inventory.access.log.partition import Month
from customer_inventory.kit.clock import now, parse_instant
from customer_inventory.kit.errors import Invalid


def instant(text: str | None) -> datetime | None:
    """Return the instant that `text` names, None for None; raise Invalid for anything else."""
    if text is None:
        return None
    found = parse_instant(text)
    if found is None:
        raise Invalid(f"{text!r} is no date or date-time.", hint="Write 2026-01-31.")
    return found


def month(text: str | None) -> Month:
    """Return the month that `text` names, this one for None; raise Invalid for anything else."""
    if text is None:
        return Month.of(now())
    try:
        return Month.named(text)
    except ValueError:
        raise Invalid(f"{text!r} is no month.", hint="Write 2026-01.") from None
