"""Registration: a process is known, owned and permitted before it touches anything."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from customer_inventory.access.operation import Operation
from customer_inventory.access.terms import Terms, checked
from customer_inventory.access.token import Token, digest, mint
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.record.document import encode
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

EVERY_TYPE = "*"
LONGEST_TOKEN_LIFE = timedelta(days=366)

_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_PURPOSE = re.compile(r"[a-z][A-Za-z0-9-]{0,62}")


class NoSuchProcess(NotFound):
    """No process of that id is registered."""

    def __init__(self, process: str) -> None:
        super().__init__(
            f"There is no process {process!r}.", hint="`cinv access list` names them all."
        )


@dataclass(frozen=True)
class Permission:
    """What a process may do to records of one type (`*`: of every type), for one purpose.

    `terms` is what else is agreed of it (`access.terms`).
    """

    record_type: str
    operations: tuple[Operation, ...]
    purpose: str
    terms: Terms = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str, purpose: str) -> "Permission":
        """Return what `TYPE:OPERATION[,OPERATION…]` says; raise Invalid for anything else."""
        record_type, _, words = text.partition(":")
        if record_type != EVERY_TYPE and record_type not in TYPES:
            known = ", ".join((EVERY_TYPE, *TYPES))
            raise Invalid(f"There is no record type {record_type!r}.", hint=f"Known: {known}.")
        try:
            operations = tuple(Operation(word.strip()) for word in words.split(","))
        except ValueError:
            known = ", ".join(Operation)
            raise Invalid(
                f"{text!r} is not TYPE:OPERATION[,OPERATION…].", hint=f"Operations: {known}."
            ) from None
        return cls(record_type, operations, purpose)


async def register(
    database: Database,
    process: str,
    *,
    name: str,
    owner: str,
    permissions: Iterable[Permission],
    registered_by: str,
    etom_id: str | None = None,
) -> bool:
    """Register `process` with its owner and permissions; return whether it is new.

    A known process gets the new name and owner; for each purpose named, all that it was
    permitted before is replaced. Raises Invalid for an id that is not lower-case words joined by
    hyphens, or a purpose that is no single word, and Conflict for a purpose for which the process
    has a grant: what people decided is not replaced by what one enters.
    """
    if not _NAME.fullmatch(process):
        raise Invalid(f"{process!r} is no process id.", hint="Write a-z, 0-9 and hyphens.")
    if not name.strip() or not owner.strip():
        raise Invalid("A process has a name and an owner.", hint="Give both.")
    permissions = list(permissions)
    operations, terms = by_type_and_purpose(permissions), terms_by_type(permissions)
    async with database.transaction() as connection:
        is_new = await connection.fetchval(
            SQL.register_process, process, name, etom_id, owner, registered_by
        )
        purposes = sorted({purpose for _, purpose in operations})
        granted = await connection.fetchval(SQL.grant_in_force, process, purposes)
        if granted is not None:
            raise Conflict(
                f"{process} has a grant for that purpose: {granted}.",
                hint="Ask for another with `cinv access request`, or revoke it.",
            )
        await connection.execute(SQL.withdraw_permissions, process, purposes)
        for (record_type, purpose), words in operations.items():
            await connection.execute(
                SQL.grant_permission,
                process,
                record_type,
                purpose,
                sorted(words),
                encode(terms.get(record_type, {})).decode(),
            )
    return bool(is_new)


def by_type_and_purpose(permissions: Iterable[Permission]) -> dict[tuple[str, str], set[str]]:
    """Return the operations asked for, by record type and purpose; raise Invalid for no purpose."""
    operations: dict[tuple[str, str], set[str]] = {}
    for permission in permissions:
        if not _PURPOSE.fullmatch(permission.purpose):
            raise Invalid(f"{permission.purpose!r} is no purpose.", hint="Write one word.")
        words = operations.setdefault((permission.record_type, permission.purpose), set())
        words.update(map(str, permission.operations))
    return operations


def terms_by_type(permissions: Iterable[Permission]) -> dict[str, Terms]:
    """Return the terms of each record type that has any; raise Invalid for bad or two ones."""
    found: dict[str, Terms] = {}
    for permission in permissions:
        terms = checked(permission.record_type, permission.terms)
        if found.setdefault(permission.record_type, terms) != terms:
            raise Invalid("A type has one set of terms.", path=permission.record_type)
    return {kind: terms for kind, terms in found.items() if terms}


async def issue_token(
    database: Database,
    process: str,
    *,
    purpose: str,
    lifetime: timedelta,
    person: str | None = None,
) -> Token:
    """Return a new token with which `process` acts for `purpose`; it is not shown again.

    Raises NoSuchProcess, Conflict for a process that is not active, Invalid for a lifetime
    that is not positive or over a year.
    """
    if not timedelta(0) < lifetime <= LONGEST_TOKEN_LIFE:
        raise Invalid("A token lives a year at most.", hint="Give a shorter, positive lifetime.")
    state = await database.value(SQL.process_state, process)
    if state is None:
        raise NoSuchProcess(process)
    if state != "active":
        raise Conflict(f"The process {process} is {state}.", hint="Only active ones get tokens.")
    token = mint(now() + lifetime)
    await database.execute(
        SQL.issue_token, digest(token.secret), process, purpose, person, token.expires_at
    )
    return token


async def set_state(database: Database, process: str, state: str) -> None:
    """Make `process` 'active', 'suspended' or 'revoked'; its tokens obey at once.

    Raises NoSuchProcess, and Conflict for a process that was revoked: that is for good.
    """
    if await database.value(SQL.set_process_state, process, state) is None:
        if await database.value(SQL.process_state, process) is None:
            raise NoSuchProcess(process)
        raise Conflict(f"The process {process} is revoked.", hint="Register it under another id.")


async def revoke_tokens(database: Database, process: str) -> None:
    """End every token of `process` at once; raise NoSuchProcess when there is none such."""
    if await database.value(SQL.process_state, process) is None:
        raise NoSuchProcess(process)
    await database.execute(SQL.revoke_tokens, process)


async def processes(database: Database) -> Sequence[Row]:
    """Return every registered process: rows with permissions and number of live tokens."""
    return await database.fetch(SQL.list_processes)
