"""Verification: every leaf made again from its entry, every checkpoint from the leaves.

What an attacker with the database can do is altering, removing, adding or reordering entries,
leaves and checkpoints; what he cannot is signing a checkpoint or a retirement, or reaching the
anchors.
"""

from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from customer_inventory.access.log import retired
from customer_inventory.access.log.check import Check, Fault, Report
from customer_inventory.access.log.retired import Retired
from customer_inventory.access.log.tree import Subtree, inclusion
from customer_inventory.kit.clock import now
from customer_inventory.kit.errors import Gone, Invalid
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

__all__ = ["Fault", "Proof", "Report", "prove", "snapshot", "verify", "walk"]

_AT_ONCE = 5000
_WHOLE = 2**63 - 1
_LONGEST_WAIT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry is in the log (RFC 6962): its leaf, the path to the root, the signed note."""

    place: int
    leaf: bytes
    size: int
    path: tuple[bytes, ...]
    note: str


async def verify(
    database: Database,
    public: bytes,
    anchored: Sequence[str] = (),
    *,
    progress: Callable[[int], None] | None = None,
) -> Report:
    """Verify the whole ledger against its checkpoints and the `anchored` notes.

    `public` is the key that checkpoints are signed with. Reads every entry, about 20,000 a
    second, in one snapshot; writers are not disturbed. Raises Unavailable.
    """
    async with snapshot(database) as connection:
        check = await begun(connection, public, anchored)
        oldest = await connection.fetchval(SQL.oldest_waiting)
        async for _ in walk(connection, check):
            if progress and check.entries % _AT_ONCE == 0:
                progress(check.frontier.size)
    if oldest is not None and now() - oldest > _LONGEST_WAIT:
        check.fault(None, f"Entries have not been sealed since {oldest.isoformat()}.")
    return check.report(waiting_since=oldest)


async def begun(connection: Connection, public: bytes, anchored: Sequence[str]) -> Check:
    """Return a check of the log that knows its checkpoints and what was retired of it."""
    check = Check(public, await connection.fetchval(SQL.log_id) or "", anchored)
    check.states(await connection.fetch(SQL.every_checkpoint))
    check.retirements(await retired.rows_of(connection))
    return check


async def walk(connection: Connection, check: Check, until: int = _WHOLE) -> AsyncIterator[Row]:
    """Yield the sealed entries before the place `until`, in order, once `check` has seen each."""
    async for row in connection.cursor(SQL.sealed_entries, until, prefetch=_AT_ONCE):
        check.entry(row)
        yield row
    check.pass_retired(until)


async def prove(database: Database, place: int) -> Proof:
    """Return the proof that the entry at `place` is in the log.

    Reads the leaves up to the latest checkpoint. Raises Invalid for no such place, Gone for an
    entry that was retired.
    """
    async with snapshot(database) as connection:
        rows = await connection.fetch(SQL.every_checkpoint)
        size = rows[-1]["size"] if rows else 0
        if not 0 <= place < size:
            raise Invalid(
                f"The log has no entry {place}.", hint=f"{size} entries are sealed, from 0."
            )
        gone = [Retired.of(row) for row in await retired.rows_of(connection)]
        leaves = await connection.fetch(SQL.leaves_until, size)
    mine = next((row["leaf"] for row in leaves if row["number"] == place), None)
    if mine is None:
        raise Gone(f"Entry {place} was retired.", hint="That it was there is proved; it is gone.")
    subtrees = sorted(_subtrees(leaves, gone, size), key=lambda subtree: subtree.start)
    return Proof(place, mine, size, tuple(inclusion(subtrees, place)), rows[-1]["note"])


def _subtrees(leaves: Sequence[Row], gone: Sequence[Retired], size: int) -> Iterator[Subtree]:
    for row in leaves:
        yield Subtree(row["number"], 0, row["leaf"])
    for each in gone:
        yield from (subtree for subtree in each.subtrees if subtree.stop <= size)


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[Connection]:
    """Lend a connection that sees one instant, and whose statements may take their time."""
    async with (
        database.session() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection
