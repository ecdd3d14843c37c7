"""What people decide of findings: who sees to them, that they are borne with, that they are none.

Only an audit verifies: what is said to be corrected is verified when it passes, and opens again
when it does not.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

LONGEST_REASON = 500

DecidedState = Literal["open", "assigned", "corrected", "accepted", "falseAlarm"]
DECIDED: tuple[DecidedState, ...] = ("open", "assigned", "corrected", "accepted", "falseAlarm")


class Verified(Conflict):
    """A finding fails no more: there is nothing to decide of it."""

    def __init__(self) -> None:
        super().__init__("It is verified: it fails no more, and there is nothing to decide of it.")


@dataclass(frozen=True, slots=True)
class Step:
    """What is decided: the state, to whom it is assigned and until when, why, accepted until when.

    Raises Invalid for what does not go together.
    """

    state: DecidedState
    assignee: str | None = None
    due_on: date | None = None
    reason: str | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        if self.state not in DECIDED:
            raise Invalid(f"must be one of {', '.join(DECIDED)}.", path="state")
        if self.state == "assigned" and not (self.assignee or "").strip():
            raise Invalid("is mandatory: to whom.", path="assignee")
        if self.state in ("accepted", "falseAlarm") and not (self.reason or "").strip():
            raise Invalid("is mandatory: why.", path="reason")
        if (self.state == "accepted") != (self.until is not None):
            raise Invalid("is the day until which it is accepted, and only that.", path="until")
        if self.until is not None and self.until <= now().date():
            raise Invalid("must be a day to come.", path="until")
        for name in ("reason", "assignee"):
            text = getattr(self, name) or ""
            if len(text) > LONGEST_REASON or "\x00" in text:
                raise Invalid(f"must have {LONGEST_REASON} characters at most.", path=name)


async def decide(
    database: Database, numbers: Sequence[int], step: Step, *, actor: Actor
) -> list[int]:
    """Take a step with findings; return the numbers of those that still fail, and are changed."""
    rows = await database.fetch(
        SQL.decide,
        list(numbers),
        step.state,
        step.assignee,
        step.due_on,
        step.reason or None,
        step.until,
        actor.process,
        actor.person,
        actor.purpose,
    )
    return [row["id"] for row in rows]


async def decide_one(database: Database, number: int, step: Step, *, actor: Actor) -> None:
    """Take a step with a finding; raise Verified for one that fails no more."""
    if not await decide(database, [number], step, actor=actor):
        raise Verified
