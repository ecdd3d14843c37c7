"""What people decide of anomalies: looked into, confirmed, explained, or a false alarm, and why.

What is confirmed is none of the habit of its process any more. What is explained, or a false alarm,
stays in it: the same again is usual then.
"""

from dataclasses import dataclass

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside
from customer_inventory.usage.anomaly.held import STATES, UNDECIDED, NoSuchAnomaly, State

SQL = beside(__name__)

LONGEST_REASON = 500


class Unchanged(Conflict):
    """The anomaly is in that state already."""

    code = "unchanged"


@dataclass(frozen=True, slots=True)
class Verdict:
    """The state that an anomaly comes to, and why. Raises Invalid for what does not go together."""

    state: State
    reason: str | None = None

    def __post_init__(self) -> None:
        reason = self.reason or ""
        if self.state not in STATES:
            raise Invalid(f"must be one of {', '.join(STATES)}.", path="state")
        if self.state not in UNDECIDED and not reason.strip():
            raise Invalid("is mandatory: why.", path="reason")
        if len(reason) > LONGEST_REASON or "\x00" in reason:
            raise Invalid(f"must have {LONGEST_REASON} characters at most.", path="reason")


async def decide(database: Database, number: int, verdict: Verdict, *, actor: Actor) -> None:
    """Decide what an anomaly is; raise NoSuchAnomaly, or Unchanged where it is that already."""
    if not await database.value(SQL.is_there, number):
        raise NoSuchAnomaly(number)
    who = (actor.process, actor.person, actor.purpose)
    step = await database.value(
        SQL.decide_anomaly, number, verdict.state, verdict.reason or None, *who
    )
    if step is None:
        raise Unchanged(f"Anomaly {number} is {verdict.state} already.")
