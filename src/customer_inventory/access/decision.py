"""A decision: who takes it, who entered it, and why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Decision:
    """Who decides (`person`), who entered it (the account at the terminal, the process), and why.

    `reason` may be empty where none is needed.
    """

    person: str
    entered_by: str
    reason: str
