"""What the screens of access have in common: who decides, what permissions are told as."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from customer_inventory.access.decision import Decision
from customer_inventory.access.depending import LOOKED_AT, Dependence
from customer_inventory.console.screen import Form, View
from customer_inventory.console.words import mark
from customer_inventory.kit.clock import now, parse_instant
from customer_inventory.kit.errors import Invalid

OPERATIONS = (
    mark("read"), mark("create"), mark("modify"), mark("update"), mark("delete"), mark("download"),
)  # fmt: skip
"""The operations, as they are translated where they are shown."""
PAGE = 100
"""So many rows a page of a list has."""


def decided(view: View, form: Form) -> Decision:
    """Return the decision of whoever works here, with the reason that the form gives."""
    return Decision(view.who.person, view.actor.process, form.get("reason", "").strip())


def words(permissions: Mapping[str, Sequence[str]]) -> str:
    """Return operations by record type in a line."""
    return "; ".join(f"{kind}: {', '.join(told)}" for kind, told in permissions.items())


def shown(dependence: Dependence) -> dict[str, Any]:
    """Return what depends on a right as the twins tell it."""
    return {
        "requests": dependence.requests,
        "lastUsedAt": dependence.last_at,
        "lookedAt": LOOKED_AT,
        "tokens": dependence.tokens,
        "clients": dependence.clients,
        "people": dependence.people,
        "downloads": dependence.downloads,
        "use": [
            {
                "purpose": use.purpose,
                "operation": use.operation,
                "recordType": use.record_type,
                "requests": use.requests,
                "records": use.records,
                "people": use.people,
                "lastAt": use.last_at,
            }
            for use in dependence.uses
        ],
    }


def end_of(form: Form, name: str) -> datetime:
    """Return the last instant of the day that a form gives; raise Invalid, naming the field."""
    try:
        day = date.fromisoformat(form.get(name, "").strip())
    except ValueError:
        raise Invalid("is no day.", path=name, hint="Write 2027-01-31.") from None
    if day < now().date():
        raise Invalid("is a day that has passed.", path=name)
    return datetime.combine(day, time(23, 59, 59), tzinfo=UTC)


def instant_of(view: View, name: str) -> datetime | None:
    """Return the instant, or first instant of the day, that a filter names; None for none."""
    told = view.query.get(name, "").strip()
    if not told:
        return None
    found = parse_instant(told)
    if found is None:
        raise Invalid("is no date or date-time.", path=name, hint="Write 2027-01-31.")
    return found
