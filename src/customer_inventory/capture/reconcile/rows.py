"""Rows of extracts that were kept: mapped again, and compared with what is held now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from customer_inventory.capture.brought import Named, namespaces
from customer_inventory.capture.mapping import Mapping as Declared
from customer_inventory.capture.mapping import parse_mapping
from customer_inventory.capture.reading import Chunk, Position
from customer_inventory.capture.reconcile.begun import Part, parts_of
from customer_inventory.capture.reconcile.comparing import differences
from customer_inventory.capture.reconcile.element import elements_in, plain, value_at
from customer_inventory.capture.reconcile.tolerance import Tolerances, parse_tolerances
from customer_inventory.capture.refusal import Refusal
from customer_inventory.capture.rows import fields
from customer_inventory.capture.work import Work, Worker
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import NotFound
from customer_inventory.kit.ids import bucket_of
from customer_inventory.record.comparing import said_of
from customer_inventory.record.declare import Document
from customer_inventory.record.document import parse_object
from customer_inventory.record.extension.registry import registered
from customer_inventory.record.lines import body_of
from customer_inventory.record.sight import Sight
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)


@dataclass(frozen=True, slots=True)
class Kept:
    """A row of an extract: its line and text. One that is not exact cannot be loaded."""

    line: int
    text: str
    is_exact: bool


@dataclass(frozen=True, slots=True)
class Side:
    """A record that a row makes: what the row says of it, and what is held (None: nothing)."""

    part: Part
    id: str
    there: Document
    here: Document | None


@dataclass(frozen=True, slots=True)
class Said:
    """What a row says: its records, or why it is refused."""

    sides: Sequence[Side] = ()
    refusal: Refusal | None = None


@dataclass(slots=True)
class Extract:
    """The extract of a reconciliation: how its rows are read, as whom, and what is tolerated."""

    run: Row
    mapping: Declared
    actor: Actor
    tolerances: Tolerances
    parts: Mapping[int, Part]
    worker: Worker
    by_name: Mapping[Named, int] = field(default_factory=dict)

    @classmethod
    async def of(
        cls, database: Database, run: int, *, person: str | None, terminal: str | None = None
    ) -> "Extract":
        """Return the extract of a run; raise NotFound for none."""
        row = await database.row(SQL.extract_of, run)
        if row is None:
            raise NotFound(f"There is no reconciliation {run}.")
        mapping = parse_mapping(row["yaml"], row["mapping"])
        actor = Actor(row["process"], row["purpose"], person, terminal)
        made = parts_of(mapping)
        named = [(part.alias, part.declared.name) for part in made]
        numbers = await namespaces(database, mapping.source, named)
        parts = {numbers[each]: part for each, part in zip(named, made, strict=True)}
        header = fields(row["header"].encode(), mapping.delimiter) if row["header"] else []
        worker = Worker(
            mapping, [each.strip() for each in header], actor, await registered(database)
        )
        tolerances = parse_tolerances(row["rules"], mapping)
        return cls(row, mapping, actor, tolerances, parts, worker, numbers)

    async def kept(self, database: Database, lines: Sequence[int]) -> list[Kept]:
        """Return rows that were kept, by line."""
        rows = await database.fetch(SQL.kept_rows, self.run["id"], sorted(set(lines)))
        return [Kept(row["line"], row["row_text"], row["is_exact"]) for row in rows]

    async def said(self, database: Database, row: Kept) -> Said:
        """Return what a row says, beside what is held now."""
        if not row.is_exact:
            return Said()
        text = row.text.encode() + b"\n"
        delimiter = self.mapping.delimiter.encode() if self.mapping.format == "csv" else None
        work = self.worker(Chunk(text, row.line, Position(row.line, 0, ""), delimiter))
        if work.refusals:
            return Said(refusal=work.refusals[0])
        sides = []
        for part, identifier, there in self._made(work):
            found = await said_of(database, part.declared, [identifier], [bucket_of(identifier)])
            held = found.get(identifier)
            here = None if held is None else parse_object(held.encode())
            sides.append(Side(part, identifier, there, here))
        return Said(sides)

    async def side_by_side(
        self, database: Database, item: Mapping[str, Any], sight: Sight
    ) -> list[dict[str, Any]]:
        """Return what both sides say of the record of an item, element by element, masked.

        Rows of record_type, record_id, path, here, there and whether it differs.
        """
        part = self.parts.get(item["namespace"])
        if part is None:
            return []
        kept = await self.kept(database, [item["line"]]) if item["line"] is not None else []
        said = await self.said(database, kept[0]) if kept else Said()
        there = next((side.there for side in said.sides if side.id == item["record_id"]), {})
        found = await said_of(
            database, part.declared, [item["record_id"]], [bucket_of(item["record_id"])]
        )
        here = parse_object(found[item["record_id"]].encode()) if found else {}
        apart = {path for path, *_ in differences(part, self.tolerances, here, there)}
        mask = sight.masks.get(part.declared.name)
        sides = [each if mask is None else mask.document(each) for each in (here, there)]
        return [
            {
                "record_type": part.declared.name,
                "record_id": item["record_id"],
                "path": path,
                "here": plain(value_at(sides[0], tuple(path.split(".")))),
                "there": plain(value_at(sides[1], tuple(path.split(".")))),
                "differs": path in apart,
            }
            for path in part.elements or elements_in(there, here)
        ]

    def _made(self, work: Work) -> Iterator[tuple[Part, str, Document]]:
        for name, batch in work.batches.items():
            for identifier, lines in batch.taken_apart().items():
                part = self.parts[self.by_name[work.alias_of(name, identifier), name]]
                yield part, identifier, parse_object(body_of(lines))
