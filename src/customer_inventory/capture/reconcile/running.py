"""A reconciliation run: an extract staged, compared both ways, its rows kept, the rest closed.

One of a source runs at a time. Each step is kept with how far it is, so that one that was cut short
goes on there when it is run again with the same file, mapping and tolerances.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from customer_inventory.access.guard import NotPermitted, session_for
from customer_inventory.access.ledger import Entry, keep_with
from customer_inventory.access.operation import Operation
from customer_inventory.capture.alone import alone
from customer_inventory.capture.brought import put_in_order
from customer_inventory.capture.mapping import Mapping
from customer_inventory.capture.reading import SourceFile
from customer_inventory.capture.reconcile import comparing
from customer_inventory.capture.reconcile.begun import Begun, Phase, begin, unfinished
from customer_inventory.capture.reconcile.staging import stage
from customer_inventory.capture.reconcile.tolerance import Tolerances
from customer_inventory.capture.workers import cores
from customer_inventory.kit.actor import Actor
from customer_inventory.kit.clock import now
from customer_inventory.record.document import parse
from customer_inventory.record.extension.registry import registered
from customer_inventory.store.database import Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

ROWS_OF_CHUNK = 4000
_SMALL_FILE = 1_048_576
_WAIT = "Wait until it ends; `cinv capture reconcile runs` shows it."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a reconciliation is: its phase, bytes of the extract read, records compared."""

    phase: Phase
    read: int
    size: int
    records: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What a reconciliation found.

    `totals` are rows of kind, record_type, path, found and accepted; `unknown` counts refused rows
    whose key could not be read; `is_resumed` tells that it was cut short before.
    """

    id: int
    source: str
    rows: int
    refused: int
    unknown: int
    records: int
    agreeing: int
    totals: Sequence[dict[str, Any]]
    is_resumed: bool
    seconds: float

    @property
    def is_agreed(self) -> bool:
        """Whether nothing is left to decide."""
        return all(each["found"] == each["accepted"] for each in self.totals)


async def reconcile(
    database: Database,
    file: Path,
    mapping: Mapping,
    *,
    actor: Actor,
    tolerances: Tolerances = Tolerances(),  # noqa: B008 - frozen
    progress: Callable[[Progress], None] | None = None,
    workers: int | None = None,
    rows_of_chunk: int = ROWS_OF_CHUNK,
    size: int = comparing.SLICE,
    name: str = "",
) -> Summary:
    """Compare the extract in `file` with what is held, and keep what differs in the worklist.

    Its rows go through `mapping` as an import's do. Records that the source of the mapping brought
    and the extract does not hold are found too. `actor` must be permitted to read. `name` is what
    the file is called if that is not its path; `size` is how many records a slice has.

    Raises Invalid for a file that cannot be read, Conflict while another reconciliation of the
    source runs, NotPermitted, and Unavailable when the database or a worker is lost: run it again.
    """
    began = time.monotonic()
    source = await asyncio.to_thread(SourceFile, file, mapping, name)
    await demand_read(database, mapping, actor)
    async with alone(database, "reconciliation", mapping.source, _WAIT):
        begun, is_resumed = await _begun(database, source, mapping, tolerances, actor)

        def told() -> None:
            if progress:
                progress(Progress(begun.phase, begun.position.offset, source.size, begun.records))

        if begun.phase == "staging":
            if workers is None:
                workers = cores() if source.size >= _SMALL_FILE else 0
            await stage(
                database, source, mapping, begun, actor=actor, workers=workers,
                rows=rows_of_chunk, extensions=await registered(database), told=told,
            )  # fmt: skip
            told()
        if begun.phase == "missing":
            await put_in_order(database, mapping.source)
            await comparing.look_for_missing(database, begun, size=size, told=told)
        if begun.phase == "comparing":
            await comparing.compare(database, begun, size=size, told=told)
        await comparing.keep_rows(database, begun, source)
    row = await database.row(SQL.totals_of, begun.id)
    return Summary(
        begun.id, mapping.source, begun.rows, begun.refused, begun.unknown, begun.records,
        begun.agreeing, parse(row["totals"]) if row else [], is_resumed, time.monotonic() - began,
    )  # fmt: skip


async def runs(
    database: Database, *, process: str | None, purpose: str | None, limit: int = 100
) -> Sequence[Row]:
    """Return reconciliations, newest first: of a process and purpose, or of all."""
    return await database.fetch(SQL.list_runs, process, purpose, limit)


async def one_run(
    database: Database, number: int, *, process: str | None, purpose: str | None
) -> Row | None:
    """Return a reconciliation with its totals; None for none, or none of the caller's."""
    return await database.row(SQL.one_run, number, process, purpose)


async def demand_read(database: Database, mapping: Mapping, actor: Actor) -> None:
    """Raise NotPermitted, and the ledger has it, unless `actor` may read what `mapping` makes."""
    session = await session_for(
        database, process=actor.process, purpose=actor.purpose, masking_key=b""
    )
    types: set[str | None] = {record.declared.name for record in mapping.records}
    types = types or {None}
    missing = next(
        (each for each in types if session is None or not session.may(Operation.READ, each)), ""
    )
    denied = None if missing == "" else NotPermitted(actor, Operation.READ, missing)
    async with database.transaction() as connection:
        entry = Entry(
            at=now().isoformat(), process=actor.process, purpose=actor.purpose,
            person=actor.person, operation=Operation.READ, type="reconciliation",
            status=403 if denied else 200, decision="deny" if denied else "permit",
            rule=denied.code if denied else None, source=actor.source,
            reason=f"reconciliation of {mapping.source}",
        )  # fmt: skip
        await keep_with(connection, [entry])
    if denied:
        raise denied


async def _begun(
    database: Database, source: SourceFile, mapping: Mapping, tolerances: Tolerances, actor: Actor
) -> tuple[Begun, bool]:
    start = await asyncio.to_thread(source.resumed, [])
    earlier = await unfinished(database, mapping, tolerances, actor, start)
    position = await asyncio.to_thread(source.resumed, earlier)
    row = earlier.get(position)
    begun = await begin(
        database, source, mapping, tolerances, actor=actor, resumed=position, earlier=row
    )
    await database.execute(SQL.abandon, begun.id)
    return begun, row is not None and begun.rows > 0
