"""Tickets as they are held: one a shortcoming until it is over, with all that became of it.

What happens to one is put into the outbox in the same transaction: listeners are told of it, and so
is the desk outside, where there is one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import NotFound
from customer_inventory.kit.ids import new_id
from customer_inventory.record.document import encode, parse_object
from customer_inventory.record.event.announcing import (
    REPOSITORY_PROBLEM,
    REPOSITORY_TICKET,
    announce,
)
from customer_inventory.shortcomings.handover.document import as_document, with_gain
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Status = Literal[
    "acknowledged", "inProgress", "pending", "held", "resolved", "closed", "rejected", "cancelled"
]
STATUSES: tuple[Status, ...] = get_args(Status)
"""The statuses of TMF621 v5."""
OVER: tuple[Status, ...] = ("closed", "rejected", "cancelled")
UNDONE: tuple[Status, ...] = tuple(each for each in STATUSES if each not in OVER)
Kind = Literal["ticket", "problem"]
Place = Literal["desk", "remote"]

_MOST = 1000


class NoSuchTicket(NotFound):
    """There is no ticket of that id."""

    def __init__(self) -> None:
        super().__init__(
            "There is no such ticket.", hint="`cinv shortcomings desk list` shows them.", path="id"
        )


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which tickets are meant: those of a shortcoming, in statuses, at a place; None: any."""

    fingerprint: str | None = None
    statuses: Sequence[str] | None = None
    kind: Kind | None = None
    place: Place | None = None


async def add(
    within: Database,
    fingerprint: str,
    document: Mapping[str, Any],
    dossier: bytes,
    *,
    kind: Kind = "ticket",
    place: Place,
    attachments: Sequence[Mapping[str, Any]] = (),
    actor: Actor,
    at: datetime,
) -> str | None:
    """Hand over a shortcoming and return the id of its ticket, None if there is one already."""
    told = encode({**document, "attachment": list(attachments)}).decode()
    identifier: str | None = await within.value(
        SQL.add_ticket, new_id(), fingerprint, kind, place, told, dossier.decode(),
        actor.process, actor.person, at,
    )  # fmt: skip
    if identifier is not None:
        by = (actor.process, actor.person)
        await within.execute(SQL.add_step, identifier, at, "acknowledged", None, *by, False)
        await _announced(within, identifier, "create")
    return identifier


async def listed(
    database: Database, chosen: Chosen, *, before: str | None = None, limit: int = _MOST
) -> Sequence[Row]:
    """Return tickets, the one raised last first, those raised before the one `before`: rows."""
    return await database.fetch(
        SQL.tickets, None, chosen.fingerprint, _words(chosen.statuses), chosen.kind, chosen.place,
        before, limit,
    )  # fmt: skip


async def one(database: Database, identifier: str) -> tuple[Row, Sequence[Row]]:
    """Return a ticket and what became of it, in order; raise NoSuchTicket."""
    row = await database.row(SQL.tickets, identifier, None, None, None, None, None, 1)
    if row is None:
        raise NoSuchTicket
    return row, await database.fetch(SQL.ticket_steps, [identifier])


async def locked(within: Database, identifier: str) -> Row:
    """Return a ticket, held for whoever changes it; raise NoSuchTicket."""
    await within.execute(SQL.hold_ticket, identifier)
    row, _ = await one(within, identifier)
    return row


async def steps_of(database: Database, rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Return what became of tickets, by their id."""
    found: dict[str, list[Row]] = {row["id"]: [] for row in rows}
    for step in await database.fetch(SQL.ticket_steps, list(found)):
        found[step["ticket"]].append(step)
    return found


async def undone(database: Database, fingerprint: str, kind: Kind = "ticket") -> Row | None:
    """Return the ticket of a shortcoming that is not over, None if there is none."""
    rows = await listed(database, Chosen(fingerprint, UNDONE, kind), limit=1)
    return rows[0] if rows else None


async def change(
    within: Database,
    identifier: str,
    status: Status,
    reason: str | None,
    *,
    gain: float | None = None,
    is_theirs: bool = False,
    actor: Actor,
    at: datetime,
) -> None:
    """Change the status of a ticket; `gain` is what the fix was measured to have gained.

    `is_theirs` says that it was changed at the desk outside, which need not be told.
    What changes nothing leaves no trace. Raises NoSuchTicket.
    """
    await within.execute(SQL.hold_ticket, identifier)
    row, steps = await one(within, identifier)
    if row["status"] == status and (not reason or steps[-1]["reason"] == reason):
        return
    document = parse_object(row["document"])
    if gain is not None:
        document = with_gain(document, gain)
    await within.execute(SQL.change_ticket, identifier, status, encode(document), at)
    by = (actor.process, actor.person)
    await within.execute(SQL.add_step, identifier, at, status, reason, *by, is_theirs)
    await _announced(within, identifier, "stateChange")


async def tell(
    within: Database,
    fingerprint: str,
    status: Status,
    reason: str | None,
    *,
    gain: float | None = None,
    actor: Actor,
    at: datetime,
) -> None:
    """Tell the ticket of a shortcoming what became of it, if it has one that is not over."""
    row = await undone(within, fingerprint)
    if row is not None:
        await change(within, row["id"], status, reason, gain=gain, actor=actor, at=at)


async def delivered(
    database: Database, identifier: str, called: str, href: str | None, status: str | None
) -> None:
    """Keep what a ticket is called where it was handed over to, and its status there.

    Without a `status` it is left as it was looked at last.
    """
    await database.execute(SQL.delivered, identifier, called, href, status)


async def by_remote_id(database: Database, called: str) -> str | None:
    """Return the ticket that is called so where it was handed over to."""
    found: str | None = await database.value(SQL.by_remote_id, called)
    return found


async def _announced(
    within: Database, identifier: str, event: Literal["create", "stateChange"]
) -> None:
    row, steps = await one(within, identifier)
    content = as_document(row, steps)
    if event == "stateChange":
        content.pop("attachment", None)
    bare = {name: value for name, value in content.items() if name not in ("id", "@type")}
    bulletin = REPOSITORY_TICKET if row["kind"] == "ticket" else REPOSITORY_PROBLEM
    await announce(within, bulletin, identifier, event, bare)


def _words(words: Sequence[str] | None) -> list[str] | None:
    return None if words is None else list(words)
