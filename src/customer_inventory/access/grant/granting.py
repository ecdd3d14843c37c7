"""The life of a grant: requested, reviewed, approved, active, and how it ends.

The database holds the law of it (migration 0015): which steps there are, that what was asked never
changes, who must agree, that nobody agrees to what they asked for. Each step leaves its line in the
history, and permissions in force follow the state in the same transaction.
"""

import hashlib
import re
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime

from customer_inventory.access.decision import Decision
from customer_inventory.access.grant.people import REVIEWER, check_purpose
from customer_inventory.access.registration import (
    NoSuchProcess,
    Permission,
    by_type_and_purpose,
    terms_by_type,
)
from customer_inventory.access.scope import check_lists
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.kit.ids import new_id
from customer_inventory.record.document import encode
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_PART = re.compile(r"[a-z][A-Za-z0-9-]{0,62}")
_MAY_SUSPEND = ("active",)
_MAY_REVOKE = ("approved", "active", "suspended")
_MAY_REJECT = ("requested", "reviewed")
_MAY_WITHDRAW = ("requested", "reviewed", "approved")


class NotApart(Conflict):
    """Two grants of one purpose are about the same record type, and one answers for a type."""

    code = "grantsOverlap"

    def __init__(self, grant: str, other: str, part: str) -> None:
        named = f"the part {part!r}" if part else "the part without a name"
        super().__init__(
            f"The grant {other}, {named}, is about a record type that {grant} is about too.",
            hint="Ask for the type in one of them alone, or revoke the other.",
        )


class NoSuchGrant(NotFound):
    """No grant of that id was ever asked for."""

    def __init__(self, grant: str) -> None:
        super().__init__(f"There is no grant {grant!r}.", hint="`cinv access grants` has them all.")


async def request(
    database: Database,
    process: str,
    *,
    permissions: Iterable[Permission],
    valid_until: datetime,
    by: Decision,
    valid_from: datetime | None = None,
    part: str = "",
) -> str:
    """Ask for what `process` may do for one purpose; return the id of the grant.

    With `part`, a word, it is in force beside those of other parts of the purpose. Raises
    NoSuchProcess, Invalid for none or several purposes, one that is not registered, a part that is
    none or a validity that ends before it begins, and Conflict when one is under way for the part.
    """
    begins = valid_from or now()
    if valid_until <= max(begins, now()):
        raise Invalid("A grant ends after it begins.", hint="Give a later end.")
    if not by.reason.strip():
        raise Invalid("A grant is asked for with a reason.", hint="Say what it is needed for.")
    if part and not _PART.fullmatch(part):
        raise Invalid("must be one word in small letters.", path="part")
    permissions = list(permissions)
    purpose, asked = asked_for(permissions)
    terms = terms_by_type(permissions)
    told = [process, purpose, asked, terms, by.reason, str(begins), str(valid_until)]
    content = encode([*told, part] if part else told)
    grant, sha256 = new_id(), hashlib.sha256(content).digest()
    async with database.transaction() as connection:
        await _check_request(connection, process, purpose, part)
        await check_lists(connection, terms)
        await connection.execute(
            SQL.request, grant, process, purpose, encode(asked).decode(), encode(terms).decode(),
            by.reason, begins, valid_until, sha256, by.person, by.entered_by, part,
        )  # fmt: skip
    return grant


def asked_for(permissions: Iterable[Permission]) -> tuple[str, dict[str, list[str]]]:
    """Return the one purpose of `permissions`, and the operations by type; raise Invalid."""
    operations = by_type_and_purpose(permissions)
    purposes = {purpose for _, purpose in operations}
    if len(purposes) != 1:
        raise Invalid("A grant is for one purpose.", hint="Ask for one purpose at a time.")
    return purposes.pop(), {kind: sorted(words) for (kind, _), words in sorted(operations.items())}


async def _check_request(connection: Connection, process: str, purpose: str, part: str) -> None:
    state = await connection.fetchval(SQL.lock_process, process)
    if state is None:
        raise NoSuchProcess(process)
    if state == "revoked":
        raise Conflict(f"The process {process} is revoked.", hint="Register it under another id.")
    await check_purpose(connection, purpose)
    other = await connection.fetchval(SQL.under_way, process, purpose, part)
    if other is not None:
        raise Conflict(
            f"{process} already asks for {purpose}: {other}.", hint="Decide or withdraw that first."
        )


async def review(database: Database, grant: str, *, by: Decision) -> None:
    """Find the request in order; `by.person` is a reviewer and not who asked.

    Raises NoSuchGrant, Conflict in any other state than requested, and Refused.
    """
    async with _deciding(database, grant, ("requested",), "reviewed") as (connection, row):
        _demand_another(row, by)
        if not await connection.fetchval(SQL.has_capacity, by.person, REVIEWER):
            raise _no_capacity(by.person, REVIEWER)
        await _agree(connection, row, REVIEWER, by)
        await _step(connection, grant, "reviewed", by)


async def approve(
    database: Database, grant: str, *, by: Decision, seen: str | None = None
) -> tuple[str, ...]:
    """Approve in every capacity that is needed and that `by.person` has; return what is missing.

    `seen` is the SHA-256 (hex) of the content decided on. When nothing is missing any more the
    grant is approved. Raises NoSuchGrant, Conflict, also when it is not the content seen, and
    Refused for who asked, or has no capacity that is still needed.
    """
    async with _deciding(database, grant, ("reviewed",), "approved") as (connection, row):
        if seen is not None and seen != row["sha256"].hex():
            raise Conflict("That is not what this grant asks for.", hint="Look at it again.")
        _demand_another(row, by)
        needed = await connection.fetch(SQL.capacities_missing, grant, by.person)
        theirs = [capacity for capacity, is_theirs in needed if is_theirs]
        if not theirs:
            raise _no_capacity(by.person, ", ".join(capacity for capacity, _ in needed))
        for capacity in theirs:
            await _agree(connection, row, capacity, by)
        missing = tuple(capacity for capacity, is_theirs in needed if not is_theirs)
        if not missing:
            await _step(connection, grant, "approved", by)
    return missing


async def activate(database: Database, grant: str, *, by: Decision) -> None:
    """Put an approved grant in force; the one before it, if any, is superseded.

    Raises NoSuchGrant, Conflict for one that is not approved, or is past its end, and NotApart when
    the grant of another part is about the same record type.
    """
    async with _deciding(database, grant, ("approved",), "activated") as (connection, row):
        if row["valid_to"] <= now():
            raise Conflict("The validity of this grant has ended.", hint="Ask for a new one.")
        await connection.execute(
            SQL.supersede,
            row["process"],
            row["purpose"],
            grant,
            by.person,
            by.entered_by,
            f"superseded by {grant}",
            row["part"],
        )
        # Of two parts put in force at once, the second waits, and looks at the first.
        await connection.fetchval(SQL.lock_process, row["process"])
        other = await connection.fetchrow(SQL.beside, grant)
        if other is not None:
            raise NotApart(grant, other["id"], other["part"])
        await _step(connection, grant, "active", by)


async def reject(database: Database, grant: str, *, by: Decision) -> None:
    """Refuse what was asked for; raise NoSuchGrant or Conflict when it is not to be decided."""
    await _end(database, grant, _MAY_REJECT, "rejected", by)


async def suspend(database: Database, grant: str, *, by: Decision) -> None:
    """Withdraw the permissions at once. One person is enough; a new grant brings them back."""
    await _end(database, grant, _MAY_SUSPEND, "suspended", by)


async def revoke(database: Database, grant: str, *, by: Decision) -> None:
    """Withdraw the permissions at once and for good. One person is enough."""
    await _end(database, grant, _MAY_REVOKE, "revoked", by)


async def withdraw(database: Database, grant: str, *, by: Decision) -> None:
    """Take back a request that is not in force; only who asked can, anyone else gets Refused."""
    async with _deciding(database, grant, _MAY_WITHDRAW, "withdrawn") as (connection, row):
        if by.person != row["requested_by"]:
            raise Refused("Only who asked withdraws a request.", hint="Others reject or revoke it.")
        await _step(connection, grant, "withdrawn", by)


async def expire(database: Database, *, process: str) -> int:
    """End the grants whose time has passed, in the name of `process`; return how many."""
    return len(await database.fetch(SQL.expire, process))


async def grants(
    database: Database,
    *,
    process: str | None = None,
    grant: str | None = None,
    state: str | None = None,
    after: str | None = None,
    limit: int | None = None,
) -> Sequence[Row]:
    """Return grants, latest first: of a process, in a state, the one of an id (or NoSuchGrant).

    At most `limit`, of those that come after the grant `after`.
    """
    rows = await database.fetch(SQL.list_grants, process, grant, after, limit, state, 0)
    if grant is not None and not rows:
        raise NoSuchGrant(grant)
    return rows


async def page(
    database: Database, *, process: str | None, grant: str | None, state: str | None,
    limit: int, offset: int,
) -> tuple[Sequence[Row], int]:  # fmt: skip
    """Return grants of a process, of a state, or the one of an id, and how many there are."""
    rows = await database.fetch(SQL.list_grants, process, grant, None, limit, state, offset)
    return rows, int(await database.value(SQL.count_grants, process, grant, state))


async def history(database: Database, grant: str) -> Sequence[Row]:
    """Return every state that a grant was in, first to last; raise NoSuchGrant."""
    if rows := await database.fetch(SQL.history, grant):
        return rows
    raise NoSuchGrant(grant)


async def _end(
    database: Database, grant: str, states: tuple[str, ...], state: str, by: Decision
) -> None:
    if not by.reason.strip():
        raise Invalid("This is done with a reason.", hint="Say why.")
    async with _deciding(database, grant, states, state) as (connection, _):
        await end(connection, grant, state, by)


async def end(connection: Connection, grant: str, state: str, by: Decision) -> None:
    """Bring a grant into `state`, within the transaction of `connection`; the law is the same."""
    await _step(connection, grant, state, by)


@asynccontextmanager
async def _deciding(
    database: Database, grant: str, states: tuple[str, ...], done: str
) -> AsyncIterator[tuple[Connection, Row]]:
    """Hold a grant that is in one of `states` for one transaction."""
    async with database.transaction() as connection:
        row = await connection.fetchrow(SQL.locked, grant)
        if row is None:
            raise NoSuchGrant(grant)
        if row["state"] not in states:
            raise Conflict(
                f"The grant {grant} is {row['state']}.",
                hint=f"Only {' or '.join(states)} ones are {done}.",
            )
        yield connection, row


async def _agree(connection: Connection, row: Row, capacity: str, by: Decision) -> None:
    await connection.execute(
        SQL.decide, row["id"], capacity, by.person, row["requested_by"], row["sha256"],
        by.entered_by, by.reason,
    )  # fmt: skip


async def _step(connection: Connection, grant: str, state: str, by: Decision) -> None:
    await connection.execute(SQL.step, grant, state, by.person, by.entered_by, by.reason)


def _demand_another(row: Row, by: Decision) -> None:
    if by.person == row["requested_by"]:
        raise Refused("Nobody decides on what they asked for.", hint="Let another person decide.")


def _no_capacity(person: str, capacities: str) -> Refused:
    return Refused(
        f"{person} has none of the capacities this needs: {capacities}.",
        hint="`cinv access person add` registers who has.",
    )
