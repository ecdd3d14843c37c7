"""A verification under way: entries and what is kept of retired ones, one after the other."""

import time
from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from customer_inventory.access.log import leaf
from customer_inventory.access.log.note import BadNote, Checkpoint, read_note
from customer_inventory.access.log.retired import OPERATION, RECORD_TYPE, Retired
from customer_inventory.access.log.tree import Frontier, Subtree
from customer_inventory.kit.clock import parse_instant
from customer_inventory.store.database import Row

_MOST_PROBLEMS = 100


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong with the ledger: at which place of the log (None: as a whole), and what."""

    place: int | None
    what: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a verification found: the first hundred faults, over so many entries and checkpoints.

    `anchored` is the size of the largest checkpoint that lies outside, `seconds` how long it took.
    `entries` are all of the log; of those `retired` tells which are gone. `passed_over` counts the
    checkpoints within what was retired that were not known then: they cannot be compared any more.
    """

    entries: int
    checkpoints: int
    anchored: int
    faults: tuple[Fault, ...]
    seconds: float
    retired: tuple[Retired, ...] = ()
    passed_over: int = 0

    @property
    def is_clean(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


class Check:
    """Takes in signed checkpoints, what was retired, and then every entry, in order."""

    def __init__(self, public: bytes, log: str, anchored: Sequence[str]) -> None:
        self.frontier = Frontier()
        self.entries = 0
        self._public = public
        self._log = log
        self._began = time.monotonic()
        self._faults: list[Fault] = []
        self._stated: dict[int, bytes] = {}
        self._compared: set[int] = set()
        self._edges: dict[int, bytes] = {}
        self._next: dict[str, tuple[int, int]] = {}
        self._seen = 0
        self._anchored = 0
        self._retired: list[Retired] = []
        self._subtrees: deque[Subtree] = deque()
        self._grafts = 0
        self._told: set[str] = set()
        for note in anchored:
            stated = self._state(note, "An anchored checkpoint")
            if stated is not None:
                self._anchored = max(self._anchored, stated.size)

    @property
    def sizes(self) -> frozenset[int]:
        """The sizes of all signed checkpoints."""
        return frozenset(self._stated)

    @property
    def first_fault(self) -> Fault | None:
        """What was found first, None so far."""
        return self._faults[0] if self._faults else None

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

    def retirements(self, rows: Sequence[Row]) -> None:
        """Take in what is kept of retired entries."""
        for row in rows:
            try:
                gone = Retired.of(row)
            except ValueError as error:
                self.fault(row["first_place"], f"What is kept of retired entries is void: {error}.")
                continue
            wrong = gone.fault(self._public, self._log)
            if wrong:
                self.fault(gone.statement.first, wrong)
            else:
                self._retired.append(gone)
        every = (subtree for gone in self._retired for subtree in gone.subtrees)
        self._subtrees.extend(sorted(every, key=lambda subtree: subtree.start))

    def entry(self, row: Row) -> None:
        """Check one sealed entry, in order."""
        number = row["number"]
        self.pass_retired(number)
        if number < self._seen:
            self.fault(number, f"Entry {number} is there a second time, or after it was retired.")
            return
        if number > self._seen:
            self.fault(self._seen, f"Entries {self._seen} to {number - 1} are missing.")
        self._seen = number + 1
        self.entries += 1
        if not is_as_sealed(row):
            self.fault(number, f"Entry {number} was altered.")
        self._follow(row)
        if row["record_type"] == RECORD_TYPE and row["operation"] == OPERATION:
            self._told.add(row["reason"] or "")
        self.frontier.add(row["leaf"])
        self._compare()

    def pass_retired(self, until: int) -> None:
        """Go over what was retired before the place `until`."""
        while self._subtrees and self._subtrees[0].start < until:
            subtree = self._subtrees.popleft()
            if subtree.start != self._seen or subtree.start != self.frontier.size:
                # What is missing, or there twice, has been told of or is told at the next entry.
                self.fault(subtree.start, f"Retired entries from {subtree.start} do not fit in.")
                continue
            self.frontier.graft(subtree.level, subtree.hash)
            self._seen = subtree.stop
            self._grafts += 1
            self._compare()

    def report(self, *, waiting_since: datetime | None = None) -> Report:
        """Return what was found in the whole log; `waiting_since`: of what is not sealed yet."""
        beyond = [size for size in self._stated if size > self.frontier.size]
        if beyond:
            self.fault(
                self.frontier.size,
                f"The log ends at {self.frontier.size}; a signed checkpoint states {max(beyond)}.",
            )
        for gone in self._retired:
            self._demand_entry_of(gone, waiting_since)
        passed = [
            size for size in self._stated if size <= self._seen and size not in self._compared
        ]
        return Report(
            self.frontier.size,
            len(self._stated),
            self._anchored,
            tuple(self._faults),
            time.monotonic() - self._began,
            tuple(self._retired),
            len(passed),
        )

    def _demand_entry_of(self, gone: Retired, waiting_since: datetime | None) -> None:
        """Demand that the ledger tells who retired it: unless that entry waits, or is gone too."""
        waits = waiting_since is not None and waiting_since <= gone.retired_at
        is_gone_too = any(other.month.stop > gone.at for other in self._retired)
        if gone.reference not in self._told and not waits and not is_gone_too:
            said = gone.statement
            self.fault(
                said.first,
                f"The ledger has no entry of the retirement of {said.first} to {said.last}.",
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
        """Check that the writer's entries follow each other without a gap.

        What it wrote before may have been retired: then its numbers go on, from wherever.
        """
        writer, number = str(row["writer"]), row["writer_entry"]
        expected, grafts = self._next.get(writer, (1, 0))
        may_go_on = grafts < self._grafts and number > expected
        if number != expected and not may_go_on:
            self.fault(
                row["number"], f"Before entry {row['number']}, its writer's {expected} is missing."
            )
        self._next[writer] = number + 1, self._grafts

    def _compare(self) -> None:
        size = self.frontier.size
        stated, edge = self._stated.get(size), self._edges.get(size)
        if stated is not None:
            self._compared.add(size)
            if stated != self.frontier.root():
                self.fault(size, f"The first {size} entries are not those that were signed.")
        if edge is not None and edge != self.frontier.packed():
            self.fault(size, f"The edge kept at {size} is not that of the log.")


def leaf_of(row: Mapping[str, Any] | Row) -> bytes:
    """Return the leaf that the sealed entry `row` should have."""
    facts = {
        "at": row["written_at"],
        "type": row["record_type"],
        "count": row["record_count"],
        **{name: row[name] for name in leaf.FACTS if name not in ("at", "type", "count")},
    }
    form = row["form"]
    committed = leaf.commitments(row["record_ids"], row["salt"], row["opened"], form)
    return leaf.hash_of(facts, str(row["writer"]), row["writer_entry"], committed, form)


def is_as_sealed(row: Row) -> bool:
    """Tell whether a sealed entry, as it is kept, is the one that its leaf was made of."""
    try:
        is_same = bool(leaf_of(row) == row["leaf"])
        return is_same and parse_instant(row["written_at"]) in (row["at"], None)
    except ValueError:  # ids and what they were opened with do not go together
        return False
