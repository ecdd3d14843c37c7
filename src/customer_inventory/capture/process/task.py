"""The tasks of processes that manage the inventory: who does them, and which figures a run reports.

A task of the house is a job that it does itself, and counts what it did. One of people is done
outside: they record that it was, with its figures.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from customer_inventory.kit.actor import Actor

Figures = Mapping[str, float]
Work = Callable[[Actor], Awaitable[Figures]]
"""Does a task of the house once, and returns the figures of it."""

Name = Literal[
    "mergeStewardship", "duplicates", "correction", "audit", "auditCampaign", "retention",
    "ledgerRetention", "erasure", "backup", "baseBackup", "drill", "recertification",
    "assessment", "shortcomingRegister", "monthReport",
]  # fmt: skip
SECONDS = "seconds"
"""The figure that every run has: how long it took."""


@dataclass(frozen=True)
class Task:
    """A task: what it is for, and the units of its figures by name; without any, people name them.

    `is_of_house`: a run is a job that the house does.
    """

    said: str
    is_of_house: bool = False
    figures: Mapping[str, str] = field(default_factory=dict)


def _house(said: str, **figures: str) -> Task:
    return Task(said, is_of_house=True, figures={SECONDS: "seconds", **figures})


TASKS: Mapping[Name, Task] = {
    "mergeStewardship": Task("Pairs that may be one are decided, merges looked at"),
    "duplicates": _house(
        "People and organisations are compared with each other, pairs kept for stewards",
        records="records", pairs="pairs", merged="records",
    ),
    "correction": Task("Refused rows are corrected, findings worked off"),
    "audit": _house(
        "Every rule that is in force is asked of what is held",
        rules="rules", failed="findings", breached="rules", errors="rules",
    ),
    "auditCampaign": Task("A sample is compared with reality"),
    "retention": _house(
        "What is past its time is removed",
        removed="records", held="records", waiting="records",
    ),
    "ledgerRetention": _house(
        "Months of the ledger that are past their time are retired",
        months="months", entries="entries",
    ),
    "erasure": _house(
        "Erasures that were broken off are finished",
        finished="erasures", overdue="requests",
    ),
    "backup": Task("A PostgreSQL of one's own is backed up, and restored to see that it can be"),
    "baseBackup": _house(
        "A base copy of the embedded database is taken, old ones expire",
        megabytes="megabytes", stored="megabytes", expired="backups",
    ),
    "assessment": _house(
        "What is wrong with the repository is looked for",
        checks="checks", skipped="checks", open="shortcomings", critical="shortcomings",
    ),
    "shortcomingRegister": _house(
        "The register of shortcomings is written: what is open, handed over, mended, wrong",
        open="shortcomings", tickets="tickets", files="files",
    ),
    "drill": _house(
        "The last backup is restored aside, compared and audited",
        recovery="seconds", point="seconds", different="tables", errors="rules",
    ),
    "recertification": _house(
        "Owners of data are asked whether grants are still needed; what nobody confirms lapses",
        asked="grants", lapsed="grants",
    ),
    "monthReport": _house(
        "The report of the month before is made, and delivered to those who get it",
        delivered="reports",
    ),
}  # fmt: skip
"""Every task by name."""

OF_CAPTURE: Mapping[str, str] = {
    SECONDS: "seconds", "rows": "rows", "refused": "rows", "refusedShare": "share",
}  # fmt: skip
"""The figures of a run that loads a source."""
