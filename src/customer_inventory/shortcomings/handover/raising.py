"""Raising: a shortcoming becomes a ticket with its dossier, for whoever mends it.

Raised again it is the same ticket, as long as that is not over; one that came back after it was
over gets a new ticket, which follows the old one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict
from customer_inventory.shortcomings import deciding, held
from customer_inventory.shortcomings.check import Severity
from customer_inventory.shortcomings.every import check_of
from customer_inventory.shortcomings.handover import ticket
from customer_inventory.shortcomings.handover.besides import besides_of
from customer_inventory.shortcomings.handover.document import said_once
from customer_inventory.shortcomings.handover.dossier import Dossier, dossier
from customer_inventory.shortcomings.handover.ticket import Place
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside
from customer_inventory.store.together import together

SQL = beside(__name__)

_RAISED: dict[Severity, tuple[str, ...]] = {
    "warning": ("warning", "critical"),
    "critical": ("critical",),
}
"""Which severities are raised, by the least."""


class NotToRaise(Conflict):
    """A shortcoming is in a state in which it is handed over to nobody."""

    code = "notToRaise"


@dataclass(frozen=True, slots=True)
class Raised:
    """What was handed over: `is_new` unless it was before, and is not over."""

    fingerprint: str
    ticket: str
    place: Place
    is_new: bool


async def dossier_of(database: Database, fingerprint: str) -> Dossier:
    """Return the dossier of a shortcoming as it is held; raise NoSuchShortcoming."""
    row, steps = await held.one(database, fingerprint)
    facts = await database.row(SQL.facts_of_server)
    assert facts is not None  # noqa: S101 - of the server there always is something
    return dossier(
        row,
        steps,
        check_of(row["checked"]),
        days=facts["days"],
        server=facts["version"],
        at=now(),
        besides=besides_of(row),
    )


async def raise_one(database: Database, fingerprint: str, *, place: Place, actor: Actor) -> Raised:
    """Hand over a shortcoming, unless it is already; raise NoSuchShortcoming, NotToRaise."""
    async with together(database) as within:
        row, _ = await held.one(within, fingerprint)
        there = await ticket.undone(within, fingerprint)
        if there is not None:
            return Raised(fingerprint, there["id"], there["place"], is_new=False)
        if row["state"] not in held.UNDECIDED:
            raise NotToRaise(
                f"It is {row['state']}: nobody is to work on it.",
                hint="Only what is open can be handed over: cinv shortcomings list.",
            )
        made = await dossier_of(within, fingerprint)
        added = await ticket.add(
            within, fingerprint, said_once(made), made.as_json(), place=place,
            attachments=made.attachments(), actor=actor, at=now(),
        )  # fmt: skip
        if added is None:
            raise Conflict("Somebody else hands it over just now.", hint="Try again.")
        await deciding.promise(within, fingerprint, made.best.expected)
        await deciding.follow(within, fingerprint, "raised", reason=f"ticket {added}", actor=actor)
    return Raised(fingerprint, added, place, is_new=True)


async def raise_all(
    database: Database,
    least: Literal["warning", "critical"],
    *,
    place: Place = "desk",
    actor: Actor,
) -> Sequence[Raised]:
    """Hand over everything of at least a severity that is open or reopened, the worst first."""
    rows = await held.listed(database, ("open", "reopened"))
    return [
        await raise_one(database, row["fingerprint"], place=place, actor=actor)
        for row in rows
        if row["severity"] in _RAISED[least]
    ]
