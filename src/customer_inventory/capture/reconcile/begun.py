"""A reconciliation under way: which, of what, how far; begun, or gone on with."""

from dataclasses import dataclass, field, replace
from typing import Literal

from customer_inventory.capture.brought import Named, namespaces
from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.quarantine.fixing import csv_line
from customer_inventory.capture.reading import Position, SourceFile
from customer_inventory.capture.reconcile.element import elements_of
from customer_inventory.capture.reconcile.tolerance import Tolerances
from customer_inventory.kit.actor import Actor
from customer_inventory.record.declare import RecordType
from customer_inventory.record.types import TYPES
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Phase = Literal["staging", "missing", "comparing", "keeping", "done"]
PHASES: tuple[Phase, ...] = ("staging", "missing", "comparing", "keeping", "done")
NO_RECORD = ""
"""Stands for the type of rows that name no record."""


@dataclass(frozen=True, slots=True)
class Part:
    """Records of one namespace: all that an extract holds under one alias.

    `elements` are those that the mapping maps, None for whole documents.
    """

    namespace: int
    alias: str
    declared: RecordType
    elements: tuple[str, ...] | None


@dataclass(slots=True)
class Begun:
    """A reconciliation: `after` tells how far in its phase it is, the counts what it saw.

    `unknown` counts refused rows whose key could not be read, `records` what was compared and
    `agreeing` those of them that say the same. `nameless` is the namespace of rows without a key.
    """

    id: int
    phase: Phase
    position: Position
    parts: dict[int, Part]
    nameless: int
    tolerances: Tolerances
    after: tuple[int, str] = (0, "")
    rows: int = 0
    refused: int = 0
    unknown: int = 0
    records: int = 0
    agreeing: int = 0
    by_name: dict[Named, int] = field(default_factory=dict)

    async def advance(self, connection: Connection) -> None:
        """Keep how far it is, in the open transaction."""
        place = self.position
        await connection.execute(
            SQL.advance, self.id, self.phase, place.line, place.offset, place.sha256,
            *self.after, self.rows, self.refused, self.unknown, self.records, self.agreeing,
        )  # fmt: skip

    async def next_phase(self, connection: Connection) -> None:
        """Go on to the phase that follows."""
        self.phase, self.after = PHASES[PHASES.index(self.phase) + 1], (0, "")
        await self.advance(connection)


async def begin(
    database: Database,
    source: SourceFile,
    mapping: Mapping,
    tolerances: Tolerances,
    *,
    actor: Actor,
    resumed: Position,
    earlier: Row | None,
) -> Begun:
    """Return the reconciliation `earlier`, which stands at `resumed`, or a new one."""
    row = earlier
    if row is None:
        header = csv_line(list(source.header), mapping.delimiter) if source.header else ""
        row = await database.row(
            SQL.begin, mapping.source, source.name.rpartition("/")[2], mapping.name,
            mapping.sha256, mapping.text, header, tolerances.text,
            actor.process, actor.person, actor.purpose,
            resumed.line, resumed.offset, resumed.sha256,
        )  # fmt: skip
    if row is None:
        raise AssertionError("an INSERT returns what it made")
    made = parts_of(mapping)
    nameless = (mapping.name, NO_RECORD)
    named = [(part.alias, part.declared.name) for part in made]
    found = await namespaces(database, mapping.source, [*named, nameless])
    by_name = {each: found[each] for each in named}
    parts = {
        found[each]: replace(part, namespace=found[each])
        for each, part in zip(named, made, strict=True)
    }
    return Begun(
        row["id"], row["phase"], resumed, parts, found[nameless], tolerances,
        (row["after_namespace"], row["after"]), row["rows_read"], row["rows_refused"],
        row["rows_unknown"], row["records"], row["agreeing"], by_name,
    )  # fmt: skip


async def unfinished(
    database: Database, mapping: Mapping, tolerances: Tolerances, actor: Actor, start: Position
) -> dict[Position, Row]:
    """Return reconciliations that were cut short and may be gone on with, by how far they read.

    What was staged and lost with a crash of the server is staged again from `start`.
    """
    asked = (mapping.source, mapping.sha256, tolerances.text, actor.process, actor.purpose)
    await database.execute(SQL.begin_again, *asked, start.line, start.offset, start.sha256)
    rows = await database.fetch(SQL.unfinished, *asked)
    return {Position(row["next_line"], row["next_offset"], row["read_sha256"]): row for row in rows}


def parts_of(mapping: Mapping) -> list[Part]:
    """Return what a mapping makes, namespaces not yet known."""
    if mapping.records:
        return [Part(0, each.alias, each.declared, elements_of(each)) for each in mapping.records]
    return [Part(0, name, declared, None) for name, declared in TYPES.items()]
