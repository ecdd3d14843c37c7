"""Making new records in bulk: by COPY, with the facts that the write statement would leave.

`load` pumps the lines of many records (`lines`) into the tables, inside a transaction that the
caller gives; the records must be new, which `known` finds out.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence, Set
from datetime import datetime
from functools import cache

from customer_inventory.kit.actor import Actor
from customer_inventory.kit.ids import buckets_of
from customer_inventory.record.choice.settling import is_choice, settle_loaded
from customer_inventory.record.dated_lines import OF_PERIOD, edges_in
from customer_inventory.record.declare import RecordType
from customer_inventory.record.document import parse_object
from customer_inventory.record.hierarchy.cycle import hold, refuse_cycles
from customer_inventory.record.hierarchy.edge import Edge
from customer_inventory.record.lines import Batch, body_of, words_of
from customer_inventory.record.link import Link
from customer_inventory.record.search.word import Noted, note
from customer_inventory.record.types import TYPES
from customer_inventory.record.version import creation
from customer_inventory.record.write import write_all
from customer_inventory.store.database import Connection, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

Turn = Callable[[], Awaitable[None]]
"""Returns when nobody else is in the middle of what only one may do at a time."""

# The document comes last, so that it is found.
_ROW_FIRST = (
    "revision", "operation", "recorded_at", "process", "person", "purpose",
    "id", "bucket", "subject_id", "valid_from", "valid_to",
)  # fmt: skip
_EVENT = ("revision", "event", "recorded_at", "id", "bucket", "type")


async def known(
    connection: Connection, declared: RecordType, batch: Batch, purpose: str | None
) -> dict[str, Row]:
    """Return the records of a type that exist already of those in `batch`, by id.

    Each has its `revision` and `body`, by which `process` it was `recorded_at` what time, and
    whether it `is_restricted` for `purpose` (None: for one that no restriction keeps out).
    """
    rows = await connection.fetch(_of("known_records", declared), batch.ids, batch.buckets, purpose)
    return {row["id"]: row for row in rows}


async def at_once() -> None:
    """Wait for nobody: it is always one's turn."""


async def present(
    connection: Connection,
    declared: RecordType,
    ids: Sequence[str],
    process: str,
    since: datetime,
) -> Sequence[Row]:
    """Return those of a type that are there, each on its own and no group.

    Rows of id, body, and whether `process` recorded it as it is after `since`.
    """
    # As text: arrays take the driver a second look at each of their items.
    buckets = " ".join(map(str, buckets_of(ids)))
    return await connection.fetch(
        _of("records_present", declared), " ".join(ids), buckets, process, since
    )


async def load(
    connection: Connection,
    batches: Mapping[RecordType, Batch],
    actor: Actor,
    *,
    turn: Turn = at_once,
    noted: Noted | None = None,
) -> None:
    """Make the records of `batches`, by type, in the open transaction; none of them may exist.

    Trees are for one at a time, and whose choices are settled is known in the database alone: both
    wait for their `turn`. `noted` are
    words that the dictionary is known to have. Raises the driver's errors, as every statement does
    inside a transaction, and Cycle.
    """
    ids = [identifier for batch in batches.values() for identifier in batch.ids]
    buckets = [bucket for batch in batches.values() for bucket in batch.buckets]
    rows = await connection.fetch(SQL.ids_with_history, ids, buckets)
    again = {row["id"] for row in rows if row["id"] is not None}
    is_any_restricted = len(again) < len(rows)
    if again:
        await turn()
        batches = {
            kind: await _make_again(connection, kind, batch, again, actor)
            for kind, batch in batches.items()
        }
    await note(connection, words_of(batches.values()), noted)
    for declared, batch in batches.items():
        columns = [*_ROW_FIRST, *(column.name for column in declared.columns)]
        columns += [*(["keys"] if declared.searched else []), "body"]
        await _copy(connection, declared.table, columns, [batch.texts[0]])
    await _copy(connection, "link", Link._fields, [batch.texts[1] for batch in batches.values()])
    await _copy(connection, "outbox", _EVENT, [batch.texts[2] for batch in batches.values()])
    periods, edges = ([batch.texts[place] for batch in batches.values()] for place in (4, 5))
    await _copy(connection, "period", OF_PERIOD, periods)
    if any(edges):
        await turn()
        await hold(connection)
        await _copy(connection, "edge", Edge._fields, edges)
        await refuse_cycles(connection, edges_in(edges))
    if is_any_restricted:
        await _restrict(connection, batches)
    loaded = {kind.name: batch.ids for kind, batch in batches.items()}
    if is_choice(loaded):
        await turn()
        await settle_loaded(connection, loaded)


async def _restrict(connection: Connection, batches: Mapping[RecordType, Batch]) -> None:
    """Restrict what was made of restricted subjects, and what belongs to that in turn."""
    found = True
    while found:
        found = False
        for declared, batch in batches.items():
            if not declared.subject:
                continue
            done = await connection.fetch(
                _of("restrict_loaded", declared),
                batch.ids,
                batch.buckets,
                list(declared.subject),
                declared.is_occurrence,
            )
            found = found or bool(done)


async def _make_again(
    connection: Connection, declared: RecordType, batch: Batch, again: Set[str], actor: Actor
) -> Batch:
    """Make the records of `again`, removed before, by the write statement; return the others.

    It knows where their histories ended. They are few.
    """
    records = batch.taken_apart()
    changes = [
        creation(declared, parse_object(body_of(records.pop(identifier))), actor)
        for identifier in again & records.keys()
    ]
    for result in await write_all(connection, "create_records", declared, changes):
        if isinstance(result, Exception):
            raise result
    return Batch.of(records)


def every_statement() -> dict[str, str]:
    """Return every statement this module can send, by a name of its own (for planning)."""
    by_type = {
        f"{name}:{kind}": _of(name, declared)
        for name in ("known_records", "records_present", "restrict_loaded")
        for kind, declared in TYPES.items()
    }
    return {**by_type, "ids_with_history": SQL.ids_with_history}


async def _copy(
    connection: Connection, table: str, columns: Sequence[str], texts: Sequence[bytes]
) -> None:
    if any(texts):
        await connection.copy_to_table(
            table, schema_name="record", columns=columns, source=_each(texts), format="text"
        )


async def _each(texts: Sequence[bytes]) -> AsyncIterator[bytes]:
    for text in texts:
        yield text


@cache
def _of(name: str, declared: RecordType) -> str:
    return SQL[name].format(table=declared.table, type=declared.name)
