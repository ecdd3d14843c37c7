"""What is in quarantine: rows found, looked at, corrected, dropped; each step with who and why."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from customer_inventory.capture.mapping import Mapping as Declared
from customer_inventory.capture.mapping import parse_mapping
from customer_inventory.capture.quarantine.fixing import changed, check_text
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Conflict, Invalid, NotFound
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

State = Literal["waiting", "loaded", "dropped"]
_PAGE = 100


class NoSuchRow(NotFound):
    """Quarantine has no row of that id, or none that is the caller's."""

    def __init__(self, identifier: int) -> None:
        super().__init__(f"There is no row {identifier} in quarantine.")


class Settled(Conflict):
    """A row waits no more."""

    def __init__(self, identifier: int) -> None:
        super().__init__(
            f"Row {identifier} waits no more, or what it said was erased.",
            hint="Look at its history.",
        )


@dataclass(frozen=True, slots=True)
class Whose:
    """Of which process and purpose rows are looked at; None: of all."""

    process: str | None = None
    purpose: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which rows: in a state, of a source, by a problem of theirs, or by id. None is any."""

    state: State | None = "waiting"
    source: str | None = None
    ids: Sequence[int] | None = None
    code: str | None = None
    requirement: str | None = None
    path: str | None = None


async def find(
    database: Database, chosen: Chosen, whose: Whose, *, after: int = 0, limit: int = _PAGE
) -> Sequence[Row]:
    """Return a page of rows by id, those behind `after`, with the first problem of each."""
    return await database.fetch(
        SQL.list_rows, after, limit, whose.process, whose.purpose, chosen.state, chosen.source,
        None if chosen.ids is None else list(chosen.ids), chosen.code, chosen.requirement,
        chosen.path,
    )  # fmt: skip


async def waiting(database: Database) -> int:
    """Return how many rows wait in quarantine, of whatever source."""
    count: int = await database.value(SQL.count_waiting)
    return count


async def every(database: Database, chosen: Chosen, whose: Whose) -> AsyncIterator[int]:
    """Yield the id of every such row, page by page."""
    after = 0
    while rows := await find(database, chosen, whose, after=after):
        for row in rows:
            yield row["id"]
        after = rows[-1]["id"]


async def one(database: Database, identifier: int, whose: Whose) -> Row:
    """Return a row, whole; raise NoSuchRow."""
    rows = await database.fetch(SQL.one_row, identifier, whose.process, whose.purpose)
    if not rows:
        raise NoSuchRow(identifier)
    return rows[0]


async def problems(database: Database, identifier: int) -> Sequence[Row]:
    """Return what is wrong with a row: rows of code, requirement, path and reason."""
    return await database.fetch(SQL.problems_of, identifier)


async def steps(database: Database, identifier: int) -> Sequence[Row]:
    """Return what was done to a row, in order, and what it said before."""
    return await database.fetch(SQL.steps_of, identifier)


async def fix(
    database: Database,
    identifier: int,
    whose: Whose,
    *,
    text: str | None = None,
    values: Mapping[str, str] | None = None,
    actor: Actor,
    reason: str,
) -> None:
    """Let a waiting row say `text`, or other `values` by column; replay it then.

    Raises NoSuchRow, Settled, and Invalid for what is no row of its mapping's format.
    """
    row = await one(database, identifier, whose)
    if row["row_text"] is None or row["state"] != "waiting":
        raise Settled(identifier)
    if (text is None) == (not values):
        raise Invalid("Give the text of the row, or values of it.")
    mapping = mapping_of(row)
    said = changed(row["row_text"], mapping, row["header"], values or {}) if text is None else text
    check_text(said, mapping, row["header"])
    who = (actor.process, actor.person, actor.purpose, reason)
    if await database.value(SQL.fix_row, identifier, said, *who) is None:
        raise Settled(identifier)


async def fix_every(
    database: Database,
    chosen: Chosen,
    whose: Whose,
    *,
    text: str | None = None,
    values: Mapping[str, str] | None = None,
    actor: Actor,
    reason: str,
) -> list[int]:
    """Let every chosen row say what `fix` would let one say; return their ids."""
    fixed = [identifier async for identifier in every(database, chosen, whose)]
    for identifier in fixed:
        await fix(database, identifier, whose, text=text, values=values, actor=actor, reason=reason)
    return fixed


async def drop(
    database: Database, identifier: int, whose: Whose, *, actor: Actor, reason: str
) -> None:
    """Let a waiting row go for good, with what it said; raise NoSuchRow, Settled."""
    await one(database, identifier, whose)
    if not reason.strip():
        raise Invalid("Dropping a row has a reason.", path="reason")
    who = (actor.process, actor.person, actor.purpose, reason)
    if await database.value(SQL.drop_row, identifier, *who) is None:
        raise Settled(identifier)


def mapping_of(row: Row) -> Declared:
    """Return the mapping that a row was refused by."""
    return parse_mapping(row["yaml"], row["mapping"])
