"""What becomes of tickets at a desk outside comes back: looked for now and then, or when told to.

A ticket that is said to be resolved or closed there is measured again here, as at the desk of the
house: nobody's word closes it.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, InventoryError
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings import deciding, held
from customer_inventory.shortcomings.deciding import Verdict
from customer_inventory.shortcomings.handover import ticket
from customer_inventory.shortcomings.handover.desk import STATE_OF
from customer_inventory.shortcomings.handover.raising import raise_one
from customer_inventory.shortcomings.handover.remote import NotAnswered, RemoteDesk, desk_of
from customer_inventory.shortcomings.handover.ticket import OVER, STATUSES, UNDONE, Chosen, Status
from customer_inventory.shortcomings.seeing import seeing_most
from customer_inventory.store.database import Database, Row
from customer_inventory.store.together import together

log = logging.getLogger(__name__)

FOLLOW = "shortcomings.follow"
"""The job that looks what became of tickets outside, and measures what is said to be mended."""


@dataclass(frozen=True)
class Followed:
    """What came of following: how many tickets were changed there, measured again, not answered."""

    changed: int
    measured: int
    missed: int


async def follow(database: Database, settings: Settings, *, actor: Actor) -> Followed:
    """Look what became of every ticket outside, and measure again what is said to be mended."""
    changed = missed = 0
    desk = desk_of(settings)
    chosen = Chosen(statuses=UNDONE, kind="ticket", place="remote")
    for row in [] if desk is None else await ticket.listed(database, chosen):
        try:
            changed += await _looked(database, desk, row, actor)  # type: ignore[arg-type]
        except NotAnswered as error:
            log.warning("ticket %s: %s", row["id"], error.message)
            missed += 1
    return Followed(changed, len(await settle(database, settings, actor=actor)), missed)


async def settle(database: Database, settings: Settings, *, actor: Actor) -> list[Verdict]:
    """Measure again all that is said to be mended; what cannot be asked now is left for later."""
    made = []
    rows = await deciding.claimed(database)
    if not rows:
        return []
    async with seeing_most(database, settings) as server:
        for row in rows:
            name = row["fingerprint"]
            try:
                verdict = await deciding.verify(
                    database, name, reason="said to be mended", actor=actor, on=server,
                    settings=settings, as_claimed=True,
                )  # fmt: skip
            except Conflict as error:
                log.warning("shortcoming %s is not measured yet: %s", name, error.message)
                continue
            made.append(verdict)
            if not verdict.is_gone:
                await _raised_anew(database, name, verdict, actor)
    return made


async def apply(database: Database, row: Row, there: Mapping[str, Any], *, actor: Actor) -> bool:
    """Let a ticket follow what it is at the desk outside; return whether that is anything new."""
    status: Status | None = next((each for each in STATUSES if each == there.get("status")), None)
    if status is None or status == row["remote_status"]:
        return False
    reason = _reason(there, status)
    async with together(database) as within:
        fresh = await ticket.locked(within, row["id"])
        if fresh["remote_status"] != row["remote_status"] or fresh["status"] in OVER:
            return False  # It changed while the desk was asked: the next look tells.
        await ticket.delivered(within, row["id"], row["remote_id"], row["remote_href"], status)
        ours: Status = "resolved" if status == "closed" else status
        if fresh["status"] == ours:
            return False
        await ticket.change(within, row["id"], ours, reason, is_theirs=True, actor=actor, at=now())
        await deciding.follow(
            within, row["fingerprint"], STATE_OF[status], reason=reason, actor=actor
        )
    return True


async def _looked(database: Database, desk: RemoteDesk, row: Row, actor: Actor) -> bool:
    if row["remote_id"] is None:
        return False
    there = await desk.get(row["remote_id"])
    if there is None:
        log.warning("ticket %s is not there any more: %s", row["id"], row["remote_id"])
        return False
    return await apply(database, row, there, actor=actor)


async def _raised_anew(database: Database, name: str, verdict: Verdict, actor: Actor) -> None:
    """Raise again what was closed outside without being mended: a closed ticket stays closed."""
    row = await ticket.undone(database, name)
    if row is None or row["remote_status"] not in OVER:
        return
    async with together(database) as within:
        await ticket.change(within, row["id"], "closed", verdict.said, actor=actor, at=now())
        there, _ = await held.one(within, name)
        if there["state"] in held.UNDECIDED:
            await raise_one(within, name, place="remote", actor=actor)


def _reason(there: Mapping[str, Any], status: Status) -> str:
    said = there.get("statusChangeReason")
    if not said and (notes := there.get("note")):
        said = notes[-1].get("text")
    return str(said) if said else f"{status} there, without a reason"


async def wake(database: Database, called: str, settings: Settings, *, actor: Actor) -> bool:
    """Look at one ticket outside, which is called so there; return whether it is one of ours."""
    identifier, desk = await ticket.by_remote_id(database, called), desk_of(settings)
    if identifier is None or desk is None:
        return False
    row, _ = await ticket.one(database, identifier)
    try:
        await _looked(database, desk, row, actor)
    except InventoryError as error:
        log.warning("ticket %s: %s", identifier, error.message)
    return True
