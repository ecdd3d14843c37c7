"""The desk of the house: where tickets are worked on when no other desk is configured.

Who works at it takes a ticket, rejects it, or says that it is resolved. What is said to be resolved
is measured again; a ticket is closed by that measurement alone.
"""

from collections.abc import Mapping

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.shortcomings import deciding
from customer_inventory.shortcomings.handover import ticket
from customer_inventory.shortcomings.handover.ticket import Status
from customer_inventory.store.database import Database, Row
from customer_inventory.store.together import together

NEXT: Mapping[Status, tuple[Status, ...]] = {
    "acknowledged": ("inProgress", "pending", "held", "resolved", "rejected"),
    "inProgress": ("pending", "held", "resolved", "rejected"),
    "pending": ("inProgress", "held", "resolved", "rejected"),
    "held": ("inProgress", "pending", "resolved", "rejected"),
}
"""Into which status people may bring a ticket, from which; the rest follows from measuring."""

STATE_OF: Mapping[Status, str] = {
    "acknowledged": "raised",
    "inProgress": "accepted",
    "pending": "accepted",
    "held": "accepted",
    "resolved": "claimed",
    "closed": "claimed",
    "rejected": "rejected",
    "cancelled": "rejected",
}
"""What a shortcoming is while its ticket has a status; who closes one claims that it is mended."""
_NEEDS_REASON = ("rejected", "resolved")


class NotFromHere(Conflict):
    """A ticket cannot be brought into that status from the one it has."""

    code = "notFromHere"


class ElsewhereWorkedOn(Conflict):
    """A ticket was handed over to a desk outside: it is worked on there."""

    code = "elsewhere"


async def bring(
    database: Database, identifier: str, status: Status, *, reason: str | None, actor: Actor
) -> str:
    """Bring a ticket of this desk into another status, and its shortcoming with it.

    Returns the fingerprint of that. What is resolved is to be measured again then
    (`deciding.verify`). Raises NoSuchTicket, ElsewhereWorkedOn, NotFromHere; Invalid without a
    reason where one is needed.
    """
    if status in _NEEDS_REASON and not (reason or "").strip():
        raise Invalid("A reason is needed.", path="reason")
    async with together(database) as within:
        row = await ticket.locked(within, identifier)
        _demand_from_here(row, status)
        await ticket.change(within, identifier, status, reason, actor=actor, at=now())
        fingerprint: str = row["fingerprint"]
        await deciding.follow(within, fingerprint, STATE_OF[status], reason=reason, actor=actor)
    return fingerprint


def _demand_from_here(row: Row, status: Status) -> None:
    if row["place"] != "desk":
        raise ElsewhereWorkedOn(
            f"It is worked on at another desk, as {row['remote_id'] or 'a ticket on its way'}.",
            hint="Change it there: what becomes of it comes back.",
        )
    known = NEXT.get(row["status"], ())
    if status not in known:
        may = f"It can become {', '.join(known)}." if known else "It is over, or being measured."
        raise NotFromHere(f"It is {row['status']}.", hint=may, path="status")
