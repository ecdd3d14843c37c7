"""An audit rule: what of a requirement, or between records, is looked for in what is held, and how.

Dimensions are those of ISO/IEC 25012 and DAMA; the id of a rule of a requirement is the
requirement's and the dimension.
"""

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from customer_inventory.record.document import encode
from customer_inventory.record.register.crossed import test_of
from customer_inventory.record.register.crossing import (
    Crossed,
    Repeated,
    is_related,
    is_timed,
    plain,
    reach,
)
from customer_inventory.record.register.judged import Test
from customer_inventory.record.register.pack import Aspect, Dimension, Severity
from customer_inventory.record.types import TYPES

__all__ = ["DUE_DAYS", "Aspect", "Dimension", "Rule", "Severity"]

DUE_DAYS: dict[Severity, int] = {"high": 7, "medium": 30, "low": 90}
"""Within so many days a finding is to be settled."""


@dataclass(frozen=True)
class Rule:
    """A rule: records of `record_type` fail it for which `fails` holds.

    `threshold` is the share of records that must pass, None where none is declared. One of a
    `pack` says what it `means` when one fails, and what to `do` then.
    """

    id: str
    requirement: str | None
    dimension: Dimension
    aspect: Aspect
    record_type: str
    path: str
    name: str
    fails: Crossed | Repeated
    threshold: float | None = None
    severity: Severity = "medium"
    owner: str | None = None
    pack: str | None = None
    means: str | None = None
    do: str | None = None

    @property
    def said(self) -> dict[str, Any]:
        """What the rule says, as it is kept by its hash."""
        return {
            "dimension": self.dimension,
            "type": self.record_type,
            "path": self.path,
            "fails": plain(self.fails),
        }

    @cached_property
    def sha256(self) -> bytes:
        """The hash of what the rule says: another is another version of it."""
        return sha256(encode(self.said)).digest()

    @cached_property
    def test(self) -> Test:
        """What it asks of records, as SQL; one that `is_repeated` asks nothing of one alone."""
        if isinstance(self.fails, Repeated):
            return Test("FALSE")
        return test_of(self.fails, TYPES[self.record_type])

    @property
    def is_repeated(self) -> bool:
        """Whether only all records together tell who fails it."""
        return isinstance(self.fails, Repeated)

    @property
    def is_timed(self) -> bool:
        """Whether the answer changes while nothing does that links lead to."""
        return isinstance(self.fails, Repeated) or is_timed(self.fails)

    @property
    def is_related(self) -> bool:
        """Whether the answer changes with other records."""
        return not isinstance(self.fails, Repeated) and is_related(self.fails)

    @property
    def is_joined(self) -> bool:
        """Whether it is asked of other records in the statement that asks of one."""
        return "record." in self.test.sql

    @property
    def reach(self) -> int:
        """How many links lie between a record and the farthest that it is judged by."""
        return 0 if isinstance(self.fails, Repeated) else reach(self.fails)

    @property
    def due_days(self) -> int:
        """Within so many days what fails is to be settled."""
        return DUE_DAYS[self.severity]
