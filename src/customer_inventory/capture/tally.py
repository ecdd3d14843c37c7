"""The tally of a load: what became of its rows and records, added up chunk by chunk."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

_MOST_PATHS = 1000
"""So many undeclared paths are told apart; names made up without end must not fill the memory."""


@dataclass(slots=True)
class Outcome:
    """What became of records of one type.

    `repeated` are those that an earlier row of the same file had made already; they are
    counted under `changed` or `unchanged` as well, unless they met in the same transaction.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0

    def add(self, other: "Outcome") -> None:
        """Add the numbers of `other`."""
        self.created += other.created
        self.changed += other.changed
        self.unchanged += other.unchanged
        self.repeated += other.repeated


@dataclass(slots=True)
class Tally:
    """Rows read and refused, outcomes by record type, undeclared paths by type and path."""

    rows: int = 0
    refused: int = 0
    records: dict[str, Outcome] = field(default_factory=dict)
    undeclared: Counter[tuple[str, str]] = field(default_factory=Counter)

    def of(self, name: str) -> Outcome:
        """Return the outcome of a record type, to add to."""
        return self.records.setdefault(name, Outcome())

    def add(self, other: "Tally") -> None:
        """Add what `other` counted."""
        self.rows += other.rows
        self.refused += other.refused
        for name, outcome in other.records.items():
            self.of(name).add(outcome)
        for key, count in other.undeclared.items():
            if key in self.undeclared or len(self.undeclared) < _MOST_PATHS:
                self.undeclared[key] += count
