"""Loads that planners know of and no trend can: a migration, a new process, a takeover."""

from collections.abc import Sequence
from datetime import date

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Invalid, NotFound
from customer_inventory.shortcomings.forecasting.series import DATABASE, DISK
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.usage.metering.storage import records_at

SQL = beside(__name__)

CUSTOMER = "customer"


class NoSuchLoad(NotFound):
    """No load of that number is planned."""


async def enter(
    database: Database,
    due_on: date,
    amount: float,
    *,
    object: str,  # noqa: A002 - the word of the field
    said: str,
    actor: Actor,
) -> int:
    """Enter a load: from `due_on` there is `amount` more of an object; return its number.

    The object is one that is forecast, `disk` say. What the database gets the disk gets too. Raises
    Invalid for a day gone by, an amount of nothing, and without a word on what it is.
    """
    if due_on < now().date():
        raise Invalid("is gone by.", path="date", hint="The trend has it already.")
    if amount <= 0:
        raise Invalid("is to be more than nothing.", path="amount")
    if not said.strip():
        raise Invalid("Say what comes.", path="reason")
    number: int = await database.value(
        SQL.enter, due_on, object, amount, said, actor.process, actor.person
    )
    return number


async def cancel(database: Database, number: int, *, reason: str, actor: Actor) -> None:
    """Let a load not come; raise NoSuchLoad, and Invalid without a reason."""
    if not reason.strip():
        raise Invalid("A reason is needed.", path="reason")
    by = actor.person or actor.process
    if await database.value(SQL.cancel, number, by, reason) is None:
        raise NoSuchLoad(
            f"No load {number} is planned.", hint="cinv shortcomings loads list shows them."
        )


async def planned(database: Database, since: date | None = None) -> Sequence[Row]:
    """Return the loads that are planned from a day on, or all that ever were: rows."""
    return await database.fetch(SQL.listed, since)


async def steps(database: Database, today: date) -> dict[str, dict[int, float]]:
    """Return what is to come by object and day (an ordinal); of the database is of the disk."""
    found: dict[str, dict[int, float]] = {}
    for row in await planned(database, today):
        for name in (row["object"], DISK) if row["object"] == DATABASE else (row["object"],):
            days = found.setdefault(name, {})
            day = row["due_on"].toordinal()
            days[day] = days.get(day, 0.0) + row["amount"]
    return found


async def bytes_of_customers(database: Database, count: int) -> float:
    """Return what so many customers more would take, as those take that are there.

    Raises Invalid when nobody knows what one takes: none was there at the last look at storage.
    """
    known = await records_at(database, CUSTOMER, now())
    if not known:
        raise Invalid(
            "Nobody knows yet what a customer takes: there was none at the last look at storage.",
            hint="Say the bytes: --size 500GB.",
        )
    size: int = await database.value(SQL.size_now)
    return count * size / known
