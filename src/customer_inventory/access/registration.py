"""Registration: a process is known and somebody answers for it before it touches anything.

What it may do is asked for and decided (`access.grant`); in a sandbox, permitted here.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from customer_inventory.access import sandbox
from customer_inventory.access.decision import Decision
from customer_inventory.access.operation import FUNCTIONS, Operation
from customer_inventory.access.scope import check_lists
from customer_inventory.access.terms import Terms, checked
from customer_inventory.access.token import Token, digest, mint
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound, Refused
from customer_inventory.kit.ids import is_id
from customer_inventory.record.document import encode
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

EVERY_TYPE = "*"
HOUSE = "manage-customer-inventory"
"""The house's own process: the one that is permitted by what it is, and never holds a token."""
EMERGENCY = "breakGlass-"
"""How the purposes of broken glass begin."""
KINDS = ("process", "system", "agent")
"""What touches customer data: a process of the enterprise, a system, an agent."""
LONGEST_TOKEN_LIFE = timedelta(days=366)

_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")
_PURPOSE = re.compile(r"[a-z][A-Za-z0-9-]{0,62}")
_ETOM = re.compile(r"[0-9]{1,3}(\.[0-9]{1,3}){0,7}")
_LONGEST = 200


class NoSuchProcess(NotFound):
    """No process of that id is registered."""

    def __init__(self, process: str) -> None:
        super().__init__(
            f"There is no process {process!r}.", hint="`cinv access list` names them all."
        )


@dataclass(frozen=True)
class Permission:
    """What a process may do to records of one type (`*`: of every type), for one purpose.

    Instead of a type it may name one of FUNCTIONS. `terms` is what else is agreed (`access.terms`).
    """

    record_type: str
    operations: tuple[Operation, ...]
    purpose: str
    terms: Terms = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str, purpose: str) -> "Permission":
        """Return what `TYPE:OPERATION[,OPERATION…]` says; raise Invalid for anything else."""
        record_type, _, words = text.partition(":")
        if record_type not in (EVERY_TYPE, *FUNCTIONS) and record_type not in TYPES:
            known = ", ".join((EVERY_TYPE, *FUNCTIONS, *TYPES))
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
    registered_by: str,
    permissions: Iterable[Permission] = (),
    etom_id: str | None = None,
    kind: str = "process",
    owner_person: str | None = None,
    contact: str | None = None,
    reason: str = "",
) -> bool:
    """Register `process` with who answers for it; return whether it is new.

    `owner` is the organisation, `owner_person` the person in it, `contact` how to reach them. A
    known process gets all of these anew; what changed is kept in its history. In a sandbox, for
    each purpose that `permissions` name, all that it was permitted before is replaced by them.

    Raises Invalid for an id that is not lower-case words joined by hyphens, a kind or identifier
    that is none, or a purpose that is no single word; NotASandbox for permissions in production,
    Conflict for a purpose for which the process has a grant, Refused for the house's own process.
    """
    if registered_by != HOUSE:
        demand_not_house(process)
    told = {"name": name, "owner": owner, "owner_person": owner_person, "contact": contact}
    _check(process, kind, etom_id, told)
    permissions = list(permissions)
    operations, terms = by_type_and_purpose(permissions), terms_by_type(permissions)
    async with database.transaction() as connection:
        is_new = await connection.fetchval(
            SQL.register_process,
            process,
            name,
            etom_id,
            owner,
            registered_by,
            kind,
            owner_person,
            contact,
            reason,
        )
        if operations and process != HOUSE:
            await sandbox.demand(connection, process)
        await check_lists(connection, terms)
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


def _check(process: str, kind: str, etom_id: str | None, told: Mapping[str, str | None]) -> None:
    # What looks like the id of a grant would be taken for one.
    if not _NAME.fullmatch(process) or is_id(process):
        raise Invalid(f"{process!r} is no process id.", hint="Write a-z, 0-9 and hyphens.")
    if kind not in KINDS:
        raise Invalid(f"{kind!r} is no kind of process.", hint=f"Known: {', '.join(KINDS)}.")
    if etom_id is not None and not _ETOM.fullmatch(etom_id):
        raise Invalid(f"{etom_id!r} is no identifier of eTOM.", hint="Write one such as 1.3.9.")
    if not (told["name"] or "").strip() or not (told["owner"] or "").strip():
        raise Invalid("A process has a name and an owner.", hint="Give both.")
    for name, text in told.items():
        if text is not None and (len(text) > _LONGEST or not text.isprintable()):
            raise Invalid("is no line of text.", path=name, hint=f"At most {_LONGEST} letters.")


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


def permissions_of(operations: object, terms: object, purpose: str) -> list[Permission]:
    """Return permissions written as objects by record type: of operations, and of terms.

    Raises Invalid for anything that is not so, or terms of a type that has no operations.
    """
    if not isinstance(operations, Mapping) or not operations:
        raise Invalid("must be operations by record type.", path="permissions")
    agreed = {} if terms is None else terms
    if not isinstance(agreed, Mapping) or not agreed.keys() <= operations.keys():
        raise Invalid("must be terms by record type, of permitted types.", path="terms")
    return [
        replace(
            Permission.parse(f"{kind}:{','.join(map(str, _words(kind, words)))}", purpose),
            terms=agreed.get(kind, {}),
        )
        for kind, words in operations.items()
    ]


def _words(kind: str, words: object) -> list[object]:
    if not isinstance(words, list):
        raise Invalid("must be a list of operations.", path=f"permissions.{kind}")
    return words


async def issue_token(
    database: Database,
    process: str,
    *,
    purpose: str,
    lifetime: timedelta,
    person: str | None = None,
) -> Token:
    """Return a new token with which `process` acts for `purpose`; it is not shown again.

    Raises NoSuchProcess, Conflict for a process that is not active, Refused for the house's own,
    Invalid for a lifetime that is not positive or over a year.
    """
    if not timedelta(0) < lifetime <= LONGEST_TOKEN_LIFE:
        raise Invalid("A token lives a year at most.", hint="Give a shorter, positive lifetime.")
    demand_not_house(process)
    if purpose.startswith(EMERGENCY):
        raise Refused("That purpose is of broken glass.", hint="`cinv access break-glass open`.")
    state = await database.value(SQL.process_state, process)
    if state is None:
        raise NoSuchProcess(process)
    if state != "active":
        raise Conflict(f"The process {process} is {state}.", hint="Only active ones get tokens.")
    async with database.connection() as connection:
        return await lend_token(
            connection, process, purpose=purpose, person=person, until=now() + lifetime
        )


async def lend_token(
    connection: Connection, process: str, *, purpose: str, person: str | None, until: datetime
) -> Token:
    """Return a new token, kept over `connection`; who may have one is for the caller to know."""
    token = mint(until)
    await connection.execute(
        SQL.issue_token, digest(token.secret), process, purpose, person, token.expires_at
    )
    return token


def demand_not_house(process: str) -> None:
    """Raise Refused for the house's own process: nobody else acts as it."""
    if process == HOUSE:
        raise Refused("The house acts for itself alone.", hint="Register a process of your own.")


async def set_state(database: Database, process: str, state: str, *, by: Decision) -> None:
    """Make `process` 'active', 'suspended' or 'revoked'; its tokens obey at once.

    Raises NoSuchProcess, Refused for the house's own process, and Conflict for a process that was
    revoked: that is for good.
    """
    demand_not_house(process)
    changed = await database.value(
        SQL.set_process_state, process, state, by.person, by.entered_by, by.reason
    )
    if changed is None:
        if await database.value(SQL.process_state, process) is None:
            raise NoSuchProcess(process)
        raise Conflict(f"The process {process} is revoked.", hint="Register it under another id.")


async def revoke_tokens(database: Database, process: str) -> None:
    """End every token of `process` at once; raise NoSuchProcess when there is none such."""
    if await database.value(SQL.process_state, process) is None:
        raise NoSuchProcess(process)
    await database.execute(SQL.revoke_tokens, process)


async def processes(
    database: Database, *, after: str = "", limit: int | None = None
) -> Sequence[Row]:
    """Return registered processes by id: rows with permissions and number of live tokens.

    At most `limit` of those whose id comes after `after`.
    """
    return await database.fetch(SQL.list_processes, None, after, limit)


async def one(database: Database, process: str) -> Row:
    """Return one process as `processes` does; raise NoSuchProcess."""
    row = await database.row(SQL.list_processes, process, "", 1)
    if row is None:
        raise NoSuchProcess(process)
    return row


async def history(database: Database, process: str) -> Sequence[Row]:
    """Return everything that a process was, first to last; raise NoSuchProcess."""
    rows = await database.fetch(SQL.process_history, process)
    if not rows:
        raise NoSuchProcess(process)
    return rows
