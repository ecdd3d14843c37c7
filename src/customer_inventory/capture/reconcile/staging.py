"""An extract staged: its rows mapped and checked as an import does, their documents by COPY.

A chunk is staged with how far the file was read, so that what was cut short goes on there. A row
that an import would refuse is staged by the ids of its records, where its key can be read: the
extract does hold them.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import datetime

from customer_inventory.access.download.formula import unguarded
from customer_inventory.capture.mapping import Mapping as Declared
from customer_inventory.capture.reading import Chunk, SourceFile
from customer_inventory.capture.reconcile.begun import Begun
from customer_inventory.capture.reconcile.finding import Finding, keep, refused
from customer_inventory.capture.refusal import Refusal
from customer_inventory.capture.rows import csv_row, json_row
from customer_inventory.capture.transform import Transform
from customer_inventory.capture.work import Work
from customer_inventory.capture.workers import worked
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.errors import Invalid
from customer_inventory.kit.ids import bucket_of, is_id
from customer_inventory.record.extension.registry import Extension
from customer_inventory.record.lines import Batch
from customer_inventory.record.types import of_entity
from customer_inventory.store.database import Connection, Database
from customer_inventory.store.sql import beside

SQL = beside(__name__)

BYTES_OF_CHUNK = 4 * 1_048_576

_COLUMNS = ("reconciliation", "namespace", "id", "bucket", "line", "said_at", "body")
_NULL = "\\N"
"""As COPY has it."""


async def stage(
    database: Database,
    source: SourceFile,
    mapping: Declared,
    begun: Begun,
    *,
    actor: Actor,
    workers: int,
    rows: int,
    extensions: Sequence[Extension],
    told: Callable[[], None],
) -> None:
    """Stage what is left of the file of `begun`; `told` after each chunk."""
    keys = _Keys(mapping, source.header)
    chunks = source.chunks(begun.position, rows=rows, size=BYTES_OF_CHUNK)
    ready = worked(chunks, mapping, source.header, actor, workers=workers, extensions=extensions)
    async with aclosing(ready):
        async for chunk, work in ready:
            async with database.transaction() as connection:
                await connection.execute(SQL.prepare_stage)
                if begun.rows == 0:
                    await connection.execute(SQL.mark_stage, begun.id)
                await _stage(connection, begun, chunk, work, keys)
                begun.position = chunk.end
                await begun.advance(connection)
            told()
    async with database.transaction() as connection:
        if begun.rows == 0:
            await connection.execute(SQL.mark_stage, begun.id)
        await begun.next_phase(connection)


async def _stage(
    connection: Connection, begun: Begun, chunk: Chunk, work: Work, keys: "_Keys"
) -> None:
    lines = list(_lines(begun, work))
    raw = {line: text for line, text, _ in chunk.rows()} if work.refusals else {}
    findings = []
    for refusal in work.refusals:
        named = keys.of(raw[refusal.line])
        known = {begun.by_name[name]: each for name, each in named.items()}
        lines += [_line(begun.id, number, each, refusal.line) for number, each in known.items()]
        begun.unknown += not known
        findings.append(_refused(begun, refusal, known))
    if lines:
        await connection.copy_to_table(
            "reconciliation_staged", schema_name="capture", columns=_COLUMNS,
            source=_pieces(lines), format="text",
        )  # fmt: skip
    await keep(connection, begun.id, findings)
    begun.rows += work.rows
    begun.refused += len(work.refusals)


def _refused(begun: Begun, refusal: Refusal, known: Mapping[int, str]) -> Finding:
    namespace, identifier = next(iter(known.items()), (begun.nameless, ""))
    part = begun.parts.get(namespace)
    return refused(namespace, part.declared.name if part else "", identifier, refusal)


def _lines(begun: Begun, work: Work) -> Iterator[bytes]:
    for name, batch in work.batches.items():
        moments = work.said.get(name, {})
        said: Sequence[datetime | None] = [moments.get(each) for each in batch.ids]
        rows = zip(batch.ids, work.lines[name], said, _bodies(batch), strict=True)
        for identifier, line, at, body in rows:
            namespace = begun.by_name[work.alias_of(name, identifier), name]
            yield _line(begun.id, namespace, identifier, line, at=at, body=body)


def _bodies(batch: Batch) -> Iterator[bytes]:
    """Yield the documents of a batch as COPY text: the last column of their rows."""
    text, start = batch.texts[0], 0
    for end in batch.ends[0]:
        yield text[text.rindex(b"\t", start, end) + 1 : end - 1]
        start = end


def _line(
    number: int,
    namespace: int,
    identifier: str,
    line: int,
    *,
    at: datetime | None = None,
    body: bytes = _NULL.encode(),
) -> bytes:
    said = at.isoformat() if at else _NULL
    head = f"{number}\t{namespace}\t{identifier}\t{bucket_of(identifier)}\t{line}\t{said}\t"
    return b"%b%b\n" % (head.encode(), body)


async def _pieces(lines: Sequence[bytes]) -> AsyncIterator[bytes]:
    yield b"".join(lines)


class _Keys:
    """Tells which records a row names, whatever is wrong with the rest of it."""

    def __init__(self, mapping: Declared, header: Sequence[str]) -> None:
        self._mapping = mapping
        self._header = header
        self._transform = Transform(mapping, header) if mapping.records else None
        self._types = {record.alias: record.declared.name for record in mapping.records}

    def of(self, raw: bytes) -> dict[tuple[str, str], str]:
        """Return the ids in a row, by alias and type; none of a row whose key cannot be read."""
        try:
            if self._transform is None:
                return _of_document(raw)
            found = self._transform.identified(self._row(raw))
        except Invalid:
            return {}
        return {(alias, self._types[alias]): each for alias, each in found.items()}

    def _row(self, raw: bytes) -> object:
        mapping = self._mapping
        if mapping.format == "ndjson":
            return json_row(raw)
        row = csv_row(raw, mapping.delimiter, self._header)
        return list(map(unguarded, row)) if mapping.is_guarded else row


def _of_document(raw: bytes) -> dict[tuple[str, str], str]:
    document = json_row(raw)
    identifier = document.get("id")
    declared = of_entity(document.get("@type")) or of_entity(document.get("@baseType"))
    if declared is None or not isinstance(identifier, str) or not is_id(identifier):
        return {}
    return {(declared.name, declared.name): identifier}
