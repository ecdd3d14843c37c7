"""Tokens in the name of a person: they act through a process, and every call is traced to both."""

import re
from collections.abc import Sequence
from datetime import timedelta

from customer_inventory.access.person import account as accounts
from customer_inventory.access.token import Token, digest, mint
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

LONGEST_LIFE = timedelta(days=90)
MOST = 20
_NAME = re.compile(r"[\w][\w .-]{0,59}")


async def issue(
    database: Database,
    person: str,
    *,
    name: str,
    process: str,
    purpose: str,
    lifetime: timedelta,
) -> Token:
    """Return a token of a person for one purpose of a process; it is not shown again.

    It permits what the process may, and ends with the account and with the admission. Raises
    Refused for a process that the person does not act through, or a purpose that it does not
    have, Conflict for a name in use or too many tokens, Invalid for a name or lifetime.
    """
    if not _NAME.fullmatch(name):
        raise Invalid("A token has a name.", path="name", hint="Say in a few words what for.")
    if not timedelta(0) < lifetime <= LONGEST_LIFE:
        raise Invalid("A token lives 90 days at most.", path="days", hint="Give fewer.")
    held = await accounts.processes_of(database, person)
    if not any((row["process"], row["purpose"]) == (process, purpose) for row in held):
        raise Refused(
            "You do not act through that process for that purpose.",
            hint="An administrator can admit you to a process.",
        )
    known = await tokens(database, person)
    if len(known) >= MOST or any(row["name"] == name for row in known):
        raise Conflict("There is a token of that name, or too many.", hint="Revoke one.")
    token = mint(now() + lifetime)
    await database.execute(SQL.end_expired_token, person, name)
    await database.execute(
        SQL.issue_personal_token,
        digest(token.secret),
        process,
        purpose,
        person,
        token.expires_at,
        name,
    )
    return token


async def tokens(database: Database, person: str) -> Sequence[Row]:
    """Return the tokens of a person that go on: rows without secrets."""
    return await database.fetch(SQL.tokens_of_person, person)


async def revoke(database: Database, person: str, name: str) -> None:
    """End a token of a person at once; raise NotFound when there is none of that name."""
    if await database.value(SQL.revoke_personal_token, person, name) is None:
        raise NotFound("There is no token of that name.", hint="It may have ended already.")
