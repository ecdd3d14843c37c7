"""Break-glass: access in an emergency, for one person, for four hours at most, reviewed afterwards.

It is a permission of its own, under a purpose of its own (`breakGlass-ID`): so every entry of the
ledger made under it names it, and no other token of the process can use it. The database holds the
law of it (migration 0024).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from customer_inventory.access.decision import Decision
from customer_inventory.access.grant import granting
from customer_inventory.access.grant.people import check_purpose
from customer_inventory.access.registration import Permission, demand_not_house, lend_token, one
from customer_inventory.access.token import Token
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.kit.ids import new_id
from customer_inventory.record.document import encode
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

MAY_BREAK_GLASS = "breakGlass"
"""The capacity of who may open access in an emergency."""
LONGEST = timedelta(hours=4)
VERDICTS = ("justified", "unjustified")
_REVIEW_WORKING_DAYS = 2
_SATURDAY = 5


class NoSuchOpening(NotFound):
    """The glass was never broken under that id."""

    def __init__(self, opening: str) -> None:
        super().__init__(
            f"There is no break-glass {opening!r}.", hint="`cinv access break-glass list`."
        )


@dataclass(frozen=True)
class Opening:
    """Broken glass: its id, the purpose that marks what is done under it, and the token."""

    id: str
    code: str
    token: Token


async def break_glass(
    database: Database,
    process: str,
    *,
    person: str,
    permissions: Iterable[Permission],
    reason: str,
    ticket: str,
    lifetime: timedelta,
    entered_by: str,
) -> Opening:
    """Let `person` act through `process` at once; return the token for it, shown once.

    `permissions` are for one registered purpose. Raises NoSuchProcess, Conflict for a process that
    is not active, Refused for a person who may not break the glass and for the house's own process,
    Invalid for no reason or ticket, an unregistered purpose, or a lifetime over four hours.
    """
    if not timedelta(0) < lifetime <= LONGEST:
        raise Invalid("Broken glass lasts four hours at most.", hint="Give a shorter lifetime.")
    if not reason.strip() or not ticket.strip():
        raise Invalid("The glass is broken for a reason and a ticket.", hint="Give both.")
    purpose, asked = granting.asked_for(permissions)
    demand_not_house(process)
    known = await one(database, process)
    if known["state"] != "active":
        raise Conflict(f"The process {process} is {known['state']}.", hint="Use another.")
    opening = new_id()
    async with database.transaction() as connection:
        await check_purpose(connection, purpose)
        if not await connection.fetchval(granting.SQL.has_capacity, person, MAY_BREAK_GLASS):
            raise Refused(
                f"{person} may not break the glass.",
                hint=f"`cinv access person add PERSON {MAY_BREAK_GLASS}` registers who may.",
            )
        (row,) = await connection.fetch(
            SQL.open_glass,
            opening,
            process,
            purpose,
            person,
            encode(asked).decode(),
            reason,
            ticket,
            entered_by,
            lifetime,
            review_due(now()),
        )
        token = await lend_token(
            connection, process, purpose=row["code"], person=person, until=row["valid_to"]
        )
    return Opening(opening, row["code"], token)


async def end(database: Database, opening: str, *, by: str) -> None:
    """End broken glass before its time; raise NoSuchOpening, and Conflict when it has ended."""
    if await database.value(SQL.end_glass, opening, by) is None:
        await one_opening(database, opening)
        raise Conflict("This has ended already.", hint="It waits for its review alone.")


async def end_expired(database: Database, *, process: str) -> int:
    """End what has passed its time, in the name of `process`; return how many."""
    return len(await database.fetch(SQL.end_expired, process))


async def review(database: Database, opening: str, verdict: str, *, by: Decision) -> None:
    """Review, as reviewer, security or data protection, what somebody else did.

    `verdict` is one of VERDICTS, with a reason. Raises NoSuchOpening, Invalid, Conflict before it
    has ended or when it is reviewed, and Refused for whoever broke the glass, entered it, or has
    none of these capacities.
    """
    if verdict not in VERDICTS or not by.reason.strip():
        raise Invalid(
            "A review is a verdict and what was found.", hint=f"Verdicts: {', '.join(VERDICTS)}."
        )
    row = await one_opening(database, opening)
    if row["ended_at"] is None:
        raise Conflict("This has not ended yet.", hint="End it, then review it.")
    if by.person in (row["person"], row["entered_by"]):
        raise Refused("Nobody reviews what they did themselves.", hint="Let another person.")
    async with database.transaction() as connection:
        capacity = await connection.fetchval(SQL.reviewing_capacity, by.person)
        if capacity is None:
            raise Refused(
                f"{by.person} reviews nothing.", hint="A reviewer, security or the dpo does."
            )
        done = await connection.fetchval(
            SQL.review_glass, opening, by.person, capacity, verdict, by.reason
        )
    if done is None:
        raise Conflict("This is reviewed already.", hint="A review is not done twice.")


async def one_opening(database: Database, opening: str) -> Row:
    """Return one opening as `openings` does; raise NoSuchOpening."""
    row = await database.row(SQL.list_openings, opening, False, None, 1)
    if row is None:
        raise NoSuchOpening(opening)
    return row


async def openings(
    database: Database,
    *,
    unreviewed: bool = False,
    after: str | None = None,
    limit: int | None = None,
) -> Sequence[Row]:
    """Return every opening, latest first, or those that wait for their review, the due first.

    At most `limit`, of those that were opened before the opening `after`.
    """
    return await database.fetch(SQL.list_openings, None, unreviewed, after, limit)


def review_due(opened_at: datetime) -> datetime:
    """Return the end of the second working day (Monday to Friday, UTC) after `opened_at`."""
    day, left = opened_at.replace(hour=0, minute=0, second=0, microsecond=0), _REVIEW_WORKING_DAYS
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < _SATURDAY
    return day + timedelta(days=1)
