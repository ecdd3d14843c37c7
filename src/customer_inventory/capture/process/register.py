"""The register of capture processes: versions, and who decided what of them.

Their life is that of all that is declared and decided on (`access.lifecycle`). What is enforced is
run as it says; what is suspended is not.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import product
from uuid import UUID

import msgspec

from customer_inventory.access.decision import Decision
from customer_inventory.access.lifecycle import Lifecycle, State
from customer_inventory.capture.process.declared import Declared, checked
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, NotFound
from customer_inventory.record.document import parse
from customer_inventory.record.identity import trust
from customer_inventory.record.job import enqueue
from customer_inventory.record.types import named
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside
from customer_inventory.store.together import together

SQL = beside(__name__)


class NoSuchProcess(NotFound):
    """No capture process has that id, or none of it is in force."""

    def __init__(self, identifier: str, what: str = "capture process") -> None:
        super().__init__(
            f"There is no {what} {identifier!r}.", hint="`cinv capture processes list` names all."
        )


LIFE = Lifecycle(
    objects="capture.process",
    versions="capture.process_version",
    decisions="capture.process_decision",
    command="cinv capture processes",
    missing=NoSuchProcess,
)
review, approve, reject = LIFE.review, LIFE.approve, LIFE.reject
versions, decisions = LIFE.versions_of, LIFE.steps


@dataclass(frozen=True, slots=True)
class Active:
    """A process as it is in force."""

    declared: Declared
    version: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a process stands: the version in force, else its latest, and how its runs went.

    `met` and `missed` count runs that met the objective and those that did not; `is_fresh` tells
    whether what it brought is no older than it may become.
    """

    declared: Declared
    version: int
    state: State
    runs: int
    out_of_control: int
    failed: int
    met: int
    missed: int
    last_is_met: bool | None
    mean_seconds: float | None
    last_ended_at: datetime | None
    is_fresh: bool

    @classmethod
    def of(cls, row: Row) -> "Standing":
        """Return what a row says."""
        counted = {name: row[name] for name in cls.__slots__ if name != "declared"}
        return cls(declared=checked(parse(row["content"])), **counted)


async def processes(database: Database) -> list[Standing]:
    """Return how every process stands, by id."""
    return [Standing.of(row) for row in await database.fetch(SQL.list_processes, None)]


async def one(database: Database, identifier: str) -> Standing:
    """Return how a process stands; raise NoSuchProcess."""
    row = await database.row(SQL.list_processes, identifier)
    if row is None:
        raise NoSuchProcess(identifier)
    return Standing.of(row)


async def active(database: Database, identifier: str | None = None) -> list[Active]:
    """Return what is in force: of one process, or of all; raise NoSuchProcess if that is not."""
    rows = await database.fetch(SQL.in_force, identifier)
    if identifier is not None and not rows:
        raise NoSuchProcess(identifier, "capture process in force")
    return [Active(checked(parse(row["content"])), row["version"]) for row in rows]


async def propose(database: Database, declared: Declared, *, by: Decision) -> int | None:
    """Propose a process, or a new version of it; return its number, None if it says the same.

    Raises Conflict while another version is under way, or when it is retired or of another kind,
    NotFound for trust in elements of a record type that is none.
    """
    for element in declared.load.trust_by if declared.load else ():
        named(element.partition(".")[0])
    async with database.transaction() as connection:
        kind = await connection.fetchval(SQL.kind_of, declared.id)
        if kind is None:
            await connection.execute(SQL.make_process, declared.id, declared.kind)
        elif kind != declared.kind:
            raise Conflict(f"{declared.id} is of kind {kind}.", hint="Take a new id.")
        content = msgspec.to_builtins(declared)
        return await LIFE.propose(connection, declared.id, content, by=by)


async def enforce(database: Database, identifier: str, *, by: Decision, actor: Actor) -> None:
    """Put what is approved in force, in place of what was; its source is trusted as it says.

    What is shown of merged records follows in the background. Raises Conflict when nothing is
    approved, or another process of its task is in force.
    """
    async with _changing(database, actor) as within:
        async with within.transaction() as connection:
            row = await LIFE.version_in(connection, identifier, "approved")
            declared = checked(parse(row["content"]))
            await _demand_alone(connection, declared)
            await LIFE.enforce(connection, identifier, row["version"], by=by)
        load = declared.load
        if load is not None and load.trust is not None:
            for name in load.names:
                change = await trust.set_rank(within, name, load.trust, actor=actor)
                await _follow(within, change, actor)


async def suspend(database: Database, identifier: str, *, by: Decision, actor: Actor) -> None:
    """Let what is in force rest: nothing runs by it, and what it says of elements is not heeded."""
    async with _changing(database, actor) as within:
        await LIFE.suspend(within, identifier, by=by)


async def resume(database: Database, identifier: str, *, by: Decision, actor: Actor) -> None:
    """Let what is suspended be in force again; raise Conflict as `enforce` does."""
    async with _changing(database, actor) as within:
        async with within.transaction() as connection:
            row = await LIFE.version_in(connection, identifier, "suspended")
            await _demand_alone(connection, checked(parse(row["content"])))
        await LIFE.resume(within, identifier, by=by)


async def retire(database: Database, identifier: str, *, by: Decision, actor: Actor) -> None:
    """Let a process be no more; what it did stays."""
    async with _changing(database, actor) as within, within.transaction() as connection:
        await LIFE.retire(connection, identifier, by=by)


@asynccontextmanager
async def _changing(database: Database, actor: Actor) -> AsyncIterator[Database]:
    """Lend a database in which what is in force changes, and what is said of elements with it.

    All of that is one transaction. What several processes say of an element of one source, the
    highest holds.
    """
    async with together(database) as within:
        yield within
        said: dict[str, dict[str, int]] = {}
        loads = [each.declared.load for each in await active(within) if each.declared.load]
        for load in loads:
            for name, (element, rank) in product(load.names, load.trust_by.items()):
                of_source = said.setdefault(name, {})
                of_source[element] = max(rank, of_source.get(element, rank))
        for change in await trust.set_elements(within, said, actor=actor):
            await _follow(within, change, actor)


async def _follow(within: Database, change: UUID, actor: Actor) -> None:
    """Let what is shown of merged records follow a change of trust, in the background."""
    await enqueue(within, trust.FOLLOW, {"change": str(change)}, actor=actor)


async def _demand_alone(connection: Connection, declared: Declared) -> None:
    """Raise Conflict when another process of its task is in force."""
    if declared.task is None:
        return
    await connection.execute(SQL.hold_tasks)
    other = await connection.fetchval(SQL.other_of_task, declared.id, declared.task)
    if other is not None:
        raise Conflict(
            f"{other} is in force, which is of the task {declared.task} too.",
            hint=f"Retire or suspend {other} first.",
        )
