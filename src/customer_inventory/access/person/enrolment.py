"""Enrolment: with a link that is good once, a person sets a password and a second factor."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from customer_inventory.access.person import account as accounts
from customer_inventory.access.person import password as passwords
from customer_inventory.access.person import second_factor
from customer_inventory.access.person.account import NoSuchAccount
from customer_inventory.access.person.password import Passwords
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.store.database import Database
from customer_inventory.store.safe import Safe
from customer_inventory.store.sql import beside

SQL = beside(__name__)

GOOD_FOR = timedelta(minutes=15)
PATH = "/enrol/"
_LONGEST = 100


class NotGood(NotFound):
    """The link is unknown, used, or too old."""

    def __init__(self) -> None:
        super().__init__(
            "This link is not good, or no longer.", hint="Ask an administrator for another."
        )


@dataclass(frozen=True)
class Enrolling:
    """Who enrols by a link."""

    person: str
    name: str


async def invite(database: Database, person: str, *, made_by: str) -> str:
    """Return the secret of a new link for a person, shown once; the one before is no more.

    Nothing changes for the person until the link is used. Raises NoSuchAccount.
    """
    if await accounts.find(database, person) is None:
        raise NoSuchAccount(person)
    secret = secrets.token_urlsafe(32)
    await database.execute(SQL.keep_link, person, _digest(secret), now() + GOOD_FOR, made_by)
    return secret


async def make_administrator(
    database: Database, person: str, *, name: str, recover: bool, made_by: str
) -> str:
    """Return the secret of a link with which a person becomes an administrator.

    Raises Conflict when there is one already, unless `recover` says that it is lost.
    """
    if await accounts.has_administrator(database) and not recover:
        raise Conflict(
            "There is an administrator already.",
            hint="Sign in as that one, or use --recover: it is kept in the ledger.",
        )
    await accounts.register(
        database, person, name=name, is_administrator=True, registered_by=made_by
    )
    return await invite(database, person, made_by=made_by)


async def look(database: Database, secret: str) -> Enrolling:
    """Return who a link is for; raise NotGood."""
    row = await database.row(SQL.link_by_secret, _digest(secret[:_LONGEST]))
    if row is None:
        raise NotGood
    return Enrolling(row["person"], row["name"])


async def complete(
    database: Database,
    safe: Safe,
    hashing: Passwords,
    secret: str,
    *,
    password: str,
    totp: str,
    code: str,
) -> tuple[Enrolling, Sequence[str]]:
    """Set password and second factor of whom a link is for, and use it up.

    `totp` is the secret that the authenticator was given and `code` what it shows. The
    account is active from now on, its earlier sessions end. Return who it is and the recovery
    codes. Raises NotGood, and Invalid for a password or a code that will not do.
    """
    who = await look(database, secret)
    passwords.check(password, who.person)
    step = second_factor.step_of(totp, code.replace(" ", ""))
    if step is None:
        raise Invalid(
            "The code is not the one of this moment.", path="code", hint="Wait for the next."
        )
    kept = await hashing.hashed(password)
    sealed = safe.seal(totp.encode(), second_factor.context(who.person))
    async with database.transaction() as connection:
        person = await connection.fetchval(SQL.use_link, _digest(secret[:_LONGEST]))
        if person is None:
            raise NotGood
        await connection.execute(SQL.set_factors, person, kept, sealed, step)
        await connection.execute(SQL.end_sessions_of_enrolled, person)
        codes = await second_factor.renew_recovery_codes(connection, person)
    return who, codes


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()
