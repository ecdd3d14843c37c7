"""Whom rules are asked of: the database, or what stands for it; the answers are the same."""

from collections.abc import AsyncIterator, Sequence
from typing import Protocol

from customer_inventory.audit.rule import Rule
from customer_inventory.record.declare import RecordType
from customer_inventory.record.register import strata
from customer_inventory.record.register.jsonpath import steps_of
from customer_inventory.record.register.judged import (
    BrokenTest,
    Failing,
    Judged,
    Part,
    slices,
    sound,
)
from customer_inventory.store.database import Database

Answer = tuple[Judged, Sequence[BrokenTest]]
"""What rules say of a part of the records, a bit a rule, and which of them cannot be asked."""


class Asked(Protocol):
    """Who has the records and can be asked of them."""

    def parts(self, declared: RecordType, after: str, size: int) -> AsyncIterator[Part]:
        """Yield the parts of a type behind an id, in the order of ids; the last has no end."""

    async def ask(
        self, declared: RecordType, rules: Sequence[Rule], part: Part, patience_ms: int
    ) -> Answer:
        """Return what rules say of a part; one that cannot be asked stops no other."""

    async def repeated(self, declared: RecordType, path: str) -> tuple[int, Failing]:
        """Return how many records there are, and those with a value that others have as well.

        Raises InventoryError when that cannot be asked.
        """


class OfDatabase:
    """The database itself."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def parts(self, declared: RecordType, after: str, size: int) -> AsyncIterator[Part]:
        """Yield the parts of a type behind an id."""
        return slices(self._database, declared, after, size)

    async def ask(
        self, declared: RecordType, rules: Sequence[Rule], part: Part, patience_ms: int
    ) -> Answer:
        """Return what rules say of a part, in one read-only statement with a time limit."""
        tests = [rule.test for rule in rules]
        return await sound(self._database, declared, tests, part, patience_ms=patience_ms)

    async def repeated(self, declared: RecordType, path: str) -> tuple[int, Failing]:
        """Return how many records there are, and those with a value that others have as well."""
        return await strata.repeated(self._database, declared, f"${steps_of(path)}")
