"""Whom rules are asked of: the database, or an extract of it; the answers are the same."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Literal, Protocol

from customer_inventory.kit.errors import Unavailable
from customer_inventory.record.declare import RecordType
from customer_inventory.record.register import strata
from customer_inventory.record.register.crossing import Crossed, Repeated
from customer_inventory.record.register.jsonpath import steps_of
from customer_inventory.record.register.judged import (
    BrokenTest,
    Failing,
    Judged,
    Part,
    Test,
    slices,
    sound,
)
from customer_inventory.store.database import Database

On = Literal["database", "duckdb"]
"""What rules are asked of when they are asked of everything: the database, or an extract of it."""
Answer = tuple[Judged, Sequence[BrokenTest]]
"""What rules say of a part of the records, a bit a rule, and which of them cannot be asked."""


class Question(Protocol):
    """A rule as it is asked: which records fail it, as a condition and as SQL of the database."""

    @property
    def record_type(self) -> str:
        """The type of the records that it is asked of."""

    @property
    def fails(self) -> Crossed | Repeated:
        """What holds for those that fail it."""

    @property
    def test(self) -> Test:
        """The same as SQL."""


class Asked(Protocol):
    """Who has the records and can be asked of them."""

    def parts(self, declared: RecordType, after: str, size: int) -> AsyncIterator[Part]:
        """Yield the parts of a type behind an id, in the order of ids; the last has no end."""

    async def ask(
        self, declared: RecordType, rules: Sequence[Question], part: Part, patience_ms: int
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
        self, declared: RecordType, rules: Sequence[Question], part: Part, patience_ms: int
    ) -> Answer:
        """Return what rules say of a part, in one read-only statement with a time limit."""
        tests = [rule.test for rule in rules]
        return await sound(self._database, declared, tests, part, patience_ms=patience_ms)

    async def repeated(self, declared: RecordType, path: str) -> tuple[int, Failing]:
        """Return how many records there are, and those with a value that others have as well."""
        return await strata.repeated(self._database, declared, f"${steps_of(path)}")


@asynccontextmanager
async def whole(
    database: Database, rules: Sequence[Question], on: On = "database"
) -> AsyncIterator[Asked]:
    """Lend who is asked `rules` of everything; raise Unavailable without the extra `matching`.

    Where records lie in shards it is always an extract: what lies apart cannot be joined at will.
    """
    is_joined = not database.placement.is_distributed
    if (on == "database" and is_joined) or not rules:
        yield OfDatabase(database)
        return
    try:
        from customer_inventory.record.register.extract.extract import (  # noqa: PLC0415 - an extra
            extracted,
        )
    except ImportError:
        raise Unavailable(
            "DuckDB is not installed here.",
            hint="Install customer-inventory[matching], or let the database be asked.",
        ) from None
    async with extracted(database, rules) as extract:
        yield extract
