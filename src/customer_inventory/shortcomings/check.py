"""A check: what is looked at, from which value on it is a shortcoming, and what may be done."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, get_args

Severity = Literal["warning", "critical"]
State = Literal["ok", "finding", "skipped"]
Evidence = Literal[
    "rule of thumb",
    "measured over a week",
    "simulated",
    "tried on a restored backup",
    "re-measured after the fix",
]
"""How well a finding is founded, from the least to the most."""
LEVELS: tuple[Evidence, ...] = get_args(Evidence)


def level(evidence: str) -> str:
    """Return how people are told of evidence: `E1 measured over a week`."""
    known = [number for number, each in enumerate(LEVELS) if each == evidence]
    return f"E{known[0]} {evidence}" if known else evidence


@dataclass(frozen=True, slots=True)
class Check:
    """One check. Its `value` is in `unit`, worse the higher; `warn` and `critical` begin there.

    `floor` is what `statement` takes: below it nothing is worth a word, in the unit `floor_unit`.
    `least_days`: so long the server's statistics must have been kept for a verdict, `history_days`
    so long our snapshots. `objects` lists
    what is looked at one by one, where that takes long: `statement` takes each beside the floor.
    `evidence` is what a finding has by itself, whenever it is asked.
    """

    id: str
    title: str
    statement: str
    unit: str
    warn: float
    critical: float | None = None
    floor: float = 0
    floor_unit: str = ""
    least_days: float = 0
    history_days: float = 0
    risk: str = ""
    remedy: str = ""
    objects: str = ""
    evidence: Evidence | None = None

    def severity(self, value: float) -> Severity | None:
        """Return how bad a value is, None for one that is no shortcoming."""
        if self.critical is not None and value >= self.critical:
            return "critical"
        return "warning" if value >= self.warn else None


@dataclass(frozen=True, slots=True)
class Found:
    """What a check found wrong with one object, with the figures that say so.

    `evidence` where it is better founded than what its check finds as a rule.
    """

    object: str
    value: float
    severity: Severity
    figures: Mapping[str, Any]
    evidence: Evidence | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a check: ok, what was found, or why it could not be asked (`reason`)."""

    check: Check
    state: State
    found: tuple[Found, ...] = ()
    reason: str | None = None
    seconds: float = 0.0
