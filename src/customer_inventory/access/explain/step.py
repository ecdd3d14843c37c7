"""A step of an explanation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was asked: what it is called, whether it permits, and what it says."""

    rule: str
    permits: bool
    says: str
