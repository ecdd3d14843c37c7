"""What was staged compared with what is held, both ways, slice by slice in the order of ids.

The database finds what is missing and what is not the same text; of that alone the elements are
compared here. Slices are compared, their findings kept and how far that is, in one transaction.
"""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from customer_inventory.capture.reading import SourceFile
from customer_inventory.capture.reconcile.begun import Begun, Part
from customer_inventory.capture.reconcile.element import elements_in, plain, value_at
from customer_inventory.capture.reconcile.finding import Finding, keep
from customer_inventory.capture.reconcile.tolerance import Tolerances
from customer_inventory.capture.refusal import refusal
from customer_inventory.capture.rows import TOO_LONG
from customer_inventory.record.comparing import Unlike, held_of, unlike
from customer_inventory.record.declare import Document
from customer_inventory.record.document import parse_object
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

SLICE = 20_000
"""About so many records are compared in one transaction: of one part, or of several small ones."""
_ROWS, _BYTES = 4000, 4 * 1_048_576
_ANALYZE = "ANALYZE capture.reconciliation_staged (reconciliation, namespace, id, bucket)"
"""Plans follow what was staged; no plan can be shown of this itself."""


@dataclass(frozen=True, slots=True)
class _Look:
    """What a phase looks at: its `parts` as a whole, the `edge` of a slice of one, and the `work`.

    Both statements tell how many rows there are, the last id, and how many of them are documents.
    """

    parts: str
    edge: str
    work: "Callable[[Connection, Begun, _Slice], Awaitable[None]]"


@dataclass(frozen=True, slots=True)
class _Slice:
    """Rows of a part, those after one id up to another; so many of them are `documents`."""

    part: Part
    after: str
    last: str
    documents: int


async def look_for_missing(
    database: Database, begun: Begun, *, size: int = SLICE, told: Callable[[], None]
) -> None:
    """Find what the source brought, is held, and its extract does not hold."""
    await database.execute(_ANALYZE)
    await _look(database, begun, _Look(SQL.brought_parts, SQL.brought_edge, _miss), size, told)


async def compare(
    database: Database, begun: Begun, *, size: int = SLICE, told: Callable[[], None]
) -> None:
    """Compare what is staged with what is held."""
    await _look(database, begun, _Look(SQL.staged_parts, SQL.staged_edge, _compare), size, told)


async def _look(
    database: Database, begun: Begun, look: _Look, size: int, told: Callable[[], None]
) -> None:
    """Look at all that is left of the phase, about `size` rows in a transaction."""
    rows = await database.fetch(look.parts, begun.id, list(begun.parts))
    whole = {row["namespace"]: row for row in rows}
    left = [part for part in _left(begun) if part.namespace in whole]
    while left:
        async with database.transaction() as connection:
            await connection.execute(SQL.prepare_slice)
            seen = 0
            while left and seen < size:
                part, (at, after) = left[0], begun.after
                after = after if at == part.namespace else ""
                edge: Row | None = whole[part.namespace]
                is_whole = not after and edge is not None and edge["rows"] <= size
                if not is_whole:
                    edge = await connection.fetchrow(
                        look.edge, begun.id, part.namespace, after, size
                    )
                if edge is not None and edge["last_id"] is not None:
                    slice_ = _Slice(part, after, edge["last_id"], edge["documents"])
                    await look.work(connection, begun, slice_)
                    begun.after = (part.namespace, slice_.last)
                    seen += edge["rows"]
                if is_whole or edge is None or edge["last_id"] is None:
                    left.pop(0)
            await begun.advance(connection)
        told()
    async with database.transaction() as connection:
        await begun.next_phase(connection)


async def keep_rows(database: Database, begun: Begun, source: SourceFile) -> None:
    """Keep the rows of the extract by which something can be repaired."""
    wanted = await database.value(SQL.wants_rows, begun.id)
    if wanted:
        start = source.resumed([])
        for chunk in source.chunks(start, rows=_ROWS, size=_BYTES):
            lines = await database.fetch(SQL.wanted_lines, begun.id, chunk.line, chunk.end.line)
            here = {row["line"] for row in lines}
            if not here:
                continue
            kept = [
                refusal(line, (), raw, "", is_whole=fault != TOO_LONG)
                for line, raw, fault in chunk.rows(here)
            ]
            if not kept:
                continue
            columns = zip(*((each.line, each.text, each.is_exact) for each in kept), strict=True)
            await database.execute(SQL.keep_rows, begun.id, *map(list, columns))
    async with database.transaction() as connection:
        await connection.execute(SQL.close_items, begun.id, [*begun.parts, begun.nameless])
        await connection.execute(SQL.drop_rows, begun.id)
        await begun.next_phase(connection)
        await connection.execute(SQL.end, begun.id)


def differences(
    part: Part, tolerances: Tolerances, here: Document, there: Document
) -> Iterator[tuple[str, object, object]]:
    """Yield the elements in which two documents of a part differ, and their values."""
    for element in part.elements or elements_in(there, here):
        steps = tuple(element.split("."))
        held, given = value_at(here, steps), value_at(there, steps)
        if not tolerances.of(part.alias, element).agree(held, given):
            yield element, held, given


def _left(begun: Begun) -> list[Part]:
    """Return the parts that are left of the phase, in order."""
    return [begun.parts[number] for number in sorted(begun.parts) if number >= begun.after[0]]


async def _miss(connection: Connection, begun: Begun, of: _Slice) -> None:
    gone = await held_of(
        connection, of.part.declared, SQL.absent, of.part.namespace, of.after, of.last, begun.id
    )
    await keep(connection, begun.id, [_missing_there(of.part, each) for each in gone])


async def _compare(connection: Connection, begun: Begun, of: _Slice) -> None:
    place = (begun.id, of.part.namespace, of.after, of.last)
    findings, missing, apart = [], [], 0
    async for row in unlike(connection, of.part.declared, SQL.staged, *place):
        found = list(_findings(begun, of.part, row))
        findings += found
        apart += bool(found)
        if row.held is None:
            missing.append(row.id)
    await keep(connection, begun.id, findings)
    await connection.execute(SQL.keep_held, *place, missing)
    begun.records += of.documents
    begun.agreeing += of.documents - apart
    part = of.part.namespace
    await connection.execute(SQL.note_part, begun.id, part, of.documents - len(missing))


def _findings(begun: Begun, part: Part, row: Unlike) -> Iterator[Finding]:
    name = part.declared.name
    enforced = part.declared.enforced
    if row.held is None:
        requirement = enforced.requirement_of("$") if enforced else None
        yield Finding(
            "missingHere", part.namespace, name, row.id, line=row.line, requirement=requirement
        )
        return
    here, there = parse_object(row.held.encode()), parse_object(row.given.encode())
    for element, held, given in differences(part, begun.tolerances, here, there):
        yield Finding(
            "different", part.namespace, name, row.id, element, plain(held), plain(given),
            enforced.requirement_of(element) if enforced else None, line=row.line,
        )  # fmt: skip


def _missing_there(part: Part, identifier: str) -> Finding:
    return Finding("missingThere", part.namespace, part.declared.name, identifier)
