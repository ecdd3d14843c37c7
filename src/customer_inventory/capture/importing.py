"""The import of a file: one pass, in order, and on from where it was cut short.

Worker processes make chunks of rows ready (`workers`), this process writes them
(`committing`). One load of a source runs at a time.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Sequence
from collections.abc import Mapping as AbstractMapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path, PurePath
from uuid import UUID, uuid4

from customer_inventory.capture.alone import alone
from customer_inventory.capture.authority import Authority
from customer_inventory.capture.committing import Committing, Load
from customer_inventory.capture.mapping import Mapping, read_mapping
from customer_inventory.capture.quarantine.fixing import csv_line
from customer_inventory.capture.quarantine.keeping import Keeping, Place
from customer_inventory.capture.reading import Chunk, Position, Said, SourceFile
from customer_inventory.capture.refusal import refused
from customer_inventory.capture.standing import sieve_for
from customer_inventory.capture.tally import Tally
from customer_inventory.capture.work import Work, Worker
from customer_inventory.capture.workers import cores, worked
from customer_inventory.kit.actor import Actor
from customer_inventory.record.extension.registry import registered
from customer_inventory.record.retention.policy import Policy
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

ROWS_OF_CHUNK = 8000
BYTES_OF_CHUNK = 8 * 1_048_576
"""A chunk ends with the row that makes it one or the other: what one transaction writes."""

_SMALL_FILE = 1_048_576
"""A file below this is read through before a worker process would have started."""
_SHOWN_REFUSALS = 100
_WAIT = "Wait until it ends; `cinv capture list` shows it."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a load is: bytes of the file behind it, of all there are, and the tally."""

    read: int
    size: int
    tally: Tally


@dataclass(frozen=True, slots=True)
class Summary:
    """What a load did, earlier runs of it that were cut short included.

    `resumed_at` is the line this run went on at, `refusals` the first problems by line (rows
    of line, path, reason, row_text), `seconds` the time of this run.
    """

    id: UUID
    source: str
    mapping: str
    file: Path
    tally: Tally
    resumed_at: int | None
    refusals: Sequence[Row]
    seconds: float

    @property
    def changed_nothing(self) -> bool:
        """Whether every record of the file was there already, as it is in the file."""
        outcomes = self.tally.records.values()
        return bool(outcomes) and not any(
            each.created or each.changed or each.removed for each in outcomes
        )

    @property
    def said(self) -> str:
        """The summary in a sentence."""
        parts = [
            f"{sum(getattr(each, word) for each in self.tally.records.values()):,} {word}"
            for word in ("created", "changed", "unchanged")
        ]
        rows = f"{self.tally.rows:,} rows read, {self.tally.refused:,} refused"
        known = " Nothing is new: the file was loaded before." if self.changed_nothing else ""
        return f"{rows}; records: {', '.join(parts)}.{known}"


async def import_file(
    database: Database,
    file: Path,
    mapping: str | Mapping,
    *,
    actor: Actor,
    progress: Callable[[Progress], None] | None = None,
    workers: int | None = None,
    rows_of_chunk: int = ROWS_OF_CHUNK,
    masking_key: bytes = b"",
    name: str = "",
    replays: AbstractMapping[int, int] | None = None,
    said: AbstractMapping[int, Said] | None = None,
    policy: Policy | None = None,
) -> Summary:
    """Load `file` by `mapping` (a name or path, or what was read of it) for `actor`.

    What was loaded of the same file by the same mapping before is not loaded again: a load
    that was cut short goes on, and of one that ended, every record is found unchanged. Rows
    are refused one by one, never the file: also those with a record that the process of `actor`
    may not write for its purpose, as at the doors. `masking_key` is that of what it sees as hashes.
    `name` is what the file is called if that is not its path; `replays` are rows of quarantine by
    their line in it, if it is made of those, `said` what is known of them besides, and `policy`
    (of retention) keeps what is not to be removed.
    `progress` is called after each chunk. Uses a few
    connections, and as many worker processes as there are processors, unless told.

    Raises Invalid for a mapping or file that cannot be loaded, Conflict while another load of
    the source runs, NotPermitted for an actor that may write nothing, NoLongerPermitted when what
    it may do changes meanwhile, Unavailable when the database or a worker process is lost: then
    run it again.
    """
    began = time.monotonic()
    mapping = mapping if isinstance(mapping, Mapping) else read_mapping(mapping)
    source = await asyncio.to_thread(SourceFile, file, mapping, name)
    reason = f"import of {mapping.source}"
    authority = await Authority.of(database, actor, masking_key, reason)
    async with alone(database, "load", mapping.source, _WAIT):
        load, is_resumed = await _begun(database, source, mapping, actor, replays)
        place = Place(
            load.id, mapping.source, PurePath(source.name).name, mapping.sha256,
            csv_line(list(source.header), mapping.delimiter) if source.header else "",
            replays or {},
        )  # fmt: skip
        keeping = await Keeping.of(database, place, mapping, actor)
        first_line = load.position.line

        def committed(load: Load) -> None:
            if progress:
                progress(Progress(load.position.offset, source.size, load.tally))

        if workers is None:
            workers = cores() if source.size >= _SMALL_FILE else 0
        chunks = source.chunks(load.position, rows=rows_of_chunk, size=BYTES_OF_CHUNK)
        extensions = await registered(database)
        ready = worked(
            _saying(chunks, said) if said else chunks,
            mapping, source.header, actor, workers=workers, extensions=extensions,
            # What is said of rows besides is not in what stands.
            sieve=None if said else sieve_for(mapping, database, actor, load),
        )  # fmt: skip

        async def whole(chunk: Chunk) -> Work:
            worker = Worker(mapping, source.header, actor, extensions)
            return await asyncio.to_thread(worker, chunk)

        async with aclosing(ready):
            committing = Committing(
                database, load, authority, committed, source=mapping.source, keeping=keeping,
                whole=whole, policy=policy,
            )  # fmt: skip
            await committing.commit_all(ready)
        await database.execute(SQL.end_import, load.id)
    return Summary(
        id=load.id,
        source=mapping.source,
        mapping=mapping.name,
        file=file,
        tally=load.tally,
        resumed_at=first_line if is_resumed else None,
        refusals=await refused(database, load.id, limit=_SHOWN_REFUSALS),
        seconds=time.monotonic() - began,
    )


def _saying(chunks: Iterator[Chunk], said: AbstractMapping[int, Said]) -> Iterator[Chunk]:
    """Yield chunks with what is known of their rows besides."""
    for chunk in chunks:
        lines = range(chunk.line, chunk.end.line)
        yield replace(chunk, said={line: said[line] for line in lines if line in said})


async def imports(database: Database, *, limit: int = 100) -> Sequence[Row]:
    """Return loads, newest first: rows of the table; those without `ended_at` were cut short."""
    return await database.fetch(SQL.list_imports, limit)


async def _begun(
    database: Database,
    source: SourceFile,
    mapping: Mapping,
    actor: Actor,
    replays: AbstractMapping[int, int] | None,
) -> tuple[Load, bool]:
    """Return the load of this file that was cut short, if there is one, else a new one.

    A replay is always a new one: what it has loaded has left quarantine.
    """
    is_replay = replays is not None
    rows = (
        []
        if is_replay
        else await database.fetch(
            SQL.unfinished_imports, mapping.source, mapping.sha256, actor.process, actor.purpose
        )
    )
    earlier = {_position(row): row for row in rows}
    position = await asyncio.to_thread(source.resumed, earlier)
    if position in earlier:
        row = earlier[position]
        tally = Tally.of_columns(
            row["rows_read"], row["rows_refused"], row["records"], row["undeclared"]
        )
        return Load(row["id"], row["started_at"], position, tally), True
    identifier = uuid4()
    place = (position.line, position.offset, position.sha256)
    who = (actor.process, actor.person, actor.purpose)
    names = (mapping.source, PurePath(source.name).name, mapping.name, mapping.sha256)
    started_at = await database.value(SQL.begin_import, identifier, *names, *place, *who, is_replay)
    return Load(identifier, started_at, position), False


def _position(row: Row) -> Position:
    return Position(row["next_line"], row["next_offset"], row["read_sha256"])
