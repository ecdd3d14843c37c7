"""Verification: every leaf made again from its entry, every checkpoint from the leaves.

What an attacker with the database can do is altering, removing, adding or reordering entries,
leaves and checkpoints; what he cannot is signing a checkpoint, or reaching the anchors.
"""

import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from customer_inventory.access.log import leaf
from customer_inventory.access.log.note import BadNote, Checkpoint, read_note
from customer_inventory.access.log.tree import Frontier, inclusion
from customer_inventory.kit.clock import now, parse_instant
from customer_inventory.kit.errors import Invalid
from customer_inventory.store.database import Connection, Database, Row
from customer_inventory.store.sql import beside

SQL = beside(__name__)

_AT_ONCE = 5000
_MOST_PROBLEMS = 100
_LONGEST_WAIT = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the ledger: at which place of the log (None: as a whole), and what."""

    place: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found: the first hundred faults, over so many entries and checkpoints.

    `anchored` is the size of the largest checkpoint that lies outside, `seconds` how long it took.
    """

    entries: int
    checkpoints: int
    anchored: int
    faults: tuple[Fault, ...]
    seconds: float

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


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
    async with _snapshot(database) as connection:
        check = _Check(public, await connection.fetchval(SQL.log_id) or "", anchored)
        check.states(await connection.fetch(SQL.every_checkpoint))
        oldest = await connection.fetchval(SQL.oldest_waiting)
        async for row in connection.cursor(SQL.sealed_entries, prefetch=_AT_ONCE):
            check.entry(row)
            if progress and check.frontier.size % _AT_ONCE == 0:
                progress(check.frontier.size)
    if oldest is not None and now() - oldest > _LONGEST_WAIT:
        check.fault(None, f"Entries have not been sealed since {oldest.isoformat()}.")
    return check.report()


async def prove(database: Database, place: int) -> Proof:
    """Return the proof that the entry at `place` is in the log; raise Invalid for no such place.

    Reads the leaves up to the latest checkpoint.
    """
    async with _snapshot(database) as connection:
        rows = await connection.fetch(SQL.every_checkpoint)
        size = rows[-1]["size"] if rows else 0
        if not 0 <= place < size:
            raise Invalid(
                f"The log has no entry {place}.", hint=f"{size} entries are sealed, from 0."
            )
        leaves = [row[0] for row in await connection.fetch(SQL.leaves_until, size)]
    path = tuple(inclusion(leaves, place))
    return Proof(place, leaves[place], size, path, rows[-1]["note"])


@asynccontextmanager
async def _snapshot(database: Database) -> AsyncIterator[Connection]:
    """Lend a connection that sees one instant, and whose statements may take their time."""
    async with (
        database.session() as connection,
        connection.transaction(isolation="repeatable_read", readonly=True),
    ):
        yield connection


def leaf_of(row: Mapping[str, Any] | Row) -> bytes:
    """Return the leaf that the sealed entry `row` should have."""
    facts = {
        "at": row["written_at"],
        "type": row["record_type"],
        "count": row["record_count"],
        **{name: row[name] for name in leaf.FACTS if name not in ("at", "type", "count")},
    }
    committed = leaf.commitments(row["record_ids"], row["salt"], row["opened"])
    return leaf.hash_of(facts, str(row["writer"]), row["writer_entry"], committed)


class _Check:
    """A verification under way."""

    def __init__(self, public: bytes, log: str, anchored: Sequence[str]) -> None:
        self.frontier = Frontier()
        self._public = public
        self._log = log
        self._began = time.monotonic()
        self._faults: list[Fault] = []
        self._stated: dict[int, bytes] = {}
        self._edges: dict[int, bytes] = {}
        self._next: dict[str, int] = {}
        self._seen = 0
        self._anchored = 0
        for note in anchored:
            stated = self._state(note, "An anchored checkpoint")
            if stated is not None:
                self._anchored = max(self._anchored, stated.size)

    def fault(self, place: int | None, what: str) -> None:
        """Note what is wrong."""
        if len(self._faults) < _MOST_PROBLEMS:
            self._faults.append(Fault(place, what))

    def states(self, rows: Sequence[Row]) -> None:
        """Take in the checkpoints kept in the database."""
        for row in rows:
            stated = self._state(row["note"], f"The checkpoint at {row['size']}")
            if stated is not None and stated.size != row["size"]:
                self.fault(None, f"The checkpoint kept at {row['size']} states {stated.size}.")
            self._edges[row["size"]] = row["edge"]

    def entry(self, row: Row) -> None:
        """Check one sealed entry, in order."""
        number = row["number"]
        if number != self._seen:
            self.fault(self._seen, f"Entries {self._seen} to {number - 1} are missing.")
        self._seen = number + 1
        if not _is_as_sealed(row):
            self.fault(number, f"Entry {number} was altered.")
        self._follow(row)
        self.frontier.add(row["leaf"])
        self._compare()

    def report(self) -> Report:
        """Return what was found."""
        beyond = [size for size in self._stated if size > self.frontier.size]
        if beyond:
            self.fault(
                self.frontier.size,
                f"The log ends at {self.frontier.size}; a signed checkpoint states {max(beyond)}.",
            )
        return Report(
            self.frontier.size,
            len(self._stated),
            self._anchored,
            tuple(self._faults),
            time.monotonic() - self._began,
        )

    def _state(self, note: str, what: str) -> Checkpoint | None:
        try:
            stated = read_note(note, self._public, self._log)
        except BadNote as error:
            self.fault(None, f"{what} cannot be trusted: {error.message}")
            return None
        if self._stated.setdefault(stated.size, stated.root) != stated.root:
            self.fault(None, f"Two signed checkpoints at {stated.size} differ.")
        return stated

    def _follow(self, row: Row) -> None:
        """Check that the writer's entries follow each other without a gap."""
        writer, number = str(row["writer"]), row["writer_entry"]
        expected = self._next.get(writer, 1)
        if number != expected:
            self.fault(
                row["number"], f"Before entry {row['number']}, its writer's {expected} is missing."
            )
        self._next[writer] = number + 1

    def _compare(self) -> None:
        size = self.frontier.size
        stated, edge = self._stated.get(size), self._edges.get(size)
        if stated is not None and stated != self.frontier.root():
            self.fault(size, f"The first {size} entries are not those that were signed.")
        if edge is not None and edge != self.frontier.packed():
            self.fault(size, f"The edge kept at {size} is not that of the log.")


def _is_as_sealed(row: Row) -> bool:
    try:
        is_same = bool(leaf_of(row) == row["leaf"])
        return is_same and parse_instant(row["written_at"]) in (row["at"], None)
    except ValueError:  # ids and what they were opened with do not go together
        return False
