"""The worklist: what does not agree, found, looked at, accepted; each step with who and why."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, get_args

from customer_inventory.capture.quarantine.held import Whose
from customer_inventory.capture.reconcile.finding import Kind
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

State = Literal["open", "accepted", "repaired", "closed"]
STATES: tuple[State, ...] = get_args(State)
_PAGE = 1000


class NoSuchItem(NotFound):
    """The worklist has no item of that id, or none that is the caller's."""

    def __init__(self, identifier: int) -> None:
        super().__init__(f"There is no item {identifier} in the worklist.")


class Settled(Conflict):
    """An item waits no more."""

    def __init__(self, identifier: int) -> None:
        super().__init__(f"Item {identifier} waits no more.", hint="Look at its history.")


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which items: in a state, of a kind, source, type, element, run or rule, or by id.

    None is any.
    """

    state: State | None = "open"
    kind: Kind | None = None
    source: str | None = None
    record_type: str | None = None
    path: str | None = None
    run: int | None = None
    rule: str | None = None
    ids: Sequence[int] | None = None


async def find(
    database: Database | Connection,
    chosen: Chosen,
    whose: Whose,
    *,
    after: int = 0,
    limit: int = 100,
) -> Sequence[Row]:
    """Return a page of items by id, those behind `after`."""
    return await database.fetch(
        SQL.list_items, after, limit, whose.process, whose.purpose, chosen.state, chosen.kind,
        chosen.source, chosen.record_type, chosen.path, chosen.run,
        None if chosen.ids is None else list(chosen.ids), chosen.rule,
    )  # fmt: skip


async def every(database: Database, chosen: Chosen, whose: Whose) -> AsyncIterator[Row]:
    """Yield every such item, page by page."""
    after = 0
    while rows := await find(database, chosen, whose, after=after, limit=_PAGE):
        for row in rows:
            yield row
        after = rows[-1]["id"]


async def one(database: Database, identifier: int, whose: Whose) -> Row:
    """Return an item; raise NoSuchItem."""
    rows = await find(database, Chosen(None, ids=[identifier]), whose)
    if not rows:
        raise NoSuchItem(identifier)
    return rows[0]


async def steps(database: Database, identifier: int) -> Sequence[Row]:
    """Return what was decided of an item, in order."""
    return await database.fetch(SQL.steps_of, identifier)


async def accept(
    database: Database,
    ids: Sequence[int],
    whose: Whose,
    *,
    until: date | None,
    reason: str,
    actor: Actor,
) -> None:
    """Let items be as they are, until a day or for good; each is open again when it changes.

    Raises NoSuchItem, Settled, and Invalid for no reason or a day that is past.
    """
    if not reason.strip():
        raise Invalid("Accepting what does not agree has a reason.", path="reason")
    if until is not None and until < now().date():
        raise Invalid("is past.", path="until", hint="Name a day from today on.")
    said = reason if until is None else f"{reason} (until {until.isoformat()})"
    await _decide(database, ids, whose, "accepted", until=until, reason=said, actor=actor)


async def reopen(
    database: Database, ids: Sequence[int], whose: Whose, *, reason: str, actor: Actor
) -> None:
    """Take back that items were accepted; raise NoSuchItem, Settled, Invalid for no reason."""
    if not reason.strip():
        raise Invalid("Taking back a decision has a reason.", path="reason")
    await _decide(database, ids, whose, "open", until=None, reason=reason, actor=actor)


async def note(
    connection: Connection | Database, ids: Sequence[int], step: str, reason: str, actor: Actor
) -> None:
    """Keep a step of items; `repaired` settles them."""
    if ids:
        who = (actor.process, actor.person, actor.purpose, reason)
        await connection.execute(SQL.note_step, list(ids), step, *who)


async def _decide(
    database: Database,
    ids: Sequence[int],
    whose: Whose,
    state: State,
    *,
    until: date | None,
    reason: str,
    actor: Actor,
) -> None:
    wanted = sorted(set(ids))
    before: State = "open" if state == "accepted" else "accepted"
    async with database.transaction() as connection:
        chosen = Chosen(None, ids=wanted)
        found = {row["id"]: row for row in await find(connection, chosen, whose, limit=len(wanted))}
        for identifier in wanted:
            if identifier not in found:
                raise NoSuchItem(identifier)
            if found[identifier]["state"] not in (before, state):
                raise Settled(identifier)
        await connection.execute(SQL.decide_items, wanted, state, until)
        await note(connection, wanted, "accepted" if state == "accepted" else "reopened",
                   reason, actor)  # fmt: skip


def waiting(chosen: Chosen) -> Chosen:
    """Return the same choice among items that are open."""
    return replace(chosen, state="open")
