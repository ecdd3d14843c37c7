"""Reporting roles: made with the views that they read, made anew when their grant changes, ended.

A role reads what its process may download for its purpose, in the clear, and what is asked of
every other reader is asked of it by the views. It has no privilege on any table, and cannot make
anything.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.access.guard import Session, session_for
from customer_inventory.access.operation import Operation
from customer_inventory.access.reporting.scram import verifier
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.record import report
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

PREFIX = "cinv_report_"
CONNECTIONS = 3
LONGEST = "10min"
"""So long may a statement run; a transaction that is older is ended by the job."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_SETTINGS = {
    "statement_timeout": LONGEST,
    "idle_in_transaction_session_timeout": "1min",
    "idle_session_timeout": "1h",
    "lock_timeout": "3s",
}


@dataclass(frozen=True, slots=True)
class Reporting:
    """A reporting role: for which process and purpose it reads, and until when."""

    role: str
    process: str
    purpose: str
    until: datetime

    @property
    def place(self) -> dict[str, str]:
        """The name of the role, and of its schema, as it stands in SQL."""
        return {"role": report.name(self.role)}


class NothingToReport(Refused):
    """The process may download nothing for that purpose."""

    def __init__(self, whose: Reporting) -> None:
        super().__init__(
            f"{whose.process} may download nothing for {whose.purpose}.",
            hint="A reporting role reads what its process may download: ask for that grant.",
        )


async def add(database: Database, whose: Reporting, *, password: str, by: str) -> Sequence[str]:
    """Make a reporting role in the open transaction; return the types that it reads.

    Raises Invalid for a password that is none, Conflict for a role that is there or may not be
    made (none may where records lie in shards), Refused when it may download nothing or could
    do more than read its views.
    """
    kept = verifier(password)
    if database.placement.is_distributed:
        raise Conflict(
            "Reporting roles are of one server: nodes would ask for tables, which a role may not.",
            hint="Let it download, or report from an inventory on one node.",
        )
    if not await database.value(SQL.may_make_roles):
        raise Conflict(
            "The inventory may not make roles on this server.",
            hint="Let its role: ALTER ROLE … CREATEROLE. An embedded server has no network.",
        )
    if await database.value(SQL.role_exists, whose.role):
        raise Conflict(f"There is a role {whose.role}.", path="name", hint="End it first.")
    made = SQL.make_role.format(
        **whose.place,
        connections=CONNECTIONS,
        verifier=report.literal(kept),
        ends=report.literal(whose.until),
    )
    await database.execute(made)
    await database.execute(SQL.lead_role.format(**whose.place))
    for setting, value in (*_SETTINGS.items(), ("search_path", whose.role)):
        said = {"setting": setting, "value": report.literal(value)}
        await database.execute(SQL.set_role.format(**whose.place, **said))
    here = report.name(str(await database.value(SQL.database_here)))
    await database.execute(SQL.drop_temporary.format(database=here))
    await database.execute(SQL.let_role_connect.format(**whose.place, database=here))
    await database.execute(SQL.let_role_pass.format(**whose.place))
    return await _make_views(database, whose, by)


async def refresh(database: Database, role: str, *, by: str) -> Sequence[str]:
    """Make the views of a role anew, of what its process may download now; return its types.

    In the open transaction. Raises NotFound for no role, NothingToReport.
    """
    return await _make_views(database, await _one(database, role), by)


async def end(database: Database, role: str) -> None:
    """End a role with its sessions, in the open transaction; raise NotFound for none."""
    whose = await _one(database, role)
    await end_sessions(database, whose.role)
    await database.execute(SQL.drop_schema.format(**whose.place))
    await database.execute(SQL.drop_grants.format(**whose.place))
    await database.execute(SQL.drop_role.format(**whose.place))
    await database.execute(SQL.forget_reporting, whose.role)


async def end_sessions(database: Database, role: str) -> None:
    """End the sessions of a role; it may connect anew, if it still may."""
    await database.value(SQL.end_sessions, role)


async def roles(database: Database) -> Sequence[Row]:
    """Return every reporting role, and whether its views are made of what is in force."""
    return await database.fetch(SQL.list_reporting)


def role_of(name: str) -> str:
    """Return the role of a name; raise Invalid for a name that is none."""
    plain = name.removeprefix(PREFIX)
    if not _NAME.fullmatch(plain):
        raise Invalid("must be small letters, digits and _, 40 at most.", path="name")
    return PREFIX + plain


async def _one(database: Database, role: str) -> Reporting:
    for row in await roles(database):
        if row["role"] == role:
            return Reporting(role, row["process"], row["purpose"], row["valid_to"])
    raise NotFound(f"There is no reporting role {role}.", path="name")


async def _make_views(database: Database, whose: Reporting, by: str) -> Sequence[str]:
    session = await session_for(database, process=whose.process, purpose=whose.purpose)
    types = _types(session)
    if session is None or not types:
        raise NothingToReport(whose)
    await database.execute(SQL.drop_schema.format(**whose.place))
    await database.execute(SQL.make_schema.format(**whose.place))
    await database.execute(SQL.let_role_look.format(**whose.place))
    for each in types:
        declared = TYPES[each]
        arguments = f"{report.literal(whose.role)}, {report.literal(each)}"
        gate = f"(SELECT access.reporting_gate({arguments}))"
        view = {**whose.place, "view": report.name(declared.table)}
        select = report.select(declared, session.sight, gate)
        await database.execute(SQL.make_view.format(**view, select=select))
    await database.execute(SQL.let_role_read.format(**whose.place))
    kept = (whose.role, whose.process, whose.purpose, types, whose.until, by)
    await database.execute(SQL.keep_reporting, *kept)
    await _demand_walled(database, whose.role)
    return types


def _types(session: Session | None) -> list[str]:
    if session is None:
        return []
    return [name for name in TYPES if session.may(Operation.DOWNLOAD, name)]


async def _demand_walled(database: Database, role: str) -> None:
    """Raise Refused when a role could do more than read its views: everybody was given it."""
    beyond = [row["what"] for row in await database.fetch(SQL.beyond_its_views, role)]
    if beyond:
        raise Refused(
            f"The role could do more than read its views: {', '.join(beyond[:5])}.",
            hint="Take from PUBLIC what is not for everybody.",
        )


def every_statement() -> dict[str, str]:
    """Return the statements that can be planned: what makes roles and views has no plan."""
    made = ("make_", "lead_", "set_", "let_", "drop_")
    return {name: text for name, text in SQL.items() if not name.startswith(made)}
