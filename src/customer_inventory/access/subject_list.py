"""Who may change named lists of subjects: what is on one is what grants bound to it are about.

So it takes an owner of the data of customers, as approving such a grant does; a list that a grant
needs stays. In a sandbox anybody may.
"""

from collections.abc import AsyncIterable

from customer_inventory.access.decision import Decision
from customer_inventory.kit.errors import Conflict, Refused
from customer_inventory.record.scoping import subject_list
from customer_inventory.record.scoping.subject_list import By, Changed, Way
from customer_inventory.store.database import Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

OWNER = "dataOwner:customer"


async def make(database: Database, name: str, *, title: str, by: Decision) -> None:
    """Make an empty list.

    Raises Refused for who is no owner, else as `record.scoping.subject_list` does.
    """
    await _demand_owner(database, by)
    await subject_list.make(database, name, title=title, by=_by(by))


async def change(
    database: Database, name: str, way: Way, lines: AsyncIterable[str], *, by: Decision
) -> Changed:
    """Put subjects on a list, take them off, or put these in the place of all; one id a line.

    Grants that are bound to it are of these from the next statement on. Raises Refused for who is
    no owner, else as `record.scoping.subject_list` does.
    """
    await _demand_owner(database, by)
    return await subject_list.change(database, name, way, lines, by=_by(by))


async def drop(database: Database, name: str, *, by: Decision) -> Changed:
    """Remove a list; raise NoSuchList, Refused, and Conflict while a grant is bound to it."""
    await _demand_owner(database, by)
    async with database.transaction() as connection:
        # Whoever asks to be bound to it waits from here on.
        dropped = await subject_list.drop(connection, name, by=_by(by))
        bound = await connection.fetch(SQL.bound_to_list, name)
        if bound:
            names = ", ".join(row["name"] for row in bound)
            raise Conflict(
                f"Grants are bound to the list {name!r}: {names}.",
                path="name",
                hint="Revoke them first.",
            )
    return dropped


async def _demand_owner(database: Database, by: Decision) -> None:
    if not await database.value(SQL.may_change_lists, by.person, [OWNER, "dataOwner:*"]):
        raise Refused(
            f"{by.person} is not {OWNER}.", hint="`cinv access person add` registers who is."
        )


def _by(by: Decision) -> By:
    return By(by.person, by.entered_by, by.reason)
