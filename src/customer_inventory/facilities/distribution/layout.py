"""What lies where in a distributed inventory, table by table, and why.

What belongs to records grows with the customers and is spread by bucket. What is rare, and joined
with anything, is a copy on every node. All else is of the house itself and stays on the
coordinator: what people, processes and runs there are, and the queues.
"""

from dataclasses import dataclass
from enum import StrEnum

from customer_inventory.record.types import TYPES

COLUMN = "bucket"
"""What rows are spread by: every key of what is spread has it."""

FIRST = "record.link"
"""The table that the others are placed with: its shards are those of every bucket."""


class Kind(StrEnum):
    """How a table lies on the nodes."""

    SPREAD = "distributed"
    COPIED = "reference"
    LOCAL = "local"


@dataclass(frozen=True, slots=True)
class Lying:
    """How a table lies, and why it does not lie as the rows of records do."""

    kind: Kind
    reason: str


_WITH_RECORDS = (FIRST, "record.history", "record.past_link", "record.period", "record.attachment")
_AFTER = ("record.attachment_part",)
"""They refer to another that is spread, which comes before them."""

_COPIED = {
    "record.edge": "trees are walked from bucket to bucket, which asks for all edges in one place",
    "record.origin": "what was merged is looked for by what it is shown as, in any bucket",
    "record.membership": "what was shown as what is followed from bucket to bucket",
    "record.restricted": "every read asks whether a record is restricted, also by whom it names",
    "record.choice": "every read for some purposes asks what the subject chose, in its own bucket",
    "record.listed": "grants are bound to lists of subjects, wherever their records lie",
    "record.legal_hold": "holds count for all that belongs to a subject, wherever it lies",
    "record.restriction": "read with what it restricts",
    "record.transfer": "looked for by the record, the one it went from and the one it went to",
    "record.erasure": "a list of its own, in the order of time",
    "record.subject_request": "a list of its own, in the order of time",
}

_LOCAL = {
    "record.outbox": "one order of all events, which one server gives",
    "record.bulletin": "one order of all events, which one server gives",
    "record.delivery": "what listeners wait for is a queue: rows are taken by whoever comes first",
    "record.word": "the dictionary of names is read by likeness, whatever the bucket",
    "record.retention_run": "a list of runs",
    "audit.finding": "findings are worked through as one list, by rule and by owner",
    "audit.step": "what became of findings, read with them",
    "capture.brought": "looked up by the names that sources give, which know of no bucket",
    "capture.pair": "pairs of records in any two buckets, worked through as one list",
    "capture.reconciliation_staged": "an extract of a source, compared in slices and dropped",
    "usage.latency": "its buckets are those of a histogram",
}
_HOUSE = "of the house itself: it does not grow with the customers"


def lying(table: str) -> Lying:
    """Return how a table (`schema.name`) of the inventory lies."""
    if table in spread():
        return Lying(Kind.SPREAD, "a row lies in its record's bucket")
    if table in _COPIED:
        return Lying(Kind.COPIED, _COPIED[table])
    return Lying(Kind.LOCAL, _LOCAL.get(table, _HOUSE))


def spread() -> tuple[str, ...]:
    """Return the tables that are spread, in the order in which they can be."""
    records = sorted(f"record.{declared.table}" for declared in TYPES.values())
    return (*_WITH_RECORDS, *records, *_AFTER)


def copied() -> tuple[str, ...]:
    """Return the tables that are copied to every node."""
    return tuple(sorted(_COPIED))


def declared_local() -> tuple[str, ...]:
    """Return the tables that stay on the coordinator though their rows have a bucket."""
    return tuple(sorted(_LOCAL))
