"""The tally of a load: what became of its rows and records, added up chunk by chunk."""

from dataclasses import dataclass, field

import msgspec

from customer_inventory.record.document import encode

_MOST_PATHS = 1000
"""So many undeclared paths of a type are told apart: made-up names must not fill the memory."""


@dataclass(slots=True)
class Outcome:
    """What became of the records of one type.

    `repeated` tells how many of them an earlier row of the same file had made already, `late` how
    many were left out because their source had said something newer, `removed` how many its source
    does not have any more.
    """

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    repeated: int = 0
    late: int = 0
    removed: int = 0

    def plus(self, other: "Outcome") -> "Outcome":
        """Return the sum of both."""
        return Outcome(
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.repeated + other.repeated,
            self.late + other.late,
            self.removed + other.removed,
        )


@dataclass(slots=True)
class Tally:
    """Rows read (those refused among them), outcomes by record type, undeclared paths.

    `undeclared` counts by type and path.
    """

    rows: int = 0
    refused: int = 0
    records: dict[str, Outcome] = field(default_factory=dict)
    undeclared: dict[str, dict[str, int]] = field(default_factory=dict)

    def of(self, name: str) -> Outcome:
        """Return the outcome of a record type, to add to."""
        return self.records.setdefault(name, Outcome())

    def saw(self, name: str, path: str, count: int) -> None:
        """Count an undeclared path of a record type."""
        paths = self.undeclared.setdefault(name, {})
        if path in paths or len(paths) < _MOST_PATHS:
            paths[path] = paths.get(path, 0) + count

    def plus(self, other: "Tally") -> "Tally":
        """Return the sum of both."""
        total = Tally(self.rows + other.rows, self.refused + other.refused)
        for tally in (self, other):
            for name, outcome in tally.records.items():
                total.records[name] = total.of(name).plus(outcome)
            for name, paths in tally.undeclared.items():
                for path, count in paths.items():
                    total.saw(name, path, count)
        return total

    def columns(self) -> tuple[int, int, bytes, bytes]:
        """Return the tally as it is kept: rows, refused, records and undeclared as JSON."""
        return self.rows, self.refused, encode(self.records), encode(self.undeclared)

    @classmethod
    def of_columns(cls, rows: int, refused: int, records: bytes, undeclared: bytes) -> "Tally":
        """Return the tally that was kept so."""
        outcomes = msgspec.json.decode(records, type=dict[str, Outcome])
        return cls(rows, refused, outcomes, msgspec.json.decode(undeclared))
