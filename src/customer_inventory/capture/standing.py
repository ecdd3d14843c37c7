"""Rows that say, word for word, what the inventory holds already: seen before any work is done.

Of files of whole documents alone, where the bytes of a row are those of its record. Such a row has
nothing to change and nothing to be decided; it is neither parsed nor checked again. Rows in any
other form, and those of which one chunk has several for a record, take the whole way.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.reading import Chunk, Position
from customer_inventory.capture.rows import LONGEST
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import LENGTH
from customer_inventory.record.declare import RecordType
from customer_inventory.record.load import present
from customer_inventory.record.types import of_entity
from customer_inventory.store.database import Connection, Database, Row

_ID = b'{"id":"'
_TYPE = b'","@type":"'
_AT_ID = len(_ID)
_AT_TYPE = _AT_ID + LENGTH
_AT_ENTITY = _AT_TYPE + len(_TYPE)

Documents = dict[str, int]
"""Rows that are documents: their numbers in the chunk, by id."""

_PROBED = 16
"""So many rows of a chunk are looked for before all are: most loads bring what is new."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What of a chunk stands already: ids of records by type, and how many rows of what repeat.

    `repeated` were made by an earlier row of the same load. `read_at` is how far the load had
    come when the inventory was asked: what chunks after it write was not seen.
    """

    read_at: Position
    ids: dict[str, list[str]] = field(default_factory=dict)
    repeated: dict[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows it is."""
        return sum(map(len, self.ids.values()))


class Loading(Protocol):
    """A load under way: since when, and how far it has come."""

    @property
    def started_at(self) -> datetime:
        """When it began."""

    @property
    def position(self) -> Position:
        """Up to where its file is committed."""


class Sieve:
    """Takes out of the chunks of `load` by `actor` what stands already."""

    def __init__(self, database: Database, actor: Actor, load: Loading) -> None:
        self._database = database
        self._actor = actor
        self._load = load

    async def sift(self, chunk: Chunk) -> tuple[Chunk, Standing]:
        """Return the chunk without the rows that stand, each of them left blank, and those."""
        standing = Standing(self._load.position)
        rows = chunk.text.split(b"\n")
        async with self._database.connection() as connection:
            if not await self._is_any_there(connection, rows):
                return chunk, standing
            for declared, documents in _documents_in(rows, range(len(rows))).items():
                await self._find(connection, declared, documents, rows, standing)
        # What stands is left blank: the lines of the others stay what they are.
        return replace(chunk, text=b"\n".join(rows)) if standing.ids else chunk, standing

    async def _is_any_there(self, connection: Connection, rows: Sequence[bytes]) -> bool:
        """Tell whether a few rows, from all over a chunk, have records that are there."""
        few = range(0, len(rows), -(-len(rows) // _PROBED))
        for declared, documents in _documents_in(rows, few).items():
            if await self._present(connection, declared, documents):
                return True
        return False

    async def _find(
        self,
        connection: Connection,
        declared: RecordType,
        documents: Documents,
        rows: list[bytes],
        standing: Standing,
    ) -> None:
        """Add those of `documents` that stand to `standing`, and blank their rows."""
        ids, repeated = [], 0
        for identifier, body, is_repeated in await self._present(connection, declared, documents):
            number = documents[identifier]
            if rows[number] == body:
                rows[number] = b""
                ids.append(identifier)
                repeated += is_repeated
        if ids:
            standing.ids[declared.name] = ids
            standing.repeated[declared.name] = repeated

    async def _present(
        self, connection: Connection, declared: RecordType, documents: Documents
    ) -> Sequence[Row]:
        since = self._load.started_at
        return await present(connection, declared, list(documents), self._actor.process, since)


def sieve_for(mapping: Mapping, database: Database, actor: Actor, load: Loading) -> Sieve | None:
    """Return the sieve of `load` by `mapping`, None if its rows are no documents.

    A strict mapping refuses what others have let in: each of its rows is looked at.
    """
    if mapping.records or mapping.is_strict:
        return None
    return Sieve(database, actor, load)


def _documents_in(rows: Sequence[bytes], numbers: Iterable[int]) -> dict[RecordType, Documents]:
    """Return those of the numbered rows that begin as documents which are kept do, by type.

    Of rows with one id none is.
    """
    found: dict[RecordType, Documents] = {}
    by_entity: dict[bytes, Documents | None] = {}
    seen: set[bytes] = set()
    twice: set[bytes] = set()
    for number in numbers:
        raw = rows[number]
        if raw[:_AT_ID] != _ID or raw[_AT_TYPE:_AT_ENTITY] != _TYPE:
            continue
        identifier = raw[_AT_ID:_AT_TYPE]
        if identifier in seen:
            twice.add(identifier)
            continue
        seen.add(identifier)
        entity = raw[_AT_ENTITY : raw.find(b'"', _AT_ENTITY)]
        if entity not in by_entity:
            declared = of_entity(entity.decode("utf-8", "replace"))
            by_entity[entity] = None if declared is None else found.setdefault(declared, {})
        documents = by_entity[entity]
        if documents is not None and identifier.isalnum() and len(raw) <= LONGEST:
            documents[identifier.decode()] = number
    for identifier in twice:
        for documents in found.values():
            documents.pop(identifier.decode("utf-8", "replace"), None)
    return {declared: documents for declared, documents in found.items() if documents}
