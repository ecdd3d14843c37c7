"""What becomes of shortcomings by people: left be, none at all, handed over, said to be mended.

When a fix is claimed it is measured again at once: closed with the gain, or reopened. The ticket of
a shortcoming is told, in the same transaction.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.kit.settings import Settings
from customer_inventory.shortcomings.assessing import measured
from customer_inventory.shortcomings.every import check_of
from customer_inventory.shortcomings.handover import ticket
from customer_inventory.shortcomings.handover.option import expected_of
from customer_inventory.shortcomings.held import OVER, Step, listed, locked, note, one
from customer_inventory.shortcomings.others import again
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.store.together import Within

SQL = beside(__name__)


class Over(Conflict):
    """A shortcoming is over: nothing is to be decided about it."""


@dataclass(frozen=True)
class Verdict:
    """What measuring again said: whether it is gone, the value before and now (None: none left)."""

    is_gone: bool
    before: float
    now: float | None
    unit: str

    @property
    def gain(self) -> float:
        """By how much the value is lower than before."""
        return self.before - (self.now or 0.0)

    @property
    def said(self) -> str:
        """What was measured, in a sentence."""
        now_there = (
            "nothing of it is left" if self.now is None else f"{self.now:g} {self.unit} now".strip()
        )
        word = "Mended" if self.is_gone else "Not mended"
        return f"{word}: {self.before:g} {self.unit} before, {now_there}.".replace(" ,", ",")


async def decide(
    database: Database,
    identifier: str,
    state: str,
    *,
    reason: str,
    until: date | None = None,
    actor: Actor,
) -> None:
    """Snooze a shortcoming (`snoozed`, `until` a day), or say that it is none (`rejected`).

    Its ticket is told. Raises NoSuchShortcoming; Over for one that is; Invalid without a reason or
    for a day gone by.
    """
    demand_reason(reason)
    if until is not None and until <= now().date():
        raise Invalid("is not in the future.", path="until")
    status: ticket.Status = "pending" if state == "snoozed" else "cancelled"
    said = reason if until is None else f"{reason} (until {until})"
    async with database.transaction() as connection:
        await _decided(connection, (identifier, state, None, reason), actor, until)
        within = Within(database, connection)
        await ticket.tell(within, identifier, status, said, actor=actor, at=now())


async def follow(
    within: Database, identifier: str, state: str, *, reason: str | None, actor: Actor
) -> bool:
    """Let a shortcoming follow its ticket: raised, accepted, rejected or claimed to be mended.

    Returns whether that is anything new; one that is over stays so.
    """
    async with within.transaction() as connection:
        there = await locked(connection, identifier)
        if there["state"] == state or there["state"] in OVER:
            return False
        await _decided(connection, (identifier, state, None, reason), actor)
    return True


async def verify(
    database: Database,
    identifier: str,
    *,
    reason: str,
    actor: Actor,
    on: Database | None = None,
    settings: Settings | None = None,
    as_claimed: bool = False,
) -> Verdict:
    """Measure again what is said to be mended: it is closed with the gain, or reopened.

    Its ticket is told. `on` is who asks the server, where that is another role; `settings` are
    needed for checks that others are asked for. `as_claimed` measures only what still waits for
    that. Raises NoSuchShortcoming, Over for one that is, and Conflict when the check cannot be
    asked: then nothing changes.
    """
    there, _ = await one(database, identifier)
    _demand_undone(there)
    check = check_of(there["checked"])
    outcome = None if settings is None else await again(database, settings, check)
    value = await measured(on or database, check, there["object"], outcome)
    verdict = Verdict(
        value is None or check.severity(value) is None, there["value"], value, check.unit
    )
    async with database.transaction() as connection:
        there = await locked(connection, identifier)
        _demand_undone(there)
        at = now()
        if as_claimed and there["state"] != "claimed":
            raise Conflict("Somebody else measured it just now.")
        if there["state"] != "claimed":
            await note(connection, [(identifier, "claimed", None, reason)], at, actor)
        await _settled(connection, there, verdict, at, actor)
        await ticket.tell(
            Within(database, connection),
            identifier,
            "closed" if verdict.is_gone else "inProgress",
            verdict.said,
            gain=verdict.gain if verdict.is_gone else None,
            actor=actor,
            at=at,
        )
    return verdict


async def promise(within: Database, identifier: str, expected: float) -> None:
    """Keep the value to which a fix of a shortcoming is promised to come."""
    await within.execute(SQL.promise, identifier, expected)


async def claimed(database: Database) -> Sequence[Row]:
    """Return what is said to be mended and waits to be measured again: rows."""
    return await listed(database, ("claimed",))


def demand_reason(reason: str | None) -> None:
    """Raise Invalid unless a reason is given."""
    if not reason or not reason.strip():
        raise Invalid("A reason is needed.", path="reason")


async def _settled(
    connection: Connection, there: Row, verdict: Verdict, at: datetime, actor: Actor
) -> None:
    """Keep what measuring again said."""
    name, value = there["fingerprint"], verdict.now
    if not verdict.is_gone:
        await connection.execute(SQL.reopen, name, value)
        await note(connection, [(name, "reopened", value, verdict.said)], at, actor)
        return
    check = check_of(there["checked"])
    promised = expected_of(check, there["value"])
    await connection.execute(SQL.close, name, value, promised, at)
    await note(connection, [(name, "verified", value, verdict.said)], at, actor)
    await note(connection, [(name, "closed", value, None)], at, actor)


async def _decided(
    connection: Connection, step: Step, actor: Actor, until: date | None = None
) -> None:
    name, state, *_ = step
    _demand_undone(await locked(connection, name))
    await connection.execute(SQL.decide, name, state, until)
    await note(connection, [step], now(), actor)


def _demand_undone(there: Row) -> None:
    if there["state"] in OVER:
        raise Over(f"It is {there['state']} already.", hint="Assess to see whether it is back.")
