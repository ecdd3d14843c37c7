"""Accounts: the people who can sign in, and through which processes each may act."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from customer_inventory.access.oauth.issuer import NoSuchIssuer, is_trusted
from customer_inventory.access.registration import NoSuchProcess, demand_not_house
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

FORGET_EXPIRED = "forget ended sessions"
_PERSON = re.compile(r"[a-z0-9][a-z0-9._@-]{0,99}")
_LONGEST_NAME = 200


@dataclass(frozen=True)
class Account:
    """An account as it signs in; `password` is a hash, `sealed_totp` the sealed second factor."""

    person: str
    name: str
    is_administrator: bool
    state: str
    password: str | None
    sealed_totp: bytes | None


class NoSuchAccount(NotFound):
    """Nobody of that name has an account."""

    def __init__(self, person: str) -> None:
        super().__init__(
            f"There is no account {person!r}.", hint="`cinv access account list` names them all."
        )


def word_of(typed: str) -> str:
    """Return the word for a person that somebody typed; an empty one where it can be none."""
    word = typed.strip().lower()
    return word if _PERSON.fullmatch(word) else ""


async def find(database: Database, person: str) -> Account | None:
    """Return the account of a person; None where there is none."""
    row = await database.row(SQL.account_by_person, person)
    return Account(**row) if row else None


async def register(
    database: Database,
    person: str,
    *,
    name: str,
    is_administrator: bool = False,
    registered_by: str,
) -> None:
    """Give a person an account without password, or another name to one that is there.

    Raises Invalid for a word that is none, or a name that is empty.
    """
    if not _PERSON.fullmatch(person):
        raise Invalid(
            f"{person!r} is no word for a person.", hint="Write a-z, 0-9 and . _ @ - within."
        )
    if not name.strip() or len(name) > _LONGEST_NAME:
        raise Invalid("A person has a name.", hint="Give it, in 200 characters at most.")
    await database.execute(
        SQL.register_account, person, name.strip(), is_administrator, registered_by
    )


async def disable(database: Database, person: str) -> None:
    """Let a person sign in no more; their sessions and tokens end at once.

    Raises NoSuchAccount, and Conflict for the last administrator.
    """
    if await database.value(SQL.disable_account, person) is None:
        if await find(database, person) is None:
            raise NoSuchAccount(person)
        raise Conflict(f"{person} is the last administrator.", hint="Let another one enrol first.")


async def enable(database: Database, person: str) -> None:
    """Let a person who was disabled sign in again. Raises NoSuchAccount."""
    if await find(database, person) is None:
        raise NoSuchAccount(person)
    await database.execute(SQL.enable_account, person)


async def set_password(database: Database, person: str, password: str) -> None:
    """Keep the hash of another password."""
    await database.execute(SQL.set_password, person, password)


async def admit(database: Database, person: str, process: str, *, admitted_by: str) -> None:
    """Let a person act through a process, other than the house's own.

    Raises NoSuchAccount, NoSuchProcess, and Refused for the house.
    """
    demand_not_house(process)
    if await find(database, person) is None:
        raise NoSuchAccount(person)
    if not await database.value(SQL.is_process_known, process):
        raise NoSuchProcess(process)
    await database.execute(SQL.admit, process, person, admitted_by)


async def dismiss(database: Database, person: str, process: str) -> None:
    """Let a person act through a process no more; their tokens for it end at once.

    Raises NotFound when the person was not admitted.
    """
    if await database.value(SQL.dismiss, process, person) is None:
        raise NotFound(f"{person} does not act through {process}.")


async def link(
    database: Database, person: str, *, issuer: str, subject: str, linked_by: str
) -> None:
    """Let whoever a provider calls `subject` sign in as a person.

    Raises NoSuchAccount, NoSuchIssuer, and Conflict when that subject is somebody else here.
    """
    if await find(database, person) is None:
        raise NoSuchAccount(person)
    if not await is_trusted(database, issuer):
        raise NoSuchIssuer(issuer)
    if await database.value(SQL.link_person, issuer, subject, person, linked_by) != person:
        raise Conflict("That subject is linked to another person.", hint="Look at the list.")


async def person_of(database: Database, issuer: str, subject: str) -> Account | None:
    """Return the active account that is linked to a provider's subject; None where none is."""
    row = await database.row(SQL.account_of_subject, issuer, subject)
    return Account(**row) if row else None


async def accounts(database: Database) -> Sequence[Row]:
    """Return every account: rows without secrets."""
    return await database.fetch(SQL.list_accounts)


async def processes_of(database: Database, person: str) -> Sequence[Row]:
    """Return through which active processes a person may act, and for which purposes: rows."""
    return await database.fetch(SQL.processes_of_person, person)


async def capacities_of(database: Database, person: str) -> Sequence[Row]:
    """Return in which capacities a person decides just now: rows of capacity and valid_to."""
    return await database.fetch(SQL.capacities_of_person, person)


async def choose_keys(database: Database, person: str, *, has_character_keys: bool) -> None:
    """Keep whether keys of one character do something for a person at the console."""
    await database.execute(SQL.choose_keys, person, has_character_keys)


async def has_administrator(database: Database) -> bool:
    """Tell whether an administrator can sign in."""
    return bool(await database.value(SQL.has_administrator))


async def forget_expired(database: Database, at: datetime) -> None:
    """Forget sessions, forms, enrolments and flows that ended before `at`."""
    await database.execute(SQL.forget_expired, at)
